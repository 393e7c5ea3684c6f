"""Packages that a callback needs and the library does not."""

from __future__ import annotations

import importlib
from typing import Any

from cornu.core.errors import explain


def optional_package(module: str, extra: str, what: str) -> Any:
    """The module; without it an error that says what to install.

    Raises:
        ImportError: if it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        do = f"Run: pip install 'cornu[{extra}]'"
        raise ImportError(explain(what, f"the package {module}", "none", do), name=module) from error
