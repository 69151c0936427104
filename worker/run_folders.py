"""Where training runs keep their snapshots while they are worked: personal data, deleted as soon as may be."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import structlog

from moderation import trainings

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from moderation.store.database import Database

_FOLDER = "trainings"
_SNAPSHOT = "snapshot.jsonl"

log = structlog.get_logger()


def keep(data: Path, training_id: int, content: bytes) -> Path:
    """Write a run's snapshot where nobody else may read it, and give its place."""
    folder = data / _FOLDER / str(training_id)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / _SNAPSHOT
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(content)
    return file


def forget(data: Path, training_id: int) -> None:
    """Delete what a run kept; twice is harmless."""
    shutil.rmtree(data / _FOLDER / str(training_id), ignore_errors=True)


def forget_left(data: Path, database: Database, now: datetime) -> int:
    """Delete what killed jobs left behind, of runs that nobody works at; return how many those were."""
    folder = data / _FOLDER
    numbers = [int(path.name) for path in folder.iterdir() if path.name.isdigit()] if folder.is_dir() else []
    left = [number for number in numbers if not trainings.is_worked(database, number, now)]
    for number in left:
        forget(data, number)
        log.info("training.snapshot_forgotten", training=number)
    return len(left)
