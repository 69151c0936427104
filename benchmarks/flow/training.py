"""A retraining beside the flow: labels to learn from, and a run that is under way."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.flow.stand import PYTHON, Stand
from moderation import labels, settings, sites, trainings
from moderation.labels import Heard
from moderation.store.database import Database
from moderation.store.trainings import State

RETRAIN = (*PYTHON, "worker", "retrain")
N_LABELS = 15_000
APART = timedelta(minutes=10)
SECONDS_TO_BEGIN = 60


class Run:
    """A run of all sites that a stand's worker has begun."""

    def __init__(self, made: Stand, file: Path) -> None:
        self._database = Database(settings.read(made.environment).database_url)
        now = datetime.now(UTC)
        _teach(self._database, sites.find(self._database, "bench").id, file, now)
        self._id = trainings.ask(self._database, None, "benchmark", now).id
        until = time.monotonic() + SECONDS_TO_BEGIN
        while trainings.look_up(self._database, self._id).step != "embedding":
            if time.monotonic() > until:
                raise TimeoutError(f"the run did not begin to read within {SECONDS_TO_BEGIN} s")
            time.sleep(0.2)

    def end(self) -> bool:
        """Tell whether it is still under way, and look no more."""
        state = trainings.look_up(self._database, self._id).state
        self._database.close()
        return state is State.RUNNING


def _teach(database: Database, site_id: int, file: Path, now: datetime) -> None:
    """Keep labels as a client would have told them, one every ten minutes."""
    import polars as pl  # noqa: PLC0415  of the training set, which only benchmarks need

    frame = pl.read_parquet(file, columns=["text", "language", "toxicity"])
    frame = frame.filter(pl.col("toxicity").is_not_null(), pl.col("language") == "en")
    frame = frame.unique("text", maintain_order=True).sample(N_LABELS, shuffle=True, seed=7)
    with database.writing() as tx:
        for place, (text, language, toxicity) in enumerate(frame.iter_rows()):
            heard = Heard(text.replace("\0", ""), language, {"TOXICITY": float(toxicity)}, "perspective")
            labels.hear(tx, site_id, heard, now - (N_LABELS - place) * APART)
