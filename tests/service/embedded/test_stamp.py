"""The stamp tells what an earlier run has migrated, and doubts itself when the database is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.embedded import stamp

if TYPE_CHECKING:
    from pathlib import Path


def test_a_stamped_database_that_is_there_is_current(tmp_path: Path) -> None:
    (tmp_path / "db").touch()
    assert not stamp.is_current(tmp_path, "db")
    stamp.put(tmp_path)
    assert stamp.is_current(tmp_path, "db")


def test_a_stamp_without_its_database_means_nothing(tmp_path: Path) -> None:
    stamp.put(tmp_path)
    assert not stamp.is_current(tmp_path, "db")


def test_another_releases_stamp_means_nothing(tmp_path: Path) -> None:
    (tmp_path / "db").touch()
    stamp.put(tmp_path)
    written = (tmp_path / stamp.NAME).read_text()
    assert written
    (tmp_path / stamp.NAME).write_text(written + "\n9999_later.py")
    assert not stamp.is_current(tmp_path, "db")
