"""A number in the logs that a callback watches: which way it should go, and whether it got better."""

from __future__ import annotations

import difflib
import math
import operator
import warnings
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from cornu.core.errors import explain


class Monitor:
    """Watches one entry of the logs.

    Args:
        owner: name of the callback, for messages.
        name: of the entry, e.g. "val_loss".
        mode: "min" or "max": which is better; "auto" asks the model's metric of this name.

    Example:
        >>> monitor = Monitor("EarlyStopping", "val_loss", "auto")
        >>> monitor.settle(None)
        >>> monitor.improves(0.5, than=0.6), monitor.improves(0.5, than=0.6, by=0.2)
        (True, False)
    """

    def __init__(self, owner: str, name: str, mode: str):
        self.owner, self.name, self.mode = owner, name, mode
        self._rises: bool | None = {"min": False, "max": True}.get(mode)
        self._missed = False
        if mode not in ("auto", "min", "max"):
            warnings.warn(
                explain(owner, "mode 'auto', 'min' or 'max'", repr(mode), "It goes on with 'auto'."), stacklevel=4
            )

    def value(self, logs: Mapping[str, Any] | None) -> Any:
        """The entry's value; None, with one warning, where there is no such entry."""
        value = (logs or {}).get(self.name)
        if value is None and not self._missed:
            self._missed = True
            warnings.warn(self._how_to_find(list(logs or {})), stacklevel=4)
        return value

    def _how_to_find(self, names: list[str]) -> str:
        plain = self.name.removeprefix("val_")
        near = [f"val_{plain}"] if f"val_{plain}" in names else difflib.get_close_matches(self.name, names, 1)
        if self.name.startswith("val_") and plain in names and not any(n.startswith("val_") for n in names):
            do = f"Give fit validation_data or validation_split, or monitor {plain!r}."
        elif near:
            do = f"Did you mean {near[0]!r}?"
        else:
            do = "Monitor one of these, or compile the model with that metric."
        return explain(f"{self.owner}(monitor={self.name!r})", "that name in the logs", ", ".join(names) or "none", do)

    def settle(self, model: Any) -> None:
        """Find out which way is better, if that is not known yet.

        Raises:
            ValueError: if neither ``mode`` nor a metric of the model says.
        """
        if self._rises is None:
            self._rises = self._ask(model)

    def _ask(self, model: Any) -> bool:
        name = self.name.removeprefix("val_")
        if name == "loss" or name.endswith("_loss"):
            return False
        metrics = list(_single(getattr(model, "metrics", None) or ()))
        # A model of several outputs puts the output's name before the metric's.
        found = [m for m in metrics if m.name == name] or [m for m in metrics if name.endswith(f"_{m.name}")]
        direction = getattr(found[0], "_direction", None) if found else None
        if direction is None:
            raise ValueError(
                explain(
                    f"{self.owner}(monitor={self.name!r})",
                    "to know whether greater or smaller is better",
                    "a metric that does not say",
                    "Pass mode='max' or mode='min'.",
                )
            )
        return direction == "up"

    def improves(self, value: Any, than: Any, by: float = 0.0) -> bool:
        """Whether a value is better than another by more than so much; any number is better than None, NaN never is.

        Source: as Keras, for which a NaN is better than None too, and then nothing is better than it.
        """
        if math.isnan(value):
            return False
        if than is None:
            return True
        better = operator.gt if self._rises else operator.lt
        return bool(better(value - by if self._rises else value + by, than))


def _single(metrics: Iterable[Any]) -> Iterable[Any]:
    for metric in metrics:
        inner = getattr(metric, "metrics", None)
        yield from (metric,) if not inner else _single(inner)


def is_number(value: Any) -> bool:
    """Whether a value in the logs is one number."""
    return np.ndim(value) == 0
