"""Rescoring: what was decided before is scored anew by every worker together, and what dies on the way is taken up."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from moderation import champions, intake, rescorings
from moderation.domain import Status
from moderation.scorers import Scorers
from worker import rescore
from worker.jobs import judge_or_none
from worker.rescore import Rescoring
from worker.score import Scoring

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
def scorers(database: Database, tiny_scorer: Any) -> Scorers:
    """The shipped word list, and one in which "fair" is silly."""

    class Strict(type(tiny_scorer)):  # type: ignore[misc]  # the fixture's own class
        version = "words-2"

        def __init__(self) -> None:
            super().__init__()
            self.words = {**tiny_scorer.words, "fair": ("INSULT", 0.6)}

    known = {"words-1": tiny_scorer, "words-2": Strict()}
    return Scorers(database, known.__getitem__, "words-1")


@pytest.fixture
def make(
    database: Database, dispatcher: Dispatcher, scorers: Scorers, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Rescoring]:
    monkeypatch.setattr(rescore, "PIECE", 4)
    return lambda judge=judge_or_none, at=now: Rescoring(database, dispatcher, scorers, judge, LEASE, lambda: at)


@pytest.fixture
def score(database: Database, dispatcher: Dispatcher, scorers: Scorers, now: datetime) -> Callable[[], int]:
    return Scoring(database, dispatcher, scorers, judge_or_none, LEASE, lambda: now).drain


@pytest.fixture
def versions(database: Database, site: Site) -> Callable[[], list[str | None]]:
    def read() -> list[str | None]:
        looked = [intake.look_up(database, site.id, f"c-{place}") for place in range(10)]
        assert {one.decision.model_version for one in looked if one.decision is not None} == {"words-1"}
        assert {one.comment.status for one in looked} == {Status.APPROVED}
        return [one.comment.model_version for one in looked]

    return read


def test_scores_are_rewritten_and_decisions_stand_though_workers_die_on_the_way(
    database: Database,
    site: Site,
    scorers: Scorers,
    make: Callable[..., Rescoring],
    score: Callable[[], int],
    accept: Callable[..., CommentRow],
    versions: Callable[[], list[str | None]],
    redis: Redis,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for place in range(10):
        accept(f"c-{place}")
    score()
    champions.promote(database, None, "words-2", "mara", "stricter", now)
    scorers.look()
    asked = rescorings.ask(database, site.id, now, "mara", now)
    n_judged = []

    def dies_at_the_second(passages: Any, *given: Any) -> Any:
        n_judged.append(len(passages))
        if len(n_judged) == 2:
            raise KeyboardInterrupt
        return judge_or_none(passages, *given)

    with pytest.raises(KeyboardInterrupt):
        make(dies_at_the_second).drain()
    assert rescorings.look_up(database, asked.id).n_done == 4
    assert redis.get("rescore:doorbell")
    monkeypatch.setattr(rescore, "_LONGEST_SECONDS", 0.0)
    assert make().drain() == 2
    assert make().drain() == 0
    assert versions() == ["words-2"] * 4 + ["words-1"] * 4 + ["words-2"] * 2
    late = make(at=now + 2 * LEASE)
    assert late.drain() == 4
    assert versions() == ["words-2"] * 10
    done = rescorings.look_up(database, asked.id)
    assert (done.n_done, done.finished_at) == (10, now + 2 * LEASE)
    assert intake.look_up(database, site.id, "c-1").comment.scores == {
        **dict.fromkeys(scorers.of(site.id).languages, 0.02),
        "INSULT": 0.6,
    }
    rescorings.ask(database, None, now, "mara", now + LEASE)
    monkeypatch.setattr(rescore, "_LONGEST_SECONDS", 60.0)
    assert late.drain() == 0
    assert max(n_judged) == 4


def test_what_the_classifier_fails_on_keeps_its_scores(
    database: Database,
    site: Site,
    scorers: Scorers,
    make: Callable[..., Rescoring],
    score: Callable[[], int],
    accept: Callable[..., CommentRow],
    now: datetime,
) -> None:
    for name in ("c-1", "c-2"):
        accept(name)
    score()
    champions.promote(database, None, "words-2", "mara", "stricter", now)
    scorers.look()
    asked = rescorings.ask(database, None, now, "mara", now)
    assert make(lambda *_: None).drain() == 0
    assert rescorings.look_up(database, asked.id).finished_at is not None
    assert intake.look_up(database, site.id, "c-1").comment.model_version == "words-1"


def test_a_piece_that_fells_its_workers_is_passed_over(
    database: Database,
    make: Callable[..., Rescoring],
    scorers: Scorers,
    score: Callable[[], int],
    accept: Callable[..., CommentRow],
    now: datetime,
) -> None:
    accept()
    score()
    champions.promote(database, None, "words-2", "mara", "stricter", now)
    scorers.look()
    asked = rescorings.ask(database, None, now, "mara", now)

    def killed(*_: Any) -> Any:
        raise KeyboardInterrupt

    for hour in range(3):
        with pytest.raises(KeyboardInterrupt):
            make(killed, now + timedelta(hours=hour)).drain()
    assert make(killed, now + timedelta(days=1)).drain() == 0
    assert rescorings.look_up(database, asked.id).finished_at is not None


def test_comments_that_wait_come_first(
    database: Database,
    make: Callable[..., Rescoring],
    score: Callable[[], int],
    accept: Callable[..., CommentRow],
    redis: Redis,
    now: datetime,
) -> None:
    for place in range(9):
        accept(f"c-{place}")
    score()
    asked = rescorings.ask(database, None, now, "mara", now)
    accept("waits")
    make().drain()
    assert rescorings.look_up(database, asked.id).n_done == 4
    assert redis.llen("rq:queue:rescore")
