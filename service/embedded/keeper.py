"""The keeper: a tiny process that outlives a killed supervisor just long enough to end what it left behind.

A supervisor that dies by `kill -9` cannot stop anything. On Linux the kernel kills its children (see `children`), but
not the children's own processes, and other systems kill nothing. So the supervisor tells the keeper, through a pipe
that only it holds, which process groups are its own; when the pipe ends, the keeper kills those that are left. It also
holds the data folder's lock meanwhile, so that the next run cannot begin before the last one is gone.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

WAIT_SECONDS = 1.0
"""How long the keeper waits for killed groups to vanish before it lets go of the lock."""


class Keeper:
    """The supervisor's end of the pipe. `held` are file descriptors that the keeper holds open as well."""

    def __init__(self, held: Iterable[int] = ()) -> None:
        self._held = tuple(held)
        self._groups: set[int] = set()
        self._process = self._start()

    def watch(self, group: int) -> None:
        """End the process group `group` when the supervisor dies."""
        self._groups.add(group)
        self._tell(f"+{group}\n")

    def forget(self, group: int) -> None:
        """Leave the group alone from now on: it is gone, and its number may be another's soon."""
        self._groups.discard(group)
        self._tell(f"-{group}\n")

    def close(self) -> None:
        """Let the keeper go; it ends what is still watched, and the pipe's end is its end."""
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        self._process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - this very file
            [sys.executable, "-I", "-S", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            pass_fds=self._held,
            start_new_session=True,
        )

    def _tell(self, order: str) -> None:
        try:
            self._write(order)
        except OSError:  # somebody killed the keeper: a new one hears the whole list
            self.close()
            self._process = self._start()
            self._write("".join(f"+{group}\n" for group in self._groups))

    def _write(self, orders: str) -> None:
        if self._process.stdin is not None:
            self._process.stdin.write(orders.encode())


def keep(orders: Iterable[bytes], wait_seconds: float = WAIT_SECONDS) -> None:
    """Follow the orders until they end, then kill every group that is still watched and wait until it is gone."""
    groups: set[int] = set()
    for order in orders:
        change = groups.add if order.startswith(b"+") else groups.discard
        change(int(order[1:]))
    until = time.monotonic() + wait_seconds
    while groups and time.monotonic() < until:
        groups = {group for group in groups if _kill(group)}
        time.sleep(0.01)


def _kill(group: int) -> bool:
    """Kill the group; tell whether there was anything left to kill."""
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return False
    return True


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    with open(0, "rb", buffering=0) as pipe:  # unbuffered: each line as it comes
        keep(pipe)
