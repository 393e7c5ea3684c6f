"""Every published hole has its tests; and those that are about parts that Cornu lacks, or that need more than one file."""

from __future__ import annotations

import ast
import inspect
import json
from pathlib import Path

import pytest

import cornu
from cornu.core import registry
from cornu.core.errors import FileFormatError
from tests.fuzz.targets import whole_h5
from tests.hostile.catalogue import CATALOGUE
from tests.hostile.configs import BYTECODE, CONFIGS, dense, layer, model, thing
from tests.hostile.rows import ROWS

LIBRARY = Path(cornu.__file__).parent


@pytest.mark.parametrize("row", ROWS)
def test_each_row_has_tests_that_exist(row: str) -> None:
    how, tests = ROWS[row]
    assert how and tests
    for name in tests:
        file, _, function = name.partition("::")
        known = function in Path(__file__).with_name(file).read_text() if function else file in {*CATALOGUE, *CONFIGS}
        assert known, name


def imported() -> dict[str, set[str]]:
    """Every module that some file of the library imports, with those files."""
    found: dict[str, set[str]] = {}
    for path in LIBRARY.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                found.setdefault(name.split(".")[0], set()).add(str(path.relative_to(LIBRARY)))
    return found


def test_nothing_unpacks() -> None:
    assert not imported().keys() & {"tarfile", "lzma", "bz2", "rarfile"}
    for path in LIBRARY.rglob("*.py"):
        text = path.read_text()
        assert ".extractall(" not in text and "unpack_archive(" not in text, path


def test_nothing_parses_yaml_or_pickles() -> None:
    found = imported()
    assert not found.keys() & {"yaml", "dill", "cloudpickle", "marshal", "shelve", "joblib"}
    assert found["pickle"] == {"data/workers.py"}  # between this process and workers that it started, by a pipe
    assert not found.keys() & {"torch"} or all(name.startswith("data/") for name in found["torch"])


def test_there_is_no_switch() -> None:
    """``safe_mode`` is taken because Keras takes it; what it is makes no difference, and nothing turns it off."""
    assert not hasattr(cornu.config, "enable_unsafe_deserialization")
    for safe_mode in (True, False, None):
        with pytest.raises(FileFormatError):
            cornu.saving.deserialize_keras_object(BYTECODE, safe_mode=safe_mode)
    assert "safe_mode" not in inspect.signature(registry.deserialize).parameters


def test_older_files_take_the_same_path(tmp_path: Path) -> None:
    old = {"function": ["4wEAAAAA", None, None], "function_type": "lambda", "module": "os", "name": "y"}
    entry = {"class_name": "InputLayer", "config": {"batch_input_shape": [None, 3], "dtype": "float32", "name": "i"}}
    for harm in (
        {"class_name": "Lambda", "config": old},
        {"class_name": "Lambda", "config": {"name": "y", "function": BYTECODE}},
        {"class_name": "system", "module": "os", "config": {"command": "true"}},
        {"class_name": "get_file", "config": {"origin": "http://localhost/x"}},
    ):
        config = {"class_name": "Sequential", "config": {"name": "s", "layers": [entry, harm]}}
        path = tmp_path / "old.h5"
        path.write_bytes(whole_h5.written(json.dumps(config).encode()))
        with pytest.raises(FileFormatError):
            cornu.models.load_model(path, safe_mode=False)


def test_arguments_are_no_paths() -> None:
    """A file that an argument names is not opened: no class that files can name opens what it is given."""
    openers = {
        "open",
        "fopen",
        "urlopen",
        "read_text",
        "read_bytes",
        "load",
        "loadtxt",
        "genfromtxt",
        "memmap",
        "fromfile",
    }
    for (place, name), found in registry._PUBLISHED.items():
        if place not in registry._CLASS_PLACES or not isinstance(found, type) or issubclass(found, cornu.Model):
            continue
        for method in vars(found).values():
            code = getattr(method, "__code__", None)
            assert code is None or not openers & set(code.co_names), (place, name, method)


def test_clones_are_read_like_files() -> None:
    """A clone is made of configs, by the same table of classes."""
    with pytest.raises(FileFormatError):
        cornu.Model.from_config(model(layer("Lambda", "y", "x", function=BYTECODE))["config"])
    honest = cornu.Model.from_config(model(dense())["config"])
    assert cornu.models.clone_model(honest).output_shape == (None, 4)
    with pytest.raises(FileFormatError):
        cornu.Sequential.from_config({"name": "s", "layers": [thing("os", "system", {"command": "true"})]})
