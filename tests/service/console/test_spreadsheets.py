"""CSV that a spreadsheet opens without taking anyone's words for a formula."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest

from service.console.spreadsheets import written


def read(page: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(page.removeprefix("\ufeff"))))


def test_cells_are_plain_for_programs() -> None:
    row = ('Weir, "the" bridge', 1_204, 0.123456, -0.2, None, datetime(2026, 3, 1, tzinfo=UTC))
    page = written(["a", "b", "c", "d", "e", "f"], [row])
    assert page.startswith("\ufeffa,b,")
    assert read(page)[1] == ['Weir, "the" bridge', "1204", "0.1235", "-0.2", "", "2026-03-01T00:00:00+00:00"]


@pytest.mark.parametrize(
    "begin", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH COMMERCIAL AT}"]
)
def test_words_that_would_be_a_formula_are_marked_as_words(begin: str) -> None:
    title = f'{begin}HYPERLINK("https://bad.example")'
    assert read(written(["title"], [[title]]))[1:] == [[f"'{title}"]]


def test_a_sign_within_is_left_alone() -> None:
    assert read(written(["title"], [["1 + 1 = 2"]]))[1] == ["1 + 1 = 2"]
