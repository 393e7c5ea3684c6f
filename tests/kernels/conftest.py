"""Levels of the table, for tests that hold at each."""

import pytest

from cornu.kernels import table
from tests.kernels.comparison import LEVELS


@pytest.fixture(params=LEVELS)
def level(request):
    """Runs a test at each level; where nothing was compiled both are the same."""
    with table.at_most(request.param):
        yield request.param
