"""Files of weights told by their names and shapes, so that those can be damaged while the bytes stay whole."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping
from typing import Any

from cornu.saving.safetensors import DTYPES

_MOST = 4096  # elements of one array: more finds the same at a lower rate


def description(shapes: Mapping[str, tuple[int, ...]]) -> bytes:
    """What ``written`` makes a file of: a type and sizes for each name, as JSON."""
    return json.dumps({name: ["F32", *shape] for name, shape in shapes.items()}).encode()


def written(data: bytes) -> bytes:
    """The ``.safetensors`` file of ones that a description tells of; other bytes are a file by themselves."""
    try:
        told = json.loads(data.decode())
        arrays = {str(name): _array(*form) for name, form in told.items()}
    except (ValueError, TypeError, AttributeError, RecursionError, OverflowError):
        return data
    header: dict[str, Any] = {}
    at = 0
    for name, (kind, shape, size) in arrays.items():
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + b"\1" * at


def _array(kind: Any, *shape: Any) -> tuple[str, list[int], int]:
    if not all(type(size) is int for size in shape) or not 0 <= math.prod(shape) <= _MOST:
        raise ValueError(shape)
    name = kind if isinstance(kind, str) and kind in DTYPES else list(DTYPES)[int(kind) % len(DTYPES)]
    return name, list(shape), math.prod(shape) * DTYPES[name].itemsize
