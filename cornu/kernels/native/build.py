"""Compiles the native kernels: ``python cornu/kernels/native/build.py [folder]``.

Uses the standard library alone, because the package's build runs it before anything is installed.
`isa.cc` is compiled once for each instruction set; which one runs is decided by the machine.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SOURCES = Path(__file__).parent
LIBRARY = "libcornu_kernels.so"
COMMON = ("attention", "choose", "convolution", "pooling", "rectified", "recurrence", "threefry")
FLAGS = ("-std=c++17", "-O3", "-fPIC", "-fvisibility=hidden", "-Wall", "-Wextra")
X86 = {
    "avx512": ("-mavx512f", "-mavx512dq", "-mavx512vl", "-mavx512bw", "-mavx2", "-mfma"),
    "avx2": ("-mavx2", "-mfma"),
    "plain": (),
}


def compiler() -> str | None:
    """The C++ compiler: ``CXX``, else the first of the usual names."""
    names = [os.environ["CXX"]] if os.environ.get("CXX") else ["c++", "g++", "clang++"]
    return next((found for name in names if (found := shutil.which(name))), None)


def include_directory() -> Path | None:
    """Headers of XLA's foreign functions, which come with jaxlib."""
    spec = importlib.util.find_spec("jaxlib")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "include"


def build(folder: Path = SOURCES, extra: tuple[str, ...] = ()) -> Path | None:
    """Compile into ``folder``; None where there is no compiler, no headers, or it fails."""
    command, headers = compiler(), include_directory()
    if command is None or headers is None or sys.platform not in ("linux", "darwin"):
        return None
    x86 = platform.machine() in ("x86_64", "AMD64")
    flags = (*FLAGS, *extra, "-isystem", str(headers), *(("-DCORNU_X86",) if x86 else ()))
    jobs = [(name, name, ()) for name in COMMON]
    jobs += [
        (f"isa_{name}", "isa", (f"-DISA={name}", *options)) for name, options in (X86 if x86 else {"plain": ()}).items()
    ]
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(os.cpu_count()) as pool:
        objects = [str(Path(scratch, f"{name}.o")) for name, _, _ in jobs]
        compiles = [
            [command, *flags, *options, "-c", str(SOURCES / f"{source}.cc"), "-o", target]
            for (_, source, options), target in zip(jobs, objects, strict=True)
        ]
        results = list(pool.map(_run, compiles))
        library = folder / LIBRARY
        link = [command, "-shared", *extra, "-o", str(Path(scratch, LIBRARY)), *objects]
        if not (all(results) and _run(link)):
            return None
        # Moved into place whole: a process that has the old file open keeps it.
        shutil.copy(Path(scratch, LIBRARY), library.with_suffix(".new"))
        library.with_suffix(".new").replace(library)
        return library


def _run(command: list[str]) -> bool:
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.stderr:
        print(result.stderr, file=sys.stderr)
    return result.returncode == 0


if __name__ == "__main__":
    target = build(Path(sys.argv[1]) if len(sys.argv) > 1 else SOURCES, tuple(sys.argv[2:]))
    print(target or "No native kernels: they need a C++17 compiler and jaxlib.")
    sys.exit(target is None)
