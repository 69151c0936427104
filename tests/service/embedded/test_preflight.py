"""What would keep a run from starting is found before anything starts, and said with the way out."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from service.embedded import preflight
from service.embedded.errors import AlreadyRunning, CannotListen, FolderRefused, PortTaken

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_port_in_use_is_named_with_its_variable(taken: int) -> None:
    with pytest.raises(PortTaken, match=rf"port {taken} .* OMBUDS_PORT"):
        preflight.free_port("127.0.0.1", taken)


def test_a_port_that_was_just_given_up_is_free() -> None:
    port = preflight.free_port("127.0.0.1", 0)
    assert port > 0
    assert preflight.free_port("127.0.0.1", port) == port


@pytest.mark.parametrize(
    "host", ["192.0.2.1", "no-such-host.invalid"], ids=["another machine's", "a name that is none"]
)
def test_an_address_that_is_not_ours_is_named(host: str) -> None:
    with pytest.raises(CannotListen, match="OMBUDS_HOST"):
        preflight.free_port(host, 0)


def test_the_data_folder_is_private_and_may_be_there_already(tmp_path: Path) -> None:
    for _ in range(2):
        preflight.prepare(tmp_path / "deep" / "var")
    assert (tmp_path / "deep" / "var").stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_is_named_with_its_variable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FolderRefused, match="OMBUDS_DATA"):
        preflight.prepare(tmp_path / "file" / "var")


def test_a_folder_has_one_run_at_a_time(tmp_path: Path) -> None:
    with (
        preflight.locked(tmp_path),
        pytest.raises(AlreadyRunning, match="another `ombuds up`"),
        preflight.locked(tmp_path),
    ):
        pass
    with preflight.locked(tmp_path):
        pass


def test_a_lock_that_cannot_be_written_is_the_folders_fault(tmp_path: Path) -> None:
    with pytest.raises(FolderRefused), preflight.locked(tmp_path / "nowhere"):
        pass
