"""The stamp: which migrations an earlier run has applied to the embedded database, so that the next start is quicker.

A hint, never a proof: with it, `ombuds db upgrade` is left out of the start until the service itself, once it is up,
says that the database is not at this release's schema.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

NAME = "migrated"


def is_current(data: Path, database: str) -> bool:
    """Tell whether the database is there and an earlier run has applied all of this release's migrations to it."""
    try:
        stamped = (data / NAME).read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
    return (data / database).exists() and stamped == _migrations()


def put(data: Path) -> None:
    """Note that all of this release's migrations are applied."""
    (data / NAME).write_text(_migrations(), encoding="utf-8")


def _migrations() -> str:
    spec = importlib.util.find_spec("moderation")
    folders = (spec.submodule_search_locations or []) if spec else []
    names = {file.name for folder in folders for file in Path(folder).glob("migrations/versions/*.py")}
    return "\n".join(sorted(names))
