"""How times, scores and numbers are written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from flask_babel import force_locale

from service.console import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """No database has a part in this."""
    return sqlite_url


@pytest.fixture(autouse=True)
def _in_a_request(app: Flask) -> Iterator[None]:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        yield


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "0 s"),
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3_599, "59 min"),
        (3_600, "1 h 00"),
        (11_520, "3 h 12"),
        (86_399, "23 h 59"),
        (86_400, "1 day"),
        (172_800, "2 days"),
    ],
)
def test_a_duration_is_said_shortly(seconds: int, said: str) -> None:
    assert words.age_of(seconds) == said


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(seconds=-3), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=14, seconds=5), "14 min ago"),
        (timedelta(days=6), "6 days ago"),
    ],
)
def test_what_is_recent_is_said_by_its_age(ago: timedelta, said: str) -> None:
    assert words.ago(datetime.now(UTC) - ago) == said


def test_what_is_long_ago_is_said_by_its_date() -> None:
    assert words.ago(datetime(2024, 2, 29, 12, tzinfo=UTC)) == "29 Feb 2024"
    with force_locale("de"):
        assert words.ago(datetime(2024, 12, 1, 12, tzinfo=UTC)) == "1 Dez. 2024"


def test_the_clock_names_the_day_and_the_year_where_they_are_others() -> None:
    now = datetime.now(UTC)
    assert words.clock(now.replace(hour=9, minute=5)) == "09:05"
    assert words.clock(datetime(2024, 2, 29, 9, 5, tzinfo=UTC)) == "29 Feb 2024, 09:05"
    other = now.replace(month=1 if now.month > 6 else 12, day=3, hour=9, minute=5)
    assert words.clock(other) == f"3 {other:%b}, 09:05"


def test_age_is_that_of_now() -> None:
    assert words.age(datetime.now(UTC) - timedelta(minutes=14, seconds=5)) == "14 min"


@pytest.mark.parametrize(
    ("value", "written"), [(0.81, ".81"), (0.0, ".00"), (1.0, "1.00"), (0.996, "1.00"), (None, "\u2013")]
)
def test_a_score_has_two_digits_and_no_nought(value: float | None, written: str) -> None:
    assert words.score(value) == written


def test_numbers_are_separated_as_the_language_does() -> None:
    assert words.number(1840) == "1,840"
    with force_locale("de"):
        assert words.number(1840) == "1.840"


def test_neighbours_go_two_by_two() -> None:
    assert list(words.steps("abc")) == [("a", "b"), ("b", "c")]


def test_templates_write_so(app: Flask) -> None:
    drawn = app.jinja_env.from_string("{{ 0.5|score }} {{ 1840|number }} {{ then|clock }}")
    assert drawn.render(then=datetime(2024, 2, 29, 9, 5, tzinfo=UTC)) == ".50 1,840 29 Feb 2024, 09:05"
