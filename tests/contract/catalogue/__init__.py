"""One line for each layer and way of using it; the properties of ``test_layers.py`` hold for every line."""

from tests.contract.catalogue import activations, core, merging, normalization, regularization, reshaping

LINES = [
    *activations.LINES,
    *core.LINES,
    *merging.LINES,
    *normalization.LINES,
    *regularization.LINES,
    *reshaping.LINES,
]
