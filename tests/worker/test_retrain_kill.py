"""`kill -9` at ten random moments of retraining: no half version is ever seen, and the run ends or says why not."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from models.registry import Registry
from moderation import champions, trainings
from moderation.dispatch import Bell, Dispatcher
from moderation.store import trainings as store
from moderation.store.trainings import State, Training
from tests.models.conftest import VERSION

if TYPE_CHECKING:
    from moderation.store.database import Database
    from moderation.store.sites import Site

pytestmark = [pytest.mark.kill, pytest.mark.slow]

N_KILLS = 3
"""On each of two databases."""

ROOT = Path(__file__).parents[2]
# As `ombuds worker retrain` does, but with what a job needs imported before it forks: so that kills fall into the job.
WORKER = """
import worker.retrain
from moderation.dispatch import Bell
from worker import bootstrap
bootstrap.work(Bell.RETRAIN)
"""


class Crew:
    """A real worker that forks for each job, started again whenever it is gone."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = {**os.environ, **environment, "PYTHONPATH": str(ROOT), "OMBUDS_CLAIM_SECONDS": "1"}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> psutil.Process:
        """See that it runs."""
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen([sys.executable, "-c", WORKER], env=self._environment)
        return psutil.Process(self._process.pid)

    def job(self) -> psutil.Process | None:
        """Give the process that works at a run, if any does."""
        children = self.start().children()
        return children[0] if children else None

    def kill(self, *, with_worker: bool) -> None:
        """Kill the job, or the worker: the job then goes by itself."""
        job = self.job()
        if with_worker:
            assert self._process is not None
            self._process.kill()
            self._process.wait()
        elif job is not None:
            job.send_signal(signal.SIGKILL)

    def ask_to_stop(self) -> None:
        """Ask the worker to stop, and wait until it has."""
        assert self._process is not None
        self._process.terminate()
        assert self._process.wait(30) == 0

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            for child in psutil.Process(self._process.pid).children():
                child.kill()
            self._process.kill()
            self._process.wait()


@pytest.fixture
def crew(environment: dict[str, str], tmp_path: Path, tiny_shipped: Path, database: Database) -> Iterator[Crew]:
    """A worker whose champion is the tiny version."""
    versions = tmp_path / "var" / "models"
    versions.mkdir(parents=True)
    (versions / VERSION).symlink_to(tiny_shipped / VERSION)
    champions.promote(database, None, VERSION, "command line", "For the test.", datetime.now(UTC))
    made = Crew(environment)
    yield made
    made.stop()


def test_no_half_version_is_ever_seen(
    crew: Crew, database: Database, dispatcher: Dispatcher, tmp_path: Path, site: Site, say: Callable[..., None],
    eventually: Callable[..., None],
) -> None:  # fmt: skip
    say(120)
    registry = Registry(tmp_path / "var" / "models")
    lot = random.Random(11)  # noqa: S311  moments, no secret

    def ask() -> Training:
        return trainings.ask(database, site.id, "command line", datetime.now(UTC), seed=3)

    def ring() -> None:
        """Do what the sweep does every two seconds."""
        crew.start()
        with database.reading() as tx:
            is_asked = store.has_free(tx, datetime.now(UTC))
        if is_asked:
            dispatcher.ring_anyway(Bell.RETRAIN)

    def is_worked() -> bool:
        ring()
        return crew.job() is not None and trainings.look_up(database, run.id).state is State.RUNNING

    def has_ended() -> bool:
        ring()
        return not trainings.look_up(database, run.id).is_open

    run = ask()
    eventually(is_worked, 60)
    began = time.monotonic()
    eventually(has_ended, 60)
    lasted = time.monotonic() - began

    seen: list[str] = []
    for number in range(N_KILLS):
        run = ask()
        eventually(is_worked, 60)
        time.sleep(lot.uniform(0, lasted))
        crew.kill(with_worker=number == N_KILLS - 1)
        seen += look(registry)
    eventually(lambda: has_ended() and not any(one.is_open for one in trainings.recent(database, 50)), 60)
    assert {one.state for one in trainings.recent(database, 50)} <= {State.DONE, State.FAILED}
    for one in trainings.recent(database, 50):
        assert (one.version in seen + look(registry)) if one.state is State.DONE else "was stopped" in str(one.error)
    files = [path for path in (tmp_path / "var" / "trainings").rglob("*") if path.is_file()]
    assert files == []


def test_a_worker_that_is_told_to_stop_lets_its_run_go(
    crew: Crew, database: Database, dispatcher: Dispatcher, site: Site, tmp_path: Path, say: Any, eventually: Any
) -> None:
    say(2_000)
    run = trainings.ask(database, site.id, "command line", datetime.now(UTC))
    dispatcher.ring(Bell.RETRAIN)
    crew.start()
    eventually(lambda: trainings.look_up(database, run.id).step == "heads", 60)
    job = crew.job()
    crew.ask_to_stop()
    assert job is None or not job.is_running()
    if trainings.look_up(database, run.id).state is State.RUNNING:  # else it was faster than the signal
        assert not trainings.is_worked(database, run.id, datetime.now(UTC))
    assert [path for path in (tmp_path / "var" / "trainings").rglob("*") if path.is_file()] == []


def look(registry: Registry) -> list[str]:
    """Load whatever a registry shows; whatever it shows is whole."""
    shown = [one for one in registry.versions() if not one.is_shipped]
    for one in shown:
        assert one.is_sealed
        assert registry.load(one.version)
        checksums: dict[str, Any] = json.loads((registry.find(one.version) / "checksums.json").read_text())
        assert {"card.md", "evaluation.json", "classifier.skops"} <= set(checksums)
    return [one.version for one in shown]
