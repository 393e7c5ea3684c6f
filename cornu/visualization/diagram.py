"""What a picture shows, before anyone has decided where anything goes.

A :class:`Diagram` knows nothing of models: boxes, arrows between them, and frames around
some of them. Whoever wants a picture builds one; ``layout`` places it, ``svg`` draws it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

RankDir = Literal["TB", "LR", "BT", "RL"]


@dataclass(frozen=True)
class Box:
    """One box: a title, a line below it, and a small table of labelled values.

    Args:
        key: names the box in arrows and groups; unique in the diagram, never drawn.
        rows: ``(label, value)`` pairs; a value may have several lines.
        kind: what the box is coloured by, a key of ``svg.PALETTE``; an unknown kind is grey.
        tooltip: shown by browsers on hovering; the box's own text if empty.
    """

    key: str
    title: str
    subtitle: str = ""
    rows: tuple[tuple[str, str], ...] = ()
    kind: str = "other"
    tooltip: str = ""


@dataclass(frozen=True)
class Arrow:
    """An arrow from one box to another, by their keys; two equal arrows are drawn twice."""

    source: str
    target: str
    label: str = ""


@dataclass(frozen=True)
class Group:
    """A titled frame around the boxes with the keys ``boxes`` and around further groups."""

    key: str
    title: str
    boxes: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    subtitle: str = ""

    def walk(self) -> Iterator[Group]:
        """This group, then every group inside it, outermost first."""
        yield self
        for group in self.groups:
            yield from group.walk()


@dataclass(frozen=True)
class Diagram:
    """Boxes, arrows and frames, and the direction in which the arrows run.

    Args:
        rankdir: ``"TB"`` (downwards), ``"LR"`` (to the right), ``"BT"`` or ``"RL"``.

    Raises:
        ValueError: a key occurs twice, an arrow or group names a missing box, a box is in
            two groups, or ``rankdir`` is unknown.

    Example:
        >>> Diagram((Box("x", "Input"), Box("y", "Dense")), (Arrow("x", "y"),)).rankdir
        'TB'
    """

    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...] = ()
    groups: tuple[Group, ...] = ()
    rankdir: RankDir = "TB"

    def __post_init__(self) -> None:
        if self.rankdir not in get_args(RankDir):
            raise ValueError(
                f"rankdir needs 'TB', 'LR', 'BT' or 'RL'; got {self.rankdir!r}. Pass 'TB' to draw from top to bottom."
            )
        _check_unique("box", [box.key for box in self.boxes])
        groups = list(self.walk_groups())
        _check_unique("group", [group.key for group in groups])
        members = [key for group in groups for key in group.boxes]
        _check_unique("group member", members)
        known = {box.key for box in self.boxes}
        _check_known("A group", members, known)
        _check_known("An arrow", [k for a in self.arrows for k in (a.source, a.target)], known)

    def walk_groups(self) -> Iterator[Group]:
        """Every group at any depth, a frame before the frames inside it."""
        for group in self.groups:
            yield from group.walk()


def _check_unique(what: str, keys: list[str]) -> None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise ValueError(
                f"Each {what} of a diagram needs a key of its own; got {key!r} twice. Rename one of the two."
            )
        seen.add(key)


def _check_known(who: str, keys: list[str], known: set[str]) -> None:
    for key in keys:
        if key not in known:
            raise ValueError(f"{who} needs the keys of boxes in the diagram; got {key!r}. Add a Box with this key.")
