"""The metrics that ``compile`` was given, for all outputs, as one metric."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax.numpy as jnp

from cornu import metrics
from cornu.core import context, tree
from cornu.train.outputs import by_output, targets_by_output


@dataclasses.dataclass
class OutputMetric:
    """A metric on one output.

    Attributes:
        index: which output, flat.
        output: the output's name; None for outputs without one.
        metric: the object.
        name: as the user gave it, or the object's.
        weighted: whether sample weights count.
        report: its name in logs.
    """

    index: int
    output: str | None
    metric: Any
    name: str
    weighted: bool
    report: str = ""


class CompileMetrics(metrics.Metric):
    """All metrics that ``compile`` was given; its result is a dict.

    One object for all, because targets are nested as the outputs are: who overrides ``train_step`` passes both
    as they are. It has no state until the outputs are known.

    Attributes:
        metrics: the objects, output by output.

    Source: name, state and result as the entry ``compile_metrics`` of ``keras.Model.metrics``.
    """

    def __init__(self) -> None:
        super().__init__(name="compile_metrics")
        self.metrics: list[Any] = []
        self._entries: tuple[OutputMetric, ...] = ()
        self._names: list[str] = []

    def settle(self, entries: list[OutputMetric], names: list[str]) -> None:
        """Say which metric looks at which output; ``names`` are the outputs', flat."""
        _name_reports(entries, len(names) > 1)
        self._entries, self._names = tuple(entries), names
        self.metrics = [entry.metric for entry in entries]

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take in a batch.

        Shapes:
            y_true, y_pred: nested as the outputs.
            sample_weight: nested so, or one for all; only the weighted metrics heed it.
        """
        predictions = tree.flatten(y_pred)
        targets = targets_by_output(y_true, self._names, y_pred)
        weights = by_output(sample_weight, self._names, y_pred, "sample_weight")
        rows = context.current().rows
        for entry in self._entries:
            target = targets[entry.index]
            if target is None:
                continue
            weight = weights[entry.index] if entry.weighted else None
            if rows is not None:
                if not getattr(entry.metric, "counts_rows_by_weight", False):
                    context.refuse_padded_rows()
                weight = rows if weight is None else _weigh_rows(weight, rows)
            entry.metric.update_state(target, predictions[entry.index], sample_weight=weight)

    def result(self) -> dict[str, Any]:
        """Values by name in logs."""
        found: dict[str, Any] = {}
        for entry in self._entries:
            value = entry.metric.result()
            found.update(value if isinstance(value, dict) else {entry.report: value})
        return found

    def reset_state(self) -> None:
        """Each metric in its own way."""
        for metric in self.metrics:
            metric.reset_state()

    def get_config(self) -> dict[str, Any]:
        """Not written: ``compile``'s arguments are."""
        raise NotImplementedError("CompileMetrics needs compile to make it; got get_config. Write the model's config.")


def _weigh_rows(weight: Any, rows: Any) -> Any:
    """Sample weights, 0 for padded rows."""
    weight = jnp.asarray(weight)
    return jnp.where(rows.reshape(rows.shape + (1,) * (weight.ndim - 1)) > 0, weight, 0)


def _name_reports(entries: list[OutputMetric], several: bool) -> None:
    """Names in logs: the output's before it where there are several, ``weighted_`` where an output has the metric
    without weights too, numbered where they repeat. Source: as Keras."""
    seen: dict[str, int] = {}
    plain = {(entry.index, entry.name) for entry in entries if not entry.weighted}
    for entry in entries:
        base = f"weighted_{entry.name}" if entry.weighted and (entry.index, entry.name) in plain else entry.name
        base = f"{entry.output}_{base}" if several and entry.output is not None else base
        count = seen.get(base, 0)
        seen[base] = count + 1
        entry.report = base if count == 0 else f"{base}_{count}"
