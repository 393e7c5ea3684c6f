"""The garbage collector is as it was, whatever happened in between."""

import gc

import pytest

from cornu.core import collector


def test_it_runs_again_after_an_error():
    with pytest.raises(ZeroDivisionError), collector.paused():
        assert not gc.isenabled()
        _ = 1 / 0
    assert gc.isenabled()


def test_it_stays_off_if_it_was():
    gc.disable()
    try:
        with collector.paused(), collector.paused():
            assert not gc.isenabled()
        assert not gc.isenabled()
    finally:
        gc.enable()
