"""Arrays of older files where today's are looked for: groups by other names, optimizers' state in another order."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Protocol

from cornu.core.errors import explain
from cornu.core.variable import Variable
from cornu.saving.weights import StoredArray, WeightsReader

# Parts of paths that Keras 2 named otherwise. Some are names of today too, of other layers.
_OLD_LIST = "_layer_checkpoint_dependencies"
_PARTS = {
    _OLD_LIST: "layers",
    "_query_dense": "query_dense",
    "_key_dense": "key_dense",
    "_value_dense": "value_dense",
    "_output_dense": "output_dense",
}


class _Shaped(Protocol):
    @property
    def shape(self) -> tuple[int, ...]: ...


class RenamedGroups(WeightsReader):
    """Another reader's arrays, in groups named as today.

    Args:
        reader: of a file of Keras 2.12 to 2.15.
        wanted: paths of groups that are looked for: what is there by that name keeps it.
    """

    def __init__(self, reader: WeightsReader, wanted: Collection[str] = ()) -> None:
        self._reader = reader
        self._wanted = {"/".join(parts[:n]) for parts in (p.split("/") for p in wanted) for n in range(len(parts) + 1)}
        self._old_names = dict(self._places("", ""))

    def __getitem__(self, path: str) -> Mapping[str, StoredArray]:
        return self._reader[self._old_names.get(path, path)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._old_names)

    def __len__(self) -> int:
        return len(self._old_names)

    def groups(self, path: str = "") -> list[str]:
        return [self._today(path, name) for name in self._reader.groups(self._old_names.get(path, path))]

    def attributes(self, path: str) -> dict[str, Any]:
        return self._reader.attributes(self._old_names.get(path, path))

    def close(self) -> None:
        self._reader.close()

    def _today(self, path: str, name: str) -> str:
        """The name of a group that lies in the group ``path`` of today."""
        return name if f"{path}/{name}".lstrip("/") in self._wanted else _PARTS.get(name, name)

    def _places(self, old: str, new: str) -> Iterator[tuple[str, str]]:
        """Today's path and the old one of each group below a group that holds arrays."""
        if self._reader.get(old):
            yield new, old
        names = self._reader.groups(old)
        ranks = _ranked(names) if old.rpartition("/")[2] == _OLD_LIST else {}
        for name in names:
            renamed = ranks.get(name) or self._today(new, name)
            yield from self._places(f"{old}/{name}".lstrip("/"), f"{new}/{renamed}".lstrip("/"))


def _ranked(names: Sequence[str]) -> dict[str, str]:
    """Keras 2.12 counted each layer of a list twice: ``dense``, ``dense_2``, ``dense_4``."""
    kinds: dict[str, list[tuple[int, str]]] = {}
    for name in names:
        kind, _, number = name.rpartition("_")
        is_number = number.isascii() and number.isdigit() and len(number) < 8
        kinds.setdefault(kind if is_number else name, []).append((int(number) if is_number else 0, name))
    return {
        name: kind if rank == 0 else f"{kind}_{rank}"
        for kind, found in kinds.items()
        for rank, (_, name) in enumerate(sorted(found))
    }


def today(path: str) -> str:
    """A group's path with the names of today.

    Example:
        >>> today("_layer_checkpoint_dependencies/dense/vars")
        'layers/dense/vars'
    """
    return "/".join(_PARTS.get(part, part) for part in path.split("/"))


def with_todays_names(reader: WeightsReader, wanted: Collection[str]) -> WeightsReader:
    """The reader, or one that renames if there is an old name in it.

    Args:
        wanted: paths of groups that are looked for.
    """
    return RenamedGroups(reader, wanted) if any(today(path) != path for path in reader) else reader


def state_in_order(variables: Sequence[Variable], arrays: Sequence[_Shaped], learning_rate: Any) -> list[Any] | None:
    """An optimizer's state as some version stored it, in the order of its variables; None if it does not fit.

    Keras 2 stored no learning rate: the present one stays. Nadam's product came third up to Keras 3.9.

    Args:
        variables: the optimizer's, in today's order.
        arrays: stored ones, in the order of the file.
        learning_rate: present value, if it is a variable; it is the second.
    """
    given = list(arrays)
    orders = [given]
    if len(given) == len(variables) and len(given) > 3:
        orders.append([*given[:2], *given[3:], given[2]])
    if len(given) == len(variables) - 1 and learning_rate is not None:
        orders.append([given[0], learning_rate, *given[1:]] if given else given)
    shapes = [tuple(v.shape) for v in variables]
    return next((order for order in orders if [tuple(a.shape) for a in order] == shapes), None)


def read_state(optimizer: Any, arrays: Sequence[Any]) -> None:
    """Give an optimizer the state that a file holds; it starts fresh from one that does not fit, and says so."""
    rate = getattr(optimizer, "learning_rate", None) if len(arrays) == len(optimizer.variables) - 1 else None
    found = state_in_order(optimizer.variables, arrays, rate.value if isinstance(rate, Variable) else None)
    if found is not None:
        optimizer.load_own_variables({str(index): value for index, value in enumerate(found)})
    elif len(arrays) > 2 or any(tuple(a.shape) for a in arrays):  # less is that of a model that was never trained
        warnings.warn(
            explain(
                f"State of optimizer {optimizer.name!r}",
                f"{len(optimizer.variables)} arrays of the shapes of its variables",
                f"{len(arrays)}",
                "It starts fresh. Files of another optimizer, or of Nadam of Keras 2, do not fit.",
            ),
            stacklevel=2,
        )
