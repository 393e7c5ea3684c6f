"""How weights change by their gradients."""

from typing import Any

from cornu.core import registry
from cornu.core.errors import explain
from cornu.optimizers import legacy, schedules
from cornu.optimizers.adadelta import Adadelta
from cornu.optimizers.adafactor import Adafactor
from cornu.optimizers.adagrad import Adagrad
from cornu.optimizers.adam import Adam, AdamW
from cornu.optimizers.adamax import Adamax
from cornu.optimizers.ftrl import Ftrl
from cornu.optimizers.lamb import Lamb
from cornu.optimizers.lion import Lion
from cornu.optimizers.loss_scale_optimizer import LossScaleOptimizer
from cornu.optimizers.multi_optimizer import MultiOptimizer, OptimizerMap
from cornu.optimizers.muon import Muon
from cornu.optimizers.nadam import Nadam
from cornu.optimizers.optimizer import Optimizer
from cornu.optimizers.rmsprop import RMSprop
from cornu.optimizers.schedule_free_adamw import ScheduleFreeAdamW
from cornu.optimizers.sgd import SGD

__all__ = [
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "Lamb",
    "Lion",
    "LossScaleOptimizer",
    "MultiOptimizer",
    "Muon",
    "Nadam",
    "Optimizer",
    "OptimizerMap",
    "RMSprop",
    "SGD",
    "ScheduleFreeAdamW",
    "legacy",
    "schedules",
]

registry.publish("keras.optimizers", __name__)
_ALIASES = {name.lower(): globals()[name] for name in __all__ if name[0].isupper() and name != "OptimizerMap"}


def get(identifier: Any) -> Any:
    """An optimizer from an object, class, name in any case, or config; None stays None.

    Example:
        >>> type(get("rmsprop")).__name__
        'RMSprop'
    """
    if isinstance(identifier, dict):
        return deserialize(identifier)
    if isinstance(identifier, str):
        identifier = _ALIASES.get(identifier.lower(), identifier)
    found = registry.get(identifier, "keras.optimizers", "An optimizer", aliases=_ALIASES)
    if found is not None and not isinstance(found, Optimizer):
        raise ValueError(
            explain("An optimizer", "a name, a config, or an Optimizer", repr(found)[:80], "Pass one of these.")
        )
    return found


def serialize(optimizer: Any) -> Any:
    """The config of an optimizer."""
    return registry.serialize(optimizer)


def deserialize(config: Any, custom_objects: Any = None) -> Any:
    """The optimizer that a config describes; the library's class names are understood in any case."""
    known = _ALIASES.get(str(config.get("class_name")).lower())
    if known is not None and registry.registered_object(config["class_name"], custom_objects) is None:
        config = {**config, "module": "keras.optimizers", "class_name": known.__name__}
    return registry.deserialize(config, custom_objects)
