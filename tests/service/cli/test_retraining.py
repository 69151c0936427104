"""`ombuds model retrain` and `gc`: asking for a run, hearing how it ended, and clearing away."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from models import training
from models.registry import Registry
from moderation import champions, trainings
from tests.models.conftest import sentences

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

    from models.training import Trained
    from moderation.store.database import Database

    Run = Callable[..., Result]

NOW = datetime.now(UTC)
LEASE = timedelta(minutes=1)
GATE = {"passed": False, "why": ["The later weeks hold 3 labels; at least 100 are needed."], "findings": []}


def work(database: Database, end: Callable[[Any], None]) -> threading.Thread:
    """Do what a worker does, with the next run that is asked for."""

    def take() -> None:
        until = time.monotonic() + 30
        while (run := trainings.take(database, "t", datetime.now(UTC), LEASE)) is None:
            assert time.monotonic() < until
            time.sleep(0.02)
        trainings.advance(database, run, "t", datetime.now(UTC), LEASE, step="heads", n_done=1, n_all=2)
        end(run)

    thread = threading.Thread(target=take)
    thread.start()
    return thread


def test_a_run_is_asked_for_and_waited_for(run: Run, record: Database) -> None:
    assert run("site", "add", "example-news").exit_code == 0
    thread = work(record, lambda one: trainings.finish(record, one, "t", "2026-11-23-example-1", GATE, [], NOW))
    ran = run("model", "retrain", "--site", "example-news", "--seed", "5")
    thread.join()
    assert ran.exit_code == 0
    assert ran.stdout == "2026-11-23-example-1\n"
    assert "It did not pass the gate:" in ran.stderr
    assert "at least 100 are needed." in ran.stderr
    (asked,) = trainings.recent(record)
    assert (asked.asked_by, asked.site, asked.seed) == ("command line", "example-news", 5)


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_run_that_fails_exits_1_and_says_why(run: Run, record: Database, options: tuple[str, ...]) -> None:
    thread = work(record, lambda one: trainings.fail(record, one, "t", "3 rows hold too few labels", NOW))
    ran = run("model", "retrain", *options)
    thread.join()
    assert ran.exit_code == 1
    assert "3 rows hold too few labels" in ran.output


def test_who_does_not_wait_gets_the_run_s_number(run: Run, record: Database) -> None:
    assert run("model", "retrain", "--no-wait").stdout == "1\n"
    told = json.loads(run("model", "retrain", "--no-wait", "--json").stdout)
    assert (told["training"], told["state"], told["site"]) == (1, "QUEUED", None)
    assert len(trainings.recent(record)) == 1
    assert "no site 'nowhere'" in run("model", "retrain", "--site", "nowhere").stderr


@pytest.fixture(scope="module")
def made() -> Trained:
    chosen = training.Settings(C=10.0, n_folds=3, min_texts=1, fewest_positives=5, lowest_auc=0.6)
    return training.train(sentences(), chosen)


def test_versions_that_nobody_uses_go(run: Run, record: Database, data: Path, made: Trained) -> None:
    registry = Registry(data / "models")
    for day in range(1, 5):
        at = datetime(2026, 11, day, tzinfo=UTC)
        metrics = made.metrics if day == 1 else {"retrained": {"base": "2026-11-01-tiny"}}
        registry.publish(f"2026-11-0{day}-tiny", made.classifier, metrics, {}, "# tiny\n", at)
    (data / "models" / ".2026-11-09-tiny.aside").mkdir()
    champions.promote(record, None, "2026-11-02-tiny", "command line", "It is good.", NOW)
    dry = run("model", "gc", "--keep", "1", "--dry-run")
    assert (dry.exit_code, dry.stdout) == (0, "2026-11-03-tiny\n")
    assert registry.find("2026-11-03-tiny").is_dir()
    assert run("model", "gc", "--keep", "1").stdout == "2026-11-03-tiny\n"
    left = [one.version for one in registry.versions() if not one.is_shipped]
    assert left == ["2026-11-04-tiny", "2026-11-02-tiny", "2026-11-01-tiny"]
    assert run("model", "gc", "--keep", "1").stdout == ""
    assert (data / "models" / ".2026-11-09-tiny.aside").is_dir()  # somebody may be writing it right now


def test_the_group_lists_what_it_loads_when_called(run: Run) -> None:
    told = run("model", "--help").stdout
    assert "Have a worker learn from what moderators decided." in told
    assert "retrain" in run("model", "retrain", "--help").stdout
    assert run("model", "forget").exit_code == 2
