"""The native kernels without Python: every instruction set of the machine, several threads, several callers."""

import os
import subprocess
from pathlib import Path

import pytest

from cornu.kernels.native import build, library

CHECK = Path(__file__).parent / "native" / "check.cc"
FLAGS = ("-std=c++17", "-O1", "-Wall", "-Wextra", "-pthread")


@pytest.fixture(scope="module")
def check(tmp_path_factory):
    """The check, linked with the library that the package uses."""
    compiler = build.compiler()
    if compiler is None or not library.available():
        pytest.skip("there is no C++ compiler, or no native library")
    program, headers = tmp_path_factory.mktemp("native") / "check", str(build.include_directory())
    command = (compiler, *FLAGS, "-isystem", headers, CHECK, build.SOURCES / build.LIBRARY, "-o", program)
    subprocess.run(command, check=True)
    return program


@pytest.mark.parametrize("instructions", ["avx512", "avx2", "plain"])
def test_kernels_are_their_definitions_on_any_number_of_threads(check, instructions):
    environment = {**os.environ, "CORNU_NATIVE_ISA": instructions}
    done = subprocess.run([check], env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout.split()[0]) > 500
