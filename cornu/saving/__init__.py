"""Files that travel both ways and can never hurt.

Read upwards: `errors` and `limits`; `window` (bytes by position); `checked_json`, `zip_reader`,
`hdf5`, `npz` and `safetensors`, which check what they read; `archive`, which puts them together.
"""

from cornu.saving.errors import FileFormatError, UnsafeFileError
from cornu.saving.limits import Limits

__all__ = ["FileFormatError", "Limits", "UnsafeFileError"]
