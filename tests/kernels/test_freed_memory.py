"""Freed memory that stays for the next step: seen in page faults of another process, whose allocator it changes."""

import subprocess
import sys

import pytest

import cornu

FAULTS = """
import resource, sys
import cornu
import jax, jax.numpy as jnp

if sys.argv[1] == "kept":
    print(cornu.config.keep_freed_memory(1 << 29))

@jax.jit
def step(x):  # its intermediate values take 64 MiB
    return jnp.argmax(x @ x.T, axis=0)

x = jnp.ones((4096, 4))
def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    step(x).block_until_ready()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

faults(), faults()
print(min(faults() for _ in range(3)))
"""
LATE = """
import cornu, jax
jax.numpy.ones(3)
cornu.config.keep_freed_memory()
"""


def run(script, *arguments):
    return subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False)


@pytest.mark.skipif(sys.platform != "linux", reason="the C library of Linux")
def test_a_step_finds_the_memory_of_the_one_before():
    taken, kept = run(FAULTS, "kept").stdout.split()
    if taken == "False":
        pytest.skip("a C library that does not keep memory")
    given_back = int(run(FAULTS, "given back").stdout)
    assert given_back > 10_000
    assert int(kept) < given_back // 20


@pytest.mark.skipif(sys.platform != "linux", reason="tells by /proc")
def test_too_late_is_an_error():
    error = run(LATE).stderr.strip().splitlines()[-1]
    assert error == (
        "RuntimeError: keep_freed_memory needs to be called before anything is computed; got a process in which JAX "
        "has started its threads. Call it right after `import cornu`."
    )


@pytest.mark.parametrize("most", [0, -1, 1 << 31, 0.5, True])
def test_bytes_out_of_range(most):
    with pytest.raises(ValueError, match="keep_freed_memory needs most between 1 and 2147483647 bytes"):
        cornu.config.keep_freed_memory(most)
