"""The guides' blocks run, in order. Those of data.md, which want other libraries, run in tests/data/test_guide.py."""

import re
from pathlib import Path

import pytest

import cornu

FOLDER = Path(__file__).parents[2] / "docs" / "guides"
GUIDES = sorted(path for path in FOLDER.glob("*.md") if path.stem != "data")


@pytest.mark.parametrize("path", GUIDES, ids=lambda p: p.stem)
def test_blocks_run(path):
    text = path.read_text()
    if "import optax" in text:
        pytest.importorskip("optax")
    cornu.utils.set_random_seed(0)
    blocks = re.findall(r"```python\n(.*?)```", text, re.S)
    assert blocks
    names = {"__name__": path.stem}
    try:
        for block in blocks:
            exec(compile(block, str(path), "exec"), names)
    finally:
        cornu.config.set_dtype_policy("float32")
