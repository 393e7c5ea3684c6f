"""How calls of ops stand in files: which class of Keras's a function is, and which arguments are that class's config.

A file names an operation by a private class of Keras, holds some arguments in its config and the rest with the
call (file format, section 3). Here is the whole of that: a table, and two functions that go by it.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from cornu.core import registry
from cornu.core.errors import explain
from cornu.core.names import snake_case


class FileCall(NamedTuple):
    """A call as a file holds it; values are not yet JSON."""

    module: str
    class_name: str
    config: dict[str, Any]
    args: list[Any]
    kwargs: dict[str, Any]


class _Entry(NamedTuple):
    module: str
    class_name: str
    function: str
    config_keys: tuple[str, ...]


# By module below keras.src: Class=function:key,key. The function is left out where it is the class in snake case.
_CLASSES = {
    "activations.activations": """
        Mish ReLU:negative_slope,max_value,threshold
    """,
    "ops.core": """
        AssociativeScan:reverse,axis Cast:dtype Cond ConvertToTensor:dtype,sparse,ragged
        ForiLoop:lower,upper,body_fun Map SaturateCast:dtype Scan:length,reverse,unroll Scatter:shape
        ScatterUpdate:reduction Slice:shape SliceUpdate StopGradient Switch Unstack:num,axis
        VectorizedMap:function WhileLoop:cond,body,maximum_iterations
    """,
    "ops.einops": """
        Rearrange
    """,
    "ops.image": """
        AffineTransform:interpolation,fill_mode,fill_value,data_format
        CropImages:top_cropping,left_cropping,bottom_cropping,right_cropping,target_height,target_width,data_format
        ElasticTransform:alpha,sigma,interpolation,fill_mode,fill_value,seed,data_format
        ExtractPatches:size,strides,dilation_rate,padding,data_format GaussianBlur:kernel_size,sigma,data_format
        HSVToRGB:data_format MapCoordinates:order,fill_mode,fill_value
        PadImages:top_padding,left_padding,bottom_padding,right_padding,target_height,target_width,data_format
        PerspectiveTransform:interpolation,fill_value,data_format RGBToGrayscale:data_format
        RGBToHSV:data_format
        Resize:size,interpolation,antialias,crop_to_aspect_ratio,pad_to_aspect_ratio,fill_mode,fill_value,data_format
        SSIM:max_val,filter_size,filter_sigma,k1,k2,data_format ScaleAndTranslate:spatial_dims,method,antialias
        SobelEdges:data_format
    """,
    "ops.linalg": """
        Cholesky:upper CholeskyInverse:upper Det Eig Eigh Inv JVP:has_aux Lstsq:rcond LuFactor MatrixRank:tol
        Norm:ord,axis,keepdims Pinv:rcond Qr:mode SVD:full_matrices,compute_uv Solve SolveTriangular:lower
    """,
    "ops.math": """
        CDist=cdist Erf Erfc Erfinv ExtractSequences:sequence_length,sequence_stride FFT FFT2 IFFT2
        IRFFT:fft_length ISTFT:sequence_length,sequence_stride,fft_length,length,window,center InTopK:k Logdet
        Logsumexp:axis,keepdims RFFT:fft_length Rsqrt
        STFT:sequence_length,sequence_stride,fft_length,window,center SegmentMax:num_segments,sorted
        SegmentMin:num_segments,sorted SegmentProd:num_segments,sorted SegmentSum:num_segments,sorted
        TopK:k,sorted ViewAsComplex ViewAsReal
    """,
    "ops.nn": """
        AdaptiveAveragePool:output_size,data_format AdaptiveMaxPool:output_size,data_format
        AveragePool:pool_size,strides,padding,data_format BatchNorm=batch_normalization:axis,epsilon
        BinaryCrossentropy:from_logits CTCDecode:strategy,beam_width,top_paths,merge_repeated,mask_index
        CTCLoss:mask_index CategoricalCrossentropy:from_logits,axis Celu:alpha
        Conv:strides,padding,data_format,dilation_rate
        ConvTranspose:strides,padding,output_padding,data_format,dilation_rate
        DepthToSpace:block_size,data_format DepthwiseConv:strides,padding,data_format,dilation_rate
        DotProductAttention:is_causal,flash_attention,attn_logits_soft_cap Elu:alpha
        Fold:output_size,kernel_size,dilation,padding,stride Gelu:approximate Glu:axis HardShrink:threshold
        HardSigmoid HardSilu HardTanh LayerNorm=layer_normalization:axis,epsilon LeakyRelu:negative_slope
        LogSigmoid LogSoftmax:axis MaxPool:pool_size,strides,padding,data_format
        Moments:axes,keepdims,synchronized MultiHot:num_classes,axis,dtype,sparse Normalize:axis,order,epsilon
        OneHot:num_classes,axis,dtype,sparse PSNR:max_val Polar RMSNorm=rms_normalization:axis,epsilon Relu
        Relu6 Selu SeparableConv:strides,padding,data_format,dilation_rate Sigmoid Silu SoftShrink:threshold
        Softmax:axis Softplus Softsign SpaceToDepth:block_size,data_format
        SparseCategoricalCrossentropy:from_logits,axis SparsePlus SparseSigmoid Sparsemax:axis Squareplus:b
        TanhShrink Threshold:threshold,default_value Unfold:kernel_size,dilation,padding,stride
    """,
    "ops.numpy": """
        Abs Absolute Add All:axis,keepdims AllClose=allclose:rtol,atol,equal_nan Amax:axis,keepdims
        Amin:axis,keepdims Angle Any:axis,keepdims Append:axis Arange:dtype Arccos Arccosh Arcsin Arcsinh Arctan
        Arctan2 Arctanh Argmax:axis,keepdims Argmin:axis,keepdims Argpartition:kth,axis Argsort:axis Array:dtype
        ArraySplit:indices_or_sections,axis Average:axis Bincount:weights,minlength,sparse BitwiseAnd
        BitwiseInvert BitwiseLeftShift BitwiseNot BitwiseOr BitwiseRightShift BitwiseXor BroadcastTo:shape Cbrt
        Ceil Clip:x_min,x_max Concatenate:axis Conj Conjugate Copy Corrcoef Correlate:mode Cos Cosh
        CountNonzero:axis Cross:axisa,axisb,axisc,axis Cumprod:axis,dtype Cumsum:axis,dtype Deg2rad Diag:k
        Diagflat:k Diagonal:offset,axis1,axis2 Diff:n,axis Digitize Divide DivideNoNan Dot
        Dsplit:indices_or_sections Dstack Einsum:subscripts EmptyLike:dtype Equal Exp Exp2 ExpandDims:axis Expm1
        Fabs Flip:axis Fliplr Flipud Floor FloorDivide Fmax Fmin Fmod Full:shape,dtype FullLike:dtype Gcd
        Geomspace:num,endpoint,dtype,axis GetItem Greater GreaterEqual Heaviside Histogram:bins,range
        Hsplit:indices_or_sections Hstack Hypot I0 Imag Inner IsIn=isin:assume_unique,invert Isclose:equal_nan
        Isfinite Isinf Isnan Isneginf Isposinf Isreal Kron Lcm Ldexp LeftShift Less LessEqual
        Linspace:num,endpoint,retstep,dtype,axis Log Log10 Log1p Log2 Logaddexp Logaddexp2 LogicalAnd LogicalNot
        LogicalOr LogicalXor Logspace:num,endpoint,base,dtype,axis Matmul Max:axis,keepdims,initial Maximum
        Mean:axis,keepdims Median:axis,keepdims Meshgrid:indexing Min:axis,keepdims,initial Minimum Mod
        Moveaxis:source,destination Multiply NanToNum:nan,posinf,neginf Nanargmax:axis,keepdims
        Nanargmin:axis,keepdims Nancumprod:axis,dtype Nancumsum:axis,dtype Nanmax:axis,keepdims
        Nanmean:axis,keepdims Nanmedian:axis,keepdims Nanmin:axis,keepdims Nanpercentile:axis,method,keepdims
        Nanprod:axis,keepdims Nanquantile:axis,method,keepdims Nanstd:axis,keepdims Nansum:axis,keepdims
        Nanvar:axis,keepdims Ndim Negative Nextafter Nonzero NotEqual OnesLike:dtype Outer Pad:pad_width,mode
        Percentile:axis,method,keepdims Power Prod:axis,keepdims,dtype Ptp:axis,keepdims
        Quantile:axis,method,keepdims Rad2deg Ravel Real Reciprocal Repeat:repeats,axis Reshape:newshape
        RightShift Roll:shift,axis Rot90:k,axes Round:decimals SearchSorted=searchsorted:side Select Sign
        Signbit Sin Sinc Sinh Size Slogdet Sort:axis Split:indices_or_sections,axis Sqrt Square Squeeze:axis
        Stack:axis Std:axis,keepdims Subtract Sum:axis,keepdims Swapaxes:axis1,axis2 Take:axis
        TakeAlongAxis:axis Tan Tanh Tensordot:axes Tile:repeats Trace:offset,axis1,axis2 Transpose:axes
        Trapezoid:x,dx,axis Tril:k Triu:k TrueDivide Trunc
        Unique:sorted,return_index,return_inverse,return_counts,axis,size,fill_value UnravelIndex:shape
        Vander:N,increasing Var:axis,keepdims Vdot View:dtype Vsplit:indices_or_sections Vstack Where
        ZerosLike:dtype
    """,
}

# Functions that share the class of another, which takes their arguments too.
_SAME_CLASS = {"extract_patches_3d": "extract_patches"}
_PREFIX = "keras.src."
_MODULE_OF_FUNCTIONS = {"ops.image": "keras.ops.image", "activations.activations": "keras.src.activations.activations"}


def _entries() -> list[_Entry]:
    entries: list[_Entry] = []
    for module, text in _CLASSES.items():
        for item in text.split():
            names, _, keys = item.partition(":")
            class_name, _, function = names.partition("=")
            config_keys = tuple(keys.split(",")) if keys else ()
            entries.append(_Entry(module, class_name, function or snake_case(class_name), config_keys))
    return entries


@functools.cache
def _by_class() -> dict[tuple[str, str], _Entry]:
    return {(e.module, e.class_name): e for e in _entries()}


@functools.cache
def _by_function() -> dict[str, _Entry]:
    return {e.function: e for e in _entries()}


def _find(entry: _Entry) -> Callable[..., Any] | None:
    return registry.published(_MODULE_OF_FUNCTIONS.get(entry.module, "keras.ops"), entry.function)


def module_of_class(class_name: str) -> str | None:
    """Where Keras keeps the class of a function's calls; None if it is no such class.

    Example:
        >>> module_of_class("Sum")
        'keras.src.ops.numpy'
    """
    return next((_PREFIX + module for module, name in _by_class() if name == class_name), None)


def has_file_name(function: Callable[..., Any]) -> bool:
    """Whether Keras has a class for a function, so that a file can hold calls of it."""
    name = _SAME_CLASS.get(function.__name__, function.__name__)
    return name in _by_function() and registry.is_published(function)


def to_file(function: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any]) -> FileCall:
    """A recorded call in the form of a file.

    Args:
        function: one of the library's ops.
        args, kwargs: of the call; symbolic tensors among them stay.

    Example:
        >>> from cornu import ops
        >>> to_file(ops.sum, ("x", 1), {})
        FileCall(module='keras.src.ops.numpy', class_name='Sum', config={'axis': 1, 'keepdims': False}, args=['x'], kwargs={})
    """
    if not has_file_name(function):
        raise ValueError(
            explain(
                f"Saving a call of {function.__name__}",
                "one of cornu.ops, or a registered function",
                repr(function)[:80],
                "Register it with @cornu.saving.register_keras_serializable(), or put it in a layer.",
            )
        )
    entry = _by_function()[_SAME_CLASS.get(function.__name__, function.__name__)]
    signature = inspect.signature(function)
    bound = signature.bind(*args, **kwargs)
    bound.apply_defaults()
    config: dict[str, Any] = {}
    call_args: list[Any] = []
    call_kwargs: dict[str, Any] = {}
    for name, value in bound.arguments.items():
        kind = signature.parameters[name].kind
        if name in entry.config_keys:
            config[name] = value
        elif kind is inspect.Parameter.VAR_POSITIONAL:
            call_args.extend(value)
        elif kind is inspect.Parameter.VAR_KEYWORD:
            call_kwargs.update(value)
        else:
            call_args.append(value)
    if entry.function == "get_item":
        # JSON has one kind of list: a tuple becomes one, so a list of places has to become an array.
        call_args = [call_args[0], _with_arrays(call_args[1])]
    return FileCall(_PREFIX + entry.module, entry.class_name, config, call_args, call_kwargs)


def _with_arrays(key: Any) -> Any:
    """An index with arrays in place of its lists, its own or among its parts."""
    if isinstance(key, tuple):
        return tuple(_with_arrays(k) for k in key)
    return np.asarray(key) if isinstance(key, list) else key


def from_file(
    module: str, class_name: str, config: dict[str, Any], args: Sequence[Any], kwargs: dict[str, Any]
) -> tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]:
    """The function and the arguments that a file's call stands for.

    Example:
        >>> from cornu import ops
        >>> function, args, kwargs = from_file("keras.src.ops.numpy", "Sum", {"name": "sum", "axis": 1}, ["x"], {})
        >>> function is ops.sum, args, kwargs
        (True, ('x', 1), {})
    """
    entry = _by_class().get((module.removeprefix(_PREFIX), class_name)) if module.startswith(_PREFIX) else None
    function = None if entry is None else _find(entry)
    if entry is None or function is None:
        raise registry.UnknownClassError(
            explain(
                "Loading a model", "operations that the library has", f"{module}.{class_name}", "Use a layer instead."
            )
        )
    values = {key: config[key] for key in entry.config_keys if key in config}
    if config.get("rms_scaling"):  # an option that LayerNorm once had
        values["rms_scaling"] = True
    args = list(args)
    if entry.function == "get_item" and len(args) == 2 and isinstance(args[1], list):
        args[1] = tuple(args[1])
    return function, *_arguments(function, entry, values, args, dict(kwargs))


def _arguments(
    function: Callable[..., Any], entry: _Entry, values: dict[str, Any], args: list[Any], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """One call from a config's values and a file's arguments, these filling the parameters that are left."""
    signature = inspect.signature(function)
    bound = inspect.BoundArguments(signature, {})
    for name, parameter in signature.parameters.items():
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            bound.arguments[name] = tuple(args)
            args = []
        elif parameter.kind is inspect.Parameter.VAR_KEYWORD:
            bound.arguments[name] = {**values, **kwargs}
            values, kwargs = {}, {}
        elif name in values:
            bound.arguments[name] = values.pop(name)
        elif name in kwargs:
            bound.arguments[name] = kwargs.pop(name)
        elif args and name not in entry.config_keys:
            bound.arguments[name] = args.pop(0)
    if args or kwargs:
        raise ValueError(
            explain(
                f"Loading a call of {entry.class_name}",
                f"arguments of {function.__name__}{signature}",
                f"{len(args)} too many and {sorted(kwargs)}",
                "The file is from a newer version, or damaged.",
            )
        )
    return bound.args, bound.kwargs
