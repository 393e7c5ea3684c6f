"""Each mistake of the corpus says what ``messages.txt`` has: whole, short, and without engine internals.

After a change of wording: ``python -m tests.errors.test_messages`` writes the file anew; read the difference.
"""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

import pytest

import cornu as keras
from tests.errors.corpus import MISTAKES

FILE = Path(__file__).with_name("messages.txt")
INTERNALS = re.compile(
    r"jaxlib|XlaRuntime|Tracer<|0x[0-9a-f]{6}|ShapeDtypeStruct|site-packages|dot_general|broadcast_in_dim"
)


def told(name: str) -> str:
    """Type, message and notes of the error that a mistake raises."""
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)
    try:
        MISTAKES[name]()
    except Exception as error:
        notes = "".join(f"\n{note}" for note in getattr(error, "__notes__", []))
        return f"{type(error).__name__}: {error}{notes}"
    return "(no error)"


def recorded() -> dict[str, str]:
    """What the file has, by mistake."""
    parts = re.split(r"^== (\w+)\n", FILE.read_text(), flags=re.MULTILINE)[1:]
    return {name: text.strip() for name, text in zip(parts[::2], parts[1::2], strict=True)}


@pytest.mark.parametrize("name", MISTAKES)
def test_message(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = told(name)
    assert text == recorded()[name]
    assert len(text.splitlines()) < 15
    assert not INTERNALS.search(text)
    assert " needs " in text or "never liked" in text


def test_the_corpus_is_large_and_the_file_has_no_others():
    assert len(MISTAKES) >= 60
    assert set(recorded()) == set(MISTAKES)


if __name__ == "__main__":
    here = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        text = "\n\n".join(f"== {name}\n{told(name)}" for name in MISTAKES)
        os.chdir(here)
    FILE.write_text(text + "\n")
