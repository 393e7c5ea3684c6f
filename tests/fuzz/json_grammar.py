"""Damage to JSON that leaves it JSON: values, keys and subtrees changed, moved, doubled and taken from other texts."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tests.fuzz.target import Bytes

# What an argument should not be: absurd sizes, other types, names that mean something elsewhere.
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2, 3, 7, 255, 65_536, 10**6, 10**9, 2**31, 2**53, 2**63, 10**18, 10**30, -(10**18)),
    *(
        0.0,
        0.5,
        -0.5,
        1e-300,
        1e300,
        "",
        "a",
        "x" * 5000,
        "..",
        "../x",
        "/etc/passwd",
        "é",
        "\0",
        "relu",
        "float32",
        "bfloat16",
        "int8",
    ),
    *(
        "object",
        "string",
        "mixed_bfloat16",
        "int8_from_float32",
        "int4_from_float32",
        "same",
        "valid",
        "channels_first",
        "sum",
        "abc,cd->abd",
        "...a,ab->...b",
    ),
    *([], {}, [[]], [None], [0], [1, 1], [10**9, 10**9], [-1, -1], [1] * 40, ["a", "b"], {"a": 1}),
)


def text_mutation(donors: Callable[[], Sequence[Any]] = list) -> Callable[[bytes, random.Random, Bytes], bytes]:
    """Mutation of JSON texts; ``donors`` are other documents to take parts from."""

    def mutate(data: bytes, draw: random.Random, damage: Bytes) -> bytes:
        try:
            value = json.loads(data)
        except (ValueError, RecursionError):
            return damage(data)
        for _ in range(draw.choice((1, 1, 1, 2, 4))):
            value = changed(value, draw, donors())
        try:
            return json.dumps(value).encode()
        except (ValueError, RecursionError):
            return damage(data)

    return mutate


def changed(document: Any, draw: random.Random, donors: Sequence[Any] = ()) -> Any:
    """The document with one thing about it changed."""
    places = list(_places(document))
    if not places:
        return copy.deepcopy(draw.choice(VALUES))
    holder, key = draw.choice(places)
    kind = draw.randrange(10)
    if kind < 4:
        holder[key] = copy.deepcopy(draw.choice(VALUES))
    elif kind < 6:  # A part of this or of another document, of the same name if there is one.
        other = list(_places(draw.choice(donors))) if donors and kind == 4 else places
        alike = [place for place in other if place[1] == key] if draw.random() < 0.7 else other
        source, name = draw.choice(alike or places)
        holder[key] = copy.deepcopy(source[name])
    elif kind == 6:
        del holder[key]
    elif kind == 7 and isinstance(holder, list):
        holder.insert(key, copy.deepcopy(holder[key]))
    elif kind == 7:
        holder[draw.choice([name for place, name in places if place is not holder] or ["x"])] = holder[key]
    elif kind == 8 and isinstance(holder[key], int | float) and not isinstance(holder[key], bool):
        holder[key] = draw.choice((-holder[key], holder[key] + 1, holder[key] * 1000, [holder[key]], str(holder[key])))
    else:
        holder[key] = draw.choice(([holder[key]], {"a": holder[key]}, [holder[key], holder[key]]))
    return document


def _places(document: Any) -> Iterator[tuple[Any, Any]]:
    """Every value's holder and key."""
    waiting = [document]
    while waiting:
        holder = waiting.pop()
        items = holder.items() if isinstance(holder, dict) else enumerate(holder) if isinstance(holder, list) else ()
        for key, value in items:
            yield holder, key
            waiting.append(value)
