"""Adding and multiplying by random values."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp

from cornu.core.declare import declared, field
from cornu.core.errors import explain
from cornu.layers import fields
from cornu.layers.regularization.dropout import noise_shape_of
from cornu.layers.regularization.random_layer import RandomLayer

# Where SELU saturates: -scale * alpha (Klambauer et al. 2017, equation 14).
_SATURATION = -1.0507009873554804934193349852946 * 1.6732632423543772848170429916717


def _non_negative(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
        raise ValueError(explain("GaussianNoise's stddev", "a number from 0", repr(value), "Pass for example 0.1."))
    return value


@declared
class GaussianNoise(RandomLayer):
    """In training noise is added: ``y = x + stddev * n``, n normal with mean 0 and variance 1.

    Shapes:
        x: any shape, any float dtype. y: as x.

    Example:
        >>> import numpy as np
        >>> GaussianNoise(0.1)(np.ones(2, "float32")).tolist()
        [1.0, 1.0]

    Source: draws as ``keras.layers.GaussianNoise`` on JAX for the same seed.
    """

    stddev: float = field(converter=_non_negative)
    seed: int | None = None

    @property
    def idle(self) -> bool:
        """Whether nothing is ever added."""
        return self.stddev == 0

    def disturb(self, inputs: Any, key: jax.Array) -> Any:
        """The inputs with noise added."""
        return inputs + self.stddev * jax.random.normal(key, inputs.shape, inputs.dtype)


@declared
class GaussianDropout(RandomLayer):
    """In training values are multiplied by noise: ``y = x * (1 + n * sqrt(rate / (1 - rate)))``, n normal.

    Shapes:
        x: any shape, any float dtype. y: as x.

    Example:
        >>> import numpy as np
        >>> GaussianDropout(0.1)(np.ones(2, "float32")).tolist()
        [1.0, 1.0]

    Source: Srivastava et al. 2014, section 10; draws as ``keras.layers.GaussianDropout`` on JAX for the same seed.
    """

    rate: float = fields.rate("GaussianDropout's rate", below_one=True)
    seed: int | None = None

    @property
    def idle(self) -> bool:
        """Whether nothing is ever changed."""
        return self.rate == 0

    def disturb(self, inputs: Any, key: jax.Array) -> Any:
        """The inputs times noise around 1."""
        stddev = math.sqrt(self.rate / (1.0 - self.rate))
        return inputs * (1 + stddev * jax.random.normal(key, inputs.shape, inputs.dtype))


@declared
class AlphaDropout(RandomLayer):
    """Dropout that keeps mean and variance of normalised inputs, for networks of SELUs.

    In training each value is set to SELU's saturation with probability ``rate``, and then ``y = a * x + b``
    with a and b such that mean 0 and variance 1 stay so.

    Shapes:
        x: any shape, any float dtype. y: as x.

    Args:
        rate: probability of saturation, from 0 to below 1.
        noise_shape: shape of the draw; 1 where all values along an axis share one, None for the input's size.
        seed: int; the same seed gives the same draws.

    Example:
        >>> import numpy as np
        >>> AlphaDropout(0.1)(np.ones(2, "float32")).tolist()
        [1.0, 1.0]

    Source: Klambauer et al. 2017, section 2; draws as ``keras.layers.AlphaDropout`` on JAX for the same seed.
    """

    rate: float = fields.rate("AlphaDropout's rate", below_one=True)
    noise_shape: Any = field(None, lambda shape: None if shape is None else tuple(shape))
    seed: int | None = None

    @property
    def idle(self) -> bool:
        """Whether nothing is ever changed."""
        return self.rate == 0

    def disturb(self, inputs: Any, key: jax.Array) -> Any:
        """The inputs with values saturated, scaled back."""
        kept = 1 - self.rate
        shape = noise_shape_of(self.noise_shape, inputs.shape, self._who())
        keep = jax.random.uniform(key, shape) >= self.rate
        a = (kept * (1 + self.rate * _SATURATION**2)) ** -0.5
        b = -a * _SATURATION * self.rate
        return a * jnp.where(keep, inputs, jnp.asarray(_SATURATION, inputs.dtype)) + b
