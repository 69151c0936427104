"""The tables behind the charts, for people and for files."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from service.console import figure_tables
from service.console.figure_tables import Column, Figure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

UNKNOWN = "\N{EN DASH}"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is written has nothing to do with the database."""
    return sqlite_url


@pytest.fixture(autouse=True)
def asked(app: Flask) -> Iterator[None]:
    """A request, whose language the words are in."""
    with app.test_request_context(headers={"Accept-Language": "en"}):
        yield


def test_cells_are_written_for_people_by_what_they_are() -> None:
    columns = (
        Column("day", "Day", "slot"),
        Column("n", "Count"),
        Column("a", "Rate", "rate"),
        Column("s", "Seconds", "seconds"),
        Column("k", "Kappa", "kappa"),
        Column("t", "Rising", "truth"),
        Column("w", "Words", "text"),
        Column("u", "Unknown", "kappa"),
    )
    row = (NOON, 1_204, 3.14, 400.0, 0.71, 1, "=1", None)
    (told,) = Figure("f", "A figure", columns, (row,)).told
    assert told == ["1 Mar", "1,204", "3.1", "6 min", ".71", "Yes", "=1", UNKNOWN]
    (calm,) = Figure("f", "A figure", columns[5:6], ((0,),)).told
    assert calm == ["No"]


def test_a_file_has_names_for_programs_and_plain_values() -> None:
    figure = Figure("f", "A figure", (Column("day", "Tag", "slot"), Column("n", "Zahl")), ((NOON, 1_204),))
    assert figure.csv == "\ufeffday,n\r\n2026-03-01T12:00:00+00:00,1204\r\n"


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.42, "0.4 s"), (7.0, "7 s"), (42.0, "42 s"), (360.0, "6 min"), (7_500.0, "2 h 05")]
)
def test_a_duration_is_written_shortly(seconds: float, words: str) -> None:
    assert figure_tables.duration(seconds) == words


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [(0, 0, UNKNOWN), (0, 9, "0%"), (1, 3, "33%"), (3, 3, "100%"), (1, 1_000, "less than 1%"), (6, 1_000, "1%")],
)
def test_what_is_there_is_never_written_as_nothing(part: int, whole: int, words: str) -> None:
    assert figure_tables.percent(part, whole) == words


def test_slots_are_written_as_days_or_hours() -> None:
    assert figure_tables.labels([NOON], by_hour=False) == ["1 Mar"]
    assert figure_tables.labels([NOON], by_hour=True) == ["12:00"]
