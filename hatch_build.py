"""Compiles the native kernels while the package is built, where a C++ compiler is there.

Without one, or if anything fails, the package is pure Python and XLA's own kernels are used.
"""

from __future__ import annotations

import importlib.util
import sysconfig
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NATIVE = Path("cornu", "kernels", "native")


class NativeKernels(BuildHookInterface):
    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """jaxlib brings the headers; without a compiler they are of no use."""
        return ["jaxlib>=0.10,<0.11"] if self._recipe().compiler() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel":
            return
        library = self._recipe().build()
        if library is None:
            self.app.display_warning("Native kernels are left out: no C++ compiler, or it failed.")
            return
        # For any Python 3 of this platform: the library knows XLA's interface, not Python's.
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform}"
        if version != "editable":
            build_data["force_include"][str(library)] = str(NATIVE / library.name)

    def _recipe(self) -> ModuleType:
        """`build.py`, loaded by its path: the package itself cannot be imported yet."""
        spec = importlib.util.spec_from_file_location("recipe", Path(self.root, NATIVE, "build.py"))
        assert spec is not None
        assert spec.loader is not None
        recipe = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(recipe)
        return recipe
