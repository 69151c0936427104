"""What is checked before anything starts: the data folder, its lock, and the port."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import tempfile
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from service.embedded.errors import AlreadyRunning, CannotListen, FolderRefused, PortTaken

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOCK = "ombuds.lock"
LOCK_SECONDS = 2.5
"""How long to wait for the lock: after a `kill -9` the keeper holds it until the last run's children are gone."""


def prepare(data: Path) -> None:
    """Make the data folder, private to its owner, and see that it can be written.

    Raises:
        FolderRefused: it cannot.
    """
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in ("logs", "valkey"):
            (data / name).mkdir(mode=0o700, exist_ok=True)
        with tempfile.TemporaryFile(dir=data):
            pass
    except OSError as error:
        raise FolderRefused(data, error.strerror or str(error)) from error


@contextmanager
def locked(data: Path) -> Iterator[int]:
    """Hold the data folder for this run alone; gives the lock's file descriptor.

    The lock goes with the last process that has the descriptor open, however that process ends.

    Raises:
        AlreadyRunning: another run holds it.
        FolderRefused: the lock file cannot be written.
    """
    try:
        descriptor = os.open(data / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise FolderRefused(data, error.strerror or str(error)) from error
    try:
        _lock(descriptor, data)
        yield descriptor
    finally:
        os.close(descriptor)


def free_port(host: str, port: int) -> int:
    """See that the API can listen; gives the port, a free one if 0 was asked for.

    Raises:
        PortTaken: another program listens there.
        CannotListen: the address is not this machine's, or the port not for this user.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
            trial.listen(1)
            chosen: int = trial.getsockname()[1]
            return chosen
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(host, port) from error
        raise CannotListen(host, port, error.strerror or str(error)) from error


def _lock(descriptor: int, data: Path) -> None:
    until = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > until:
                raise AlreadyRunning(data) from error
            time.sleep(0.05)
        else:
            return
