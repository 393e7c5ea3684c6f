"""What a layer accepts, as a condition on rank, sizes and dtype."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cornu.core import tree
from cornu.core.declare import declared, field
from cornu.core.errors import ShapeError, explain, show_shape
from cornu.core.registry import Configured


@declared
class InputSpec(Configured):
    """Rank, sizes and dtype that a layer's input must have.

    Args:
        dtype: dtype name, or None for any.
        shape: whole shape, None for free axes.
        ndim, max_ndim, min_ndim: rank.
        axes: sizes of certain axes, ``{axis: size}``.
        allow_last_axis_squeeze: whether a last axis of size 1 may be missing or extra.
        name: name of the argument in dict inputs.
        optional: whether None is accepted.
    """

    dtype: Any = None
    shape: Any = field(None, lambda s: None if s is None else tuple(s))
    ndim: int | None = None
    max_ndim: int | None = None
    min_ndim: int | None = None
    axes: dict[int, int] | None = field(None, lambda a: {int(k): v for k, v in (a or {}).items()})
    allow_last_axis_squeeze: bool = False
    name: str | None = None
    optional: bool = False

    if TYPE_CHECKING:

        def __init__(self, *args: Any, **kwargs: Any) -> None: ...  # the fields say it at run time

    def check(self) -> None:
        """Derive the rank from the shape."""
        if self.shape is not None:
            self.ndim = len(self.shape)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {**super().get_config(), "axes": self.axes}

    def __repr__(self) -> str:
        given = {k: v for k, v in self.get_config().items() if v not in (None, False, {})}
        return f"InputSpec({', '.join(f'{k}={v!r}' for k, v in given.items())})"


def check_inputs(spec: Any, inputs: Any, layer: str) -> None:
    """Compare a layer's inputs with its spec (one, or nested like the inputs)."""
    if spec is None:
        return
    specs, values = tree.flatten(spec), tree.flatten(inputs)
    if isinstance(spec, dict) and isinstance(inputs, dict):
        values = [inputs.get(name) for name in sorted(spec)]
    if len(specs) != len(values):
        raise ShapeError(explain(layer, f"{len(specs)} inputs", len(values), "Pass one tensor for each."))
    for one, x in zip(specs, values, strict=True):
        if one is not None and hasattr(x, "shape"):
            _check_one(one, x, layer)


def _check_one(spec: InputSpec, x: Any, layer: str) -> None:
    shape = tuple(x.shape)
    got = f"an input of shape {show_shape(shape)}"
    if spec.ndim is not None and len(shape) != spec.ndim and not spec.allow_last_axis_squeeze:
        raise ShapeError(explain(layer, f"an input of {spec.ndim} axes", got, _rank_advice(spec.ndim, len(shape))))
    if spec.min_ndim is not None and len(shape) < spec.min_ndim:
        raise ShapeError(
            explain(layer, f"an input of at least {spec.min_ndim} axes", got, _rank_advice(spec.min_ndim, len(shape)))
        )
    if spec.max_ndim is not None and len(shape) > spec.max_ndim:
        raise ShapeError(
            explain(layer, f"an input of at most {spec.max_ndim} axes", got, _rank_advice(spec.max_ndim, len(shape)))
        )
    if spec.dtype is not None and str(x.dtype) != spec.dtype:
        raise ShapeError(explain(layer, f"an input of dtype {spec.dtype}", x.dtype, "Cast it with cornu.ops.cast."))
    for axis, size in (spec.axes or {}).items():
        if size is not None and isinstance(shape[axis], int) and shape[axis] != size:
            raise ShapeError(
                explain(
                    layer,
                    f"size {size} on axis {axis}",
                    got,
                    "The layer was built for that size; use a new layer for another.",
                )
            )
    if spec.shape is not None:
        pairs = list(zip(spec.shape, shape, strict=False))
        if any(isinstance(a, int) and isinstance(b, int) and a != b for a, b in pairs):
            raise ShapeError(explain(layer, f"an input of shape {show_shape(spec.shape)}", got, "Reshape the input."))


def _rank_advice(want: int, have: int) -> str:
    if have < want:
        return (
            "Add an axis (cornu.ops.expand_dims, Reshape), or check Input(shape=...), which leaves out the batch axis."
        )
    return "Remove an axis (Flatten, GlobalAveragePooling, Reshape), or check Input(shape=...), which leaves out the batch axis."
