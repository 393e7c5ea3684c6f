"""Calls in older configs: nodes as lists of ``[layer, call, index, arguments]``, and functions of TensorFlow in graphs."""

from __future__ import annotations

from typing import Any, NamedTuple

from cornu.core.errors import explain
from cornu.ops import file_names
from cornu.saving.errors import UnknownClassError

_CONSTANT = "_CONSTANT_VALUE"


def old_call(node: list[Any]) -> dict[str, Any]:
    """``[["x", 0, 0, {"mask": null}], ...]``: the tensors of the first argument, and the named ones.

    Example:
        >>> old_call([["x", 0, 0, {"training": False}]])["kwargs"]
        {'training': False}
    """
    if len(node) == 4 and isinstance(node[0], str):
        node = [node]
    first = [item[2] if item[0] == _CONSTANT else _tensor(item[:3]) for item in node]
    named = {key: _argument(value) for item in node for key, value in (item[3] if len(item) > 3 else {}).items()}
    return {"args": [first[0] if len(first) == 1 else first], "kwargs": named}


def _tensor(history: Any) -> dict[str, Any]:
    return {"class_name": "__keras_tensor__", "config": {"keras_history": list(history)}}


def _argument(value: Any) -> Any:
    is_list = isinstance(value, list)
    if is_list and len(value) == 3 and isinstance(value[0], str) and isinstance(value[1], int):
        return value[2] if value[0] == _CONSTANT else _tensor(value)
    if is_list:
        return [_argument(item) for item in value]
    return value


class _Function(NamedTuple):
    """What a function of TensorFlow is here, and where its arguments go."""

    class_name: str
    # Arguments of TensorFlow that stay arguments of the call, in order; the first is the tensor itself.
    call: tuple[str, ...]
    # Arguments of TensorFlow -> keys of the config.
    config: dict[str, str]


def _reduction(name: str) -> _Function:
    return _Function(name, (), {"axis": "axis", "keepdims": "keepdims"})


def _two(name: str) -> _Function:
    return _Function(name, ("y",), {})


def _one(name: str) -> _Function:
    return _Function(name, (), {})


_FUNCTIONS = {
    "__operators__.add": _two("Add"),
    "math.add": _two("Add"),
    "math.subtract": _two("Subtract"),
    "math.multiply": _two("Multiply"),
    "math.truediv": _two("TrueDivide"),
    "math.divide": _two("TrueDivide"),
    "math.pow": _two("Power"),
    "math.maximum": _two("Maximum"),
    "math.minimum": _two("Minimum"),
    "math.floordiv": _two("FloorDivide"),
    "math.greater": _two("Greater"),
    "math.less": _two("Less"),
    "math.abs": _one("Absolute"),
    "math.exp": _one("Exp"),
    "math.log": _one("Log"),
    "math.negative": _one("Negative"),
    "math.sqrt": _one("Sqrt"),
    "math.rsqrt": _one("Rsqrt"),
    "math.square": _one("Square"),
    "math.sin": _one("Sin"),
    "math.cos": _one("Cos"),
    "math.sigmoid": _one("Sigmoid"),
    "math.tanh": _one("Tanh"),
    "math.reduce_sum": _reduction("Sum"),
    "math.reduce_mean": _reduction("Mean"),
    "math.reduce_max": _reduction("Max"),
    "math.reduce_min": _reduction("Min"),
    "math.reduce_prod": _reduction("Prod"),
    "math.l2_normalize": _Function("Normalize", (), {"axis": "axis"}),
    "nn.relu": _one("Relu"),
    "nn.relu6": _one("Relu6"),
    "nn.sigmoid": _one("Sigmoid"),
    "nn.tanh": _one("Tanh"),
    "nn.softmax": _Function("Softmax", (), {"axis": "axis"}),
    "nn.gelu": _Function("Gelu", (), {"approximate": "approximate"}),
    "nn.silu": _one("Silu"),
    "linalg.matmul": _Function("Matmul", ("b",), {}),
    "concat": _Function("Concatenate", (), {"axis": "axis"}),
    "stack": _Function("Stack", (), {"axis": "axis"}),
    "reshape": _Function("Reshape", (), {"shape": "newshape"}),
    "expand_dims": _Function("ExpandDims", (), {"axis": "axis"}),
    "compat.v1.squeeze": _Function("Squeeze", (), {"axis": "axis"}),
    "squeeze": _Function("Squeeze", (), {"axis": "axis"}),
    "compat.v1.transpose": _Function("Transpose", (), {"perm": "axes"}),
    "transpose": _Function("Transpose", (), {"perm": "axes"}),
    "cast": _Function("Cast", (), {"dtype": "dtype"}),
    "clip_by_value": _Function("Clip", (), {"clip_value_min": "x_min", "clip_value_max": "x_max"}),
    "__operators__.getitem": _Function("GetItem", ("slice_spec",), {}),
}
_CALLED_BY = ("TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer")


def old_function(data: dict[str, Any]) -> dict[str, Any]:
    """A function of TensorFlow in a graph of Keras 2 as the same function of today; other objects as they are.

    Raises:
        UnknownClassError: it is none of the functions that are known.
    """
    if data.get("class_name") not in _CALLED_BY:
        return data
    config = data["config"]
    function = _FUNCTIONS.get(str(config.get("function")))
    nodes = data.get("inbound_nodes")
    if function is None or not isinstance(nodes, list):
        raise UnknownClassError(
            explain(
                f"Loading layer {str(config.get('name'))[:80]!r} of Keras 2",
                "a function of TensorFlow that has a twin here",
                repr(config.get("function", data.get("class_name")))[:80],
                "Replace the call by a layer in the model's code, load_weights into it, and save it again.",
            )
        )
    calls = [_function_call(function, old_call(node)) for node in nodes]
    # One operation for each call: these have no weights that they could share.
    first_config, first_call = calls[0] if calls else ({}, None)
    return {
        "module": file_names.module_of_class(function.class_name),
        "class_name": function.class_name,
        "registered_name": function.class_name,
        "config": {"name": config.get("name"), **first_config},
        "name": data.get("name", config.get("name")),
        "inbound_nodes": [first_call] if first_call else [],
    }


def _function_call(function: _Function, call: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    kwargs = {key: value for key, value in call["kwargs"].items() if key != "name" and value is not None}
    config = {key: kwargs.pop(name) for name, key in function.config.items() if name in kwargs}
    args = [*call["args"], *(kwargs.pop(name) for name in function.call if name in kwargs)]
    if function.class_name == "GetItem":
        args[1] = [_slice(part) for part in args[1]]
    return config, {"args": args, "kwargs": {k: v for k, v in kwargs.items() if v is not False}}


def _slice(part: Any) -> Any:
    if isinstance(part, dict) and set(part) == {"start", "stop", "step"}:
        return {"class_name": "__slice__", "config": part}
    return part
