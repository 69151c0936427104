"""Every source is credited; one that we do not know speaks for itself."""

from __future__ import annotations

import pytest

from models.sources import SOURCES, source


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_every_source_has_someone_to_thank(name: str) -> None:
    found = source(name)
    assert found.title
    assert found.by
    assert found.weight > 0


def test_an_unknown_source_stands_for_itself() -> None:
    assert source("our own labels").title == "our own labels"
    assert source("our own labels").weight == 1
