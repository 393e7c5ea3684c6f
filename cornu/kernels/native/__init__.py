"""Native kernels: C++ sources, what compiles and loads them, and how JAX calls them."""

from cornu.kernels.native.library import available, vectors
from cornu.kernels.native.primitive import define, transpose_each_other

__all__ = ["available", "define", "transpose_each_other", "vectors"]
