"""The base of learning rate schedules."""

from __future__ import annotations

from typing import Any

from cornu.core import registry
from cornu.core.errors import explain


class LearningRateSchedule(registry.Configured):
    """A learning rate that depends on the step: a function ``step -> rate``.

    Subclasses write ``__call__``, which must do with a traced integer scalar, and ``get_config``.

    Example:
        >>> class Halving(LearningRateSchedule):
        ...     def __call__(self, step):
        ...         return 0.5**step
        ...     def get_config(self):
        ...         return {}
        >>> Halving()(2)
        0.25
    """

    def __call__(self, step: Any) -> Any:
        """The learning rate of a step; steps count from 0."""
        raise NotImplementedError(
            f"Learning rate schedule {type(self).__name__} needs a __call__(step) method; got none. Define it."
        )

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        if not hasattr(type(self), "__declared_fields__"):
            raise NotImplementedError(
                f"Learning rate schedule {type(self).__name__} needs a get_config method; got none. Define it."
            )
        return super().get_config()

    @staticmethod
    def from_data(data: dict[str, Any]) -> Any:
        """The schedule or function that data names, as in a config's learning rate."""
        found = registry.deserialize(data)
        if not callable(found):
            raise ValueError(
                explain("A learning rate's config", "a schedule", repr(data)[:80], "Write a number or a schedule.")
            )
        return found
