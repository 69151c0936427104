"""Programs and children: what the supervisor starts, and one running instance of it with its log."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

LARGEST_LOG_BYTES = 5_000_000
"""A log longer than this is set aside (one older log is kept) when its program starts."""

_TAIL_BYTES = 8_192
_PR_SET_PDEATHSIG = 1


class Stage(IntEnum):
    """When a program stops: those that take work in first, those that do it next, what carries it last."""

    FRONT = 0
    WORK = 1
    CARRIER = 2


class Output(Enum):
    """Where a program's standard output goes. Its standard error always goes to its log."""

    LOG = "log"
    TERMINAL = "terminal"
    CAPTURED = "captured"


@dataclass(frozen=True, slots=True)
class Program:
    """What to start. `name` is also the name of its log."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    stage: Stage = Stage.WORK
    output: Output = Output.LOG


class Child:
    """A program that runs, leader of its own session: a Ctrl-C in the terminal reaches the supervisor alone.

    Start children from the supervisor's main thread only: Linux ties a child's life to the thread that made it.
    """

    def __init__(self, program: Program, logs: Path) -> None:
        self.program = program
        self.log = logs / f"{program.name}.log"
        _set_aside(self.log)
        with self.log.open("ab") as log:
            self._log_begin = log.tell()
            self.process = subprocess.Popen(  # noqa: S603 - our own programs
                program.command,
                env=dict(program.environment),
                stdin=subprocess.DEVNULL,
                stdout={Output.LOG: log, Output.TERMINAL: None, Output.CAPTURED: subprocess.PIPE}[program.output],
                stderr=log,
                start_new_session=True,
                preexec_fn=_tie_to_parent(os.getpid()),  # noqa: PLW1509 - one system call, prepared before the fork
            )
        self.started_at = time.monotonic()

    @property
    def group(self) -> int:
        """The process group, which has the leader's number."""
        return self.process.pid

    @property
    def exit_code(self) -> int | None:
        """The leader's exit code, negative for a signal; None while it lives. Reaps it."""
        return self.process.poll()

    @property
    def lived_seconds(self) -> float:
        """Seconds since it started."""
        return time.monotonic() - self.started_at

    def ask_to_stop(self) -> None:
        """Send SIGTERM to the leader, which stops its own processes."""
        if self.exit_code is None:
            self.process.terminate()

    def kill(self) -> None:
        """Kill the leader and whatever of its group is left, at once."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.group, signal.SIGKILL)

    def answer(self) -> str:
        """Read the captured standard output of a child that has ended."""
        if self.process.stdout is None:
            return ""
        with self.process.stdout as out:
            return str(out.read(), encoding="utf-8", errors="replace")

    def last_lines(self, n_lines: int) -> list[str]:
        """Read the last lines that this very child logged, blank ones left out."""
        with self.log.open("rb") as log:
            end = log.seek(0, os.SEEK_END)
            log.seek(max(self._log_begin, end - _TAIL_BYTES))
            text = log.read().decode("utf-8", errors="replace")
        return [line.rstrip() for line in text.splitlines() if line.strip()][-n_lines:]


def _set_aside(log: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        if log.stat().st_size > LARGEST_LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))


def _tie_to_parent(parent: int) -> Callable[[], None] | None:
    """Make what runs between fork and exec: on Linux the kernel kills the child when `parent` dies, even by `kill -9`.

    The parent may die before the call is made, and then no signal ever comes: hence the second look. Elsewhere, and for
    the child's own children, the keeper does it.
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def tie() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return tie
