"""The chosen subset of ``--quick``: per workload Cornu, JAX by hand and the rivals that came out best so far.

On 2 quiet cores its two rounds take 8 minutes (reckoned from single workloads); the whole suite takes about an hour and
a half.
"""

ROUNDS, SECONDS = 2, 1.5

QUICK: dict[str, tuple[str, ...]] = {
    "W1": ("cornu", "jax-scanned", "keras-jax-16"),
    "W2": ("cornu", "jax-kernels-scanned", "keras-tf-plain-16"),
    "W3": ("cornu", "jax-kernels-scanned", "keras-tf-16"),
    "W4": ("cornu", "jax-kernels-scanned", "torch"),
    "W5": ("cornu", "jax-scanned", "keras-tf-plain-16"),
    "W6": ("cornu", "torch-last-compile"),
    "W7-mlp": ("cornu", "jax", "torch"),
    "W7-resnet": ("cornu", "jax", "torch"),
    "W8": ("cornu", "jax-scanned", "keras-tf-16"),
    "W9": ("cornu", "jax-kernels-scanned", "torch"),
    "W10-mlp": ("cornu", "cornu-warm", "jax"),
    "W10-resnet": ("cornu", "cornu-warm", "jax"),
}
