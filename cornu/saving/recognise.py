"""Files that are no Keras files: what they are, and what to do with them. A look at the first bytes, nothing more."""

from __future__ import annotations

import os
from pathlib import Path

from cornu.core.errors import explain
from cornu.saving.errors import FileFormatError

HDF5 = b"\x89HDF\r\n\x1a\n"
ZIP = b"PK\x03\x04"

_SAVED_MODEL = """Convert it once, where TensorFlow is:
  import tensorflow as tf
  model = tf.keras.models.load_model({path!r})  # with tensorflow 2.15 or older, or `import tf_keras`
  model.save("model.keras")
Its weights alone, from any version of TensorFlow:
  import numpy as np
  stored = tf.train.load_checkpoint({prefix!r})
  kept = [n for n in stored.get_variable_to_shape_map() if n.endswith("/.ATTRIBUTES/VARIABLE_VALUE")]
  np.savez("weights.npz", **{{n.split("/.ATTR")[0].replace("/", "."): stored.get_tensor(n) for n in kept}})
Then model.load_weights("weights.npz", names={{"dense/kernel": "<name in weights.npz>", ...}})."""

_TORCH = """Convert it once, where PyTorch is:
  import torch
  from safetensors.torch import save_file
  save_file(torch.load({path!r}, weights_only=True), "weights.safetensors")
Then model.load_weights("weights.safetensors", names={{"dense": "fc1", ...}}), or let
cornu.saving.propose_names(model, "weights.safetensors") propose the names."""

_PICKLE = "Reading it would run the code in it. Have who made it save the weights to .safetensors or .npz."
_TFLITE = "It is meant to be run, not trained. Load the model that it was made from."
_ONNX = "Load the model that it was made from, or take its weights out with `onnx.numpy_helper` and np.savez."
_PAGE = "Servers send one in place of a file that is not there or needs a login: download it again."
_EMPTY = "Its download or its saving did not finish: do it again."
_CODE_FREE = "Build the model in code and call model.load_weights({path!r})."

# First bytes in small letters, at which place, -> what the file is and what to do.
_FIRST_BYTES = (
    (0, b"\x80\x02", "a Python pickle", _TORCH),
    (0, b"\x80\x03", "a Python pickle", _PICKLE),
    (0, b"\x80\x04", "a Python pickle", _PICKLE),
    (0, b"\x80\x05", "a Python pickle", _PICKLE),
    (4, b"tfl3", "a TensorFlow Lite model", _TFLITE),
    (0, b"gguf", "a GGUF file of a language model", "Load the safetensors files of the same model."),
    (0, b"\x93numpy", "one NumPy array", "Pass it to set_weights: layer.set_weights([np.load({path!r}), ...])."),
    (0, b"\x1f\x8b", "a gzip file", "Unpack it first."),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z file", "Unpack it first."),
    (0, b"version https://git-lfs", "a pointer of Git LFS", "Fetch the file itself: git lfs pull."),
    (0, b"<!doctype html", "a web page", _PAGE),
    (0, b"<html", "a web page", _PAGE),
    (0, b"<?xml", "an XML text", _PAGE),
    (0, b"\x89png", "a picture", "Pass the file of the model."),
    (0, b"\xff\xd8\xff", "a picture", "Pass the file of the model."),
)
_ENDINGS = {
    ".onnx": ("an ONNX model", _ONNX),
    ".tflite": ("a TensorFlow Lite model", _TFLITE),
    ".pb": ("a TensorFlow graph", _SAVED_MODEL),
    ".yaml": ("an architecture in YAML, which Keras dropped because reading it ran code", "Use model.to_json()."),
    ".pkl": ("a Python pickle", _PICKLE),
}
_TORCH_ENDINGS = (".pt", ".pth", ".bin", ".ckpt")
_WEIGHTS_ALONE = (".safetensors", ".npz", ".weights.json")


def first_bytes(path: str | os.PathLike[str], count: int = 64) -> bytes:
    """The beginning of a file; nothing for a folder."""
    if not os.path.isfile(path):
        return b""
    with open(path, "rb") as file:
        return file.read(count)


def refuse_foreign(path: Path, *, whole_model: bool) -> None:
    """Say what a file is that another library wrote.

    Args:
        whole_model: whether a model is wanted, or weights alone.

    Raises:
        FileFormatError: it is of a kind that is recognised and not read; the message says how to convert it.
    """
    found = _folder(path) if path.is_dir() else _file(path, whole_model)
    if found is None:
        return
    what, action = found
    prefix = path / "variables" / "variables" if path.is_dir() else path.with_suffix("")
    wanted = "a .keras file" if whole_model else "a file of weights that Keras, NumPy or safetensors wrote"
    given = action.format(path=str(path), prefix=str(prefix)) if "{path" in action else action
    raise FileFormatError(explain("Loading", wanted, f"{str(path)!r}, {what}", given))


def _folder(path: Path) -> tuple[str, str] | None:
    if (path / "config.json").is_file() and not (path / "saved_model.pb").exists():
        has_weights = any((path / name).exists() for name in ("pytorch_model.bin", "model.safetensors"))
        action = "Build the model in code; load_weights takes the model.safetensors in it, with names=."
        return ("a Hugging Face folder", action) if has_weights else None
    if (path / "saved_model.pb").exists() or (path / "saved_model.pbtxt").exists():
        return "a TensorFlow SavedModel", _SAVED_MODEL
    if (path / "checkpoint").exists() or any(path.glob("*.index")):
        return "a folder of TensorFlow checkpoints", _SAVED_MODEL
    if (path / "_CHECKPOINT_METADATA").exists() or (path / "_METADATA").exists():
        return "an Orbax checkpoint", "Restore it with the OrbaxCheckpoint callback or with orbax itself."
    return None


def _file(path: Path, whole_model: bool) -> tuple[str, str] | None:
    name = path.name.lower()
    start = first_bytes(path)
    if not start and path.is_file():
        return "an empty file", _EMPTY
    if start.startswith(HDF5):
        return None
    if name == "checkpoint" or name.endswith(".index") or ".data-00000-of-" in name:
        return "part of a TensorFlow checkpoint", _SAVED_MODEL
    for at, signature, what, action in _FIRST_BYTES:
        if start[at:].lower().startswith(signature):
            return what, _TORCH if name.endswith(_TORCH_ENDINGS) else action
    if name.endswith(_TORCH_ENDINGS) and start.startswith(ZIP):
        return "a PyTorch file, which is a pickle", _TORCH
    ending = _ENDINGS.get(path.suffix.lower())
    if ending is not None:
        return ending
    if whole_model and name.endswith(_WEIGHTS_ALONE):
        return "weights without a model", _CODE_FREE
    return None
