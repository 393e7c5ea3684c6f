"""Whole models and their weights to files and back."""

from __future__ import annotations

import difflib
import functools
import os
import warnings
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from cornu.core import registry
from cornu.core.allowance import Allowance, limited
from cornu.core.errors import explain, show_shape
from cornu.core.files import atomic_file
from cornu.core.pure import raw_values, write_values
from cornu.core.variable import Variable
from cornu.saving import by_name, whole_h5
from cornu.saving.archive import Archive, read_archive, write_archive
from cornu.saving.by_name import read_by_name
from cornu.saving.errors import FileFormatError
from cornu.saving.hdf5 import HDF5Reader
from cornu.saving.layout import saved_objects
from cornu.saving.limits import DEFAULT_LIMITS, Limits
from cornu.saving.npz import NpzReader
from cornu.saving.older_weights import read_state, today, with_todays_names
from cornu.saving.recognise import HDF5, first_bytes, refuse_foreign
from cornu.saving.safetensors import SafetensorsReader, SafetensorsWriter
from cornu.saving.shards import ENDING, ShardsReader, ShardsWriter
from cornu.saving.upgrade import FORM_OF_TODAY, upgraded, version_of
from cornu.saving.weights import WeightsReader, WeightsWriter, handed_over, opened, read_all
from cornu.saving.window import Window

# The version whose files ours are like; readers do not look at it.
KERAS_VERSION = "3.15.1"


def save_model(model: Any, filepath: Any, overwrite: bool = True, zipped: bool | None = None) -> None:
    """Write a model to one ``.keras`` file: whole or not at all.

    Args:
        model: a model; its compile configuration and optimizer state are included.
        filepath: where; an extension is not needed.
        overwrite: whether an existing file is replaced.
        zipped: False writes a folder.
    """
    _refuse_existing(filepath, overwrite)
    if str(filepath).endswith((".h5", ".hdf5")):
        raise ValueError(
            explain(
                "Saving a model",
                "a .keras file",
                repr(str(filepath)),
                "Use the extension .keras, or save_weights for weights alone.",
            )
        )
    if not model.built:
        raise ValueError(
            explain(
                f"Saving model {model.name!r}",
                "weights",
                "a model that was never built",
                "Call it on data, or build(input_shape).",
            )
        )
    write_archive(
        filepath,
        registry.serialize_object(model),
        {"keras_version": KERAS_VERSION},
        lambda writer: _write_weights(model, writer),
        _assets_of(model),
        zipped=zipped is not False,
    )


def load_model(
    filepath: Any,
    custom_objects: Any = None,
    compile: bool = True,
    safe_mode: bool = True,
    *,
    limits: Limits = DEFAULT_LIMITS,
) -> Any:
    """The model that a file holds: architecture, weights, compile configuration and optimizer state.

    Nothing that the file says is imported or run: classes are the library's own, those registered, and those
    passed. ``safe_mode`` is accepted for compatibility; there is no unsafe mode.

    Args:
        filepath: a ``.keras`` file, with or without that extension, its unzipped folder, or an older ``.h5`` file.
        custom_objects: further classes and functions by name.
        compile: whether to compile as the saved model was.
        limits: how much the file may claim; for a file that you trust and whose refusal names a budget.

    Raises:
        UnsafeFileError: the file asks for what loading never does.
        FileFormatError: it is damaged, or no model file.
    """
    path = _existing(filepath)
    refuse_foreign(path, whole_model=True)
    if _is_hdf5(path):
        return whole_h5.load(path, custom_objects, compile, _allowance, limits)
    with read_archive(path, limits) as archive:
        config = registry.made("a model", lambda: _todays_config(archive))
        if not compile:
            config.pop("compile_config", None)
        memory = _allowance(archive.weights)
        with limited(memory):
            model = whole_h5.check_model(registry.deserialize(config, custom_objects), filepath)
        _read_assets(model, archive.assets)
        _read_weights(model, archive.weights, str(filepath), misfit=FileFormatError, whole=True)
        memory.complete()
    return model


def _assets_of(model: Any) -> dict[str, bytes]:
    """What lies in files beside config and weights: vocabularies that were learnt."""
    owners = [(path, thing) for path, thing in saved_objects(model) if hasattr(type(thing), "assets")]
    return {f"{path}/{name}": data for path, thing in owners for name, data in thing.assets().items()}


def _read_assets(model: Any, assets: Mapping[str, bytes]) -> None:
    """Give each object its assets; members that belong to none are not read."""
    if not assets:
        return
    names = {today(name): name for name in assets}
    for path, thing in saved_objects(model):
        if not hasattr(type(thing), "take_assets"):
            continue
        mine = {n.rpartition("/")[2]: assets[names[n]] for n in names if n.rpartition("/")[0] == path}
        registry.made(f"{type(thing).__name__} {thing.name!r}", functools.partial(thing.take_assets, mine))


def _todays_config(archive: Archive) -> dict[str, Any]:
    """The config, in today's form whichever version wrote it."""
    version = version_of(archive.metadata.get("keras_version", KERAS_VERSION))
    return dict(archive.config) if version >= FORM_OF_TODAY else upgraded(archive.config, version)


def _is_hdf5(path: Path) -> bool:
    # Keras 2.12 wrote HDF5 under the name of .keras unless it was told otherwise.
    return first_bytes(path).startswith(HDF5) or (path.is_file() and str(path).endswith((".h5", ".hdf5")))


# Eight: weights whose optimizer starts fresh get up to five slots each. The rest is for statistics of metrics.
_SLOTS, _FREE_BYTES = 8, 16 << 20


def _allowance(weights: WeightsReader) -> Allowance:
    stored = sum(array.nbytes for arrays in weights.values() for array in arrays.values())
    return Allowance(_SLOTS * stored + _FREE_BYTES, f"{stored:,} are stored", defer=True)


def save_weights(model: Any, filepath: Any, overwrite: bool = True, max_shard_size: Any = None) -> None:
    """Write a model's weights alone, with the optimizer's state but for ``.safetensors``.

    Args:
        filepath: ends in ``.weights.h5``, ``.safetensors``, or ``.weights.json`` for a list of several files.
        overwrite: whether an existing file is replaced.
        max_shard_size: GB of arrays in one of several files.
    """
    _refuse_existing(filepath, overwrite)
    name = str(filepath)
    if name.endswith(ENDING) != (max_shard_size is not None):
        raise ValueError(
            explain(
                "save_weights",
                "a name that ends in .weights.json and max_shard_size=, or neither",
                f"{name!r} and max_shard_size={max_shard_size!r}",
                "Add the one that is missing.",
            )
        )
    if name.endswith(ENDING):
        _write_shards(model, filepath, int(max_shard_size * 1024**3))
    elif name.endswith(".safetensors"):
        with atomic_file(filepath) as file:
            collected = SafetensorsWriter(file, {"framework": "cornu"})
            _write_weights(model, collected, optimizer=False)
            collected.close()
    elif name.endswith(".h5"):
        from cornu.saving.hdf5_writer import HDF5Writer  # h5py, which `import cornu` does without

        with atomic_file(filepath) as file, HDF5Writer(file) as writer:
            _write_weights(model, writer)
    else:
        raise ValueError(
            explain("save_weights", "a name that ends in .weights.h5 or .safetensors", repr(name), "Add the ending.")
        )


def _write_shards(model: Any, filepath: Any, most: int) -> None:
    writer = ShardsWriter(filepath, most)
    try:
        _write_weights(model, writer)
        writer.close()
    except BaseException:
        writer.abandon()
        raise


def load_weights(model: Any, filepath: Any, skip_mismatch: bool = False, **kwargs: Any) -> None:
    """Read weights into a built model; if one does not fit, nothing is changed.

    Args:
        filepath: ``.weights.h5``, ``.weights.json``, ``.safetensors``, ``.npz`` or a whole ``.keras`` file.
        skip_mismatch: leave out what does not fit, with a warning that says what.
        strict: the opposite of ``skip_mismatch``.
        names: for files with another library's names (``.safetensors``, ``.npz``): our layer -> its module, whose
            arrays are turned as the layer needs them, ``{"dense": "fc1"}``; or our weight -> its array; ``*`` stands for
            any text, the same on both sides. Or a function from our name to theirs. See ``propose_names``.
        limits: how much the file may claim, as for ``load_model``.
    """
    skip_mismatch = skip_mismatch or not kwargs.pop("strict", True)
    names, limits = kwargs.pop("names", None), kwargs.pop("limits", DEFAULT_LIMITS)
    if kwargs:
        needs = "filepath, skip_mismatch, strict, names and limits"
        raise TypeError(explain("load_weights", needs, ", ".join(kwargs), "Remove the others."))
    path = _existing(filepath)
    refuse_foreign(path, whole_model=False)
    if names is not None:
        with weights_reader(path, limits) as reader:
            _warn_of(model, str(path), read_by_name(model, reader, names, str(path), strict=not skip_mismatch))
        return
    if str(path).endswith(WEIGHTS_ENDINGS) or _is_hdf5(path):
        with weights_reader(path, limits) as reader:
            if isinstance(reader, HDF5Reader) and whole_h5.is_by_layer(reader):
                root = "" if "layer_names" in reader.attributes("") else "model_weights"
                whole_h5.read_by_layer(model, reader, root, str(path))
            else:
                _read_weights(model, reader, str(path), skip_mismatch)
        return
    with read_archive(path, limits) as archive:
        _read_weights(model, archive.weights, str(path), skip_mismatch)


WEIGHTS_ENDINGS = (".h5", ".hdf5", ".safetensors", ".npz", ENDING)


def weights_reader(path: Any, limits: Limits = DEFAULT_LIMITS) -> WeightsReader:
    """The arrays of a file of weights alone; its ending says of which kind it is."""
    name = str(path)
    if name.endswith(ENDING):
        return ShardsReader(path, limits)
    kinds = {".safetensors": SafetensorsReader, ".npz": NpzReader}
    return opened(kinds.get(os.path.splitext(name)[1], HDF5Reader), Window.of_path(path), limits)


def _refuse_existing(filepath: Any, overwrite: bool) -> None:
    if not overwrite and os.path.exists(filepath):
        raise FileExistsError(
            explain("Saving", "a path that is free", repr(str(filepath)), "Pass overwrite=True or another path.")
        )


def _existing(filepath: Any) -> Path:
    path = Path(filepath)
    if path.exists():
        return path
    with_ending = path.with_name(path.name + ".keras")
    if with_ending.exists():
        return with_ending
    folder = path.parent if path.parent.is_dir() else Path()
    near = difflib.get_close_matches(path.name, [p.name for p in folder.iterdir()], 1)
    hint = f"Did you mean {near[0]!r}?" if near else "Check the path."
    raise FileNotFoundError(explain("Loading", "a file that exists", repr(str(filepath)), hint))


def _write_weights(model: Any, writer: WeightsWriter, optimizer: bool = True) -> None:
    for path, thing in saved_objects(model):
        if not optimizer and (path == "optimizer" or path.startswith("optimizer/")):
            continue
        store: dict[str, Any] = {}
        thing.save_own_variables(store)
        arrays = {name: np.asarray(v.value if isinstance(v, Variable) else v) for name, v in store.items()}
        writer.write(f"{path}/vars" if path else "vars", arrays, name=getattr(thing, "name", None))


class _Store(Mapping[str, Any]):
    """A group's arrays, handed to JAX without a copy."""

    def __init__(self, arrays: Mapping[str, np.ndarray]):
        self._arrays = arrays

    def __getitem__(self, name: str) -> Any:
        return handed_over(self._arrays[name])

    def __iter__(self) -> Any:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)


def _read_weights(
    model: Any,
    reader: WeightsReader,
    source: str,
    skip_mismatch: bool = False,
    misfit: type[ValueError] = ValueError,
    whole: bool = False,
) -> None:
    """All arrays into the model, or none.

    Args:
        whole: the model was made for this file: layers may still take the form that their arrays have.
        misfit: what is raised where arrays do not fit: whose fault it is depends on where the model comes from.
    """
    objects = [(f"{path}/vars" if path else "vars", path, thing) for path, thing in saved_objects(model)]
    reader = with_todays_names(reader, [group for group, _, _ in objects])
    for group, _, thing in objects if whole else ():
        if hasattr(type(thing), "take_form"):
            thing.take_form(reader.get(group, {}))
    problems = _differences(objects, reader)
    if problems and not skip_mismatch:
        raise misfit(_report(model, source, problems, reader.get("", {})))
    if problems:
        _warn_of(
            model,
            source,
            [f"  {path}: expects {expected}; the file has {there}." for path, expected, there in problems],
        )
    stored = read_all(reader)
    variables = list({id(v): v for _, _, thing in objects for v in thing.own_variables()}.values())
    before = raw_values(variables)
    try:
        for group, path, thing in objects:
            _read_one(thing, path, stored.get(group, {}), skip_mismatch, misfit)
    except BaseException:
        write_values(variables, before)
        raise


def _warn_of(model: Any, source: str, skipped: list[str]) -> None:
    if skipped:
        lines = "\n".join(skipped)
        warnings.warn(
            f"Weights of model {model.name!r} that {source!r} does not fit stay as they are:\n{lines}", stacklevel=5
        )


def propose_names(model: Any, filepath: Any, print_fn: Callable[[str], Any] = print) -> dict[str, str]:
    """Which module of another library's file each layer's weights could be, by shapes and order; prints a table.

    Look it over: layers of equal shapes are told apart by nothing but their order.

    Args:
        filepath: ``.safetensors`` or ``.npz`` with names like ``"encoder.fc1.weight"``.

    Returns:
        What ``load_weights(filepath, names=...)`` takes.
    """
    with weights_reader(_existing(filepath)) as reader:
        return by_name.propose_names(model, reader, print_fn)


def _read_one(
    thing: Any, path: str, arrays: Mapping[str, np.ndarray], skip_mismatch: bool, misfit: type[ValueError]
) -> None:
    if path.split("/")[0] == "optimizer":
        what = f"State of {type(thing).__name__}"
        registry.made(what, lambda: read_state(thing, list(_Store(arrays).values())))
        return
    if skip_mismatch and not _fits(thing, arrays):
        return
    if not arrays and not thing.own_variables():
        return
    try:
        thing.load_own_variables(_Store(arrays))
    except (LookupError, TypeError, ValueError) as error:
        if not registry.is_published(type(thing)):
            raise
        got = f"arrays {', '.join(arrays)[:80]} of shapes {_shapes(arrays.values())[:200]}"
        do = "Load them into the architecture that was saved."
        raise misfit(explain(f"{path or 'The model'} ({type(thing).__name__})", "its own arrays", got, do)) from error


def _fits(thing: Any, arrays: Mapping[str, Any]) -> bool:
    mine = thing.stored_variables()
    return len(mine) == len(arrays) and all(
        str(i) in arrays and tuple(arrays[str(i)].shape) == v.shape for i, v in enumerate(mine)
    )


# Differences that are shown, and names that each is compared with: a file may have 100,000 of both.
_SHOWN, _COMPARED = 8, 200


def _differences(objects: list[tuple[str, str, Any]], reader: WeightsReader) -> list[tuple[str, str, str]]:
    """For each object whose arrays do not fit: its layer, what it expects, what is there."""
    found: list[tuple[str, str, str]] = []
    taken = {group for group, _, _ in objects}
    free = [group for group in reader if group not in taken and group.split("/")[0] != "optimizer"]
    for group, path, thing in objects:
        if path.split("/")[0] == "optimizer" or type(thing).load_own_variables is not _default_load(thing):
            continue
        arrays = reader.get(group, {})
        if _fits(thing, arrays):
            continue
        expected = _shapes(thing.stored_variables())
        there = _shapes(arrays.values())
        if not arrays and len(found) < _SHOWN:
            # Arrays of these shapes under another name, or else the name that is most like.
            alike = [g for g in free if _shapes(reader[g].values()) == expected] or free
            near = difflib.get_close_matches(group, alike[:_COMPARED], 1, 0.3)
            there += f", and {_shapes(reader[near[0]].values())} in {near[0]}" if near else ""
        found.append((f"{group} ({type(thing).__name__} {getattr(thing, 'name', '')!r})", expected, there))
    return found


def _shapes(arrays: Iterable[Any]) -> str:
    return ", ".join(show_shape(tuple(a.shape)) for a in arrays) or "nothing"


def _default_load(thing: Any) -> Any:
    """The base's ``load_own_variables``, which takes arrays "0", "1", ... in order."""
    return next(vars(b)["load_own_variables"] for b in reversed(type(thing).__mro__) if "load_own_variables" in vars(b))


def _report(model: Any, source: str, problems: list[tuple[str, str, str]], free: Iterable[str] = ()) -> str:
    lines = [f"Model {model.name!r} needs the arrays of its own layers; got others in {source!r}."]
    lines += [f"  {path}: expects {expected}; the file has {there}." for path, expected, there in problems[:_SHOWN]]
    if len(problems) > _SHOWN:
        lines.append(f"  ... and {len(problems) - _SHOWN} more.")
    if any("." in name for name in free):
        lines.append(
            "Its names are another library's: pass names=, which cornu.saving.propose_names(model, file) proposes."
        )
    lines.append("Load it into the architecture that was saved, or pass skip_mismatch=True.")
    return "\n".join(lines)
