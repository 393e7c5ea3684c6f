"""Several tensors become one, element by element: sum, difference, product, mean, extremes."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from cornu.core import dtypes
from cornu.core.declare import declared
from cornu.kernels import gradient_kept
from cornu.layers.layer import Layer
from cornu.layers.merging.shapes import broadcast, input_shapes


class ElementwiseMerge(Layer):
    """Base: brings the inputs to one rank, and merges shapes and masks; ``merge`` computes."""

    supports_masking = True
    # How many inputs there are, at least and at most.
    inputs_least, inputs_most = 1, None

    def merge(self, tensors: Sequence[jax.Array]) -> jax.Array:
        """One tensor from tensors of one rank."""
        raise NotImplementedError

    def build(self, input_shape: Any) -> None:
        """Nothing to make; the shapes are compared."""
        self.compute_output_shape(input_shape)
        self.built = True

    def call(self, inputs: Any) -> Any:
        """The merged tensor."""
        rank = max(x.ndim for x in inputs)
        return self.merge([_with_rank(x, rank) for x in inputs])

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape to which all inputs broadcast."""
        shapes = input_shapes(self._who(), input_shape, self.inputs_least, self.inputs_most)
        return broadcast(self._who(), shapes)

    def compute_output_dtype(self, *received: str) -> str:
        """What the inputs' dtypes promote to."""
        return dtypes.result_type(*received)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """A step counts where it counts in any input; no mask if an input has none."""
        if previous_mask is None or any(mask is None for mask in previous_mask):
            return None
        return functools.reduce(jnp.logical_or, previous_mask)


def _with_rank(x: jax.Array, rank: int) -> jax.Array:
    """Axes of size 1 after the batch axis."""
    return x if x.ndim == rank else x.reshape(x.shape[0], *(1,) * (rank - x.ndim), *x.shape[1:])


@declared
class Add(ElementwiseMerge):
    """Sum: ``y = x1 + x2 + ...``.

    Shapes:
        x1, x2, ...: (batch, ...), equal or broadcasting; lower ranks get axes of size 1 after the batch axis.
        y: (batch, ...), to which all broadcast.

    Example:
        >>> import numpy as np
        >>> Add()([np.ones((2, 3), "float32"), np.full((2, 1), 2.0, "float32")])[0].tolist()
        [3.0, 3.0, 3.0]

    Source: numbers, shapes and masks as ``keras.layers.Add``.
    """

    def merge(self, tensors: Sequence[jax.Array]) -> jax.Array:
        """The sum."""
        return gradient_kept(functools.reduce(jnp.add, tensors))


@declared
class Subtract(ElementwiseMerge):
    """Difference of two: ``y = x1 - x2``.

    Shapes:
        x1, x2: (batch, ...), equal or broadcasting.
        y: (batch, ...), to which both broadcast.

    Example:
        >>> import numpy as np
        >>> Subtract()([np.full((1, 2), 3.0, "float32"), np.ones((1, 2), "float32")]).tolist()
        [[2.0, 2.0]]

    Source: numbers, shapes and masks as ``keras.layers.Subtract``.
    """

    inputs_least, inputs_most = 2, 2

    def merge(self, tensors: Sequence[jax.Array]) -> jax.Array:
        """The first less the second."""
        return jnp.subtract(*tensors)


@declared
class Multiply(ElementwiseMerge):
    """Product: ``y = x1 * x2 * ...``.

    Shapes:
        x1, x2, ...: (batch, ...), equal or broadcasting.
        y: (batch, ...), to which all broadcast.

    Example:
        >>> import numpy as np
        >>> Multiply()([np.full((1, 2), 3.0, "float32"), np.full((1, 2), 2.0, "float32")]).tolist()
        [[6.0, 6.0]]

    Source: numbers, shapes and masks as ``keras.layers.Multiply``.
    """

    def merge(self, tensors: Sequence[jax.Array]) -> jax.Array:
        """The product."""
        return functools.reduce(jnp.multiply, tensors)


@declared
class Average(ElementwiseMerge):
    """Mean of n inputs: ``y = (x1 + ... + xn) / n``, a float.

    Shapes:
        x1, x2, ...: (batch, ...), equal or broadcasting.
        y: (batch, ...), to which all broadcast.

    Example:
        >>> import numpy as np
        >>> Average()([np.ones((1, 2), "int32"), np.full((1, 2), 2, "int32")]).tolist()
        [[1.5, 1.5]]

    Source: numbers, shapes and masks as ``keras.layers.Average``.
    """

    def merge(self, tensors: Sequence[jax.Array]) -> jax.Array:
        """The sum over the number of inputs."""
        return functools.reduce(jnp.add, tensors) / len(tensors)

    def compute_output_dtype(self, *received: str) -> str:
        """What the inputs' dtypes promote to; the default float for integers."""
        return dtypes.result_type(*received, float)


@declared
class Maximum(ElementwiseMerge):
    """Largest value at each place: ``y = max(x1, x2, ...)``.

    Shapes:
        x1, x2, ...: (batch, ...), equal or broadcasting.
        y: (batch, ...), to which all broadcast.

    Example:
        >>> import numpy as np
        >>> Maximum()([np.array([[1.0, 4.0]]), np.array([[3.0, 2.0]])]).tolist()
        [[3.0, 4.0]]

    Source: numbers, shapes and masks as ``keras.layers.Maximum``.
    """

    def merge(self, tensors: Sequence[jax.Array]) -> jax.Array:
        """The largest."""
        return functools.reduce(jnp.maximum, tensors)


@declared
class Minimum(ElementwiseMerge):
    """Smallest value at each place: ``y = min(x1, x2, ...)``.

    Shapes:
        x1, x2, ...: (batch, ...), equal or broadcasting.
        y: (batch, ...), to which all broadcast.

    Example:
        >>> import numpy as np
        >>> Minimum()([np.array([[1.0, 4.0]]), np.array([[3.0, 2.0]])]).tolist()
        [[1.0, 2.0]]

    Source: numbers, shapes and masks as ``keras.layers.Minimum``.
    """

    def merge(self, tensors: Sequence[jax.Array]) -> jax.Array:
        """The smallest."""
        return functools.reduce(jnp.minimum, tensors)


def add(inputs: Any, **kwargs: Any) -> Any:
    """Sum of a list of tensors: ``Add(**kwargs)(inputs)``.

    Example:
        >>> import numpy as np
        >>> add([np.ones((1, 2), "float32"), np.ones((1, 2), "float32")]).tolist()
        [[2.0, 2.0]]
    """
    return Add(**kwargs)(inputs)


def subtract(inputs: Any, **kwargs: Any) -> Any:
    """The first of two tensors less the second: ``Subtract(**kwargs)(inputs)``.

    Example:
        >>> import numpy as np
        >>> subtract([np.ones((1, 2), "float32"), np.ones((1, 2), "float32")]).tolist()
        [[0.0, 0.0]]
    """
    return Subtract(**kwargs)(inputs)


def multiply(inputs: Any, **kwargs: Any) -> Any:
    """Product of a list of tensors: ``Multiply(**kwargs)(inputs)``.

    Example:
        >>> import numpy as np
        >>> multiply([np.full((1, 2), 2.0, "float32"), np.full((1, 2), 3.0, "float32")]).tolist()
        [[6.0, 6.0]]
    """
    return Multiply(**kwargs)(inputs)


def average(inputs: Any, **kwargs: Any) -> Any:
    """Mean of a list of tensors: ``Average(**kwargs)(inputs)``.

    Example:
        >>> import numpy as np
        >>> average([np.ones((1, 2), "float32"), np.full((1, 2), 3.0, "float32")]).tolist()
        [[2.0, 2.0]]
    """
    return Average(**kwargs)(inputs)


def maximum(inputs: Any, **kwargs: Any) -> Any:
    """Largest value at each place of a list of tensors: ``Maximum(**kwargs)(inputs)``.

    Example:
        >>> import numpy as np
        >>> maximum([np.array([[1.0, 4.0]]), np.array([[3.0, 2.0]])]).tolist()
        [[3.0, 4.0]]
    """
    return Maximum(**kwargs)(inputs)


def minimum(inputs: Any, **kwargs: Any) -> Any:
    """Smallest value at each place of a list of tensors: ``Minimum(**kwargs)(inputs)``.

    Example:
        >>> import numpy as np
        >>> minimum([np.array([[1.0, 4.0]]), np.array([[3.0, 2.0]])]).tolist()
        [[1.0, 2.0]]
    """
    return Minimum(**kwargs)(inputs)
