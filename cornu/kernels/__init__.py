"""Hand-tuned computations behind plain functions of arrays.

Each function chooses an implementation by platform and shape in one table (`table`), and gives
the same numbers whichever runs. Nothing here knows layers or Variables.
"""

from cornu.kernels.adaptive import adaptive_average_pool, adaptive_max_pool
from cornu.kernels.attention import attention
from cornu.kernels.compiler import calls_python, compiler_options, has_convolution
from cornu.kernels.convolution import conv, conv_transpose, depthwise_conv, separable_conv
from cornu.kernels.finish import finish
from cornu.kernels.inference import traced_for_inference
from cornu.kernels.pooling import average_pool, max_pool
from cornu.kernels.recurrence import gru, lstm, simple_rnn
from cornu.kernels.residual import gradient_kept
from cornu.kernels.standardize import standardize
from cornu.kernels.threefry import bernoulli
from cornu.kernels.upsampling import upsample_nearest

__all__ = [
    "adaptive_average_pool",
    "adaptive_max_pool",
    "attention",
    "average_pool",
    "bernoulli",
    "calls_python",
    "compiler_options",
    "conv",
    "conv_transpose",
    "depthwise_conv",
    "finish",
    "gradient_kept",
    "gru",
    "has_convolution",
    "lstm",
    "max_pool",
    "separable_conv",
    "simple_rnn",
    "standardize",
    "traced_for_inference",
    "upsample_nearest",
]
