"""A folder appears whole, and its files are read once."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from models import folders
from models.errors import DamagedVersion

if TYPE_CHECKING:
    from pathlib import Path


def test_a_folder_appears_whole(tmp_path: Path) -> None:
    folders.write_whole(tmp_path / "deep" / "new", {"a": b"1", "b": b"22"})
    assert folders.size(tmp_path / "deep" / "new") == 3
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["new"]


def test_a_folder_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    folders.write_whole(tmp_path / "new", {"a": b"1"})
    with pytest.raises(OSError, match="not empty"):
        folders.write_whole(tmp_path / "new", {"a": b"2"})
    assert (tmp_path / "new" / "a").read_bytes() == b"1"
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    for content in (b"1", b"2"):
        folders.replace(tmp_path / "a", content)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a", b"2")]


@pytest.mark.parametrize("content", [b"", b"\xff", b"3", b"[1]"])
def test_what_is_no_json_object_is_refused(content: bytes) -> None:
    with pytest.raises(DamagedVersion, match=r"metrics\.json"):
        folders.parse("2026-11-22-tiny", "metrics.json", content)
    assert folders.parse("2026-11-22-tiny", "metrics.json", folders.as_json({"ß": 1})) == {"ß": 1}


def test_what_killed_processes_left_aside_is_cleared_when_it_is_old(tmp_path: Path) -> None:
    for name in (".2026-11-22-tiny.abc", ".2026-11-23-tiny.def", "2026-11-22-tiny", ".embedded"):
        (tmp_path / name).mkdir()
    (tmp_path / ".2026-11-22-tiny.txt").write_text("a file of somebody's")
    old, new = (datetime(2026, 11, day, tzinfo=UTC) for day in (22, 23))
    for name in (".2026-11-22-tiny.abc", "2026-11-22-tiny", ".embedded"):
        os.utime(tmp_path / name, (old.timestamp(), old.timestamp()))
    folders.clear_aside(tmp_path, new)
    left = {".2026-11-23-tiny.def", "2026-11-22-tiny", ".embedded", ".2026-11-22-tiny.txt"}
    assert {path.name for path in tmp_path.iterdir()} == left
    folders.clear_aside(tmp_path / "absent", new)
