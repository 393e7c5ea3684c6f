"""The blocks of docs/guides/data.md, run as they stand."""

import re
from pathlib import Path

import pytest

from tests.data.learn import need

TEXT = (Path(__file__).parents[2] / "docs/guides/data.md").read_text()
FIRST, *BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
LIBRARIES = ("pandas", "polars", "zarr", "datasets", "torch", "tensorflow", "grain")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("block", BLOCKS, ids=[re.sub(r"\W+", " ", b)[:30] for b in BLOCKS])
def test_block(block, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for library in LIBRARIES:
        if f"import {library}" in block:
            need(library)
    exec(compile(FIRST + block, "docs/guides/data.md", "exec"), {"__name__": "guide"})
