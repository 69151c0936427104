"""The program in this process, on what an `ombuds up` keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from moderation.store.database import Database
from service.cli.main import main
from service.embedded.environment import DATABASE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from click.testing import Result


@pytest.fixture
def data(tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an `ombuds up` that ran here, and an environment that names nothing else."""
    for name in ("DATABASE_URL", "REDIS_URL", "OMBUDS_SECRET", "OMBUDS_WEBHOOK_ALLOW"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)
    folder = tmp_path / "var"
    folder.mkdir()
    (folder / DATABASE).write_bytes(sqlite_template.read_bytes())
    monkeypatch.setenv("OMBUDS_DATA", str(folder))
    monkeypatch.setenv("COLUMNS", "160")
    return folder


@pytest.fixture
def run(data: Path) -> Callable[..., Result]:  # noqa: ARG001  it sets the environment
    """Run the program in this process; `given` is what it reads from its input."""
    return lambda *arguments, given=None: CliRunner().invoke(main, arguments, input=given)


@pytest.fixture
def record(data: Path) -> Iterator[Database]:
    """The record that the program works on."""
    opened = Database(f"sqlite:///{data / DATABASE}")
    yield opened
    opened.close()
