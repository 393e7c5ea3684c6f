"""JSON from strangers: sized before it is parsed, and no two readings of the same text.

Differences from `json.loads`: a repeated key, ``NaN``, ``Infinity``, a number too large for a
float, lone surrogates, and texts over the budgets of `Limits` are errors.
"""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

import numpy as np

from cornu.saving.errors import FileFormatError, UnsafeFileError
from cornu.saving.limits import DEFAULT_LIMITS, MIB, Limits


def parse_json(data: bytes | str, what: str = "JSON", limits: Limits = DEFAULT_LIMITS) -> Any:
    """The value of a JSON text.

    Args:
        data: UTF-8 without a byte-order mark, or text.
        what: what to call it in messages.

    Raises:
        UnsafeFileError: over a budget, a repeated key, or a number that is not finite.
        FileFormatError: not JSON.

    Example:

    >>> parse_json('{"units": 3}')
    {'units': 3}
    >>> parse_json('{"a": 1, "a": 2}')
    Traceback (most recent call last):
    cornu.core.errors.UnsafeFileError: JSON needs each key once; got 'a' twice.
    """
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    limits.check(f"{what} (bytes)", len(raw), "json_bytes")
    _check_structure(raw, what, limits)
    try:
        value = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=lambda pairs: _unique(pairs, what),
            parse_constant=lambda name: _not_finite(name, what),
            parse_float=lambda text: _float(text, what, limits),
            parse_int=lambda text: _int(text, what, limits),
        )
        if b"\\u" in raw:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeError as error:
        raise FileFormatError(f"{what} needs to be UTF-8 text; got {error}.") from None
    except json.JSONDecodeError as error:
        raise FileFormatError(f"{what} needs to be JSON; got an error: {error}.") from None
    return value


def parse_json_object(data: bytes | str, what: str = "JSON", limits: Limits = DEFAULT_LIMITS) -> dict[str, Any]:
    """As `parse_json`, for a text that must be one object (``{...}``)."""
    value = parse_json(data, what, limits)
    if not isinstance(value, dict):
        raise FileFormatError(f"{what} needs to be an object; got {type(value).__name__}.")
    return value


def _check_structure(raw: bytes, what: str, limits: Limits) -> None:
    """Count values and nesting before parsing: 32 MiB of ``[[],[],...`` would take gigabytes.

    Escapes are dropped first, so that each quote left opens or closes a string; the rest is
    counted with NumPy, a piece at a time (about 5 ns a byte, a tenth of the parsing).
    """
    if b"\\" in raw:
        raw = raw.replace(b"\\\\", b"").replace(b'\\"', b"")
    depth = values = quotes = opened = 0
    for start in range(0, len(raw), MIB):
        piece = np.frombuffer(raw, np.uint8, min(MIB, len(raw) - start), start)
        is_quote = piece == ord('"')
        outside = (np.cumsum(is_quote) + quotes) % 2 == 0
        # Quotes open and close in turn; a string in progress reaches at least to this piece's end.
        places = np.flatnonzero(is_quote) + start
        begins = np.append([opened] if quotes % 2 else [], places[quotes % 2 :: 2]).astype(np.int64)
        ends = np.append(places[1 - quotes % 2 :: 2], [start + len(piece)])
        if len(begins):
            longest = int((ends[: len(begins)] - begins).max())
            limits.check(f"{what} (length of a string)", longest, "json_string")
            opened = int(begins[-1])
        quotes += len(places)
        opens = ((piece == ord("[")) | (piece == ord("{"))) & outside
        closes = ((piece == ord("]")) | (piece == ord("}"))) & outside
        commas = (piece == ord(",")) & outside
        values += int(np.count_nonzero(opens) + np.count_nonzero(commas))
        level = depth + np.cumsum(opens.astype(np.int32) - closes)
        limits.check(f"{what} (nesting)", int(level.max()), "json_depth")
        depth = int(level[-1])
    limits.check(f"{what} (number of values)", values + 1, "json_values")


def _unique(pairs: list[tuple[str, Any]], what: str) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))
        raise UnsafeFileError(f"{what} needs each key once; got {twice[:80]!r} twice.")
    return result


def _not_finite(name: str, what: str) -> NoReturn:
    raise UnsafeFileError(f"{what} needs finite numbers; got {name[:80]}.")


def _float(text: str, what: str, limits: Limits) -> float:
    limits.check(f"{what} (length of a number)", len(text), "json_number")
    value = float(text)
    if not math.isfinite(value):
        _not_finite(text, what)
    return value


def _int(text: str, what: str, limits: Limits) -> int:
    limits.check(f"{what} (length of a number)", len(text), "json_number")
    return int(text)
