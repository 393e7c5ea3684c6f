"""Files of other libraries: the error says what they are and how to convert them."""

from __future__ import annotations

import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cornu
from cornu import layers
from cornu.saving import FileFormatError
from cornu.saving.compare import compare
from cornu.saving.inspect import inspect

FILES: dict[str, tuple[str, bytes, str]] = {
    "tflite": ("m.tflite", b"\x1c\0\0\0TFL3" + bytes(32), "a TensorFlow Lite model"),
    "onnx": ("m.onnx", b"\x08\x07" + bytes(32), "an ONNX model"),
    "pickle": ("m.pkl", pickle.dumps({"a": 1}), "a Python pickle"),
    "old torch": ("m.pth", pickle.dumps({"a": 1}, 2), "a Python pickle"),
    "gguf": ("m.gguf", b"GGUF" + bytes(32), "a GGUF file"),
    "checkpoint": ("ckpt.index", bytes(32), "part of a TensorFlow checkpoint"),
    "nothing": ("m.keras", b"", "an empty file. Its download or its saving did not finish: do it again."),
    "no weights": ("m.weights.h5", b"", "an empty file"),
    "page": ("m.keras", b"<!DOCTYPE html><html><title>404</title></html>", "a web page. Servers send one in place"),
    "page of weights": ("m.safetensors", b"<HTML><body>Log in</body></HTML>", "a web page"),
    "pointer": ("m.safetensors", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "a pointer of Git LFS"),
    "picture": ("m.keras", b"\x89PNG\r\n\x1a\n" + bytes(32), "a picture"),
    "one array": ("m.npy", b"\x93NUMPY" + bytes(32), "one NumPy array"),
}


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("weights", [False, True], ids=["load_model", "load_weights"])
def test_files(kind: str, weights: bool, tmp_path: Path) -> None:
    name, content, what = FILES[kind]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FileFormatError) as error:
        load(path, weights)
    assert what in str(error.value) and str(path) in str(error.value)


@pytest.mark.parametrize("kind", FILES)
def test_looking_says_so_too(kind: str, tmp_path: Path) -> None:
    name, content, what = FILES[kind]
    path = tmp_path / name
    path.write_bytes(content)
    (reason,) = inspect(path).suspicious
    assert what in reason
    with pytest.raises(FileFormatError) as error:
        compare(path, path)
    assert f"FileFormatError: {error.value}" == reason


def load(path: Path, weights: bool) -> Any:
    if not weights:
        return cornu.models.load_model(path)
    return cornu.Sequential([cornu.Input((2,)), layers.Dense(1)]).load_weights(path)


def test_torch_says_how_to_convert(tmp_path: Path) -> None:
    path = tmp_path / "m.pt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("m/data.pkl", b"\x80\x02.")
    with pytest.raises(FileFormatError) as error:
        load(path, True)
    assert str(error.value).replace(str(path), "m.pt") == (
        "Loading needs a file of weights that Keras, NumPy or safetensors wrote; got 'm.pt', a PyTorch file, which is a pickle."
        " Convert it once, where PyTorch is:\n"
        "  import torch\n"
        "  from safetensors.torch import save_file\n"
        "  save_file(torch.load('m.pt', weights_only=True), \"weights.safetensors\")\n"
        'Then model.load_weights("weights.safetensors", names={"dense": "fc1", ...}), or let\n'
        'cornu.saving.propose_names(model, "weights.safetensors") propose the names.'
    )


def test_saved_model_says_how_to_convert(tmp_path: Path) -> None:
    (tmp_path / "saved_model.pb").write_bytes(b"\x08\x01")
    (tmp_path / "variables").mkdir()
    with pytest.raises(FileFormatError) as error:
        load(tmp_path, False)
    lines = str(error.value).replace(str(tmp_path), "FOLDER").splitlines()
    assert lines[0] == (
        "Loading needs a .keras file; got 'FOLDER', a TensorFlow SavedModel. Convert it once, where TensorFlow is:"
    )
    assert lines[2].startswith("  model = tf.keras.models.load_model('FOLDER')")
    assert "  stored = tf.train.load_checkpoint('FOLDER/variables/variables')" in lines
    assert len(lines) < 12


def test_weights_without_a_model(tmp_path: Path) -> None:
    np.savez(tmp_path / "w.npz", a=np.ones(1))
    with pytest.raises(FileFormatError, match="weights without a model") as error:
        load(tmp_path / "w.npz", False)
    assert str(error.value).endswith(
        f"Build the model in code and call model.load_weights({str(tmp_path / 'w.npz')!r})."
    )
