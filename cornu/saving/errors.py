"""What can be wrong with a file. Configs come from files, so the types live where configs are read."""

from cornu.core.errors import ConfigError, FileFormatError, GraphError, UnsafeFileError
from cornu.core.registry import UnknownClassError

__all__ = ["ConfigError", "FileFormatError", "GraphError", "UnknownClassError", "UnsafeFileError"]
