"""All ops of the catalogue against Keras: values, dtypes; symbolic shapes against real ones; gradients of nn."""

import functools

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

from cornu import ops
from cornu.core import spec, tree
from tests.ops.catalogue import CASES, IMAGES, B

ALL = [("", *case) for case in CASES] + [("image", *case) for case in IMAGES]
IDS = [f"{name}-{i}" for i, (_, name, _, _) in enumerate(ALL)]
GRADIENTS = [
    "softmax",
    "log_softmax",
    "sparsemax",
    "normalize",
    "rms_normalization",
    "layer_normalization",
    "batch_normalization",
    "moments",
    "categorical_crossentropy",
    "sparse_categorical_crossentropy",
    "binary_crossentropy",
    "dot_product_attention",
    "conv",
    "depthwise_conv",
    "separable_conv",
    "conv_transpose",
    "max_pool",
    "average_pool",
    "adaptive_average_pool",
    "adaptive_max_pool",
    "unfold",
    "fold",
    "ctc_loss",
    "cdist",
    "divide_no_nan",
    "logsumexp",
    "norm",
    "std",
    "resize",
    "affine_transform",
]


def _function(root, place, name):
    return getattr(root.image if place else root, name)


def _is_array(x):
    return isinstance(x, np.ndarray)


def _call(function, args, kwargs, arrays):
    supply = iter(arrays)
    full = tree.map_structure(lambda x: next(supply) if _is_array(x) else x, [list(args), kwargs])
    return function(*full[0], **full[1])


def _arrays(args, kwargs):
    return [x for x in tree.flatten([list(args), kwargs]) if _is_array(x)]


# Quick to compile; the numbers are tiny.
_jit = functools.partial(jax.jit, compiler_options={"xla_backend_optimization_level": 0})


@functools.cache
def _result(root, case):
    place, name, args, kwargs = ALL[case]
    function = _function(root, place, name)
    if not _arrays(args, kwargs) or name == "rearrange":  # Keras's does not compile
        return function(*args, **kwargs)
    return _jit(lambda arrays: _call(function, args, kwargs, arrays))(_arrays(args, kwargs))


@pytest.mark.parametrize("case", range(len(ALL)), ids=IDS)
def test_values_are_keras_s(case):
    ours, theirs = (jax.tree_util.tree_leaves(_result(root, case)) for root in (ops, keras.ops))
    for a, b in zip(ours, theirs, strict=True):
        assert jnp.asarray(a).dtype == jnp.asarray(b).dtype
        np.testing.assert_allclose(a, b, rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize("batch", [None, B])
@pytest.mark.parametrize("case", range(len(ALL)), ids=IDS)
def test_symbolic_shapes_hold(case, batch):
    place, name, args, kwargs = ALL[case]
    symbolic = [
        spec.KerasTensor((batch if x.shape[:1] == (B,) else x.shape[0], *x.shape[1:]), x.dtype)
        for x in _arrays(args, kwargs)
    ]
    found = tree.flatten(_call(_function(ops, place, name), args, kwargs, symbolic))
    real = jax.tree_util.tree_leaves(_result(ops, case))
    assert len(found) == len(real)
    for a, b in zip(found, real, strict=True):
        if spec.is_symbolic(a):
            assert len(a.shape) == b.ndim, (a, b.shape)
            assert all(m == n for m, n in zip(a.shape, b.shape, strict=True) if spec.is_known(m)), (a, b.shape)
            assert batch != B or all(map(spec.is_known, a.shape)), a
            assert a.dtype == b.dtype.name


@pytest.mark.parametrize(
    "case", [i for i, c in enumerate(ALL) if c[1] in GRADIENTS and _arrays(*c[2:])[0].dtype == "float32"], ids=str
)
def test_gradients_are_keras_s(case):
    place, name, args, kwargs = ALL[case]

    def slope(root):
        def total(first, rest):
            leaves = jax.tree_util.tree_leaves(_call(_function(root, place, name), args, kwargs, [first, *rest]))
            return sum(jnp.sum(jnp.square(x)) for x in leaves)

        first, *rest = _arrays(args, kwargs)
        return _jit(jax.grad(total))(first, rest)

    np.testing.assert_allclose(slope(ops), slope(keras.ops), rtol=1e-4, atol=1e-4)


DTYPES = ["bool", "uint8", "int8", "int32", "float16", "bfloat16"]
UNARY = [
    "abs",
    "negative",
    "sqrt",
    "square",
    "exp",
    "log",
    "sin",
    "tanh",
    "sign",
    "ceil",
    "floor",
    "trunc",
    "sum",
    "prod",
    "mean",
    "var",
    "std",
    "max",
    "cumsum",
    "median",
    "logsumexp",
    "relu",
    "gelu",
    "sigmoid",
    "argmax",
    "count_nonzero",
    "ptp",
    "cumprod",
    "logical_not",
    "isnan",
    "round",
    "erf",
    "average",
    "norm",
]
BINARY = [
    "add",
    "subtract",
    "multiply",
    "divide",
    "floor_divide",
    "mod",
    "power",
    "maximum",
    "equal",
    "logical_and",
    "matmul",
    "dot",
    "outer",
    "arctan2",
]


def _dtype(function, *dtypes):
    try:
        found = jax.eval_shape(function, *(jax.ShapeDtypeStruct((2, 2), jnp.dtype(d)) for d in dtypes))
    except (TypeError, ValueError):  # this dtype is refused
        return None
    return found.dtype


@pytest.mark.parametrize("name", UNARY)
def test_dtypes_of_one_argument_are_keras_s(name):
    for dtype in DTYPES:
        theirs = _dtype(getattr(keras.ops, name), dtype)
        assert theirs is None or _dtype(getattr(ops, name), dtype) == theirs, dtype


@pytest.mark.parametrize("name", BINARY)
def test_dtypes_of_two_arguments_are_keras_s(name):
    for pair in [(a, b) for i, a in enumerate(DTYPES) for b in DTYPES[i:]]:
        theirs = _dtype(getattr(keras.ops, name), *pair)
        assert theirs is None or _dtype(getattr(ops, name), *pair) == theirs, pair


def test_the_catalogue_has_all_ops_but_these():
    elsewhere = {
        *("associative_scan", "cond", "custom_gradient", "fori_loop", "map", "scan", "switch", "vectorized_map"),
        *("vectorize", "while_loop", "jvp"),
        # Shapes that depend on values: not for compiled code.
        *("bincount", "histogram", "nonzero", "unique", "eig"),
        "sparsemax",  # Keras's is wrong for more than one row
        *("convert_to_numpy", "dtype", "is_tensor", "shape", "empty"),
        *("image", "linalg", "nn", "numpy"),
    }
    assert set(ops.__all__) - {name for name, _, _ in CASES} == elsewhere
    assert set(ops.image.__all__) - {name for name, _, _ in IMAGES} == {"elastic_transform", "gaussian_blur"}
