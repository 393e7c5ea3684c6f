"""Where a graph begins."""

from __future__ import annotations

from typing import Any

from cornu.core import dtypes
from cornu.core.errors import explain
from cornu.core.graph import record
from cornu.core.spec import KerasTensor, standardize_shape
from cornu.layers.layer import Layer


class InputLayer(Layer):
    """A graph's entry: it has one output, the tensor that ``Input`` returns.

    Args:
        shape: sizes without the batch axis.
        batch_size: size of the batch axis; None if it varies.
        dtype: dtype of the data.
        sparse, ragged: accepted for files; only dense data is computed.
        batch_shape: all sizes, instead of the first two arguments.
        input_tensor: a symbolic tensor whose shape and dtype to take.
        optional: whether None may be passed for it.
    """

    def __init__(
        self,
        shape: Any = None,
        batch_size: int | None = None,
        dtype: Any = None,
        sparse: bool | None = None,
        ragged: bool | None = None,
        batch_shape: Any = None,
        input_tensor: Any = None,
        optional: bool = False,
        name: str | None = None,
        **kwargs: Any,
    ):
        kwargs.pop("trainable", None)
        super().__init__(name=name, **kwargs)
        if input_tensor is not None:
            batch_shape, dtype = tuple(input_tensor.shape), dtype or input_tensor.dtype
        self.batch_shape = _batch_shape(self.name, shape, batch_size, batch_shape)
        self._dtype = dtypes.standardize_dtype(dtype)
        self.sparse, self.ragged, self.optional = bool(sparse), bool(ragged), bool(optional)
        self.built = True
        record(self, (), {}, KerasTensor(self.batch_shape, self._dtype, name=self.name))

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Not to be called: the tensor is there already."""
        raise TypeError(
            explain(f"Input {self.name!r}", "not to be called", "a call", "Use the tensor that Input(...) returned.")
        )

    @property
    def dtype(self) -> str:
        """dtype of the data."""
        return self._dtype

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments; named sizes are written as unknown under ``batch_shape``."""
        return {
            "batch_shape": [d if isinstance(d, int) else None for d in self.batch_shape],
            "dtype": self._dtype,
            "sparse": self.sparse,
            "ragged": self.ragged,
            "name": self.name,
            "optional": self.optional,
        }


def _batch_shape(name: str, shape: Any, batch_size: Any, batch_shape: Any) -> tuple[Any, ...]:
    if batch_shape is not None:
        if shape is not None or batch_size is not None:
            raise ValueError(
                explain(f"Input {name!r}", "batch_shape alone, or shape and batch_size", "both", "Remove one of them.")
            )
        return standardize_shape(batch_shape)
    if shape is None:
        raise ValueError(explain(f"Input {name!r}", "a shape", "none", "Write for example Input(shape=(28, 28, 1))."))
    if isinstance(shape, (int, str)):
        raise TypeError(
            explain(f"Input {name!r}", "a shape that is a tuple", repr(shape), f"Write Input(shape=({shape!r},)).")
        )
    return (batch_size, *standardize_shape(shape))


def Input(
    shape: Any = None,
    batch_size: int | None = None,
    dtype: Any = None,
    sparse: bool | None = None,
    ragged: bool | None = None,
    batch_shape: Any = None,
    name: str | None = None,
    tensor: Any = None,
    optional: bool = False,
) -> KerasTensor:
    """A symbolic tensor at which a graph begins.

    Args:
        shape: sizes without the batch axis; None where unknown, a string where unknown but one size throughout
            the graph: ``Input(("time", 64))``.
        batch_size: size of the batch axis; None if it varies.
        dtype: dtype of the data; the default float if None.
        batch_shape: all sizes, instead of ``shape`` and ``batch_size``.
        name: name of the input, by which dict data is matched.
        tensor: a symbolic tensor whose shape and dtype to take.
        optional: whether None may be passed for it.

    Example:
        >>> Input((28, 28, 1), name="img")
        <KerasTensor shape=(None, 28, 28, 1), dtype=float32, name=img>
        >>> Input(("time", 64)).shape
        (None, 'time', 64)
    """
    layer = InputLayer(
        shape=shape,
        batch_size=batch_size,
        dtype=dtype,
        sparse=sparse,
        ragged=ragged,
        batch_shape=batch_shape,
        input_tensor=tensor,
        optional=optional,
        name=name,
    )
    return layer.output
