"""Data sets, each a module with ``load_data()`` that returns NumPy arrays."""

from cornu.datasets import digits

__all__ = ["digits"]
