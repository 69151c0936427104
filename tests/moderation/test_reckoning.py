"""Reckoning: what was drawn and answered becomes rates, by week and by what it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from moderation import decisions, reckoning
from moderation.decisions import Draft
from moderation.domain import Actor, Article, Lot, Reason, Status
from moderation.reckoning import WEEKS
from moderation.store.sample_readings import Drawn, Frame

if TYPE_CHECKING:
    from collections.abc import Callable

    from moderation.desk import Moderator
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)  # a Sunday
SINCE = reckoning.first_day(NOW)
LAST = SINCE + timedelta(weeks=WEEKS - 1)


def frame(
    n: int, status: Status = Status.APPROVED, stratum: str = "far", probability: float = 0.1, **more: Any
) -> Frame:
    return Frame(more.get("day", LAST), status, stratum, probability, n)


def drawn(
    n: int,
    status: Status = Status.APPROVED,
    answer: Status | None = Status.APPROVED,
    stratum: str = "far",
    probability: float = 0.1,
    **more: Any,
) -> list[Drawn]:
    values = {
        "drawn_at": LAST,
        "language": "en",
        "section": None,
        "guidelines": (),
        "named": (),
        "is_blind": True,
        "is_ended": False,
    } | more
    return [Drawn(status=status, stratum=stratum, probability=probability, answer=answer, **values)] * n


def test_the_first_of_the_weeks_begins_on_a_monday() -> None:
    assert (SINCE.isoformat(), SINCE.weekday()) == ("2025-12-01T00:00:00+00:00", 0)
    assert LAST <= NOW < LAST + timedelta(weeks=1)


def test_a_stratum_counts_for_what_was_in_it_and_another_probability_is_another_stratum() -> None:
    frames = [frame(800), frame(100, stratum="near", probability=0.5), frame(100, probability=0.2)]
    answered = [*drawn(80), *drawn(40, stratum="near", probability=0.5), *drawn(15, probability=0.2)]
    answered += drawn(10, answer=Status.REJECTED, stratum="near", probability=0.5)
    answered += drawn(5, answer=Status.REJECTED, probability=0.2)
    found = reckoning.of(frames, answered, SINCE)
    assert found.rates.missed is not None
    assert found.rates.missed.share == pytest.approx(0.1 * 10 / 50 + 0.1 * 5 / 20)
    assert (found.rates.wrong, found.rates.recall) == (None, None)
    assert (found.n_approved, found.n_rejected, found.n_drawn, found.n_answered) == (1_000, 0, 150, 150)


def test_what_waits_what_ended_and_what_was_not_blind_is_told() -> None:
    some = [*drawn(2, answer=None), *drawn(3, answer=None, is_ended=True), *drawn(4, is_blind=False), *drawn(5)]
    found = reckoning.of([frame(100)], some, SINCE)
    assert (found.n_drawn, found.n_answered, found.n_told, found.n_waiting) == (14, 9, 4, 2)
    assert found.rates.missed is None
    assert found.guidelines == found.languages == found.sections == ()


def test_weeks_are_told_apart() -> None:
    early = SINCE + timedelta(days=6)
    frames = [frame(1_000, day=early), frame(1_000)]
    found = reckoning.of(frames, [*drawn(30, drawn_at=early), *drawn(25, answer=Status.REJECTED)], SINCE)
    told = [(week, rates.missed.share) for week, rates in found.weeks if rates.missed is not None]
    assert told == [(SINCE, 0.0), (LAST, 1.0)]
    assert len(found.weeks) == WEEKS


def test_parts_are_told_where_they_have_answers_enough() -> None:
    answered = [
        *drawn(30, section="Sport"),
        *drawn(30, answer=Status.REJECTED, section="Town", language=None, named=("no-spam",)),
        *drawn(3, section="World", language="de"),
        *drawn(21, Status.REJECTED, Status.REJECTED, section="Town", guidelines=("respectful",), named=("respectful",)),
        *drawn(9, Status.REJECTED, Status.APPROVED, section="Town", guidelines=("respectful",)),
    ]
    found = reckoning.of([frame(1_000), frame(300, Status.REJECTED)], answered, SINCE)
    sections = {part.name: part.rates for part in found.sections}
    assert list(sections) == ["Sport", "Town"]
    assert sections["Sport"].missed is not None
    assert sections["Sport"].missed.share == 0
    assert sections["Town"].wrong is not None
    assert sections["Town"].wrong.share == pytest.approx(9 / 30)
    assert [part.name for part in found.languages] == ["en", None]
    rules = {part.name: part.rates for part in found.guidelines}
    assert list(rules) == ["no-spam", "respectful"]
    missed, wrong = rules["no-spam"].missed, rules["respectful"].wrong
    assert missed is not None
    assert wrong is not None
    assert missed.share == pytest.approx(30 / 63)
    assert (wrong.share, rules["no-spam"].wrong) == (pytest.approx(9 / 30), None)


def test_it_is_read_from_the_record_for_who_may_see_it(
    database: Database,
    site: Site,
    accept: Callable[..., CommentRow],
    mara: Moderator,
    now: datetime,
) -> None:
    town = Article("https://news.example/tram", "A tram", "Town")
    for number in range(24):
        comment = accept(f"c-{number}", article=town, language="en")
        lot = Lot("far", 1.0) if number < 22 else Lot("far", 0.0)
        reason = Reason("no-spam")
        said = Status.REJECTED if number < 11 else Status.APPROVED
        with database.writing() as tx:
            decisions.record(tx, [Draft(comment.id, 1, Status.APPROVED, Actor.POLICY, lot=lot)], now)
            if number < 21:
                answer = Draft(comment.id, 1, said, Actor.MODERATOR, (reason, reason), moderator_id=mara.id)
                decisions.record(tx, [answer], now)
    found = reckoning.reckon(database, mara, None, now)
    assert (found.n_approved, found.n_drawn, found.n_answered, found.n_told, found.n_waiting) == (24, 22, 21, 21, 1)
    assert found.rates.missed is not None
    assert found.rates.missed.share == pytest.approx(11 / 21)
    assert [part.name for part in (*found.guidelines, *found.languages, *found.sections)] == ["no-spam", "en", "Town"]
    assert reckoning.reckon(database, mara, site.id, now) == found
    elsewhere = replace(mara, site_ids=frozenset())
    assert reckoning.reckon(database, elsewhere, None, now).n_drawn == 0
    assert reckoning.reckon(database, mara, None, now + timedelta(weeks=WEEKS)).n_drawn == 0
