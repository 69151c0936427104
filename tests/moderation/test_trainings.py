"""Training runs: asked for once, worked by one at a time, taken up again, and ended in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert, select

from moderation import champions, snapshots, tables, trainings
from moderation.errors import TrainingTakenOver, UnknownTraining
from moderation.settings import Learning
from moderation.store import trainings as store
from moderation.store import versions
from moderation.store.trainings import State

if TYPE_CHECKING:
    from moderation.store.database import Database
    from moderation.store.sites import Site

LEASE = timedelta(minutes=1)
LEARNING = Learning(0, 3, 0.01, 0.9, 0.05, 100)
GATE = {"passed": False, "why": ["It is too early."], "findings": [], "bounds": {}}


@pytest.fixture
def say(database: Database, site: Site, now: datetime) -> Callable[..., None]:
    """Have somebody say something of a text."""

    def tell(at: datetime = now, **changes: Any) -> None:
        label = {"site_id": site.id, "text": "You clown", "attribute": "INSULT", "value": 1.0, "source": "site"}
        with database.writing() as tx:
            tx.execute(insert(tables.labels).values(**label | {"created_at": at} | changes))

    return tell


def test_a_run_is_asked_for_once_while_it_waits(database: Database, site: Site, now: datetime) -> None:
    first = trainings.ask(database, site.id, "moderator:1", now)
    assert (first.state, first.site, first.is_open, first.seed >= 0) == (State.QUEUED, site.name, True, True)
    assert trainings.ask(database, site.id, "moderator:2", now) == first
    everyone = trainings.ask(database, None, "command line", now, seed=5)
    assert (everyone.site, everyone.seed) == (None, 5)
    assert trainings.ask(database, None, "command line", now).id == everyone.id
    assert [run.id for run in trainings.recent(database)] == [everyone.id, first.id]
    assert [run.id for run in trainings.recent(database, site_ids={site.id})] == [first.id]
    assert trainings.recent(database, limit=1) == [everyone]
    with pytest.raises(UnknownTraining, match="training run '404'"):
        trainings.look_up(database, 404)


def test_runs_are_worked_one_by_one_and_a_silent_one_is_taken_up_again(
    database: Database, site: Site, now: datetime
) -> None:
    first = trainings.ask(database, site.id, "moderator:1", now)
    second = trainings.ask(database, None, "moderator:1", now)
    taken = [trainings.take(database, token, now, LEASE) for token in ("a", "b", "c")]
    assert [run and run.id for run in taken] == [first.id, second.id, None]
    assert taken[0] is not None
    assert (taken[0].state, taken[0].n_claims, taken[0].started_at) == (State.RUNNING, 1, now)
    assert trainings.is_worked(database, first.id, now)
    later = now + timedelta(seconds=50)
    trainings.advance(database, first, "a", later, LEASE, step="heads", n_done=2, n_all=9)
    assert trainings.take(database, "d", now + timedelta(seconds=100), LEASE) == replace(
        taken[1],
        n_claims=2,  # type: ignore[type-var]
    )
    silent = later + LEASE
    assert not trainings.is_worked(database, first.id, silent)
    again = trainings.take(database, "e", silent, LEASE)
    assert again is not None
    assert (again.id, again.n_claims, again.started_at, again.step, again.n_done, again.n_all) == (
        *(first.id, 2, now),
        *("heads", 2, 9),
    )
    for call in (
        lambda: trainings.advance(database, first, "a", silent, LEASE),
        lambda: trainings.note_snapshot(database, first, "a", "v", snapshots.Snapshot((), "0")),
        lambda: trainings.finish(database, first, "a", "v", GATE, [], silent),
        lambda: trainings.fail(database, first, "a", "why", silent),
    ):
        with pytest.raises(TrainingTakenOver):
            call()
    trainings.let_go(database, first, "a", silent)  # it is not theirs to let go
    assert trainings.is_worked(database, first.id, silent)
    trainings.let_go(database, first, "e", silent)
    assert not trainings.is_worked(database, first.id, silent)


def test_what_a_run_made_is_kept_and_told(database: Database, site: Site, now: datetime, say: Any) -> None:
    say()
    run = trainings.ask(database, site.id, "moderator:1", now)
    trainings.take(database, "a", now, LEASE)
    snapshot = snapshots.draw(database, site.id)
    trainings.note_snapshot(database, run, "a", "2026-11-22-tiny", snapshot)
    doubts = [{"comment_id": 3, "attribute": "INSULT", "said": 1.0, "p": 0.01}]
    trainings.finish(database, run, "a", "2026-11-23-news-1", GATE, doubts, now)
    ended = trainings.look_up(database, run.id)
    assert (ended.state, ended.version, ended.gate, ended.doubts) == (State.DONE, "2026-11-23-news-1", GATE, doubts)
    assert (ended.champion, ended.n_labels, ended.labels_from, ended.labels_until, ended.snapshot_digest) == (
        *("2026-11-22-tiny", 1, now, now),
        snapshot.digest,
    )
    assert trainings.of_version(database, "2026-11-23-news-1") == ended
    assert trainings.of_version(database, "2026-11-22-tiny") is None
    assert trainings.take(database, "b", now + 2 * LEASE, LEASE) is None
    with database.reading() as tx:
        acts = tx.execute(select(tables.audit.c.action, tables.audit.c.details).order_by(tables.audit.c.id)).all()
    assert [tuple(act) for act in acts[-2:]] == [
        ("training.asked", {"site": site.name}),
        ("training.done", {"version": "2026-11-23-news-1"}),
    ]


def test_a_run_that_fells_its_workers_fails_in_words(database: Database, now: datetime) -> None:
    run = trainings.ask(database, None, "calendar", now)
    other = trainings.ask(database, None, "calendar", now)
    assert other == run
    for n in range(trainings.MOST_CLAIMS):
        taken = trainings.take(database, f"t{n}", now + n * LEASE, LEASE)
        assert taken is not None
        assert taken.n_claims == n + 1
    assert trainings.take(database, "last", now + 9 * LEASE, LEASE) is None
    ended = trainings.look_up(database, run.id)
    assert ended.state is State.FAILED
    assert str(ended.error).startswith("the job was stopped 5 times before it came to an end")


@pytest.mark.parametrize(
    ("learning", "n_labels", "days", "who"),
    [
        pytest.param(LEARNING, 3, 0, "new labels", id="enough new labels"),
        pytest.param(LEARNING, 2, 0, None, id="too few new labels"),
        pytest.param(LEARNING, 0, 0, None, id="no labels at all"),
        pytest.param(replace(LEARNING, every_labels=0), 3, 0, None, id="never by itself"),
        pytest.param(replace(LEARNING, every_labels=0, every_days=7), 1, 0, "calendar", id="never before"),
        pytest.param(replace(LEARNING, every_labels=9, every_days=7), 3, 0, "calendar", id="the calendar comes first"),
    ],
)
def test_a_run_is_asked_for_when_it_is_due(
    database: Database, now: datetime, say: Any, learning: Learning, n_labels: int, days: int, who: str | None
) -> None:
    for _ in range(n_labels):
        say()
    say(withdrawn_at=now)
    say(text=None)
    asked = trainings.ask_if_due(database, learning, now + timedelta(days=days))
    assert [(one.site, one.asked_by) for one in asked] == ([] if who is None else [(None, who)])


def test_what_was_learned_already_is_not_new_and_a_failure_is_not_repeated_at_once(
    database: Database, now: datetime, say: Any
) -> None:
    for _ in range(3):
        say()
    hour = timedelta(hours=1)
    (run,) = trainings.ask_if_due(database, LEARNING, now + hour)
    assert trainings.ask_if_due(database, LEARNING, now + 13 * hour) == []  # it waits, and saw them all
    trainings.take(database, "a", now + hour, LEASE)
    trainings.fail(database, run, "a", "the store is away", now + hour)
    assert trainings.ask_if_due(database, LEARNING, now + 2 * hour) == []
    (again,) = trainings.ask_if_due(database, LEARNING, now + 13 * hour)
    trainings.take(database, "b", now + 13 * hour, LEASE)
    trainings.finish(database, again, "b", "v", GATE, [], now + 13 * hour)
    weekly = replace(LEARNING, every_labels=0, every_days=7)
    say(at=now + 20 * hour)
    assert trainings.ask_if_due(database, weekly, now + timedelta(days=7)) == []
    assert len(trainings.ask_if_due(database, weekly, now + timedelta(days=8))) == 1


def test_a_site_with_a_version_of_its_own_is_counted_for_itself(
    database: Database, site: Site, now: datetime, say: Any, add_site: Any
) -> None:
    other, _ = add_site("elsewhere.example")
    champions.promote(database, site.id, "2026-11-23-news-1", "moderator:1", "It learned from us.", now)
    say()
    say()
    say(site_id=other.id)
    assert [one.site for one in trainings.ask_if_due(database, LEARNING, now)] == [None]
    say()
    assert [one.site for one in trainings.ask_if_due(database, LEARNING, now)] == [site.name]


def test_versions_that_the_record_names_lately_are_in_use(
    database: Database, now: datetime, accept: Any, decide: Any
) -> None:
    decide(accept("c-1"), at=now)
    decide(accept("c-2"), at=now - timedelta(days=100))
    with database.writing() as tx:
        for number, at in enumerate((now, now - timedelta(days=100))):
            named = tables.decisions.update().where(tables.decisions.c.decided_at == at)
            tx.execute(named.values(model_version=f"decided-{number}"))
    run = trainings.ask(database, None, "command line", now)
    trainings.take(database, "a", now, LEASE)
    trainings.note_snapshot(database, run, "a", "compared", snapshots.Snapshot((), "0"))
    with database.reading() as tx:
        assert versions.in_use(tx, now - timedelta(days=90)) == {"decided-0", "compared"}
        assert store.has_free(tx, now + 2 * LEASE)
        assert not store.has_free(tx, now)
