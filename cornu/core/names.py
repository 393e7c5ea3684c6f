"""Names that objects get when the user gives none: ``dense``, ``dense_1``, ..."""

from __future__ import annotations

import re
from collections import Counter

_COUNTS: Counter[str] = Counter()


def snake_case(name: str) -> str:
    """Class name to the name used in layers and files.

    Example:
        >>> [snake_case(n) for n in ("Conv2D", "LSTM", "PReLU", "GlobalAveragePooling2D")]
        ['conv2d', 'lstm', 'p_re_lu', 'global_average_pooling2d']
    """
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def unique_name(prefix: str) -> str:
    """The prefix, or the prefix with the next free number, counted per process."""
    _COUNTS[prefix] += 1
    return prefix if _COUNTS[prefix] == 1 else f"{prefix}_{_COUNTS[prefix] - 1}"


def reset_names() -> None:
    """Start counting anew (``clear_session``)."""
    _COUNTS.clear()
