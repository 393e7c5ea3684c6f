"""Number types by name, their promotion, and the policy a layer follows."""

from __future__ import annotations

import contextlib
import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu.core import config

FLOATS = ("bfloat16", "float16", "float32", "float64")
_PYTHON_TYPES = {bool: "bool", int: "int32", float: None, str: "string"}


def standardize_dtype(dtype: Any) -> str:
    """The name of a dtype however it was given; None is the default float.

    Example:
        >>> standardize_dtype(None), standardize_dtype(np.int32), standardize_dtype(float)
        ('float32', 'int32', 'float32')
    """
    if dtype is None:
        return config.floatx()
    if isinstance(dtype, str):
        return _checked(dtype)
    if isinstance(dtype, type) and dtype in _PYTHON_TYPES:
        return _PYTHON_TYPES[dtype] or config.floatx()
    name = getattr(dtype, "name", None)  # numpy and jax dtypes
    if not isinstance(name, str):
        name = getattr(dtype, "__name__", None)  # numpy and jax scalar types
    if not isinstance(name, str):
        name = str(dtype).rpartition(".")[2]  # torch.float32 and the like
    return _checked(name)


@functools.cache
def _checked(name: str) -> str:
    if name == "string":
        return name
    # NumPy evaluates what is no plain name ("(2,)f4"), and has objects and raw bytes among its types.
    if name.isidentifier():
        with contextlib.suppress(TypeError):
            dtype = jnp.dtype(name)
            if dtype.name == "bool" or jnp.issubdtype(dtype, np.number):
                return dtype.name
    raise ValueError(
        f"A dtype needs a name such as 'float32', 'bfloat16', 'int32' or 'bool'; got {name!r}. Correct the name."
    )


def is_float(dtype: Any) -> bool:
    """Whether a dtype is a real floating type (the 8-bit ones included)."""
    if dtype == "string":
        return False
    return bool(jnp.issubdtype(np.dtype(dtype) if not isinstance(dtype, str) else jnp.dtype(dtype), jnp.floating))


def backend_dtype(dtype: Any) -> str:
    """The dtype that JAX really stores: 64-bit types narrow to 32 unless JAX's x64 mode is on; text has none."""
    if dtype == "string":
        return dtype
    return jax.dtypes.canonicalize_dtype(jnp.dtype(standardize_dtype(dtype))).name


def result_type(*dtypes: Any) -> str:
    """The dtype in which values of the given dtypes are combined (JAX's lattice; Python numbers are weak).

    Example:
        >>> result_type("int32", "bfloat16"), result_type("float16", float), result_type(int, "int8")
        ('bfloat16', 'float16', 'int8')
    """
    weak = {int: 0, float: 0.0, bool: False}
    arguments = [weak[d] if isinstance(d, type) and d in weak else jnp.dtype(backend_dtype(d)) for d in dtypes]
    return jax.dtypes.canonicalize_dtype(jnp.result_type(*arguments)).name


class DTypePolicy:
    """Which dtype a layer computes in and which one its variables have.

    Args:
        name: a dtype ("float32", "bfloat16", ...) for both, or "mixed_float16" / "mixed_bfloat16":
            16-bit computation on float32 variables.

    Example:
        >>> policy = DTypePolicy("mixed_bfloat16")
        >>> policy.compute_dtype, policy.variable_dtype
        ('bfloat16', 'float32')
    """

    def __init__(self, name: str | None = None):
        if name is None:
            name = config.floatx()
        if not isinstance(name, str):
            raise TypeError(f"DTypePolicy needs a name; got {name!r}. Pass for example 'float32' or 'mixed_bfloat16'.")
        self._name = name
        if name in ("mixed_float16", "mixed_bfloat16"):
            self._compute_dtype, self._variable_dtype = name.removeprefix("mixed_"), "float32"
        else:
            self._compute_dtype = self._variable_dtype = standardize_dtype(name)
            self._name = self._compute_dtype

    @property
    def name(self) -> str:
        """The policy's name."""
        return self._name

    @property
    def compute_dtype(self) -> str:
        """dtype of a layer's inputs and arithmetic."""
        return self._compute_dtype

    @property
    def variable_dtype(self) -> str:
        """dtype in which a layer's weights are stored."""
        return self._variable_dtype

    @property
    def quantization_mode(self) -> str | None:
        """How weights are quantised; None for a plain policy."""
        return None

    def convert_input(self, x: Any, autocast: bool, dtype: Any) -> Any:
        """``x`` as an array, cast to ``dtype`` if it is a float and ``autocast``."""
        array = x if hasattr(x, "dtype") else jnp.asarray(x)
        if autocast and is_float(standardize_dtype(array.dtype)):
            return array.astype(dtype)
        return array

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {"name": self._name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> DTypePolicy:
        """The policy that a config describes."""
        return cls(**config)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DTypePolicy) and type(self) is type(other) and self._name == other._name

    def __hash__(self) -> int:
        return hash((type(self), self._name))

    def __repr__(self) -> str:
        return f'<DTypePolicy "{self._name}">'


class QuantizedDTypePolicy(DTypePolicy):
    """The policy of a layer whose large weights are stored as 8-bit integers; all else is as the source policy says.

    Its name is ``int8_from_`` and the source policy's.

    Args:
        mode: "int8".
        source_name: "float32", "bfloat16", "mixed_bfloat16" or "float64"; the global policy's if None.

    Example:
        >>> policy = QuantizedDTypePolicy("int8", "mixed_bfloat16")
        >>> policy.name, policy.compute_dtype, policy.variable_dtype
        ('int8_from_mixed_bfloat16', 'bfloat16', 'float32')
    """

    def __init__(self, mode: str, source_name: str | None = None):
        check_quantization_mode(mode)
        source = dtype_policy() if source_name is None else DTypePolicy(source_name)
        if isinstance(source, QuantizedDTypePolicy) or not is_float(source.compute_dtype):
            raise ValueError(
                f"A quantised policy needs a policy of floats as its source; got {source.name!r}. Correct it."
            )
        if source.compute_dtype == "float16":
            raise ValueError(
                "A quantised policy needs a source whose numbers reach far enough; got 'float16', which ends at 65504. "
                "Take 'bfloat16', 'mixed_bfloat16' or 'float32'."
            )
        super().__init__(source.name)
        self._mode, self._source = mode, source.name
        self._name = f"{mode}_from_{source.name}"

    @property
    def quantization_mode(self) -> str | None:
        """How weights are quantised."""
        return self._mode

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {"mode": self._mode, "source_name": self._source}

    def __repr__(self) -> str:
        return f'<QuantizedDTypePolicy "{self._name}">'


def check_quantization_mode(mode: Any) -> None:
    """Refuse what weights cannot be quantised to here."""
    if mode != "int8":
        raise ValueError(
            f"Quantised weights need mode 'int8'; got {str(mode)[:40]!r}. "
            "Quantise the float model to int8, or dequantise the file with the library that wrote it."
        )


# What other quantised files hold; none of them is read.
_OTHER_POLICIES = {
    "Int4DTypePolicy": "int4",
    "QuantizedFloat8DTypePolicy": "float8",
    "GPTQDTypePolicy": "gptq",
    "AWQDTypePolicy": "awq",
}
_PLAIN_POLICIES = ("DTypePolicy", "FloatDTypePolicy", "Policy")
POLICIES = frozenset({*_PLAIN_POLICIES, "QuantizedDTypePolicy", *_OTHER_POLICIES})
_global_policy: DTypePolicy | None = None


def dtype_policy() -> DTypePolicy:
    """The policy of layers that were given none."""
    return _global_policy or DTypePolicy(config.floatx())


def set_dtype_policy(policy: str | DTypePolicy | None) -> None:
    """Set the policy of layers made from now on."""
    global _global_policy
    _global_policy = None if policy is None else get_policy(policy)


def get_policy(identifier: Any) -> DTypePolicy:
    """A policy from a policy, a name, a dtype, a config dict, or None for the global one."""
    if identifier is None:
        return dtype_policy()
    if isinstance(identifier, DTypePolicy):
        return identifier
    if isinstance(identifier, dict):
        return _policy_of_config(identifier)
    if isinstance(identifier, str) and identifier.startswith("mixed_"):
        return DTypePolicy(identifier)
    if isinstance(identifier, str) and "_from_" in identifier:
        mode, _, source = identifier.partition("_from_")
        return QuantizedDTypePolicy(mode.partition("/")[0], source)
    return DTypePolicy(standardize_dtype(identifier))


def _policy_of_config(data: dict[str, Any]) -> DTypePolicy:
    name, config = data.get("class_name", "DTypePolicy"), data.get("config", data)
    if name in _PLAIN_POLICIES:
        return DTypePolicy(config["name"])
    if name == "QuantizedDTypePolicy":
        return QuantizedDTypePolicy(config["mode"], config.get("source_name"))
    if name in _OTHER_POLICIES:
        check_quantization_mode(_OTHER_POLICIES[name])
    raise ValueError(
        f"A dtype policy needs class DTypePolicy or QuantizedDTypePolicy; got {str(name)[:80]!r}. Give each layer its policy."
    )
