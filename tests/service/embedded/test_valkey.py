"""The embedded Valkey really starts, answers on its socket only, and keeps its data."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
import redis

from service.embedded import valkey
from service.embedded.supervisor import Supervisor

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def running(folder: Path, said: list[str] | None = None) -> Iterator[tuple[redis.Redis, Supervisor]]:
    data = folder / "valkey"
    data.mkdir(parents=True, exist_ok=True)
    told = [] if said is None else said
    with valkey.socket_in(data) as socket_path, Supervisor(folder, told.append) as supervisor:
        supervisor.start(valkey.program(data, socket_path))
        supervisor.wait(lambda: valkey.answers(socket_path), 10, "Valkey did not answer")
        with redis.Redis.from_url(valkey.url(socket_path)) as client:
            yield client, supervisor


def test_keeps_its_data_over_a_restart(tmp_path: Path) -> None:
    with running(tmp_path) as (client, _):
        client.set("bell", "rung")
    with running(tmp_path) as (client, _):
        assert client.get("bell") == b"rung"


@pytest.mark.kill
def test_keeps_what_it_answered_for_when_it_is_killed(tmp_path: Path) -> None:
    with running(tmp_path) as (client, supervisor):
        client.set("bell", "rung")
        supervisor.child("valkey").kill()
    with running(tmp_path) as (client, _):
        assert client.get("bell") == b"rung"


def test_listens_on_the_socket_only_and_for_its_owner_only(tmp_path: Path) -> None:
    with running(tmp_path) as (_, supervisor):
        process = psutil.Process(supervisor.child("valkey").group)
        assert process.net_connections(kind="inet") == []
        assert (tmp_path / "valkey" / "valkey.sock").stat().st_mode & 0o777 == 0o700


def test_a_folder_with_a_space_and_a_percent_sign_will_do(tmp_path: Path) -> None:
    with running(tmp_path / "a 100% folder") as (client, _):
        assert client.config_get("dir")["dir"] == str(tmp_path / "a 100% folder" / "valkey")
        assert client.config_get("appendonly")["appendonly"] == "yes"


def test_a_long_path_gets_a_short_private_socket_that_is_gone_afterwards(tmp_path: Path) -> None:
    folder = tmp_path / ("long-" * 20)
    with running(folder) as (client, _):
        assert client.ping()
        socket_path = Path(client.connection_pool.connection_kwargs["path"])
        assert len(str(socket_path)) <= valkey.LONGEST_SOCKET_BYTES
        assert socket_path.parent.stat().st_mode & 0o777 == 0o700
    assert not socket_path.parent.exists()


def test_nobody_answers_where_nobody_listens(tmp_path: Path) -> None:
    assert valkey.answers(tmp_path / "valkey.sock") is None


def test_data_set_aside_keeps_its_content_and_leaves_an_empty_folder(tmp_path: Path) -> None:
    folder = tmp_path / "valkey"
    for content in ("first", "second"):
        folder.mkdir(exist_ok=True)
        (folder / "file").write_text(content)
        aside = valkey.set_aside(folder)
        assert (aside / "file").read_text() == content
        assert list(folder.iterdir()) == []
    assert len(list(tmp_path.glob("valkey-unreadable-*"))) == 2
