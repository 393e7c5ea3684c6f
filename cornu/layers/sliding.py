"""Layers that slide a window over the spatial axes: what their arguments must be, and how many windows fit."""

from __future__ import annotations

from typing import Any, ClassVar

from cornu.core.errors import ShapeError, explain, show_shape
from cornu.core.spec import Dimension, SymbolicShape, is_known
from cornu.layers import fields
from cornu.layers.input_spec import InputSpec
from cornu.layers.layer import Layer
from cornu.layers.spatial import resized, spatial_sizes

Sizes = tuple[int, ...]


class SlidingWindow(Layer):
    """Base of convolutions and pooling over ``rank`` spatial axes."""

    rank: ClassVar[int]
    # Words that ``padding`` may be.
    paddings: ClassVar[tuple[str, ...]] = ("valid", "same")

    strides: Sizes
    padding: str
    data_format: str

    def check(self) -> None:
        """One stride for each axis, a known word for the padding; the rank of the inputs."""
        self.strides = self._sizes("strides")
        self.padding = fields.choice(f"{type(self).__name__}'s padding", *self.paddings)(self.padding)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def _sizes(self, argument: str) -> Sizes:
        """One int for each spatial axis, from the argument of that name."""
        return fields.sizes(getattr(self, argument), self.rank, f"{type(self).__name__}'s {argument}")

    def _positions(self, input_shape: SymbolicShape, window: Sizes, dilation: Sizes) -> list[Dimension]:
        """On each spatial axis, the number of places at which the window is looked through."""
        sizes = spatial_sizes(input_shape, self.data_format)
        spans = tuple((size - 1) * space + 1 for size, space in zip(window, dilation, strict=True))
        if self.padding == "valid" and any(
            isinstance(n, int) and n < span for n, span in zip(sizes, spans, strict=True)
        ):
            raise self._too_small(input_shape, sizes, window, dilation, spans)

        def places(n: int, span: int, stride: int) -> int:
            return (n - span) // stride + 1 if self.padding == "valid" else -(-n // stride)

        return [
            resized(n, lambda n, span=span, stride=stride: places(n, span, stride))
            for n, span, stride in zip(sizes, spans, self.strides, strict=True)
        ]

    def _too_small(
        self, input_shape: SymbolicShape, sizes: SymbolicShape, window: Sizes, dilation: Sizes, spans: Sizes
    ) -> ShapeError:
        spread = f" spread to {spans} by dilation_rate {dilation}" if spans != window else ""
        return ShapeError(
            explain(
                self._who(),
                "an input no smaller than the window on each spatial axis",
                f"window {window}{spread} over size {show_shape(sizes)} of an input of shape {show_shape(input_shape)}",
                "Use a smaller window, padding='same', or a larger input; earlier layers may have shrunk it too far.",
            )
        )

    def _channels(self, input_shape: SymbolicShape) -> int:
        """The number of channels, which must be known to make weights."""
        if len(input_shape) != self.rank + 2:
            return self._refuse(input_shape, f"an input of {self.rank + 2} axes")
        channels = input_shape[-1 if self.data_format == "channels_last" else 1]
        if not is_known(channels):
            return self._refuse(input_shape, f"a known number of channels ({self.data_format})")
        return channels  # pyright: ignore[reportReturnType]  # a number by now

    def _refuse(self, input_shape: SymbolicShape, needs: str) -> Any:
        raise ShapeError(
            explain(
                self._who(),
                needs,
                f"shape {show_shape(input_shape)}",
                "Give all sizes but those that vary in Input(shape=...).",
            )
        )
