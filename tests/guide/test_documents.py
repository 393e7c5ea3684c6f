"""The guides' blocks run, in order."""

import re
from pathlib import Path

import pytest

import cornu

GUIDES = sorted((Path(__file__).parents[2] / "docs" / "guides").glob("*.md"))


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
