"""Functions on images."""

__all__ = []
