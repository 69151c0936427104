"""Retraining: a run from labels to a challenger, and every way in which it may end."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from models import challenger
from models.errors import StorageUnreachable
from models.registry import Registry
from moderation import decisions, snapshots, trainings
from moderation.decisions import Draft
from moderation.desk import Queue
from moderation.desk_tables import review_items
from moderation.dispatch import Bell
from moderation.domain import Actor, Status
from moderation.errors import TrainingTakenOver
from moderation.labels import learn
from moderation.settings import Learning
from moderation.store import labels
from moderation.store.trainings import State, Training
from tests.models.conftest import VERSION
from worker import jobs, retrain, run_folders
from worker.retrain import Retraining, Taken

if TYPE_CHECKING:
    from pathlib import Path

    from moderation.dispatch import Dispatcher
    from moderation.settings import Settings
    from moderation.store.database import Database
    from moderation.store.sites import Site

LEASE = timedelta(seconds=60)
LENIENT = Learning(0, 0, auc_loss=0.2, group_auc=0.0, calibration_error=1.0, fewest_labels=20)


@pytest.fixture
def registry(tmp_path: Path, tiny_shipped: Path) -> Registry:
    return Registry(tmp_path / "versions", tiny_shipped)


@pytest.fixture
def retraining(database: Database, dispatcher: Dispatcher, settings: Settings, registry: Registry) -> Retraining:
    chosen = replace(settings, learning=LENIENT)
    return Retraining(database, dispatcher, chosen, registry, lambda _: VERSION, LEASE)


@pytest.fixture
def ask(database: Database, site: Site) -> Callable[..., Training]:
    return lambda site_id=site.id, seed=7: trainings.ask(database, site_id, "moderator:1", datetime.now(UTC), seed)


def taken(retraining: Retraining) -> Taken:
    found = retraining.take()
    assert found is not None
    return found


def left_over(settings: Settings) -> list[Path]:
    return [path for path in (settings.data / "trainings").rglob("*") if path.is_file()]


def test_what_people_said_becomes_a_challenger_with_a_card(
    retraining: Retraining, registry: Registry, database: Database, settings: Settings, say: Any, ask: Any
) -> None:
    say()
    asked = ask()
    retraining.begin()
    retraining.work(taken(retraining))
    ended = trainings.look_up(database, asked.id)
    assert (ended.state, ended.error, ended.champion, ended.n_labels) == (State.DONE, None, VERSION, 480)
    assert ended.version == f"{asked.asked_at:%Y-%m-%d}-news-example-{asked.id}"
    assert ended.gate is not None
    assert ended.gate["passed"], ended.gate["why"]
    (made,) = [one for one in registry.versions() if not one.is_shipped]
    assert (made.version, made.is_sealed, made.is_evaluated) == (ended.version, True, True)
    assert "LIKELY_TO_REJECT" in made.attributes
    told = registry.metrics(made.version)["retrained"]
    assert told["snapshot_sha256"] == ended.snapshot_digest
    assert (told["base"], told["site"], told["seed"]) == (VERSION, "news.example", 7)
    assert told["earlier"]["n_texts"] + told["later"]["n_texts"] == 240
    assert (registry.evaluation(made.version) or {})["gate"] == json.loads(json.dumps(ended.gate))
    card = registry.card(made.version)
    for words in ("the site news.example", "It passed the gate.", str(ended.snapshot_digest), "seed: 7", "heads.coef"):
        assert words in card
    assert registry.page(made.version) is not None
    assert left_over(settings) == []
    assert retraining.take() is None


def test_the_same_labels_and_seed_give_the_same_arrays(
    retraining: Retraining, registry: Registry, say: Any, ask: Any
) -> None:
    say(120)
    told = []
    for _ in range(2):
        run = ask()
        retraining.work(taken(retraining))
        told.append(registry.metrics(retrain.name(run))["retrained"])
    assert told[0]["arrays"] == told[1]["arrays"]
    assert {"heads.coef", "heads.intercept", "calibration.slopes", "vocabulary.idf"} <= set(told[0]["arrays"])
    assert told[0]["snapshot_sha256"] == told[1]["snapshot_sha256"]
    assert told[0]["made_with"] == told[1]["made_with"]
    shipped = challenger.fingerprint.arrays(registry.load(VERSION))
    assert shipped["heads.coef"] != told[0]["arrays"]["heads.coef"]
    assert shipped["vocabulary.idf"] == told[0]["arrays"]["vocabulary.idf"]


def test_a_second_run_begins_where_the_first_began(
    retraining: Retraining, registry: Registry, say: Any, ask: Any
) -> None:
    say(120)
    first = ask()
    retraining.work(taken(retraining))
    promoted = replace(retraining, champion_of=lambda _: retrain.name(first))
    second = ask(site_id=None)
    promoted.work(taken(promoted))
    told = registry.metrics(retrain.name(second))["retrained"]
    assert (told["base"], told["champion"], told["site"]) == (VERSION, retrain.name(first), None)
    assert challenger.base_of(registry, retrain.name(second)) == VERSION


def test_a_label_that_contradicts_all_others_goes_to_a_second_person(
    retraining: Retraining, database: Database, say: Any, ask: Any, accept: Any, add_moderator: Any
) -> None:
    say()
    mara = add_moderator()
    row = accept("odd", "You are a clown about harbour number 1001.")
    before = datetime.now(UTC) - timedelta(days=400)
    with database.writing() as tx:
        draft = Draft(row.id, 1, Status.APPROVED, Actor.MODERATOR, moderator_id=mara.id)
        (decision,) = decisions.record(tx, [draft], before)
        learn(tx, row, decision, None, before)
    run = ask()
    retraining.work(taken(retraining))
    ended = trainings.look_up(database, run.id)
    assert ended.doubts is not None
    assert ended.doubts[0]["comment_id"] == row.id
    assert (ended.doubts[0]["attribute"], ended.doubts[0]["said"]) == ("LIKELY_TO_REJECT", 0.0)
    assert ended.doubts[0]["p"] > 0.5
    assert "harbour" not in repr(ended.doubts)
    with database.reading() as tx:
        items = tx.execute(select(review_items.c.comment_id).where(review_items.c.queue == Queue.SECOND_OPINION)).all()
    assert [tuple(item) for item in items] == [(row.id,)]


def test_too_few_labels_fail_the_run_in_words(
    retraining: Retraining, database: Database, registry: Registry, settings: Settings, say: Any, ask: Any
) -> None:
    say(1)
    run = ask()
    jobs.end_or_fail(retraining, taken(retraining))
    ended = trainings.look_up(database, run.id)
    assert ended.state is State.FAILED
    assert ended.error == "1 rows hold too few labels to learn any attribute"
    assert [one.version for one in registry.versions()] == [VERSION]
    assert left_over(settings) == []


def test_whatever_breaks_fails_the_run_and_quotes_no_text(
    retraining: Retraining, database: Database, say: Any, ask: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    say(8)

    def broken(_site_id: int | None) -> str:
        raise ZeroDivisionError("You are a clown about harbour number 3.")

    run = ask()
    jobs.end_or_fail(replace(retraining, champion_of=broken), taken(retraining))
    ended = trainings.look_up(database, run.id)
    assert ended.error == "something broke (ZeroDivisionError); the log of the retrain worker says when"
    said = capfd.readouterr()
    assert "harbour" not in said.out + said.err


def test_a_version_that_a_killed_job_published_is_taken_as_it_is(
    retraining: Retraining, database: Database, registry: Registry, say: Any, ask: Any
) -> None:
    say(120)
    run = ask()
    retraining._make(taken(retraining), retrain.name(run), lambda *_: None)  # and here it is killed
    assert trainings.look_up(database, run.id).state is State.RUNNING
    before = registry.find(retrain.name(run)).stat()
    later = replace(retraining, clock=lambda: datetime.now(UTC) + 2 * LEASE)
    later.work(taken(later))
    ended = trainings.look_up(database, run.id)
    assert (ended.state, ended.version, ended.n_claims) == (State.DONE, retrain.name(run), 2)
    assert registry.find(retrain.name(run)).stat() == before


def test_a_job_that_is_told_to_stop_lets_its_run_go_at_once(
    retraining: Retraining, database: Database, settings: Settings, say: Any, ask: Any
) -> None:
    say(120)
    run = ask()

    def stopped(_site_id: int | None) -> str:
        raise SystemExit(1)

    with pytest.raises(SystemExit):
        replace(retraining, champion_of=stopped).work(taken(retraining))
    assert left_over(settings) == []
    again = taken(retraining)
    assert (again.training.id, again.training.n_claims) == (run.id, 2)
    assert trainings.look_up(database, run.id).state is State.RUNNING


def test_a_job_that_was_silent_for_too_long_stops_when_it_hears_of_it(
    retraining: Retraining, database: Database, registry: Registry, say: Any, ask: Any
) -> None:
    say(120)
    run = ask()
    slow = taken(retraining)
    later = replace(retraining, clock=lambda: datetime.now(UTC) + 2 * LEASE)
    assert taken(later).training.id == run.id
    with pytest.raises(TrainingTakenOver):
        retraining.work(slow)
    jobs.end_or_fail(retraining, slow)
    retraining.fail(slow, "too late")
    assert trainings.look_up(database, run.id).state is State.RUNNING
    assert [one.version for one in registry.versions()] == [VERSION]


def test_a_run_is_held_for_as_long_as_it_takes(retraining: Retraining, database: Database, say: Any, ask: Any) -> None:
    say(8)
    run = ask()
    quick = replace(retraining, lease=timedelta(seconds=0.3))

    def slow(_site_id: int | None) -> str:
        time.sleep(1)
        return VERSION

    held = taken(quick)
    replace(quick, champion_of=slow).work(held)
    assert trainings.look_up(database, run.id).n_claims == 1
    assert trainings.look_up(database, run.id).state is State.DONE


def test_the_heart_tells_a_job_that_its_run_is_lost(
    retraining: Retraining, database: Database, say: Any, ask: Any
) -> None:
    say(120)
    run = ask()
    quick = replace(retraining, lease=timedelta(seconds=0.3))

    def taken_over(_site_id: int | None) -> str:
        with database.writing() as tx:
            trainings.store.claim(tx, "another", datetime.now(UTC) + timedelta(hours=1), LEASE)
        time.sleep(0.3)
        return VERSION

    with pytest.raises(TrainingTakenOver):
        replace(quick, champion_of=taken_over).work(taken(quick))
    assert trainings.look_up(database, run.id).state is State.RUNNING


def test_a_store_that_is_away_fails_the_run_and_says_so(
    retraining: Retraining, database: Database, tmp_path: Path, tiny_shipped: Path, say: Any, ask: Any
) -> None:
    say(120)
    run = ask()
    (tmp_path / "blocked").write_text("")
    away = Registry(tmp_path / "versions", tiny_shipped, f"local://{tmp_path / 'blocked' / 'kept'}")
    with pytest.raises(StorageUnreachable):
        away.versions()
    jobs.end_or_fail(replace(retraining, registry=away), taken(retraining))
    assert "cannot be reached" in str(trainings.look_up(database, run.id).error)


def test_snapshots_are_for_nobody_else_and_gone_with_their_job(
    retraining: Retraining, database: Database, settings: Settings, dispatcher: Dispatcher, say: Any, ask: Any
) -> None:
    say(3)
    run = ask()
    held = taken(retraining)
    content = snapshots.lines(snapshots.draw(database, None).lessons)
    file = run_folders.keep(settings.data, run.id, content)
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    (settings.data / "trainings" / "notes").mkdir()  # not ours
    now = datetime.now(UTC)
    assert run_folders.forget_left(settings.data, database, now) == 0
    assert file.exists()
    assert run_folders.forget_left(settings.data, database, now + 2 * LEASE) == 1
    assert left_over(settings) == []
    run_folders.keep(settings.data, run.id, content)
    dispatcher.ring(Bell.RETRAIN)
    replace(retraining, clock=lambda: now + 2 * LEASE).begin()
    assert left_over(settings) == []
    assert not dispatcher.redis.exists("retrain:doorbell")
    run_folders.forget(settings.data, held.training.id)  # twice is harmless


def test_what_was_erased_is_not_learned_again_after_a_kill(
    retraining: Retraining, database: Database, registry: Registry, site: Site, say: Any, ask: Any
) -> None:
    say(120)
    run = ask()
    first = taken(retraining)
    run_folders.keep(retraining.settings.data, run.id, snapshots.lines(snapshots.draw(database, site.id).lessons))
    with database.writing() as tx:
        labels.erase_heard(tx, site.id, "x-3", datetime.now(UTC))
    assert first.training.id == run.id
    later = replace(retraining, clock=lambda: datetime.now(UTC) + 2 * LEASE)
    later.work(taken(later))
    told = registry.metrics(retrain.name(run))["retrained"]
    assert told["earlier"]["n_texts"] + told["later"]["n_texts"] == 119


def test_a_version_s_name_says_whose_it_is(ask: Any, add_site: Any) -> None:
    long, _ = add_site("the-very-long-name-of-a-paper.news.example")
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    assert retrain.name(ask(site_id=None)).startswith(f"{day}-all-")
    assert retrain.name(ask(site_id=long.id)).startswith(f"{day}-the-very-long-name-of-a-")
