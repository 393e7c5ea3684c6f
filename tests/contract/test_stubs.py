"""Type checkers are told the constructors that are there."""

from __future__ import annotations

import pytest

from tests.contract.stubs import PACKAGES, path_of, stub_of


@pytest.mark.parametrize("package", PACKAGES)
def test_stubs_are_of_today(package: str) -> None:
    assert path_of(package).read_text() == stub_of(package), "Write them anew: make stubs"
