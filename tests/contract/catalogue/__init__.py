"""One line for each layer and way of using it; the properties of ``test_layers.py`` hold for every line."""

from tests.contract.catalogue import core, merging, reshaping

LINES = [*core.LINES, *merging.LINES, *reshaping.LINES]
