"""Each test has processes of its own: JAX reads these settings once."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

TRAIN = """
import jax, numpy as np
import cornu as keras
from cornu import layers

hits = []
jax.monitoring.register_event_listener(lambda event, **_: hits.append(event))
x = keras.Input((6,))
h = x
for _ in range(4):
    h = layers.Dense(16, activation="gelu")(layers.LayerNormalization()(h))
model = keras.Model(x, h)
model.compile("adam", "mse")
model.fit(np.ones((8, 6)), np.ones((8, 16)), verbose=0)
print(sum(event.endswith("compilation_cache/cache_hits") for event in hits), jax.config.jax_compilation_cache_dir)
"""

ASK = """
import jax
from cornu.kernels import compile_cache

print(compile_cache.use(), jax.config.jax_compilation_cache_dir)
"""


def run(script: str, folder: Path, **extra: str) -> tuple[list[str], str]:
    """What the script printed, and what was said on stderr."""
    environment = {k: v for k, v in os.environ.items() if k not in ("CORNU_COMPILATION_CACHE", "XDG_CACHE_HOME")}
    environment |= {"CORNU_CACHE": str(folder), "PYTHONPATH": os.getcwd(), **extra}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    return done.stdout.split(), done.stderr


def test_a_second_process_finds_what_the_first_compiled(tmp_path):
    assert run(TRAIN, tmp_path)[0][0] == "0"
    (hits, where), said = run(TRAIN, tmp_path)
    assert int(hits) > 0
    assert said == ""
    folder = Path(where)
    assert folder.is_relative_to(tmp_path)
    assert stat.S_IMODE(folder.stat().st_mode) & 0o077 == 0


@pytest.mark.parametrize(
    ("extra", "expected"),
    [({"CORNU_COMPILATION_CACHE": "0"}, "None"), ({"JAX_COMPILATION_CACHE_DIR": "/elsewhere"}, "/elsewhere")],
    ids=["turned off", "chosen by the user"],
)
def test_the_user_decides(tmp_path, extra, expected):
    assert run(ASK, tmp_path / "ours", **extra) == (["None", expected], "")
    assert not (tmp_path / "ours").exists()


def test_a_folder_that_others_may_write_to_is_not_used(tmp_path):
    run(ASK, tmp_path)
    (folder,) = (tmp_path / "compiled").iterdir()
    folder.chmod(0o777)
    printed, said = run(ASK, tmp_path)
    assert printed == ["None", "None"]
    assert said == (
        f"The compilation cache needs a folder that nobody else can write to; {folder} is not one. "
        "Compiled programs are not kept. Run chmod go-w on it, or set CORNU_CACHE to another folder.\n"
    )
