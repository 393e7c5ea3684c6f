"""What ``compile`` was given, and the losses and metrics that follow once the outputs are known."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Container, Sequence
from typing import Any

from cornu import losses, metrics, optimizers
from cornu.core import registry, spec, tree
from cornu.core.errors import explain
from cornu.train.compile_metrics import CompileMetrics, OutputMetric
from cornu.train.outputs import Output, by_output, describe_outputs, targets_by_output
from cornu.train.protocols import Trainable


@dataclasses.dataclass
class OutputLoss:
    """The loss of one output.

    Attributes:
        index: which output, flat.
        name: the output's name.
        function: ``f(y, y_pred, sample_weight) -> scalar``.
        weight: factor in the total, None for 1.
        mean: running mean of its own, where there are several losses.
    """

    index: int
    name: str
    function: Any
    weight: Any
    mean: Any = None


@dataclasses.dataclass
class Setup:
    """How a model is trained.

    Attributes:
        arguments: what ``compile`` was given.
        optimizer: the object.
        eager: whether steps run uncompiled.
        loss_mean: running mean of the total loss.
        losses: per output; empty until ``settle`` has seen outputs.
        compile_metrics: the metrics given; empty until then.
        functions: compiled functions by kind and structure, kept over fits.
        traces: how often a step was traced, by kind (for tests).
        names: of the outputs.
        batch_size: rows per step of the last fit on arrays.
        non_finite: of the first step of the last run that was not finite, and why.
        averages_rows: whether losses and metrics are means over rows, whatever the size of a batch.
    """

    arguments: dict[str, Any]
    optimizer: Any
    eager: bool = False
    loss_mean: Any = dataclasses.field(default_factory=lambda: metrics.Mean(name="loss"))
    losses: list[OutputLoss] = dataclasses.field(default_factory=list[OutputLoss])
    compile_metrics: CompileMetrics = dataclasses.field(default_factory=CompileMetrics)
    settled: bool = False
    functions: dict[Any, Any] = dataclasses.field(default_factory=dict[Any, Any])
    traces: dict[str, int] = dataclasses.field(default_factory=dict[str, int])
    names: list[str] = dataclasses.field(default_factory=list[str])
    batch_size: int | None = None
    averages_rows: bool = False
    non_finite: str | None = None

    def settle(self, model: Trainable, y: Any, y_pred: Any) -> None:
        """Match losses and metrics with the outputs; ``y`` and ``y_pred`` have shapes and dtypes."""
        if self.settled:
            return
        outputs = describe_outputs(model, y_pred)
        self.names = [output.name for output in outputs]
        self._settle_losses(outputs, y_pred)
        self._settle_metrics(outputs, y, y_pred)
        predictions = tree.flatten(y_pred)
        self.averages_rows = all(
            _averages_rows(loss.function, predictions[loss.index]) for loss in self.losses
        ) and all(getattr(metric, "counts_rows_by_weight", False) for metric in self.compile_metrics.metrics)
        self.settled = True

    def _settle_losses(self, outputs: list[Output], y_pred: Any) -> None:
        given = by_output(self.arguments["loss"], self.names, y_pred, "loss", is_item=callable)
        weights = by_output(self.arguments["loss_weights"], self.names, y_pred, "loss_weights")
        self.losses = [
            OutputLoss(i, output.name, _as_loss(item), weight)
            for i, (output, item, weight) in enumerate(zip(outputs, given, weights, strict=True))
            if item is not None
        ]
        if len(self.losses) > 1:
            seen: set[str] = set()
            for loss in self.losses:
                name = unused(outputs[loss.index].loss_name(loss.function), seen)
                seen.add(name)
                loss.mean = metrics.Mean(name="loss")
                loss.mean.name = name  # after the constructor, which refuses the '/' of nested outputs

    def _settle_metrics(self, outputs: list[Output], y: Any, y_pred: Any) -> None:
        targets = targets_by_output(y, self.names, y_pred)
        predictions = tree.flatten(y_pred)
        by_index = {loss.index: loss.function for loss in self.losses}
        items = [(self._by_output(a, y_pred), a == "weighted_metrics") for a in ("metrics", "weighted_metrics")]
        found: list[OutputMetric] = []
        for index, output in enumerate(outputs):
            for given, weighted in items:
                for item in _as_list(given[index]):
                    metric = self._metric(item, targets[index], predictions[index], by_index.get(index))
                    _make_state(metric, targets[index], predictions[index])
                    found.append(OutputMetric(index, output.prefix, metric, metric.name, weighted))
        self.compile_metrics.settle(found, self.names)

    def _by_output(self, argument: str, y_pred: Any) -> list[Any]:
        given = self.arguments[argument]
        if len(self.names) == 1 and isinstance(given, (list, tuple)):
            return [_only_list(given)]
        return by_output(given, self.names, y_pred, argument)

    def _metric(self, item: Any, y: Any, y_pred: Any, loss: Any) -> Any:
        if isinstance(item, str) and item.lower() in ("accuracy", "acc", "crossentropy", "ce"):
            return metrics.resolve_accuracy(item.lower(), y, y_pred, loss)
        return metrics.as_metric(item)

    def all_metrics(self) -> list[Any]:
        """Running mean of the loss, the metrics if any were given, running means of the outputs' losses."""
        given = any(self.arguments.get(a) is not None for a in ("metrics", "weighted_metrics"))
        means = [loss.mean for loss in self.losses if loss.mean is not None]
        return [self.loss_mean, *([self.compile_metrics] if given else []), *means]

    def config(self) -> dict[str, Any]:
        """What ``compile`` was given, as data."""
        data = {
            key: registry.serialize(value)
            for key, value in self.arguments.items()
            if key not in ("optimizer", "auto_scale_loss")
        }
        optimizer = getattr(self.optimizer, "inner_optimizer", None) if self.arguments["scaled"] else None
        data.pop("scaled", None)
        data["jit_compile"] = not self.eager
        return {"optimizer": registry.serialize(optimizer or self.optimizer), **data}


def _only_list(items: Any) -> Any:
    """Metrics of the only output: ``["mae"]`` and ``[["mae"]]`` are the same."""
    return items[0] if len(items) == 1 and isinstance(items[0], (list, tuple)) else items


def _as_list(items: Any) -> list[Any]:
    if items is None:
        return []
    return [i for i in tree.flatten(items) if i is not None] if isinstance(items, (list, tuple, dict)) else [items]


def unused(name: str, seen: Container[str]) -> str:
    """The name, or, if it is taken, the name with the first free number."""
    return next(n for n in itertools.chain([name], (f"{name}_{i}" for i in itertools.count(1))) if n not in seen)


def _averages_rows(loss: Any, y_pred: Any) -> bool:
    means = loss.reduction in ("sum_over_batch_size", "mean")
    return means and loss.keeps_rows(y_pred) and not loss.mixes_rows(y_pred)


def _as_loss(item: Any) -> Any:
    """The loss; a name stays its name, as in Keras."""
    loss = losses.as_loss(item)
    if isinstance(item, str) and isinstance(loss, losses.FunctionLoss):
        loss.name = item
    return loss


def renewed_optimizer(optimizer: Any, weights: Sequence[Any]) -> Any:
    """The optimizer for weights of which some have gone; what it kept for the others it keeps."""
    new = type(optimizer).from_config(optimizer.get_config())
    new.build(weights)
    kept = {v.path: v for v in optimizer.variables}
    for variable in new.variables:
        if variable.path in kept and kept[variable.path].shape == variable.shape:
            variable.assign(kept[variable.path].value)
    return new


def compile_setup(model: Trainable, *, optimizer: Any, eager: bool = False, **arguments: Any) -> Setup:
    """The setup that ``Model.compile`` asks for."""
    made = optimizers.get(optimizer)
    jit_compile = arguments.pop("jit_compile")
    run_eagerly = arguments.pop("run_eagerly")
    scaled = False
    policy = getattr(model, "dtype_policy", None)
    if (
        arguments.get("auto_scale_loss")
        and getattr(policy, "name", "") == "mixed_float16"
        and not hasattr(made, "inner_optimizer")
    ):
        made, scaled = optimizers.LossScaleOptimizer(made, name="loss_scale_optimizer"), True
    _check_loss_weights(arguments["loss_weights"])
    ordered = {
        "loss": arguments["loss"],
        "loss_weights": arguments["loss_weights"],
        "metrics": arguments["metrics"],
        "weighted_metrics": arguments["weighted_metrics"],
        "run_eagerly": bool(run_eagerly),
        "steps_per_execution": arguments["steps_per_execution"],
        "scaled": scaled,
    }
    setup = Setup(ordered, made, eager=bool(run_eagerly) or jit_compile is False)
    names = getattr(model, "output_names", None) if getattr(model, "functional", None) is not None else None
    if names is not None:
        _check_names(model, ordered)
    return setup


def _check_loss_weights(given: Any) -> None:
    for weight in tree.flatten(given):
        if isinstance(weight, (str, bytes)) or callable(weight):
            raise TypeError(
                explain(
                    "loss_weights of compile, its third argument,",
                    "numbers",
                    repr(weight),
                    "If these are metrics, write metrics=[...].",
                )
            )


def _check_names(model: Any, arguments: dict[str, Any]) -> None:
    """Unknown output names are found when ``compile`` is called, not in the first step."""
    for what in ("loss", "loss_weights", "metrics", "weighted_metrics"):
        if isinstance(arguments[what], dict):
            by_output(arguments[what], list(model.output_names), model.output, what)


def arguments_from_config(config: dict[str, Any]) -> dict[str, Any]:
    """Arguments of ``compile`` from data."""
    known = (
        "optimizer",
        "loss",
        "loss_weights",
        "metrics",
        "weighted_metrics",
        "run_eagerly",
        "steps_per_execution",
        "jit_compile",
    )
    return {key: registry.deserialize(config[key]) for key in known if key in config}


def require_setup(model: Any, what: str) -> Setup:
    """The setup, or an error that says to compile."""
    if model.training_setup is None:
        raise ValueError(
            explain(
                f"{what} of model {model.name!r}",
                "a compiled model",
                "one that was not",
                "Call model.compile(optimizer=..., loss=...) first.",
            )
        )
    return model.training_setup


def _make_state(metric: Any, y: Any, y_pred: Any) -> None:
    """Let a metric that makes its state from the first batch's shapes (F1Score) have it before a step is traced."""
    late = hasattr(type(metric), "build") or not metric.variables
    if y is not None and late:
        spec.evaluate(lambda y, y_pred: (metric.update_state(y, y_pred), y_pred)[1], y, y_pred)
