"""Compiled programs outlive the process: XLA's results are kept in the user's cache folder.

A training step of the guide's toy ResNet takes 2.3 s to its first result in a new process, 0.4 s from this
cache. The folder is ``$CORNU_CACHE``, or the platform's place for caches. Who has set JAX's own
``jax_compilation_cache_dir`` (or ``JAX_COMPILATION_CACHE_DIR``) keeps that; ``CORNU_COMPILATION_CACHE=0``
leaves compiled programs to the process.
"""

from __future__ import annotations

import functools
import hashlib
import logging
import os
import platform
import sys
from pathlib import Path

import jax

_LOG = logging.getLogger("cornu")
# Oldest entries go beyond this; a program takes 50 kB to 5 MB.
_LIMIT_BYTES = 2 << 30
# Shorter compilations (seconds) are not worth a file.
_WORTH_SECONDS = 0.1


@functools.cache
def use() -> Path | None:
    """Turn the cache on, once a process; returns its folder, or None where it stays off.

    A folder that others may write to is not used: a compiled program is code.
    """
    if os.environ.get("CORNU_COMPILATION_CACHE", "1").lower() in ("0", "false", "off"):
        return None
    # JAX declares these settings at run time, where pyright does not see them.
    if jax.config.jax_compilation_cache_dir is not None:  # pyright: ignore[reportAttributeAccessIssue]
        return None
    root = cache_folder() / "compiled"
    folder = root / f"jax-{jax.__version__}-{_processor()}"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not _is_private(folder):
            _LOG.warning(
                "The compilation cache needs a folder that nobody else can write to; %s is not one. "
                "Compiled programs are not kept. Run chmod go-w on it, or set CORNU_CACHE to another folder.",
                folder,
            )
            return None
        _trim(root)
    except OSError as error:
        _LOG.info("Compiled programs are not kept: %s", error)
        return None
    jax.config.update("jax_compilation_cache_dir", str(folder))
    if "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS" not in os.environ:
        jax.config.update("jax_persistent_cache_min_compile_time_secs", _WORTH_SECONDS)
    return folder


def cache_folder() -> Path:
    """Where this user's cached files of the library lie; it may not exist yet."""
    if "CORNU_CACHE" in os.environ:
        return Path(os.environ["CORNU_CACHE"])
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "cornu" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "cornu"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cornu"


def _processor() -> str:
    """A name for this kind of processor: home folders travel between machines, instruction sets do not."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as lines:
            features = next((line for line in lines if line.lower().startswith(("flags", "features"))), "")
    except OSError:
        features = platform.processor()
    return hashlib.sha256(f"{platform.machine()} {features}".encode()).hexdigest()[:12]


def _is_private(folder: Path) -> bool:
    if not hasattr(os, "getuid"):
        return True
    status = folder.stat()
    return status.st_uid == os.getuid() and not status.st_mode & 0o022


def _trim(root: Path) -> None:
    """Remove the entries that were not read for longest, of any version, until the rest is below the limit."""
    entries: list[tuple[float, int, str]] = []
    for folder, _, names in os.walk(root):
        for name in names:
            path = os.path.join(folder, name)
            try:
                status = os.stat(path)
            except OSError:  # another process trims too
                continue
            entries.append((max(status.st_atime, status.st_mtime), status.st_size, path))
    total = sum(size for _, size, _ in entries)
    for _, size, path in sorted(entries):
        if total <= _LIMIT_BYTES:
            return
        total -= size
        try:
            os.remove(path)
        except OSError:
            continue
