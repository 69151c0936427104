"""A supervisor in a process of its own, and ways to watch it from outside."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[3]

DRIVER = """
import os, signal, sys
from pathlib import Path
from service.embedded.children import Output, Program, Stage
from service.embedded.supervisor import Stopping, Supervisor

folder = Path(sys.argv[1])

def program(name, code, stage=Stage.WORK, output=Output.LOG):
    lines = f"import os, signal, sys, time\\nfolder = {str(folder)!r}\\nname = {name!r}\\n"
    lines += "with open(f'{folder}/{name}.pids', 'a') as file: print(os.getpid(), file=file)\\n"
    return Program(name, (sys.executable, "-I", "-S", "-c", lines + code), dict(os.environ), stage, output)

def say(text):
    print(text, file=sys.stderr, flush=True)

try:
    with Supervisor(folder, say) as supervisor:
        exec(sys.argv[2])
        supervisor.keep_running()
except Stopping:
    say("stopped")
"""


class Driven:
    """A supervisor that runs, seen from outside."""

    def __init__(self, folder: Path, process: subprocess.Popen[str]) -> None:
        self.folder = folder
        self.process = process

    def pids(self, name: str) -> list[int]:
        """Every process that ever ran under this name, in order."""
        file = self.folder / f"{name}.pids"
        return [int(line) for line in file.read_text().splitlines()] if file.exists() else []

    def stop(self, number: signal.Signals) -> float:
        """Send a signal, wait for the end, and tell the seconds it took."""
        begun = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(10)
        return time.monotonic() - begun


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; a zombie that nobody has reaped yet does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def eventually(claim: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait until the claim is true."""
    until = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < until, "it never came true"
        time.sleep(0.01)


@pytest.fixture(name="eventually")
def eventually_() -> Callable[..., None]:
    """Lend `eventually` to tests, which cannot import from here."""
    return eventually


@pytest.fixture(name="is_alive")
def is_alive_() -> Callable[[int], bool]:
    """Lend `is_alive` to tests."""
    return is_alive


@pytest.fixture
def drive(tmp_path: Path) -> Iterator[Callable[..., Driven]]:
    """Start a supervisor that does what the given lines say; `ignoring` signals are ignored by its parent."""
    started: list[Driven] = []

    def start(lines: str, *, ignoring: tuple[signal.Signals, ...] = ()) -> Driven:
        def ignore() -> None:
            for number in ignoring:
                signal.signal(number, signal.SIG_IGN)
            signal.pthread_sigmask(signal.SIG_BLOCK, ignoring)

        process = subprocess.Popen(
            [sys.executable, "-c", DRIVER, str(tmp_path), lines],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=ignore,  # noqa: PLW1509 - no threads here
        )
        started.append(Driven(tmp_path, process))
        return started[-1]

    yield start
    for driven in started:
        driven.process.kill()
        driven.process.communicate()
