"""Process-wide settings: float type, fuzz factor, image layout, dtype policy, memory."""

from cornu.core.config import epsilon, floatx, image_data_format, set_epsilon, set_floatx, set_image_data_format
from cornu.core.dtypes import dtype_policy, set_dtype_policy
from cornu.kernels.freed_memory import keep_freed_memory

__all__ = [
    "backend",
    "dtype_policy",
    "epsilon",
    "floatx",
    "image_data_format",
    "keep_freed_memory",
    "set_dtype_policy",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
]


def backend() -> str:
    """The engine: always "jax".

    Example:
        >>> backend()
        'jax'
    """
    return "jax"
