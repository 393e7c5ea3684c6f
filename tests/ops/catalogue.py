"""One line for each op: arguments to call it with. Arrays stand for tensors, the rest is static."""

import numpy as np

_R = np.random.default_rng(0)


def _f(*shape, low=-2.0, high=2.0):
    return _R.uniform(low, high, shape).astype("float32")


B = 3  # the batch: sizes of 3 on first axes are unknown in symbolic calls
X, Y = _f(B, 4), _f(B, 4)
P = _f(B, 4, low=0.1, high=0.9)
T = _f(B, 5, 4)
V = _f(4)
N = np.where(P > 0.5, np.float32("nan"), X)
INTS, MORE_INTS = (np.array([[6, 4, 9, 1], [3, 8, 2, 5], [7, 1, 4, 2]], "int32") + k for k in range(2))
BOOL = X > 0
SQUARE = T[:, :4] @ T[:, :4].transpose(0, 2, 1) + 3 * np.eye(4, dtype="float32")
IMAGE = _f(B, 6, 6, 2, low=0.0, high=1.0)
RGB = _f(B, 5, 6, 3, low=0.0, high=1.0)
KERNEL = _f(2, 3, 2, 4)
Z = (X[..., :2] + 1j * Y[..., :2]).astype("complex64")

CORNERS = np.array([[0, 0], [5, 0], [0, 4], [5, 4]], "float32")
AFFINE = np.tile(np.array([0.9, 0.2, 0.5, 0.1, 1.1, -0.3, 0, 0], "float32"), (B, 1))

_UNARY = """absolute abs fabs negative square cbrt sign signbit exp exp2 expm1 sin cos tan arctan sinh cosh tanh arcsinh sinc
deg2rad rad2deg i0 ceil floor trunc round isfinite isinf isnan isposinf isneginf isreal logical_not real imag conj
conjugate angle nan_to_num erf erfc copy ravel fliplr flipud tril triu zeros_like ones_like empty_like stop_gradient
sigmoid relu relu6 silu swish hard_swish gelu elu selu celu softplus softsign log_sigmoid hard_sigmoid hard_silu
hard_tanh hard_shrink soft_shrink tanh_shrink leaky_relu squareplus sparse_plus sparse_sigmoid glu softmax log_softmax
normalize rms_normalization layer_normalization sort argsort cumsum cumprod diff median mean sum std var max
min amax amin prod ptp all any argmax argmin count_nonzero average logsumexp trapezoid size ndim array
convert_to_tensor transpose corrcoef diagflat norm"""
_UNIT = "reciprocal sqrt rsqrt log log2 log10 log1p arcsin arccos arctanh erfinv"
_BINARY = """add subtract multiply divide true_divide divide_no_nan floor_divide mod fmod maximum minimum fmax fmin hypot
heaviside arctan2 logaddexp logaddexp2 nextafter equal not_equal less less_equal greater greater_equal logical_and
logical_or logical_xor isclose allclose inner vdot kron outer append"""
_ON_INTS = "bitwise_and bitwise_or bitwise_xor left_shift right_shift bitwise_left_shift bitwise_right_shift gcd lcm"
_NAN = """nansum nanprod nanmean nanvar nanstd nanmax nanmin nanmedian nanargmax nanargmin nancumsum nancumprod"""

CASES = [
    *((name, (X,), {}) for name in _UNARY.split()),
    *((name, (P,), {}) for name in _UNIT.split()),
    *((name, (X, Y), {}) for name in _BINARY.split()),
    *((name, (INTS, MORE_INTS), {}) for name in _ON_INTS.split()),
    *((name, (N,), {}) for name in _NAN.split()),
    *(
        (name, (x,), {"axis": 1})
        for name in ["sum", "mean", "var", "max", "min", "argmax", "all", "any", "cumsum", "median"]
        for x in (T, INTS)
    ),
    *(
        (name, (T,), {"axis": (1, 2), "keepdims": True})
        for name in ["sum", "mean", "std", "max", "prod", "ptp", "logsumexp"]
    ),
    *((name, (N,), {"axis": -1}) for name in ["nansum", "nanmax", "nanmean", "nanargmax"]),
    ("arccosh", (P + 1,), {}),
    ("power", (P, Y), {}),
    ("power", (X, 2), {}),
    ("ldexp", (X, INTS), {}),
    ("bitwise_not", (INTS,), {}),
    ("bitwise_invert", (INTS,), {}),
    ("clip", (X, -0.5, V), {}),
    ("isin", (INTS, [1, 4]), {"invert": True}),
    ("max", (X,), {"axis": 1, "initial": 0.5}),
    ("average", (T,), {"axis": 1, "weights": _f(5, low=0.1)}),
    ("reshape", (T, (-1, 10)), {}),
    ("reshape", (T, (-1, 5, 2, 2)), {}),
    ("reshape", (X, (B, 2, 2)), {}),
    ("squeeze", (X[:, None],), {"axis": 1}),
    ("expand_dims", (X, 1), {}),
    ("expand_dims", (X, (0, -1)), {}),
    ("transpose", (T, (0, 2, 1)), {}),
    ("moveaxis", (T, 1, -1), {}),
    ("swapaxes", (T, 1, 2), {}),
    ("broadcast_to", (V, (B, 4)), {}),
    ("flip", (T,), {"axis": 1}),
    ("rot90", (T,), {"axes": (1, 2)}),
    ("roll", (T, 2), {"axis": 1}),
    ("tile", (X, (1, 2)), {}),
    ("repeat", (X, 2), {"axis": 1}),
    ("repeat", (X, 2), {}),
    ("pad", (X, ((0, 0), (1, 2))), {"constant_values": 3.0}),
    ("pad", (X, ((0, 0), (1, 2))), {"mode": "reflect"}),
    ("concatenate", ([X, Y],), {"axis": -1}),
    ("concatenate", ([X, Y],), {"axis": 0}),
    ("stack", ([X, Y],), {"axis": 1}),
    ("hstack", ([X, Y],), {}),
    ("vstack", ([X, Y],), {}),
    ("dstack", ([X, Y],), {}),
    ("append", (X, Y), {"axis": 1}),
    ("split", (X, 2), {"axis": 1}),
    ("split", (T, [1, 3]), {"axis": 1}),
    ("array_split", (T, 2), {"axis": 1}),
    ("hsplit", (X, 2), {}),
    ("vsplit", (SQUARE[0], 2), {}),
    ("dsplit", (T, 2), {}),
    ("meshgrid", (V, _f(2)), {}),
    ("matmul", (T, _f(4, 2)), {}),
    ("matmul", (T, SQUARE), {}),
    ("matmul", (X, V), {}),
    ("dot", (T, _f(4, 2)), {}),
    ("tensordot", (T, _f(4, 2)), {"axes": 1}),
    ("tensordot", (T, _f(6, 5)), {"axes": ([1], [1])}),
    ("einsum", ("bij,bjk->bik", T, SQUARE), {}),
    ("einsum", ("...i,ik->...k", T, _f(4, 2)), {}),
    ("einsum", ("bij,bij", T, T), {}),
    ("cross", (_f(B, 3), _f(B, 3)), {}),
    ("get_item", (T, (slice(None), slice(1, 3), None, 0)), {}),
    ("get_item", (T, (Ellipsis, slice(None, None, 2))), {}),
    ("take", (T, [0, -1]), {"axis": 1}),
    ("take", (_f(10, 2), INTS), {"axis": 0}),
    ("take_along_axis", (T, np.zeros((B, 1, 4), "int32")), {"axis": 1}),
    ("where", (BOOL, X, 0.0), {}),
    ("select", ([BOOL, X > -1], [X, Y], 0.5), {}),
    ("unravel_index", (INTS, (3, 4)), {}),
    ("diag", (V,), {"k": 1}),
    ("diagonal", (T,), {"axis1": 1, "axis2": 2, "offset": 1}),
    ("trace", (T,), {"axis1": 1, "axis2": 2}),
    ("argpartition", (X, 2), {}),
    ("quantile", (X, 0.3), {"axis": 1}),
    ("quantile", (X, [0.2, 0.7]), {"method": "nearest"}),
    ("nanquantile", (N, 0.3), {}),
    ("percentile", (X, 30.0), {"axis": 1}),
    ("nanpercentile", (N, 30.0), {}),
    ("searchsorted", (np.sort(V), V), {"side": "right"}),
    ("digitize", (X, np.array([-1.0, 0.0, 1.0], "float32")), {}),
    ("correlate", (V, V), {"mode": "full"}),
    ("vander", (V,), {"N": 3, "increasing": True}),
    ("linspace", (X, Y), {"num": 3, "endpoint": False}),
    ("logspace", (0.0, 2.0), {"num": 3}),
    ("geomspace", (1.0, 8.0), {"num": 4}),
    ("arange", (1, 7, 2), {}),
    ("arange", (2.5,), {}),
    ("full", ((2, 3), 4), {}),
    ("full_like", (X, 4), {}),
    ("eye", (3, 4), {"k": 1}),
    ("identity", (3,), {}),
    ("tri", (3,), {}),
    ("zeros", ((2,),), {}),
    ("ones", ((2,),), {"dtype": "int32"}),
    *((name, (6,), {}) for name in ["bartlett", "blackman", "hamming", "hanning"]),
    ("kaiser", (6, 5.0), {}),
    ("cast", (X, "int32"), {}),
    ("saturate_cast", (X * 200, "uint8"), {}),
    ("saturate_cast", (X * 1e10, "int32"), {}),
    ("view", (X, "int32"), {}),
    ("top_k", (X, 2), {}),
    ("in_top_k", (np.array([0, 1, 2], "int32"), X, 2), {}),
    ("cdist", (T, SQUARE), {}),
    ("view_as_complex", (_f(B, 4, 2),), {}),
    ("view_as_real", (Z,), {}),
    ("polar", (P, X), {}),
    ("psnr", (X, Y, 2.0), {}),
    ("segment_sum", (X, np.array([0, 2, 0]), 3), {}),
    ("segment_prod", (X, np.array([0, 2, 0]), 3), {}),
    ("segment_max", (X, np.array([0, 2, 0]), 3), {}),
    ("segment_min", (X, np.array([0, 2, 0]), 3), {}),
    ("fft", ((X, Y),), {}),
    ("fft2", ((T, T),), {}),
    ("ifft2", ((T, T),), {}),
    ("rfft", (X, 6), {}),
    ("irfft", ((X, Y),), {}),
    ("extract_sequences", (_f(B, 9), 4, 3), {}),
    ("stft", (_f(B, 20), 6, 3, 8), {}),
    ("stft", (_f(B, 20), 6, 3, 8), {"window": "hamming", "center": False}),
    ("istft", ((_f(B, 7, 5), _f(B, 7, 5)), 6, 3, 8), {}),
    ("istft", ((_f(B, 7, 5), _f(B, 7, 5)), 6, 3, 8), {"length": 15}),
    ("cholesky", (SQUARE,), {}),
    ("cholesky", (SQUARE,), {"upper": True}),
    ("cholesky_inverse", (np.linalg.cholesky(SQUARE[0]),), {}),
    ("det", (SQUARE,), {}),
    ("slogdet", (SQUARE,), {}),
    ("logdet", (SQUARE,), {}),
    ("inv", (SQUARE,), {}),
    ("pinv", (T,), {}),
    ("eigh", (SQUARE,), {}),
    ("lu_factor", (SQUARE[0],), {}),
    ("matrix_rank", (SQUARE,), {}),
    ("norm", (T,), {"ord": "fro", "axis": (1, 2)}),
    ("norm", (X,), {"ord": 3, "axis": 1, "keepdims": True}),
    ("qr", (T,), {}),
    ("svd", (T,), {"compute_uv": False}),
    ("solve", (SQUARE, T[:, :4, :2]), {}),
    ("solve_triangular", (np.linalg.cholesky(SQUARE), T[:, :4, :2]), {"lower": True}),
    ("lstsq", (T[0], V[[0, 1, 2, 3, 0]]), {}),
    ("scatter", (np.array([[0], [2], [2]], "int32"), X, (5, 4)), {}),
    ("scatter_update", (X, [[0, 1], [2, 2]], [5.0, 7.0]), {}),
    ("scatter_update", (X, [[0], [0]], Y[:2]), {"reduction": "add"}),
    ("slice", (T, (0, 1, 0), (2, 2, 4)), {}),
    ("slice_update", (T, (1, 1, 0), np.ones((2, 2, 4), "float32")), {}),
    ("unstack", (T,), {"axis": 1}),
    ("rearrange", (T, "b t (h c) -> b h t c"), {"h": 2}),
    ("one_hot", (INTS, 10), {}),
    ("one_hot", (INTS, 10), {"axis": 1, "dtype": "int32"}),
    ("multi_hot", (INTS, 10), {}),
    ("threshold", (X, 0.5, -1.0), {}),
    ("moments", (T, (0, 1)), {}),
    ("moments", (T, -1), {"keepdims": True}),
    ("batch_normalization", (T, V, np.abs(V)), {"axis": -1, "offset": V, "scale": V}),
    ("layer_normalization", (T, V, V), {"epsilon": 1e-3}),
    ("layer_normalization", (T,), {"axis": (1, 2)}),
    ("rms_normalization", (T, V), {}),
    ("normalize", (X,), {"order": 3, "axis": 1}),
    ("categorical_crossentropy", (P, P), {}),
    ("categorical_crossentropy", (P, X), {"from_logits": True}),
    ("sparse_categorical_crossentropy", (INTS[:, 1] % 4, X), {"from_logits": True}),
    ("sparse_categorical_crossentropy", (INTS[:, :1] % 4, P), {}),
    ("binary_crossentropy", (P, P), {}),
    ("binary_crossentropy", (P, X), {"from_logits": True}),
    ("dot_product_attention", (_f(B, 5, 2, 4), _f(B, 6, 2, 4), _f(B, 6, 2, 4)), {"scale": 0.3}),
    ("dot_product_attention", (_f(B, 5, 2, 4),) * 3, {"is_causal": True, "bias": _f(1, 2, 5, 5)}),
    ("dot_product_attention", (_f(B, 5, 2, 4),) * 3, {"mask": _f(B, 1, 5, 5) > -1}),
    ("conv", (IMAGE, KERNEL), {"padding": "same", "strides": 2}),
    ("depthwise_conv", (IMAGE, KERNEL), {}),
    ("separable_conv", (IMAGE, KERNEL, _f(1, 1, 8, 3)), {}),
    ("conv_transpose", (IMAGE, _f(3, 3, 4, 2)), {"strides": 2}),
    ("max_pool", (IMAGE, 2), {"strides": 2}),
    ("average_pool", (IMAGE, 2), {"strides": 1, "padding": "same"}),
    ("adaptive_average_pool", (IMAGE, 4), {}),
    ("adaptive_max_pool", (IMAGE, (4, 1)), {}),
    ("depth_to_space", (_f(B, 2, 3, 8), 2), {}),
    ("space_to_depth", (IMAGE, 2), {}),
    ("unfold", (_f(B, 2, 5, 6), 2), {"dilation": 2, "padding": 1, "stride": 2}),
    ("fold", (_f(B, 8, 20), (5, 6), 2), {}),
    ("ctc_loss", (INTS[:, :2] % 3 + 1, _f(B, 6, 5), np.array([2, 1, 0]), np.array([6, 5, 4])), {}),
    ("ctc_decode", (_f(B, 6, 4), np.array([6, 5, 3])), {}),
    ("ctc_decode", (_f(B, 6, 4), np.array([6, 5, 3])), {"strategy": "beam_search", "beam_width": 5, "top_paths": 2}),
]

IMAGES = [
    ("resize", (RGB, (3, 8)), {}),
    ("resize", (RGB, (3, 4)), {"antialias": True, "interpolation": "bicubic"}),
    ("resize", (RGB, (4, 4)), {"crop_to_aspect_ratio": True, "interpolation": "nearest"}),
    ("resize", ((RGB * 255).astype("uint8"), (8, 4)), {"pad_to_aspect_ratio": True}),
    ("affine_transform", (RGB, AFFINE), {"fill_mode": "reflect"}),
    ("affine_transform", (RGB, AFFINE), {"fill_value": 0.5}),
    (
        "perspective_transform",
        (RGB, CORNERS + _f(B, 4, 2), CORNERS + _f(B, 4, 2)),
        {},
    ),
    ("map_coordinates", (X, _f(2, 5) + 1, 1), {"fill_mode": "mirror"}),
    ("map_coordinates", (X, _f(2, 5) + 1, 0), {"fill_mode": "wrap"}),
    ("extract_patches", (RGB, (2, 3)), {"strides": 1, "padding": "same"}),
    ("extract_patches", (_f(B, 2, 4, 4), 2), {"data_format": "channels_first"}),
    ("extract_patches_3d", (_f(B, 4, 4, 4, 2), 2), {}),
    ("crop_images", (RGB, 1, 2), {"target_height": 2, "right_cropping": 1}),
    ("pad_images", (RGB,), {"bottom_padding": 1, "right_padding": 0, "target_height": 9, "target_width": 8}),
    ("rgb_to_grayscale", (RGB,), {}),
    ("rgb_to_hsv", (RGB,), {}),
    ("hsv_to_rgb", (RGB,), {}),
    ("sobel_edges", (RGB,), {}),
    ("ssim", (RGB, RGB * 0.9), {"filter_size": 3}),
    (
        "scale_and_translate",
        (RGB, (B, 4, 4, 3), np.array([0.7, 0.8], "float32"), np.array([0.1, 0.2], "float32"), (1, 2), "linear"),
        {},
    ),
]
