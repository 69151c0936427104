"""Retraining: take up a run that was asked for, and make of what stands labelled a challenger, whole or not at all."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import structlog
from sqlalchemy.exc import SQLAlchemyError
from threadpoolctl import threadpool_limits

from models import challenger
from models.challenger import Made, Task
from models.gate import Bounds
from models.registry import Registry
from models.scorer import mode
from moderation import champions, doubts, policies, snapshots, trainings
from moderation.dispatch import Bell, Dispatcher
from moderation.errors import TrainingTakenOver
from worker import run_folders

if TYPE_CHECKING:
    from collections.abc import Iterator

    from models.evaluation import Progress
    from moderation.settings import Settings
    from moderation.store.database import Database
    from moderation.store.trainings import Training
    from worker.bootstrap import Parts

_BEATS_PER_LEASE = 6
_TOLD_EVERY_SECONDS = 1.0
_LONGEST_SITE = 24

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Taken:
    """A run, and the claim by which this process holds it."""

    training: Training
    token: str


@dataclass(frozen=True, slots=True)
class Retraining:
    """One job's worth of retraining."""

    database: Database
    dispatcher: Dispatcher
    settings: Settings
    registry: Registry
    champion_of: Callable[[int | None], str]
    lease: timedelta
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def begin(self) -> None:
        """Stop the bell, and delete what killed jobs left behind."""
        self.dispatcher.answer(Bell.RETRAIN)
        run_folders.forget_left(self.settings.data, self.database, self.clock())

    def take(self) -> Taken | None:
        """Take the oldest run that nobody works at; None where there is none."""
        token = uuid4().hex
        training = trainings.take(self.database, token, self.clock(), self.lease)
        return None if training is None else Taken(training, token)

    def work(self, taken: Taken) -> None:
        """Work at a run to its end. What is stopped in between leaves nothing but what it has said of itself.

        A version that a killed job of the same run published is taken as it is.

        Raises:
            TrainingTakenOver: This process was silent for so long that another took the run up.
            ModelError: There is no version to begin from, too little to learn, or nowhere to put the result.
        """
        training = taken.training
        log.info("training.begun", training=training.id, site=training.site_id, n_claims=training.n_claims)
        version = name(training)
        try:
            with self._held(taken) as progress, threadpool_limits(1):
                made = challenger.adopt(self.registry, version)
                if made is None:
                    made = self._make(taken, version, progress)
            now = self.clock()
            trainings.finish(self.database, training, taken.token, version, made.gate, made.doubts, now)
            doubts.send_back(self.database, [one["comment_id"] for one in made.doubts], now)
        except SystemExit:  # told to stop: whoever starts next need not wait for the claim to run out
            trainings.let_go(self.database, training, taken.token, self.clock())
            raise
        finally:
            run_folders.forget(self.settings.data, training.id)
        log.info("training.done", training=training.id, version=version, passed=made.gate["passed"])

    def fail(self, taken: Taken, why: str) -> None:
        """Keep why a run failed, unless another process works at it now."""
        try:
            trainings.fail(self.database, taken.training, taken.token, why, self.clock())
        except TrainingTakenOver:
            log.warning("training.taken_over", training=taken.training.id)

    def _make(self, taken: Taken, version: str, progress: Progress) -> Made:
        training, settings = taken.training, self.settings
        champion = self.champion_of(training.site_id)
        progress("snapshot", 0, 1)
        snapshot = snapshots.draw(self.database, training.site_id)
        trainings.note_snapshot(self.database, training, taken.token, champion, snapshot)
        file = run_folders.keep(settings.data, training.id, snapshots.lines(snapshot.lessons))
        progress("snapshot", 1, 1)
        learning = settings.learning
        bounds = Bounds(learning.auc_loss, learning.group_auc, learning.calibration_error, learning.fewest_labels)
        named = self._named(training.site_id)
        task = Task(version, champion, training.site, named, training.seed, bounds, mode(settings.scoring))
        return challenger.make(self.registry, task, file, self.clock(), progress)

    def _named(self, site_id: int | None) -> tuple[str, ...]:
        if site_id is None:
            return ()
        guidelines = policies.of_site(self.database, site_id)
        return tuple(dict.fromkeys(name for one in guidelines.members for name in one.attributes))

    @contextmanager
    def _held(self, taken: Taken) -> Iterator[Progress]:
        """Say every few seconds that the run is worked at, and give what tells how far it is."""
        over, lost = threading.Event(), threading.Event()
        said = _Said()

        def beat() -> None:
            while not over.wait(self.lease.total_seconds() / _BEATS_PER_LEASE):
                try:
                    self._say(taken)
                except TrainingTakenOver:
                    lost.set()
                    return
                except SQLAlchemyError as error:
                    log.warning("training.not_heard", training=taken.training.id, error=type(error).__name__)

        def tell(step: str, done: int, total: int) -> None:
            if lost.is_set():
                raise TrainingTakenOver(taken.training.id)
            if said.is_worth(step, time.monotonic()):
                self._say(taken, step=step, n_done=done, n_all=total)

        heart = threading.Thread(target=beat, daemon=True)
        heart.start()
        try:
            yield tell
        finally:
            over.set()
            heart.join()

    def _say(self, taken: Taken, **progress: object) -> None:
        trainings.advance(self.database, taken.training, taken.token, self.clock(), self.lease, **progress)


class _Said:
    """Remembers what was told last: people look once a second, and every word of it is a write."""

    def __init__(self) -> None:
        self._step = ""
        self._at = 0.0

    def is_worth(self, step: str, now: float) -> bool:
        """Tell whether this is to be told: another step, or the same after a second."""
        if step == self._step and now - self._at < _TOLD_EVERY_SECONDS:
            return False
        self._step, self._at = step, now
        return True


def name(training: Training) -> str:
    """Name the version that a run makes: always the same, so that a run never makes two."""
    whose = "all" if training.site is None else re.sub(r"[^a-z0-9]+", "-", training.site)[:_LONGEST_SITE].strip("-")
    return f"{training.asked_at:%Y-%m-%d}-{whose}-{training.id}"


def of(made: Parts) -> Retraining:
    """Put one job's worth together from a process's parts."""
    settings = made.settings
    registry = Registry(settings.models_folder, address=settings.models_address)

    def champion_of(site_id: int | None) -> str:
        return champions.standing(made.database).of(site_id) or registry.newest_shipped()

    lease = timedelta(seconds=settings.claim_seconds)
    return Retraining(made.database, made.dispatcher, settings, registry, champion_of, lease)
