"""Configs of older files in today's form: renamed and dropped arguments, nodes as lists, policies as names."""

from __future__ import annotations

from typing import Any

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
}
_RENAMED = {"batch_input_shape": "batch_shape"}
_OPTIMIZER_RENAMED = {"lr": "learning_rate"}
_OPTIMIZER_DROPPED = ("decay", "is_legacy_optimizer", "jit_compile")


def upgraded(data: Any) -> Any:
    """A model's config, from Keras 2 or an early Keras 3, as one that is read today."""
    if isinstance(data, list):
        return [upgraded(item) for item in data]
    if not isinstance(data, dict):
        return data
    result = {key: upgraded(value) for key, value in data.items()}
    config = result.get("config")
    if "class_name" not in result or not isinstance(config, dict):
        return result
    if result["class_name"] == "Model":
        result["class_name"] = "Functional"
    if result["class_name"] in ("Functional", "Sequential") and isinstance(config.get("layers"), list):
        result["config"] = _upgraded_graph(config)
    else:
        result["config"] = _upgraded_arguments(str(result["class_name"]), config)
    return result


def _upgraded_arguments(class_name: str, config: dict[str, Any]) -> dict[str, Any]:
    dropped = _DROPPED.get(class_name, ())
    config = {key: value for key, value in config.items() if key not in dropped}
    if class_name == "InputLayer":
        config = {_RENAMED.get(key, key): value for key, value in config.items()}
    policy = config.get("dtype")
    if isinstance(policy, dict) and policy.get("class_name") == "Policy":
        config["dtype"] = policy["config"]["name"]
    return config


def _upgraded_graph(config: dict[str, Any]) -> dict[str, Any]:
    layers = [
        {**layer, "inbound_nodes": _nodes(layer)} if "inbound_nodes" in layer else layer for layer in config["layers"]
    ]
    ends = {key: _end(config[key]) for key in ("input_layers", "output_layers") if key in config and _is_old(config)}
    return {**config, "layers": layers, **ends}


def _is_old(config: dict[str, Any]) -> bool:
    """Whether calls are written as lists, ``[["x", 0, 0, {}]]``, as Keras 2 did."""
    nodes = [node for layer in config["layers"] for node in layer.get("inbound_nodes", [])]
    return not any(isinstance(node, dict) for node in nodes)


def _end(ends: Any) -> Any:
    # Keras 2 wrote the one input or output of a model as a list of one.
    return ends[0] if isinstance(ends, list) and len(ends) == 1 and isinstance(ends[0], list) else ends


def _nodes(layer: dict[str, Any]) -> list[Any]:
    return [_node(node) if isinstance(node, list) else node for node in layer["inbound_nodes"]]


def _node(node: list[Any]) -> dict[str, Any]:
    """``[["x", 0, 0, {"mask": null}], ...]``: the tensors of the first argument, and the named ones."""
    if len(node) == 4 and isinstance(node[0], str):
        node = [node]
    tensors = [_tensor(item[:3]) for item in node]
    named = {key: _argument(value) for item in node for key, value in (item[3] if len(item) > 3 else {}).items()}
    return {"args": [tensors[0] if len(tensors) == 1 else tensors], "kwargs": named}


def _tensor(history: Any) -> dict[str, Any]:
    return {"class_name": "__keras_tensor__", "config": {"keras_history": list(history)}}


def _argument(value: Any) -> Any:
    is_tensor = isinstance(value, list) and len(value) == 3 and isinstance(value[0], str) and isinstance(value[1], int)
    return _tensor(value) if is_tensor else value


def upgraded_compile(training: dict[str, Any]) -> dict[str, Any]:
    """``training_config`` of an ``.h5`` file as a compile config."""
    optimizer = training.get("optimizer_config")
    if isinstance(optimizer, dict) and isinstance(optimizer.get("config"), dict):
        config = {
            _OPTIMIZER_RENAMED.get(k, k): v for k, v in optimizer["config"].items() if k not in _OPTIMIZER_DROPPED
        }
        name = str(optimizer.get("class_name")).removeprefix("Custom>")
        optimizer = {"class_name": name, "config": config}
    known = ("loss", "metrics", "weighted_metrics", "loss_weights")
    return {
        "optimizer": optimizer or "rmsprop",
        **{key: training[key] for key in known if training.get(key) is not None},
    }
