"""The console's typeface is served by the console itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """No database has a part in this."""
    return sqlite_url


@pytest.mark.parametrize("cut", ["upright", "italic"])
def test_a_cut_is_a_font_that_browsers_keep(visitor: Callable[[], Any], cut: str) -> None:
    answer = visitor().get(f"/console/fonts/{cut}.ttf")
    assert (answer.status_code, answer.mimetype) == (200, "font/ttf")
    assert answer.data[:4] == b"\x00\x01\x00\x00"
    assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("name", ["slanted", "..", "%2e%2e%2fmetadata"])
def test_nothing_else_is_served(visitor: Callable[[], Any], name: str) -> None:
    assert visitor().get(f"/console/fonts/{name}.ttf").status_code == 404
