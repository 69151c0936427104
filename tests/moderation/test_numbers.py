"""The numbers of the desk as values: periods and what is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from moderation.figures import Agreement
from moderation.numbers import Agreed, period

NOW = datetime(2026, 3, 1, 12, 34, tzinfo=UTC)


def test_one_day_is_the_last_24_hours() -> None:
    over = period(1, NOW)
    assert (over.since, over.until, over.by_hour) == (datetime(2026, 2, 28, 13, tzinfo=UTC), NOW, True)
    assert len(over.slots) == 24
    assert over.slots[-1] == datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_more_days_are_days_of_utc_with_today_among_them() -> None:
    over = period(7, NOW.astimezone(timezone(timedelta(hours=9))))
    assert (over.since, over.by_hour) == (datetime(2026, 2, 23, tzinfo=UTC), False)
    assert [slot.day for slot in over.slots] == [23, 24, 25, 26, 27, 28, 1]


@pytest.mark.parametrize(("n", "kappa", "is_told"), [(20, 0.5, True), (19, 0.5, False), (30, None, False)])
def test_agreement_is_told_from_twenty_pairs_on(n: int, kappa: float | None, is_told: bool) -> None:  # noqa: FBT001  a row of the table
    assert Agreed("respectful", "Be respectful", Agreement(n, n, kappa, kappa, kappa)).is_told is is_told
