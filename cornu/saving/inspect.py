"""What a file of a model holds, told from its config and headers alone: nothing is built, no weight is read."""

from __future__ import annotations

import bisect
import dataclasses
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cornu.core import dtypes, registry
from cornu.core.names import snake_case
from cornu.saving.archive import read_archive
from cornu.saving.errors import FileFormatError
from cornu.saving.models import WEIGHTS_ENDINGS, weights_reader
from cornu.saving.recognise import refuse_foreign
from cornu.saving.weights import StoredArray, WeightsReader

# Arguments by which layers of other libraries, or of old versions, name files or hold code.
_PATHS = ("vocabulary", "filepath", "file_path", "path", "url", "origin", "vocabulary_file", "proto")


@dataclasses.dataclass(frozen=True)
class LayerReport:
    """One layer of a file.

    Attributes:
        path: names of the models around it and its own.
        input_shape: the shape that it was built for; None if the file does not say.
        parameters: stored numbers.
        arrays: shape and dtype of each stored array, as ``"(784, 64) float32"``.
    """

    path: str
    class_name: str
    input_shape: Any
    parameters: int
    trainable: bool
    arrays: list[str]


@dataclasses.dataclass(frozen=True)
class FileReport:
    """What a file says about itself.

    Attributes:
        file_bytes: size on disk; of a folder, of all that is in it.
        model: class and name of the model; empty for a file of weights alone.
        parameters: stored numbers, the optimizer's state not counted.
        weights: stored bytes by dtype.
        optimizer_arrays: arrays of the optimizer's state.
        compiled: optimizer, loss and metrics, as in the config.
        custom: ``class: where`` for each class that is not the library's and needs registration.
        suspicious: what an honest file does not have, in words.
    """

    path: str
    file_bytes: int
    keras_version: str
    date_saved: str
    model: str
    layers: list[LayerReport]
    parameters: int
    weights: dict[str, int]
    optimizer_arrays: int
    compiled: dict[str, Any]
    assets: dict[str, int]
    custom: dict[str, str]
    suspicious: list[str]

    def as_dict(self) -> dict[str, Any]:
        """All of it as JSON-able data."""
        return dataclasses.asdict(self)


def inspect(path: str | os.PathLike[str]) -> FileReport:
    """Look into a ``.keras`` file or its folder, ``.weights.h5``, ``.safetensors`` or ``.npz``.

    A file that is not safe to open is reported, not raised: its reason is in ``suspicious``.

    Raises:
        FileNotFoundError: there is no such file.

    Example:
        >>> import cornu, tempfile
        >>> model = cornu.Sequential([cornu.Input((4,)), cornu.layers.Dense(2, name="d")], name="small")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     model.save(f"{folder}/small.keras")
        ...     report = inspect(f"{folder}/small.keras")
        >>> report.model, report.parameters, report.layers[0].arrays
        ("Sequential 'small'", 10, ['(4, 2) float32', '(2,) float32'])
    """
    try:
        alone = str(path).endswith(WEIGHTS_ENDINGS)
        refuse_foreign(Path(path), whole_model=not alone)
        if alone:
            with weights_reader(path) as reader:
                return _of_weights(path, reader)
        with read_archive(path) as archive:
            return _of_archive(path, archive)
    except FileFormatError as error:
        return _report(path, suspicious=[f"{type(error).__name__}: {error}"])


def _report(path: Any, **known: Any) -> FileReport:
    empty: dict[str, Any] = {
        "keras_version": "",
        "date_saved": "",
        "model": "",
        "layers": [],
        "parameters": 0,
        "weights": {},
        "optimizer_arrays": 0,
        "compiled": {},
        "assets": {},
        "custom": {},
        "suspicious": [],
    }
    return FileReport(path=str(path), file_bytes=_bytes_of(path), **{**empty, **known})


def _bytes_of(path: Any) -> int:
    if os.path.isdir(path):
        return sum(entry.stat(follow_symlinks=False).st_size for entry in os.scandir(path))
    return os.path.getsize(path)


def _of_weights(path: Any, reader: WeightsReader) -> FileReport:
    layers = [
        LayerReport(group.removesuffix("/vars") or "(root)", "", None, _count(arrays), True, _described(arrays))
        for group, arrays in reader.items()
        if not _is_optimizer(group)
    ]
    return _report(path, layers=layers, **_totals(reader))


def _of_archive(path: Any, archive: Any) -> FileReport:
    config = archive.config
    suspicious = [f"member {name!r} belongs to no part of the format" for name in archive.unknown]
    custom: dict[str, str] = {}
    _look(config, "", custom, suspicious)
    try:
        reader: Mapping[str, Mapping[str, StoredArray]] = archive.weights
    except FileFormatError as error:
        suspicious.append(f"{type(error).__name__}: {error}")
        reader = {}
    inner = config.get("config")
    name = inner.get("name") if isinstance(inner, dict) else None
    return _report(
        path,
        keras_version=str(archive.metadata.get("keras_version", "")),
        date_saved=str(archive.metadata.get("date_saved", "")),
        model=f"{config.get('class_name')} {name!r}",
        layers=list(_layers(config, "", "", _Stored(reader))),
        compiled=_compiled(config.get("compile_config")),
        assets={a: archive.sizes().get(f"assets/{a}", 0) for a in archive.assets},
        custom=custom,
        suspicious=suspicious,
        **_totals(reader),
    )


def _totals(reader: Mapping[str, Mapping[str, StoredArray]]) -> dict[str, Any]:
    weights: dict[str, int] = {}
    parameters = optimizer = 0
    for group, arrays in reader.items():
        if _is_optimizer(group):
            optimizer += len(arrays)
            continue
        parameters += _count(arrays)
        for array in arrays.values():
            weights[array.dtype.name] = weights.get(array.dtype.name, 0) + array.nbytes
    return {"parameters": parameters, "weights": weights, "optimizer_arrays": optimizer}


def _is_optimizer(group: str) -> bool:
    return group.split("/")[0] == "optimizer"


def _count(arrays: Mapping[str, StoredArray]) -> int:
    return sum(array.nbytes // max(array.dtype.itemsize, 1) for array in arrays.values())


def _described(arrays: Mapping[str, StoredArray]) -> list[str]:
    return [f"{array.shape} {array.dtype.name}" for array in arrays.values()]


def _layers(data: Any, around: str, group: str, stored: _Stored) -> Iterator[LayerReport]:
    """The layers of a model's config, each before those inside it."""
    config = data.get("config") if isinstance(data, dict) else None
    layers = config.get("layers") if isinstance(config, dict) else None
    if not isinstance(layers, list):
        return
    used: dict[str, int] = {}
    for layer in layers:
        if not isinstance(layer, dict) or ".src.ops." in str(layer.get("module")):
            continue
        class_name, own = str(layer.get("class_name")), layer.get("config")
        own = own if isinstance(own, dict) else {}
        if class_name == "InputLayer" and data.get("class_name") == "Sequential":
            continue
        word = snake_case(class_name)
        number = used[word] = used.get(word, -1) + 1
        place = f"{group}layers/{word}" + (f"_{number}" if number else "")
        path = f"{around}{own.get('name', layer.get('name', '?'))}"
        below = stored.below(place)
        build = layer.get("build_config")
        yield LayerReport(
            path,
            class_name,
            own.get("batch_shape") or (build.get("input_shape") if isinstance(build, dict) else None),
            sum(map(_count, below)),
            bool(own.get("trainable", True)),
            [text for arrays in below for text in _described(arrays)] if "layers" not in own else [],
        )
        yield from _layers(layer, f"{path}/", f"{place}/", stored)


class _Stored:
    """Arrays by group, the groups in order: those below one are found without looking at all."""

    def __init__(self, reader: Mapping[str, Mapping[str, StoredArray]]):
        self._reader = reader
        self._groups = sorted(reader)

    def below(self, group: str) -> list[Mapping[str, StoredArray]]:
        """The arrays in a group and in those inside it."""
        first = bisect.bisect_left(self._groups, f"{group}/")
        last = bisect.bisect_left(self._groups, f"{group}0")  # the character after "/"
        return [self._reader[name] for name in self._groups[first:last]]


def _compiled(config: Any) -> dict[str, Any]:
    if not isinstance(config, dict) or not config:
        return {}
    return {key: _short(config[key]) for key in ("optimizer", "loss", "metrics") if config.get(key) is not None}


def _short(data: Any) -> Any:
    """Objects as their class names; a learning rate with its optimizer's."""
    if isinstance(data, dict) and "class_name" in data:
        config = data.get("config")
        if isinstance(config, str):
            return config
        rate = config.get("learning_rate") if isinstance(config, dict) else None
        return f"{data['class_name']}(learning_rate={rate:g})" if isinstance(rate, float) else str(data["class_name"])
    if isinstance(data, dict):
        return {k: _short(v) for k, v in data.items()}
    return [_short(v) for v in data] if isinstance(data, list) else data


def _look(data: Any, where: str, custom: dict[str, str], suspicious: list[str]) -> None:
    """Note classes that need registration, code, and arguments that name files."""
    if isinstance(data, list):
        for item in data:
            _look(item, where, custom, suspicious)
    if not isinstance(data, dict):
        return
    config = data.get("config")
    if "class_name" in data and "config" in data:
        name = config.get("name") if isinstance(config, dict) else None
        where = f"{where}/{name}" if isinstance(name, str) else where
        _look_at_object(data, where.lstrip("/"), custom, suspicious)
    for key, value in data.items():
        if key in _PATHS and isinstance(value, str):
            suspicious.append(f"{where.lstrip('/')} names a file: {key}={value[:80]!r}")
        _look(value, where, custom, suspicious)


def _look_at_object(data: dict[str, Any], where: str, custom: dict[str, str], suspicious: list[str]) -> None:
    class_name, module, config = data["class_name"], str(data.get("module")), data["config"]
    if class_name == "__lambda__" or (isinstance(config, dict) and config.get("function_type") == "lambda"):
        suspicious.append(f"{where} holds Python bytecode, which is never run")
    elif not isinstance(class_name, str) or class_name.startswith("__") or module.startswith("keras.src."):
        return
    elif class_name == "function":
        try:
            registry.find_function(config)
        except registry.UnknownClassError:
            custom.setdefault(str(config)[:80], where)
    elif class_name not in dtypes.POLICIES:
        try:
            registry.find_class(data)
        except registry.UnknownClassError:
            # The library's own classes have no registered name; nothing else may lack one.
            if data.get("registered_name") is None and isinstance(data.get("module"), str):
                suspicious.append(f"{where} names {module}.{class_name}, which is no class that a model is made of")
            else:
                custom.setdefault(str(data.get("registered_name") or class_name)[:80], where)
