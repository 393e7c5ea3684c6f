"""Process-wide numeric defaults: float type, fuzz factor, image layout."""

from __future__ import annotations

_floatx = "float32"
_epsilon = 1e-7
_image_data_format = "channels_last"


def floatx() -> str:
    """Default float dtype name.

    Example:
        >>> floatx()
        'float32'
    """
    return _floatx


def set_floatx(value: str) -> None:
    """Set the default float dtype: "bfloat16", "float16", "float32" or "float64"."""
    global _floatx
    accepted = ("bfloat16", "float16", "float32", "float64")
    if value not in accepted:
        raise ValueError(f"set_floatx needs one of {accepted}; got {value!r}. Pass one of these names.")
    _floatx = value


def epsilon() -> float:
    """Small number that keeps divisions and logarithms finite."""
    return _epsilon


def set_epsilon(value: float) -> None:
    """Set the fuzz factor returned by ``epsilon``."""
    global _epsilon
    _epsilon = float(value)


def image_data_format() -> str:
    """Default position of the channel axis: "channels_last" or "channels_first"."""
    return _image_data_format


def set_image_data_format(data_format: str) -> None:
    """Set the default layout of images."""
    global _image_data_format
    _image_data_format = standardize_data_format(data_format)


def standardize_data_format(data_format: str | None) -> str:
    """The given layout, or the default for None."""
    if data_format is None:
        return _image_data_format
    name = str(data_format).lower()
    if name not in ("channels_last", "channels_first"):
        raise ValueError(
            "data_format needs 'channels_last' or 'channels_first'; "
            f"got {data_format!r}. Pass one of these two, or None for the default."
        )
    return name
