"""Names that Keras keeps only to say that they are gone."""

from __future__ import annotations

from typing import Any


class LegacyOptimizer:
    """An optimizer of Keras 2's ``legacy`` package: making one raises.

    Raises:
        ImportError: always.
    """

    def __init__(self, *args: Any, **kwargs: Any):
        raise ImportError(
            "An optimizer of optimizers.legacy needs Keras 2; got Cornu, which follows Keras 3. "
            "Use the class of the same name in optimizers."
        )


Adagrad = Adam = Ftrl = Optimizer = RMSprop = SGD = LegacyOptimizer

__all__ = ["Adagrad", "Adam", "Ftrl", "Optimizer", "RMSprop", "SGD"]
