"""Development secrets are made once, whole, and for their owner's eyes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from moderation.settings import SHORTEST_SECRET
from service.embedded import keys

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def permissive() -> Iterator[None]:
    """A umask that hides nothing: the mode must be ours."""
    former = os.umask(0)
    yield
    os.umask(former)


@pytest.mark.usefixtures("permissive")
def test_a_secret_and_its_folder_are_private(tmp_path: Path) -> None:
    keys.server_secret(tmp_path)
    path = tmp_path / keys.FOLDER / keys.SERVER_SECRET
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_secret_is_not_made_anew(tmp_path: Path) -> None:
    first = keys.server_secret(tmp_path)
    assert keys.server_secret(tmp_path) == first
    assert len(first) >= SHORTEST_SECRET


def test_two_folders_have_two_secrets(tmp_path: Path) -> None:
    assert keys.server_secret(tmp_path / "a") != keys.server_secret(tmp_path / "b")


def test_keeping_does_not_overwrite_unless_told_to(tmp_path: Path) -> None:
    path = tmp_path / "key"
    keys.keep(path, "first")
    keys.keep(path, "second")
    assert keys.read(path) == "first"
    keys.keep(path, "third", replaces=True)
    assert keys.read(path) == "third"
    assert path.stat().st_mode & 0o777 == 0o600


def test_no_draft_is_left(tmp_path: Path) -> None:
    keys.keep(tmp_path / "key", "first")
    keys.keep(tmp_path / "key", "second")
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_a_secret_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("loose\n")
    path.chmod(0o644)
    assert keys.read(path) == "loose"
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [None, "", " \n"], ids=["no file", "an empty file", "a blank file"])
def test_there_is_no_secret_in(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "key").write_text(content)
    assert keys.read(tmp_path / "key") is None
