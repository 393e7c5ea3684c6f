"""Real numbers by the bin that they fall into."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from cornu.core.declare import declared, field
from cornu.core.errors import explain
from cornu.core.spec import KerasTensor
from cornu.layers.layer import Layer
from cornu.layers.preprocessing.batches_of import batches_of
from cornu.layers.preprocessing.categories import encoded, encoded_shape, no_sparse, output_mode


@declared
class Discretization(Layer):
    """The number of bin boundaries that are not above x: 0 below the first, n from the last on.

    Shapes:
        x: (...), numbers.
        y: (...), integers; or rows of them, see ``CategoryEncoding``.

    Args:
        bin_boundaries: n rising numbers between n + 1 bins.
        num_bins: how many bins ``adapt`` shall make, of equally many values each; instead of bin_boundaries.
        epsilon: how exact it is, as a part of the values; smaller is slower.
        output_mode: "int", "one_hot", "multi_hot" or "count".

    Example:
        >>> import numpy as np
        >>> Discretization([0.0, 1.0])(np.array([-1.0, 0.0, 5.0])).tolist()
        [0, 1, 2]

    Source: numbers and boundaries as ``keras.layers.Discretization``.
    """

    bin_boundaries: Any = field(None, lambda b: None if b is None else [float(x) for x in b])
    num_bins: int | None = None
    epsilon: float = 0.01
    output_mode: str = output_mode("Discretization")
    sparse: bool = no_sparse("Discretization")
    dtype: Any = field(None, base=True)
    name: Any = field(None, base=True)

    def check(self) -> None:
        """Boundaries are given or learnt."""
        if self.num_bins is None and self.bin_boundaries is None:
            raise ValueError(
                explain(f"Discretization {self.name!r}", "bin_boundaries or num_bins", "neither", "Pass one of them.")
            )
        if self.num_bins is not None and self.num_bins < 0:
            raise ValueError(
                explain(f"Discretization {self.name!r}", "num_bins of 0 or more", self.num_bins, "Raise it.")
            )
        self._summary = np.zeros((2, 0))
        self.autocast = False
        self.built = True

    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Learn the boundaries from an array, or from batches, ``steps`` of them at most."""
        self.reset_state()
        for batch in batches_of(data, steps):
            self.update_state(batch)
        self.finalize_state()

    def update_state(self, data: Any) -> None:
        """Take one batch into the summary from which the boundaries are made."""
        if self.num_bins is None:
            raise ValueError(
                explain(f"adapt of {self.name!r}", "num_bins", "bin_boundaries given", "Make it with num_bins=.")
            )
        values = np.sort(np.asarray(data).reshape(-1))
        step = max(values.size * self.epsilon, 1.0)
        kept = values[int(step) - 1 :: int(step)].astype("float64")
        new = np.stack([kept, np.full_like(kept, step)])
        both = np.concatenate([self._summary, new], axis=1)
        self._summary = _compressed(both[:, np.argsort(both[0], kind="stable")], self.epsilon)

    def finalize_state(self) -> None:
        """Make the boundaries from what was seen."""
        if self.num_bins is not None and self._summary.size:
            self.bin_boundaries = [float(b) for b in _compressed(self._summary, 1 / self.num_bins)[0, :-1]]

    def reset_state(self) -> None:
        """Forget what was seen."""
        if self.num_bins is not None:
            self._summary = np.zeros((2, 0))

    def call(self, inputs: Any) -> Any:
        """Bins of numbers."""
        if self.bin_boundaries is None:
            raise ValueError(
                explain(self._who(), "bin boundaries before it is called", "none yet", "Call adapt(data) first.")
            )
        bounds = jnp.asarray(self.bin_boundaries, "float32")
        ids = jnp.searchsorted(bounds, jnp.asarray(inputs, "float32"), side="right").astype("int32")
        return encoded(ids, self.output_mode, len(self.bin_boundaries) + 1, self.compute_dtype)

    def compute_output_spec(self, inputs: Any) -> KerasTensor:
        """Integers, or rows in the policy's compute dtype."""
        depth = len(self.bin_boundaries or ()) + 1 if self.bin_boundaries is not None else self.num_bins or 1
        shape = encoded_shape(tuple(inputs.shape), self.output_mode, depth)
        return KerasTensor(shape, "int32" if self.output_mode == "int" else self.compute_dtype)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, with the boundaries that were learnt."""
        config = super().get_config()
        own = {key: config[key] for key in ("bin_boundaries", "num_bins", "epsilon", "output_mode", "sparse")}
        return {**own, "name": self.name, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """The layer, with boundaries that were learnt."""
        if config.get("bin_boundaries") is not None and config.get("num_bins") is not None:
            layer = super().from_config({**config, "bin_boundaries": None})
            layer.bin_boundaries = [float(b) for b in config["bin_boundaries"]]
            return layer
        return super().from_config(config)


def _compressed(summary: np.ndarray, part: float) -> np.ndarray:
    """A summary (values, weights) with about 1 / part values, at equal steps of the accumulated weight."""
    if summary.shape[1] * part < 1:
        return summary
    places = part + np.arange(0.0, 1.0, part)
    weights = np.cumsum(summary[1])
    values = np.interp(places, weights / weights[-1], summary[0])
    reached = np.interp(places, weights / weights[-1], weights)
    return np.stack([values, np.diff(reached, prepend=0.0)])
