"""Configs of older files in today's form: renamed and dropped arguments, old places of classes, policies as names.

What the versions wrote was seen in files that they made: ``tests/saving/fixtures``.
"""

from __future__ import annotations

from typing import Any

from cornu.ops import file_names
from cornu.saving.upgrade_calls import old_call, old_function

Version = tuple[int, ...]
# Configs of this version and later are read as they are: the ends of a model say whether there is a list of one tensor
# or the tensor itself. Before, one tensor was written as a list of one.
FORM_OF_TODAY: Version = (3, 10)

# Arguments that older versions wrote and that no longer change anything.
_DROPPED = {
    "BatchNormalization": ("renorm", "renorm_clipping", "renorm_momentum", "fused", "virtual_batch_size"),
    "LSTM": ("implementation", "time_major"),
    "GRU": ("implementation", "time_major"),
    "SimpleRNN": ("time_major",),
    "Bidirectional": ("time_major",),
    "RNN": ("time_major",),
    "Embedding": ("input_length",),
    "DepthwiseConv2D": ("groups", "kernel_initializer", "kernel_regularizer", "kernel_constraint", "filters"),
    "DepthwiseConv1D": ("groups", "kernel_initializer", "kernel_regularizer", "kernel_constraint", "filters"),
    "Conv1DTranspose": ("groups",),
    "Conv2DTranspose": ("groups",),
    "Conv3DTranspose": ("groups",),
    "SeparableConv1D": ("groups", "kernel_initializer", "kernel_regularizer", "kernel_constraint"),
    "SeparableConv2D": ("groups", "kernel_initializer", "kernel_regularizer", "kernel_constraint"),
    "MultiHeadAttention": ("query_shape", "key_shape", "value_shape"),
    "Discretization": ("trainable", "bins"),
}
_RENAMED = {
    "InputLayer": {"batch_input_shape": "batch_shape"},
    "LeakyReLU": {"alpha": "negative_slope"},
}
# .h5 files name a class as its code does.
_CLASSES = {"Model": "Functional", "GroupedQueryAttention": "GroupQueryAttention"}
_OPTIMIZER_RENAMED = {"lr": "learning_rate"}
_OPTIMIZER_DROPPED = ("decay", "is_legacy_optimizer", "jit_compile")
_PLACES = {
    "keras.engine.functional": "keras.src.models.functional",
    "keras.src.engine.functional": "keras.src.models.functional",
    "keras.engine.sequential": "keras",
    "keras.src.engine.sequential": "keras",
    "keras.optimizers.experimental": "keras.optimizers",
    "keras.optimizers.legacy": "keras.optimizers",
}


def version_of(text: Any) -> Version:
    """``"2.15.0"`` as ``(2, 15)``; what says nothing is as old as can be.

    Example:
        >>> version_of("2.15.0"), version_of(None)
        ((2, 15), (2,))
    """
    parts = (text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)).split(".")[:2]
    return tuple(map(int, parts)) if len(parts) == 2 and all(p.isdigit() and len(p) < 4 for p in parts) else (2,)


def upgraded(data: Any, version: Version = (2,)) -> Any:
    """A model's config as written by a version, as one that is read today."""
    if isinstance(data, list):
        return [upgraded(item, version) for item in data]
    if not isinstance(data, dict):
        return data
    if "class_name" not in data or not isinstance(data.get("config"), dict):
        result = {key: upgraded(value, version) for key, value in data.items()}
        if isinstance(result.get("optimizer"), dict):  # a compile config
            result["optimizer"] = _upgraded_optimizer(result["optimizer"])
        return result
    if data["class_name"] in ("__numpy__", "__tensor__") and isinstance(data["config"].get("value"), (int, float)):
        return data["config"]["value"]  # a number that Keras 2 held as an array
    data = old_function(data)
    result = {key: value if key == "inbound_nodes" else upgraded(value, version) for key, value in data.items()}
    return _upgraded_object(result, version)


def _upgraded_object(data: dict[str, Any], version: Version) -> dict[str, Any]:
    name, config = str(data["class_name"]), data["config"]
    name = _CLASSES.get(name, name)
    data = {**data, "class_name": name}
    if isinstance(data.get("module"), str):
        data["module"] = _PLACES.get(data["module"], data["module"])
    if "inbound_nodes" in data:
        data["inbound_nodes"] = _nodes(data["inbound_nodes"])
    if version < (3,) and name != "Sequential":
        # Layers are built by their calls; Keras 2 wrote shapes of one argument for layers that take several.
        data.pop("build_config", None)
    if name in ("Functional", "Sequential") and isinstance(config.get("layers"), list):
        data["config"] = _upgraded_graph(config, version)
    elif name == "MeanMetricWrapper":
        return _metric(config)
    else:
        data["config"] = _upgraded_arguments(name, config)
    if "module" not in data and "trainable" not in data["config"] and "inbound_nodes" in data:
        place = file_names.module_of_class(name)  # .h5 files of Keras 3 name functions as if they were layers
        data = {**data, "module": place, "registered_name": name} if place else data
    return data


def _metric(config: dict[str, Any]) -> Any:
    """A metric that a name or a function stood for."""
    function = config.get("fn")
    function = function.get("config") if isinstance(function, dict) else function
    return config["name"] if config.get("name") in ("accuracy", "acc") else function


def _upgraded_arguments(class_name: str, config: dict[str, Any]) -> dict[str, Any]:
    renamed = _RENAMED.get(class_name, {})
    config = {renamed.get(key, key): value for key, value in config.items()}
    dropped = _DROPPED.get(class_name, ())
    config = {key: value for key, value in config.items() if key not in dropped}
    axis = config.get("axis")
    if class_name == "BatchNormalization" and isinstance(axis, list) and len(axis) == 1:
        config["axis"] = axis[0]
    if config.get("reduction") == "auto":
        config["reduction"] = "sum_over_batch_size"
    if "reduction" in config or "thresholds" in config:
        config.pop("fn", None)
    policy = config.get("dtype")
    if isinstance(policy, dict) and policy.get("class_name") == "Policy":
        config["dtype"] = policy["config"]["name"]
    elif class_name == "TextVectorization" and policy == "string":
        config["dtype"] = None
    return config


def _upgraded_graph(config: dict[str, Any], version: Version) -> dict[str, Any]:
    keys = [key for key in ("input_layers", "output_layers") if key in config]
    return {**config, **({key: _end(config[key]) for key in keys} if version < FORM_OF_TODAY else {})}


def _end(ends: Any) -> Any:
    # The one input or output of a model used to be a list of one.
    return ends[0] if isinstance(ends, list) and len(ends) == 1 and isinstance(ends[0], list) else ends


def _nodes(nodes: Any) -> Any:
    if not isinstance(nodes, list):
        return nodes  # which the reader refuses
    return [old_call(node) if isinstance(node, list) else node for node in nodes]


def upgraded_compile(training: dict[str, Any]) -> dict[str, Any]:
    """``training_config`` of an ``.h5`` file as a compile config."""
    known = ("loss", "metrics", "weighted_metrics", "loss_weights")
    return {
        "optimizer": _upgraded_optimizer(training.get("optimizer_config") or "rmsprop"),
        **{key: upgraded(_unlisted(training[key])) for key in known if training.get(key) is not None},
    }


def _unlisted(value: Any) -> Any:
    """Metrics of a model with one output were a list in a list."""
    return value[0] if isinstance(value, list) and len(value) == 1 and isinstance(value[0], list) else value


def _upgraded_optimizer(optimizer: Any) -> Any:
    if not isinstance(optimizer, dict) or not isinstance(optimizer.get("config"), dict):
        return optimizer
    config = {_OPTIMIZER_RENAMED.get(k, k): v for k, v in optimizer["config"].items() if k not in _OPTIMIZER_DROPPED}
    name = str(optimizer.get("class_name")).removeprefix("Custom>")
    if isinstance(optimizer.get("registered_name"), str) and not optimizer["registered_name"].startswith("Custom>"):
        return {**optimizer, "config": config}
    place = optimizer.get("module")
    place = _PLACES.get(place, place) if isinstance(place, str) else "keras.optimizers"
    return {"module": place, "class_name": name, "config": config, "registered_name": None}
