"""Names of classes and functions, and objects as JSON data and back.

The tables here are the allow-list of loading: a config names a thing, the tables say what it is, nothing else
is ever imported or called. Only code can add to them, never a file.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import threading
from collections.abc import Callable, Generator
from typing import Any, Self

import numpy as np

from cornu.core import allowance, dtypes, sharing
from cornu.core.declare import declared_config
from cornu.core.errors import (
    ConfigError,
    FileFormatError,
    GraphError,
    ShapeError,
    StructureError,
    UnsafeFileError,
    explain,
    is_users_own,
    mark_users_own,
)

# (public module, name) -> class, as written in files: ("keras.layers", "Dense").
_PUBLISHED: dict[tuple[str, str], Any] = {}
# class -> (public module, name)
_PUBLIC_NAMES: dict[Any, tuple[str, str]] = {}
# "package>Name" -> class or function, registered by the user.
_REGISTERED: dict[str, Any] = {}
_REGISTERED_NAMES: dict[Any, str] = {}


class UnknownClassError(ConfigError):
    """A config names a class or function that is neither the library's nor registered."""


def publish(public_module: str, module: str, names: list[str] | None = None) -> None:
    """Enter a package's classes and functions under their public place, e.g. ``"keras.layers"``."""
    package = importlib.import_module(module)
    for name in names if names is not None else package.__all__:
        thing = getattr(package, name)
        if inspect.isclass(thing) or inspect.isfunction(thing):
            _PUBLISHED[(public_module, name)] = thing
            place = _PUBLIC_NAMES.get(thing)
            # Files name a class as it names itself, whatever its aliases (MaxPool2D is MaxPooling2D).
            if place is None or (place[0] == public_module and name == thing.__name__):
                _PUBLIC_NAMES[thing] = (public_module, name)


def is_published(thing: Any) -> bool:
    """Whether a class or function is one of the library's public ones."""
    return thing in _PUBLIC_NAMES


def published(public_module: str, name: str) -> Any:
    """What stands under a public name, or None."""
    return _PUBLISHED.get((public_module, name))


def register(package: str = "Custom", name: str | None = None) -> Callable[[Any], Any]:
    """Decorator that lets files name a class or function of yours, as ``package>name``.

    Example:
        >>> @register("shop")
        ... class Price: ...
        >>> registered_name(Price)
        'shop>Price'
    """

    def decorate(thing: Any) -> Any:
        key = f"{package}>{name or thing.__name__}"
        if isinstance(thing, type) and not hasattr(thing, "get_config"):
            thing.__cornu_plain__ = True
        _REGISTERED[key] = thing
        _REGISTERED_NAMES[thing] = key
        return thing

    return decorate


def registered_objects() -> dict[str, Any]:
    """The table of registered classes and functions itself."""
    return _REGISTERED


def registered_name(thing: Any) -> str:
    """The name under which a class or function was registered; else its own name."""
    return _REGISTERED_NAMES.get(thing, getattr(thing, "__name__", str(thing)))


class _Custom(threading.local):
    def __init__(self) -> None:
        self.scopes: list[dict[str, Any]] = []


_CUSTOM = _Custom()


@contextlib.contextmanager
def custom_objects(objects: dict[str, Any] | None) -> Generator[None, None, None]:
    """Names that configs may use for the duration of a ``with`` block."""
    _CUSTOM.scopes.append(dict(objects or {}))
    try:
        yield
    finally:
        _CUSTOM.scopes.pop()


def registered_object(name: str, custom: dict[str, Any] | None = None, module: dict[str, Any] | None = None) -> Any:
    """The class or function that a name stands for: custom objects first, then registered ones; else None."""
    for scope in [custom or {}, *reversed(_CUSTOM.scopes)]:
        if name in scope:
            return scope[name]
    if name in _REGISTERED:
        return _REGISTERED[name]
    return (module or {}).get(name)


# Objects to data.


def serialize(thing: Any) -> Any:
    """JSON-able data from which ``deserialize`` makes an equal object."""
    if thing is None or isinstance(thing, (str, bool, int, float)):
        return thing
    if isinstance(thing, (list, tuple)):
        return [serialize(item) for item in thing]
    if isinstance(thing, dict):
        return {key: serialize(value) for key, value in thing.items()}
    if isinstance(thing, (np.integer, np.floating, np.bool_)):
        return thing.item()
    special = _serialize_special(thing)
    if special is not None:
        return special
    if inspect.isfunction(thing) or inspect.isbuiltin(thing) or inspect.isclass(thing):
        return _serialize_function(thing)
    if hasattr(thing, "get_config"):
        return serialize_object(thing)
    if callable(thing) and hasattr(thing, "__name__"):
        return _serialize_function(thing)
    raise TypeError(
        explain(
            f"Saving an object of class {type(thing).__name__}",
            "a get_config method",
            repr(thing)[:80],
            "Give the class get_config (and from_config if needed), and register it with cornu.saving.register_keras_serializable().",
        )
    )


def serialize_object(thing: Any) -> dict[str, Any]:
    """Class, config and build state of one object, in the form of section 2 of the file format."""
    cls = type(thing)
    module, class_name, registered = _written_name(cls)
    data: dict[str, Any] = {"module": module, "class_name": class_name, "config": {}, "registered_name": registered}
    with sharing.writing() as written:
        written.note(thing, data)
        data["config"] = thing.get_config()
    for key in ("build_config", "compile_config"):
        method = getattr(thing, f"get_{key}", None)
        if method is not None:
            extra = method()
            if extra is not None:
                data[key] = extra
    return data


def _written_name(cls: type) -> tuple[str | None, str, str | None]:
    if cls in _REGISTERED_NAMES:
        module = cls.__module__
        return (None if module in ("builtins", "__main__") else module), cls.__name__, _REGISTERED_NAMES[cls]
    if cls in _PUBLIC_NAMES:
        module, name = _PUBLIC_NAMES[cls]
        # Not exported by Keras, so its files name the private place (file format, section 2).
        return module, name, name if ".src." in module else None
    module = cls.__module__
    return (None if module in ("builtins", "__main__") else module), cls.__name__, cls.__name__


def _serialize_special(thing: Any) -> dict[str, Any] | None:
    if isinstance(thing, dtypes.DTypePolicy):
        name = type(thing).__name__
        place = "keras" if name == "DTypePolicy" else "keras.dtype_policies"
        return {"module": place, "class_name": name, "config": thing.get_config(), "registered_name": None}
    if isinstance(thing, slice):
        return {
            "class_name": "__slice__",
            "config": {"start": serialize(thing.start), "stop": serialize(thing.stop), "step": serialize(thing.step)},
        }
    if thing is Ellipsis:
        return {"class_name": "__ellipsis__", "config": {}}
    if isinstance(thing, bytes):
        return {"class_name": "__bytes__", "config": {"value": thing.decode("latin-1")}}
    if isinstance(thing, np.ndarray):
        return {"class_name": "__numpy__", "config": {"value": thing.tolist(), "dtype": thing.dtype.name}}
    if hasattr(thing, "__jax_array__") or type(thing).__module__.startswith("jax"):
        if not hasattr(thing, "shape"):
            return None
        array = np.asarray(thing)
        return {"class_name": "__tensor__", "config": {"value": array.tolist(), "dtype": array.dtype.name}}
    if isinstance(thing, np.dtype):
        return thing.name  # type: ignore[return-value]  # a dtype is written as its name
    return None


def _serialize_function(function: Any) -> dict[str, Any]:
    name = getattr(function, "__name__", "")
    if name == "<lambda>":
        raise ValueError(
            explain(
                "Saving a function",
                "a name",
                "a lambda",
                "Write it with def and register it with @cornu.saving.register_keras_serializable().",
            )
        )
    return {
        "module": "builtins",
        "class_name": "function",
        "config": registered_name(function),
        "registered_name": "function",
    }


# Data to objects.

_FUNCTION_PLACES = (
    "keras.activations",
    "keras.losses",
    "keras.metrics",
    "keras.initializers",
    "keras.regularizers",
    "keras.constraints",
    "keras.ops",
)
# Callbacks, utilities and applications open files and fetch: they are public, and no config can name them.
_CLASS_PLACES = (
    "keras.layers",
    "keras",
    "keras.models",
    "keras.initializers",
    "keras.losses",
    "keras.metrics",
    "keras.optimizers",
    "keras.optimizers.schedules",
    "keras.regularizers",
    "keras.constraints",
    "keras.random",
    "keras.quantizers",
)
_MAX_DEPTH = 200
_MAX_OBJECTS = 130_000  # 25,000 layers of five


def deserialize(data: Any, custom: dict[str, Any] | None = None) -> Any:
    """The object that data describes. Data only: classes come from the tables above and from ``custom``."""
    with custom_objects(custom), reading(data):
        try:
            return _deserialize(data, 0)
        except RecursionError:
            raise _too_deep() from None


@contextlib.contextmanager
def reading(data: Any) -> Generator[None, None, None]:
    """What is true while a config is read: equal numbers mean one object, and variables have an allowance."""
    if not sharing.is_reading():
        _count_objects(data)
    with sharing.reading(), allowance.limited():
        yield


def _count_objects(data: Any) -> None:
    """Refuse a config of too many objects before the first is made."""
    waiting, count = [data], 0
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            count += "class_name" in part
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)
    if count > _MAX_OBJECTS:
        raise UnsafeFileError(
            explain("A config", f"at most {_MAX_OBJECTS:,} objects", f"{count:,}", "Split the model.")
        )


def _too_deep() -> ConfigError:
    return ConfigError(
        explain("A config", f"at most {_MAX_DEPTH} levels of nesting", "more", "The file is damaged or hostile.")
    )


def _deserialize(data: Any, depth: int) -> Any:
    if depth > _MAX_DEPTH:
        raise _too_deep()
    if isinstance(data, list):
        return [_deserialize(item, depth + 1) for item in data]
    if not isinstance(data, dict):
        return data
    if "class_name" not in data or "config" not in data:
        return {key: _deserialize(value, depth + 1) for key, value in data.items()}
    class_name, config = data["class_name"], data["config"]
    if not isinstance(class_name, str):
        raise ConfigError(explain("A config's class_name", "a string", repr(class_name)[:80], "The file is damaged."))
    if class_name.startswith("__"):
        return _deserialize_special(class_name, config)
    if class_name == "function":
        return find_function(config)
    if class_name in dtypes.POLICIES:
        return made(class_name, lambda: dtypes.get_policy(data))
    with sharing.reading() as read:
        found = read.find(data)
        if found is None:
            found = _build(find_class(data), data)
            read.note(data, found)
    return found


def _deserialize_special(class_name: str, config: Any) -> Any:
    if class_name == "__slice__":
        return made("__slice__", lambda: slice(*(_index(config[k]) for k in ("start", "stop", "step"))))
    if class_name == "__ellipsis__":
        return Ellipsis
    if class_name == "__bytes__":
        return made("__bytes__", lambda: str(config["value"]).encode("latin-1"))
    if class_name in ("__tensor__", "__numpy__"):
        return made(class_name, lambda: _array(config))
    if class_name == "__lambda__":
        raise UnsafeFileError(
            explain(
                "A Lambda layer in a file",
                "a registered function's name",
                "Python bytecode, which is never run",
                "Rebuild the model in code, or save it with a function registered by @cornu.saving.register_keras_serializable().",
            )
        )
    raise UnknownClassError(
        explain(
            "A config", "a known kind of value", repr(class_name)[:80], "The file is from a newer version, or damaged."
        )
    )


def _index(value: Any) -> int | None:
    if value is not None and type(value) is not int:
        raise TypeError(f"an index is a whole number or none, not {type(value).__name__}")
    return value


def _array(config: Any) -> np.ndarray[Any, Any]:
    dtype = np.dtype(dtypes.backend_dtype(dtypes.standardize_dtype(config["dtype"])))
    if dtype.kind not in "biufcV":  # V: bfloat16 and its like
        raise TypeError(f"arrays hold numbers, not {dtype}")
    return np.asarray(config["value"], dtype=dtype)


# What says by its own type what is wrong, and what is not about the config.
_UNCHANGED = (FileFormatError, GraphError, ShapeError, StructureError, RecursionError, Warning)


def made(what: str, make: Callable[[], Any]) -> Any:
    """What ``make`` returns; its complaints become one type that says which config is wrong.

    Whatever a library class raises, its arguments came from the config: an axis called "f" is a NameError in JAX.
    """
    try:
        return make()
    except _UNCHANGED:
        raise
    except Exception as error:
        if is_users_own(error):
            raise
        reason = (str(error).strip().splitlines() or [""])[0].rstrip(".")[:300]
        raise ConfigError(
            explain(
                f"Config of {what}",
                "what the class can be made from",
                f"an error: {reason or type(error).__name__}",
                "The file is damaged, or of another version.",
            )
        ) from error


def find_function(name: Any) -> Callable[..., Any]:
    """The function that a config names: custom, registered, or one of the library's."""
    if isinstance(name, str):
        found = registered_object(name)
        for place in _FUNCTION_PLACES:
            found = found or _PUBLISHED.get((place, name))
        if callable(found):
            return found
    raise UnknownClassError(
        explain(
            "A config",
            "functions that the library has or that are registered",
            repr(name)[:80],
            f"Put @cornu.saving.register_keras_serializable() above `def {name}`, or pass custom_objects={{{name!r}: {name}}}.",
        )
    )


def find_class(data: dict[str, Any]) -> Any:
    """The class that a config names, from custom objects, registered classes, and the library, in this order."""
    class_name, module, registered = data["class_name"], data.get("module"), data.get("registered_name")
    for name in (registered, class_name):
        if isinstance(name, str):
            found = registered_object(name)
            if found is not None:
                return found
    # Files of Keras 2 name no module: the class's place follows from its name.
    places = _CLASS_PLACES if "module" not in data else ()
    if isinstance(module, str):
        places = (f"keras{module.removeprefix('cornu')}" if module.startswith("cornu") else module,)
    for place in places:
        found = _PUBLISHED.get((place, class_name))
        if (place in _CLASS_PLACES or ".src." in place) and isinstance(found, type) and hasattr(found, "get_config"):
            return found
    package, _, short = registered.rpartition(">") if isinstance(registered, str) else ("", "", class_name)
    arguments = f"package={package!r}" if package else ""
    layer = data["config"].get("name") if isinstance(data["config"], dict) else None
    raise UnknownClassError(
        explain(
            f"Loading {f'layer {layer!r}' if layer else 'an object'}",
            f"its class {class_name!r}",
            "no class registered under that name",
            f"Put `@cornu.saving.register_keras_serializable({arguments})` above `class {short or class_name}` and import it first, "
            f"or pass custom_objects={{{class_name!r}: {class_name}}}.",
        )
    )


def _build(cls: Any, data: dict[str, Any]) -> Any:
    config = data["config"]
    if not isinstance(cls, type):
        return cls
    for key in ("config", "build_config", "compile_config"):
        if not isinstance(data.get(key, {}), dict) and (key == "config" or data[key] is not None):
            got = type(data[key]).__name__
            raise ConfigError(explain(f"{key} of {cls.__name__}".capitalize(), "a dict", got, "The file is damaged."))

    def make() -> Any:
        from_config = getattr(cls, "from_config", None)
        instance = from_config(config) if from_config is not None else cls(**config)
        build_config = data.get("build_config")
        if build_config and not getattr(instance, "built", True):
            instance.build_from_config(build_config)
        compile_config = data.get("compile_config")
        if compile_config and hasattr(instance, "compile_from_config"):
            instance.compile_from_config(compile_config)
        return instance

    name = config.get("name")
    if is_published(cls):
        return made(f"{cls.__name__} {str(name)[:80]!r}" if name else cls.__name__, make)
    try:
        return make()
    except Exception as error:
        mark_users_own(error)
        raise


def get(
    identifier: Any, place: str, what: str, *, aliases: dict[str, Any] | None = None, call_class: bool = True
) -> Any:
    """An object or function from what users write: itself, a name, a config dict, a class, or None.

    Args:
        place: public module that names are looked up in, e.g. ``"keras.initializers"``.
        what: the word for it in errors.
        aliases: further names.
        call_class: whether a class found by name is called without arguments.
    """
    if identifier is None:
        return None
    if isinstance(identifier, dict):
        return deserialize(_placed(identifier, place, aliases or {}))
    if isinstance(identifier, str):
        found = registered_object(identifier) or (aliases or {}).get(identifier) or _PUBLISHED.get((place, identifier))
        if found is None:
            import difflib

            known = sorted({n for p, n in _PUBLISHED if p == place} | set(aliases or {}))
            near = difflib.get_close_matches(identifier[:80], known, 1)
            hint = f"Did you mean {near[0]!r}?" if near else "Pass an object, a function, or another name."
            raise ValueError(explain(f"{what}", "a known name", repr(identifier[:80]), hint))
    else:
        found = identifier
    if inspect.isclass(found) and call_class:
        return found()
    if callable(found) or hasattr(found, "get_config"):
        return found
    raise ValueError(
        explain(what, "a name, a config, an object or a function", repr(identifier)[:80], "Pass one of these.")
    )


def _placed(data: dict[str, Any], place: str, aliases: dict[str, Any]) -> dict[str, Any]:
    """A config as users write it, ``{"class_name": "zeros", "config": {}}``, with its class's public name."""
    name = data.get("class_name")
    if data.get("module") is not None or not isinstance(name, str) or registered_object(name) is not None:
        return data
    found = aliases.get(name) or _PUBLISHED.get((place, name))
    if not inspect.isclass(found):
        return data
    module, public_name = _PUBLIC_NAMES[found]
    return {**data, "module": module, "class_name": public_name}


def object_config(thing: Any) -> dict[str, Any]:
    """``get_config`` of a declared object: its fields as data."""
    return declared_config(thing, serialize)


class Configured:
    """What is made from a config and can say it: declared objects say their fields, others write ``get_config``."""

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return object_config(self)

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """The object that a config describes."""
        return cls(**config)
