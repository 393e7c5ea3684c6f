"""Text that changes in place in a notebook."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from typing import Any


def notebook_page() -> Callable[[str], None] | None:
    """A function that shows a text, in place of the one it showed before; None where this is no notebook's kernel.

    Needs nothing but the IPython that such a kernel runs: what is shown is plain text, which a saved notebook keeps
    as it was last.
    """
    module: Any = sys.modules.get("IPython")
    shell = None if module is None else module.get_ipython()
    if getattr(shell, "kernel", None) is None:
        return None
    display = importlib.import_module("IPython.display").display
    shown: list[Any] = []

    def show(text: str) -> None:
        bundle = {"text/plain": text}
        if shown:
            shown[0].update(bundle, raw=True)
        else:
            shown.append(display(bundle, raw=True, display_id=True))

    return show
