"""Shadow: challengers score a share of what comes in after the champion has decided, and never in its way."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from moderation import champions, intake
from moderation.dispatch import Bell
from moderation.domain import Status
from moderation.learning_tables import shadow_scores
from moderation.scorers import Scorers
from moderation.tables import comments
from worker import shadow
from worker.jobs import judge_or_none
from worker.score import Scoring
from worker.shadow import Shadowing

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from redis import Redis

    from moderation.dispatch import Dispatcher
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site

LEASE = timedelta(minutes=1)


@pytest.fixture
def strict(tiny_scorer: Any) -> Any:
    """A challenger that finds "fair" silly, and fails on "knotty"."""

    class Strict(type(tiny_scorer)):  # type: ignore[misc]  # the fixture's own class
        version = "words-2"

        def __init__(self) -> None:
            super().__init__()
            self.words = {**tiny_scorer.words, "fair": ("INSULT", 0.6)}

        def score(self, texts: Any, *given: Any, **options: Any) -> Any:
            if any("knotty" in text for text in texts):
                raise ZeroDivisionError
            return super().score(texts, *given, **options)

    return Strict()


@pytest.fixture
def scorers(database: Database, tiny_scorer: Any, strict: Any) -> Scorers:
    known = {one.version: one for one in (tiny_scorer, strict)}
    return Scorers(database, known.__getitem__, tiny_scorer.version, has_challengers=True)


@pytest.fixture
def score(database: Database, dispatcher: Dispatcher, scorers: Scorers, now: datetime) -> Callable[[], int]:
    return Scoring(database, dispatcher, scorers, judge_or_none, LEASE, lambda: now).drain


@pytest.fixture
def shadowing(database: Database, dispatcher: Dispatcher, scorers: Scorers, now: datetime) -> Shadowing:
    return Shadowing(database, dispatcher, scorers, judge_or_none, LEASE, lambda: now)


@pytest.fixture
def said(database: Database) -> Callable[[], dict[str, tuple[str, str | None]]]:
    """What champion and challenger say, by comment."""

    def read() -> dict[str, tuple[str, str | None]]:
        names = select(comments.c.external_id, shadow_scores).join_from(shadow_scores, comments)
        with database.reading() as tx:
            return {row.external_id: (row.champion_verdict, row.verdict) for row in tx.execute(names)}

    return read


def test_a_challenger_scores_a_share_of_what_was_decided_and_decides_nothing(
    database: Database,
    site: Site,
    scorers: Scorers,
    strict: Any,
    score: Callable[[], int],
    shadowing: Shadowing,
    accept: Callable[..., CommentRow],
    said: Callable[[], dict[str, tuple[str, str | None]]],
    redis: Redis,
    now: datetime,
) -> None:
    begun = champions.put_in_shadow(database, None, "words-2", 0.5, "mara", now)
    scorers.look()
    for place in range(40):
        accept(f"c-{place}", "A fair point." if place % 2 else "You idiot")
    assert score() == 40
    assert strict.calls == []
    assert redis.get("shadow:doorbell")
    drawn = {f"c-{place}" for place in range(40) if champions.is_drawn(begun, site.id, f"c-{place}")}
    assert 10 < len(drawn) < 30
    assert shadowing.drain() == len(drawn)
    found = said()
    assert found.keys() == drawn
    assert set(found.values()) == {("APPROVE", "HOLD"), ("REJECT", "REJECT")}
    assert max(map(len, strict.calls)) <= shadow.BATCH
    looked = intake.look_up(database, site.id, "c-1")
    assert (looked.comment.status, looked.comment.model_version) == (Status.APPROVED, "words-1")
    assert shadowing.drain() == 0


def test_without_a_challenger_nothing_is_written_down(
    scorers: Scorers,
    score: Callable[[], int],
    accept: Callable[..., CommentRow],
    said: Callable[[], dict[str, tuple[str, str | None]]],
) -> None:
    scorers.look()
    accept()
    score()
    assert said() == {}


def test_what_the_champion_could_not_score_is_not_asked_about(
    database: Database,
    scorers: Scorers,
    score: Callable[[], int],
    accept: Callable[..., CommentRow],
    said: Callable[[], dict[str, tuple[str, str | None]]],
    now: datetime,
) -> None:
    champions.put_in_shadow(database, None, "words-2", 1.0, "mara", now)
    scorers.look()
    accept(language="xx")
    assert score() == 1
    assert said() == {}


def test_a_text_that_the_challenger_fails_on_is_left_out(
    database: Database,
    scorers: Scorers,
    score: Callable[[], int],
    shadowing: Shadowing,
    accept: Callable[..., CommentRow],
    said: Callable[[], dict[str, tuple[str, str | None]]],
    now: datetime,
) -> None:
    champions.put_in_shadow(database, None, "words-2", 1.0, "mara", now)
    scorers.look()
    for name, text in {"fine": "Well said", "bad": "A knotty matter"}.items():
        accept(name, text)
    score()
    assert shadowing.drain() == 1
    assert said() == {"fine": ("APPROVE", "APPROVE")}


def test_a_text_that_fells_its_workers_is_given_up_and_an_unloaded_challenger_is_waited_for(
    database: Database,
    dispatcher: Dispatcher,
    scorers: Scorers,
    score: Callable[[], int],
    accept: Callable[..., CommentRow],
    said: Callable[[], dict[str, tuple[str, str | None]]],
    tiny_scorer: Any,
    now: datetime,
) -> None:
    champions.put_in_shadow(database, None, "words-2", 1.0, "mara", now)
    scorers.look()
    accept("c-1")
    score()
    elsewhere = Shadowing(database, dispatcher, Scorers.only(tiny_scorer), judge_or_none, LEASE, lambda: now)
    assert elsewhere.drain() == 0
    assert said() == {"c-1": ("APPROVE", None)}

    def killed(*_: Any) -> Any:
        raise KeyboardInterrupt

    for hour in range(3):
        dying = Shadowing(database, dispatcher, scorers, killed, LEASE, lambda at=hour: now + timedelta(hours=at))  # type: ignore[misc]
        with pytest.raises(KeyboardInterrupt):
            dying.drain()
    late = Shadowing(database, dispatcher, scorers, judge_or_none, LEASE, lambda: now + timedelta(days=1))
    assert late.drain() == 0
    assert said() == {}


def test_a_challenger_that_left_the_shadow_meanwhile_is_not_asked(
    database: Database,
    dispatcher: Dispatcher,
    scorers: Scorers,
    score: Callable[[], int],
    accept: Callable[..., CommentRow],
    now: datetime,
) -> None:
    champions.put_in_shadow(database, None, "words-2", 1.0, "mara", now)
    scorers.look()
    accept()
    score()

    class Left(Scorers):
        def challenger(self, version: str) -> None:  # type: ignore[override]
            """Tell of none: between the claim and the call it was let go of."""

    scorers.__class__ = Left
    assert Shadowing(database, dispatcher, scorers, judge_or_none, LEASE, lambda: now).drain() == 0


def test_comments_that_wait_for_the_champion_come_first(
    database: Database,
    dispatcher: Dispatcher,
    scorers: Scorers,
    score: Callable[[], int],
    accept: Callable[..., CommentRow],
    redis: Redis,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shadow, "BATCH", 2)
    champions.put_in_shadow(database, None, "words-2", 1.0, "mara", now)
    scorers.look()
    for place in range(5):
        accept(f"c-{place}")
    score()
    accept("waits")
    shadowing = Shadowing(database, dispatcher, scorers, judge_or_none, LEASE, lambda: now)
    assert shadowing.drain() == 2
    assert redis.llen("rq:queue:shadow")
    score()
    monkeypatch.setattr(shadow, "_LONGEST_SECONDS", 0.0)
    assert shadowing.drain() == 2
    monkeypatch.setattr(shadow, "_LONGEST_SECONDS", 60.0)
    assert shadowing.drain() == 2
    assert dispatcher.redis.get(f"{Bell.SHADOW.value}:doorbell") is None
