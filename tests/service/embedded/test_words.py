"""What a newcomer reads when everything runs."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

from service.embedded import environment, words

if TYPE_CHECKING:
    from pathlib import Path

OWN_PARTS = {"DATABASE_URL": "postgresql://db.example/ombuds", "REDIS_URL": "redis://cache.example"}


def test_the_line_to_paste_survives_a_shell() -> None:
    command, *arguments = shlex.split(words.curl("http://127.0.0.1:8000", "a-key"))
    assert command == "curl"
    assert "Authorization: Bearer a-key" in arguments
    assert json.loads(arguments[-1]) == words.EXAMPLE
    assert "\n" not in words.curl("http://127.0.0.1:8000", "a-key")


def test_a_secret_of_ours_beside_a_database_of_theirs_is_told(tmp_path: Path) -> None:
    own = environment.compose(OWN_PARTS, tmp_path, None)
    assert "OMBUDS_SECRET is not set" in words.ready(own, "a-key", own.settings.url, 1.0)
    embedded = environment.compose({}, tmp_path, tmp_path / "valkey.sock")
    assert "OMBUDS_SECRET" not in words.ready(embedded, "a-key", embedded.settings.url, 1.0)


def test_an_address_that_signs_in_says_that_it_does_so_once(tmp_path: Path) -> None:
    embedded = environment.compose({}, tmp_path, tmp_path / "valkey.sock")
    assert "/links/abc   (signs in once)" in words.ready(embedded, "a-key", "http://127.0.0.1:8000/links/abc", 1.0)
    assert "signs in" not in words.ready(embedded, "a-key", "http://127.0.0.1:8000", 1.0)
