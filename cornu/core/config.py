"""Process-wide numeric defaults: float type, fuzz factor, image layout."""

from __future__ import annotations

_FLOATX = "float32"
_EPSILON = 1e-7
_IMAGE_DATA_FORMAT = "channels_last"


def floatx() -> str:
    """Default float dtype name.

    Example:
        >>> floatx()
        'float32'
    """
    return _FLOATX


def set_floatx(value: str) -> None:
    """Set the default float dtype: "bfloat16", "float16", "float32" or "float64"."""
    global _FLOATX
    accepted = ("bfloat16", "float16", "float32", "float64")
    if value not in accepted:
        raise ValueError(f"set_floatx needs one of {accepted}; got {value!r}. Pass one of these names.")
    _FLOATX = value


def epsilon() -> float:
    """Small number that keeps divisions and logarithms finite."""
    return _EPSILON


def set_epsilon(value: float) -> None:
    """Set the fuzz factor returned by ``epsilon``."""
    global _EPSILON
    _EPSILON = float(value)


def image_data_format() -> str:
    """Default position of the channel axis: "channels_last" or "channels_first"."""
    return _IMAGE_DATA_FORMAT


def set_image_data_format(data_format: str) -> None:
    """Set the default layout of images."""
    global _IMAGE_DATA_FORMAT
    _IMAGE_DATA_FORMAT = standardize_data_format(data_format)


def standardize_data_format(data_format: str | None) -> str:
    """The given layout, or the default for None."""
    if data_format is None:
        return _IMAGE_DATA_FORMAT
    name = str(data_format).lower()
    if name not in ("channels_last", "channels_first"):
        raise ValueError(
            "data_format needs 'channels_last' or 'channels_first'; "
            f"got {data_format!r}. Pass one of these two, or None for the default."
        )
    return name
