"""One line for each layer and way of using it; the properties of ``test_layers.py`` hold for every line."""

from tests.contract.catalogue import (
    activations,
    attention,
    convolution,
    core,
    merging,
    normalization,
    pooling,
    preprocessing,
    regularization,
    reshaping,
    rnn,
)

LINES = [
    *activations.LINES,
    *attention.LINES,
    *convolution.LINES,
    *core.LINES,
    *merging.LINES,
    *normalization.LINES,
    *pooling.LINES,
    *preprocessing.LINES,
    *regularization.LINES,
    *reshaping.LINES,
    *rnn.LINES,
]
