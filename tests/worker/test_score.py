"""Scoring: pending comments in, decisions out, on a real database and a real Valkey."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import select, text

from moderation import desk_tables, intake, policies, site_decisions, tables
from moderation.dispatch import Bell
from moderation.domain import NOT_SCORED, Status
from moderation.judge import judge
from moderation.scorers import Scorers
from worker import score
from worker.jobs import judge_or_none
from worker.score import Scoring

if TYPE_CHECKING:
    from collections.abc import Callable

    from redis import Redis

    from moderation.dispatch import Dispatcher
    from moderation.domain import Submission
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site

LEASE = timedelta(seconds=60)


class Clock:
    """A clock that goes on when told."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock(now: datetime) -> Clock:
    return Clock(now)


@pytest.fixture
def scoring(database: Database, dispatcher: Dispatcher, tiny_scorer: Any, clock: Clock) -> Scoring:
    return Scoring(database, dispatcher, Scorers.only(tiny_scorer), judge_or_none, LEASE, clock)


@pytest.fixture
def status_of(database: Database, site: Site) -> Callable[[str], Status]:
    return lambda name: intake.look_up(database, site.id, name).comment.status


def n_jobs(redis: Redis, bell: Bell) -> int:
    return Queue(bell.value, connection=redis, serializer=JSONSerializer).count


def test_each_scored_revision_has_a_fingerprint(
    database: Database, scoring: Scoring, accept: Callable[..., CommentRow]
) -> None:
    first = accept("c-1", "A fair point, and well made.")
    scoring.drain()
    accept("c-1", "Something else altogether now.")
    second = accept("c-2", "something ELSE altogether, now!")
    accept("c-3", "crash")
    scoring.drain()
    with database.reading() as tx:
        kept = {row.comment_id: row for row in tx.execute(select(desk_tables.fingerprints))}
    assert kept.keys() == {first.id, second.id}
    assert (kept[first.id].revision, kept[second.id].revision) == (2, 1)
    assert kept[first.id].simhash == kept[second.id].simhash


def test_pending_comments_are_scored_in_one_call_and_decided(
    database: Database,
    site: Site,
    scoring: Scoring,
    tiny_scorer: Any,
    accept: Callable[..., CommentRow],
    status_of: Callable[[str], Status],
    redis: Redis,
) -> None:
    texts = {"fine": "Well said", "rude": "You idiot", "so-so": "That is silly", "other": "Salut"}
    for name, said in texts.items():
        accept(name, said, language="xx" if name == "other" else None)
    assert scoring.drain() == 4
    assert tiny_scorer.calls == [tuple(texts.values())]
    assert {name: status_of(name) for name in texts} == {
        "fine": Status.APPROVED,
        "rude": Status.REJECTED,
        "so-so": Status.HELD,
        "other": Status.HELD,
    }
    rude = intake.look_up(database, site.id, "rude")
    assert rude.comment.scores is not None
    assert rude.comment.scores["INSULT"] == 0.99
    assert rude.comment.model_version == "words-1"
    assert rude.decision is not None
    assert rude.decision.reasons[0].guideline == "respectful"
    assert n_jobs(redis, Bell.DELIVER) == 1


def test_nothing_pending_is_no_work(scoring: Scoring, tiny_scorer: Any, redis: Redis) -> None:
    assert scoring.drain() == 0
    assert tiny_scorer.calls == []
    assert n_jobs(redis, Bell.DELIVER) == 0


def test_running_twice_decides_once(
    database: Database, site: Site, scoring: Scoring, accept: Callable[..., CommentRow]
) -> None:
    accept()
    assert (scoring.drain(), scoring.drain()) == (1, 0)
    assert len(intake.history(database, site.id, "c-1")[1]) == 1


def test_the_bell_is_answered_before_looking(scoring: Scoring, dispatcher: Dispatcher, redis: Redis) -> None:
    dispatcher.ring(Bell.SCORE)
    scoring.drain()
    assert not redis.exists("score:doorbell")


def test_more_than_a_batch_is_drained_and_a_second_worker_called(
    database: Database,
    site: Site,
    scoring: Scoring,
    tiny_scorer: Any,
    submission: Callable[..., Submission],
    now: datetime,
    redis: Redis,
) -> None:
    batch = [submission(f"c-{number}", f"text {number}") for number in range(score.BATCH + 4)]
    intake.accept_many(database, site.id, batch, now)
    assert scoring.drain() == score.BATCH + 4
    assert [len(call) for call in tiny_scorer.calls] == [score.BATCH, 4]
    assert n_jobs(redis, Bell.SCORE) == 1


def test_workers_at_once_decide_each_comment_once(
    database: Database,
    site: Site,
    scoring: Scoring,
    submission: Callable[..., Submission],
    now: datetime,
    at_once: Callable[..., list[Any]],
) -> None:
    intake.accept_many(database, site.id, [submission(f"c-{number}") for number in range(600)], now)
    assert sum(at_once(scoring.drain, scoring.drain, scoring.drain)) == 600
    with database.reading() as tx:
        decided = tx.execute(select(tables.decisions.c.comment_id)).scalars().all()
    assert len(decided) == len(set(decided)) == 600


def test_after_two_seconds_a_job_leaves_the_rest_to_the_next_one(
    database: Database,
    site: Site,
    scoring: Scoring,
    tiny_scorer: Any,
    submission: Callable[..., Submission],
    now: datetime,
    redis: Redis,
    eventually: Callable[..., None],
) -> None:
    intake.accept_many(database, site.id, [submission(f"c-{number}") for number in range(score.BATCH * 2)], now)
    quick, until = tiny_scorer.score, datetime.now(UTC) + timedelta(seconds=2.1)

    def slow(*asked: Any) -> Any:
        eventually(lambda: datetime.now(UTC) > until)
        return quick(*asked)

    tiny_scorer.score = slow
    assert scoring.drain() == score.BATCH
    assert n_jobs(redis, Bell.SCORE) == 2


def test_one_text_that_fails_does_not_hold_up_the_others(
    scoring: Scoring, tiny_scorer: Any, accept: Callable[..., CommentRow], status_of: Callable[[str], Status]
) -> None:
    for name, said in (("a", "Well said"), ("b", "crash"), ("c", "You idiot")):
        accept(name, said)
    assert scoring.drain() == 2
    assert tiny_scorer.calls == [("Well said", "crash", "You idiot"), ("Well said",), ("crash",), ("You idiot",)]
    assert [status_of(name) for name in "abc"] == [Status.APPROVED, Status.PENDING, Status.REJECTED]


def test_a_text_that_fails_three_times_is_held_and_says_so(
    database: Database,
    site: Site,
    scoring: Scoring,
    clock: Clock,
    tiny_scorer: Any,
    accept: Callable[..., CommentRow],
) -> None:
    accept(text="crash")
    assert scoring.drain() == 0
    assert scoring.drain() == 0
    assert len(tiny_scorer.calls) == 1, "it is not tried again at once"
    clock.now += timedelta(seconds=5)
    assert scoring.drain() == 0
    clock.now += timedelta(seconds=5)
    assert scoring.drain() == 1
    state = intake.look_up(database, site.id, "c-1")
    assert state.comment.status is Status.HELD
    assert state.comment.scores == {}
    assert state.decision is not None
    assert {reason.note for reason in state.decision.reasons} == {NOT_SCORED}
    assert state.decision.model_version == "words-1"
    assert len(tiny_scorer.calls) == 3


def test_a_text_that_fells_its_workers_is_held_untried(
    scoring: Scoring,
    clock: Clock,
    tiny_scorer: Any,
    accept: Callable[..., CommentRow],
    status_of: Callable[[str], Status],
) -> None:
    accept(text="takes the process down")
    for _ in range(3):
        scoring._claim("a worker that is killed", clock())
        clock.now += LEASE
    assert scoring.drain() == 1
    assert tiny_scorer.calls == []
    assert status_of("c-1") is Status.HELD


def test_what_a_killed_worker_had_claimed_is_scored_when_its_lease_ends(
    scoring: Scoring, clock: Clock, accept: Callable[..., CommentRow], status_of: Callable[[str], Status]
) -> None:
    accept()
    scoring._claim("a worker that is killed", clock())
    assert scoring.drain() == 0
    clock.now += LEASE
    assert scoring.drain() == 1
    assert status_of("c-1") is Status.APPROVED


def meanwhile(tiny_scorer: Any, act: Callable[[], object]) -> None:
    """Let something happen while the first batch is scored."""
    quick = tiny_scorer.score

    def act_and_score(*asked: Any) -> Any:
        tiny_scorer.score = quick
        act()
        return quick(*asked)

    tiny_scorer.score = act_and_score


def test_a_comment_edited_while_it_was_scored_is_not_decided_for_its_old_text(
    database: Database, site: Site, scoring: Scoring, tiny_scorer: Any, accept: Callable[..., CommentRow]
) -> None:
    accept(text="You idiot")
    meanwhile(tiny_scorer, lambda: accept(text="Dear friend"))
    assert scoring.drain() == 1
    _, (decision,) = intake.history(database, site.id, "c-1")
    assert (decision.revision, decision.status) == (2, Status.APPROVED)


def test_a_comment_withdrawn_while_it_was_scored_stays_removed_and_its_scores_unknown(
    database: Database,
    site: Site,
    scoring: Scoring,
    tiny_scorer: Any,
    accept: Callable[..., CommentRow],
    now: datetime,
) -> None:
    accept(text="You idiot")
    meanwhile(tiny_scorer, lambda: site_decisions.withdraw(database, site.id, "c-1", now))
    assert scoring.drain() == 0
    comment = intake.look_up(database, site.id, "c-1").comment
    assert (comment.status, comment.text, comment.scores) == (Status.REMOVED, None, None)


def test_a_worker_that_slept_too_long_decides_nothing(
    database: Database,
    site: Site,
    scoring: Scoring,
    clock: Clock,
    tiny_scorer: Any,
    accept: Callable[..., CommentRow],
) -> None:
    accept(text="You idiot")

    def sleep_while_another_works() -> None:
        clock.now += LEASE
        assert scoring.drain() == 1

    meanwhile(tiny_scorer, sleep_while_another_works)
    assert scoring.drain() == 0
    assert len(intake.history(database, site.id, "c-1")[1]) == 1


def test_each_site_s_comments_are_judged_by_its_own_guidelines(
    database: Database,
    site: Site,
    add_site: Callable[[str], tuple[Site, str]],
    scoring: Scoring,
    accept: Callable[..., CommentRow],
    submission: Callable[..., Submission],
    now: datetime,
) -> None:
    strict, _ = add_site("strict.example")
    source = """
        [[guideline]]
        id = "polite"
        title = "Be polite"
        wording = "Not even silly."
        attributes = ["INSULT"]
        approve_below = 0.1
        reject_above = 0.5
    """
    own = policies.adopt(database, strict.id, source, now)
    accept(text="That is silly")
    intake.accept(database, strict.id, submission(text="That is silly"), now)
    assert scoring.drain() == 2
    lenient, severe = (intake.look_up(database, where.id, "c-1").decision for where in (site, strict))
    assert lenient is not None
    assert severe is not None
    assert (lenient.status, severe.status) == (Status.HELD, Status.REJECTED)
    assert (severe.policy_version, severe.reasons[0].guideline) == (own.version, "polite")


def test_without_redis_everything_is_decided_all_the_same(
    database: Database,
    scoring: Scoring,
    tiny_scorer: Any,
    clock: Clock,
    deaf: Dispatcher,
    accept: Callable[..., CommentRow],
) -> None:
    accept()
    assert scoring.judge is judge_or_none
    assert Scoring(database, deaf, Scorers.only(tiny_scorer), judge, LEASE, clock).drain() == 1


def test_scoring_a_failing_text_and_withdrawing_others_never_wait_in_a_circle(
    database: Database,
    site: Site,
    scoring: Scoring,
    accept: Callable[..., CommentRow],
    now: datetime,
    at_once: Callable[..., list[Any]],
) -> None:
    for number in range(20):
        accept(f"c-{number}", "crash" if number % 3 else "Well said")
    withdrawals = [
        lambda name=f"c-{number}": site_decisions.withdraw(database, site.id, name, now) for number in range(0, 20, 4)
    ]
    at_once(scoring.drain, scoring.drain, *withdrawals)
    with database.reading() as tx:
        erased = text("SELECT count(*) FROM revisions WHERE text IS NULL AND scores IS NULL")
        assert tx.execute(erased).scalar_one() == 5
