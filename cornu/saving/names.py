"""Names that a file gives to its parts: checked once, never used as paths to write to."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable

from cornu.saving.errors import UnsafeFileError
from cornu.saving.limits import Limits


def check_name(name: str, what: str, limits: Limits) -> str:
    """Return a relative, ``/``-separated name, or refuse it.

    Refused: empty names and parts, ``.``, ``..``, a leading or trailing ``/``, backslashes, colons
    (drives, streams), control characters, and parts that end in a dot or a space, which Windows
    drops (two names, one file).

    Example:

    >>> from cornu.saving.limits import DEFAULT_LIMITS
    >>> check_name("../etc/passwd", "A member", DEFAULT_LIMITS)
    Traceback (most recent call last):
    cornu.core.errors.UnsafeFileError: A member needs a plain relative name; got '../etc/passwd'.
    """
    limits.check(f"{what} (length of its name)", len(name), "name_length")
    plain = name.isprintable() and not any(sign in name for sign in "\\:")
    if not plain or any(not part or part[-1] in ". " for part in name.split("/")):
        raise UnsafeFileError(f"{what} needs a plain relative name; got {name[:80]!r}.")
    return name


def check_distinct(names: Iterable[str], what: str) -> None:
    """Refuse names that some file system takes for the same one (case, Unicode form)."""
    # By digest: some characters become 18 others.
    seen: dict[bytes, str] = {}
    for name in names:
        plain = name if name.isascii() else unicodedata.normalize("NFKC", name)
        key = hashlib.blake2b(plain.casefold().encode(), digest_size=16).digest()
        if key in seen:
            raise UnsafeFileError(
                f"{what} need names that differ in more than case; got {seen[key][:80]!r} and {name[:80]!r}."
            )
        seen[key] = name
