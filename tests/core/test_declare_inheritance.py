"""Declared classes over other classes: which base keeps an argument, and where a redeclared one stands."""

import inspect
from typing import Any

from cornu.core.declare import declared, declared_config, field


class Named:
    def __init__(self, *, name=None, **kwargs):
        self.name = f"<{name}>"


@declared
class Pool(Named):
    size: int
    strides: Any = None
    padding: str = "valid"
    name: Any = field(None, base=True)


@declared
class Reordered(Pool):
    size: int = 2
    strides: Any = field(1, after="padding")


@declared
class Fixed(Reordered):
    padding: str = field(argument=False)
    scale: float = field(1.0, after="size")


@declared
class Below(Fixed):
    offset: float = 0.0


def test_the_base_keeps_its_own_argument():
    pool = Pool(3, 1, "same", "p")
    assert (pool.size, pool.name) == (3, "<p>")
    assert declared_config(pool, lambda value: value) == {"size": 3, "strides": 1, "padding": "same"}


def test_redeclared_fields_stay_in_place_or_move():
    def arguments(cls):
        return [(p.name, p.default) for p in inspect.signature(cls).parameters.values()]

    empty = inspect.Parameter.empty
    rest = [("name", None), ("kwargs", empty)]
    assert arguments(Pool) == [("size", empty), ("strides", None), ("padding", "valid"), *rest]
    assert arguments(Reordered) == [("size", 2), ("padding", "valid"), ("strides", 1), *rest]
    assert Reordered(3, "same", 5).strides == 5
    own = [("size", 2), ("scale", 1.0), ("strides", 1)]
    assert arguments(Fixed) == [*own, *rest]
    assert arguments(Below) == [*own, ("name", None), ("offset", 0.0), ("kwargs", empty)]
