"""`ombuds up` as a newcomer meets it: the tour, a comment of one's own, Ctrl-C, and again."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
DECIDED = {"APPROVED", "HELD", "REJECTED"}


class Up:
    """A running `ombuds up`, and what it has shown."""

    def __init__(self, data: Path, process: subprocess.Popen[str]) -> None:
        self.data = data
        self.process = process
        self.shown = ""
        self.begun_at = time.monotonic()
        self.ready_seconds = 0.0

    def wait_until_serving(self) -> None:
        """Read what is shown until the service says that it serves."""
        for line in self.process.stdout or []:
            self.shown += line
            if line.startswith("Ombuds is ready"):
                self.ready_seconds = time.monotonic() - self.begun_at
            if line.startswith("Serving"):
                return
        raise AssertionError(self.shown + (self.process.stderr.read() if self.process.stderr else ""))

    @property
    def key(self) -> str:
        """The development key it showed."""
        return self._found(r"^  Key +(\S+) ")

    @property
    def address(self) -> str:
        """The host and port it showed."""
        return self._found(r"^  API +http://(\S+)/v1$")

    def _found(self, pattern: str) -> str:
        match = re.search(pattern, self.shown, re.MULTILINE)
        assert match, self.shown
        return match[1]

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        """Call the API with the development key; a POST waits for the decision."""
        connection = http.client.HTTPConnection(self.address, timeout=20)
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json", "Prefer": "wait=10"}
        try:
            connection.request(method, path, json.dumps(body) if body else None, headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def stop(self, number: signal.Signals) -> float:
        """Send a signal and wait for the end; gives the seconds it took."""
        begun = time.monotonic()
        self.process.send_signal(number)
        self.process.communicate(timeout=20)
        return time.monotonic() - begun

    def processes(self) -> list[psutil.Process]:
        """Every living process that belongs to this data folder."""
        found = []
        for process in psutil.process_iter():
            try:
                is_ours = process.environ().get("OMBUDS_DATA") == str(self.data) or str(self.data) in process.cmdline()
            except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
                continue
            if is_ours and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        return found


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Callable[..., Up]]:
    """Start `ombuds up` with a data folder in `tmp_path`, a free port, and no tour unless asked for."""
    ours = ("OMBUDS_", "DATABASE_URL", "REDIS_URL")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    started: list[Up] = []

    def start(**variables: str) -> Up:
        data = tmp_path / "var"
        own = {"OMBUDS_DATA": str(data), "OMBUDS_PORT": "0", "OMBUDS_TOUR": "0", "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "service.cli", "up"],
            cwd=tmp_path,
            env=clean | own | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(Up(data, process))
        return started[-1]

    yield start
    for one in started:
        one.process.kill()
        one.process.communicate()


@pytest.mark.slow
@pytest.mark.kill
def test_a_newcomers_first_hour(up: Callable[..., Up]) -> None:
    first = up(OMBUDS_TOUR="1")
    first.wait_until_serving()
    verdicts = re.findall(r"^│[^│]+│ +(\w+) +│[^│]*│[^│]*│ +(\d+) │$", first.shown, re.MULTILINE)
    assert len(verdicts) == 12, first.shown
    assert {status for status, _ in verdicts} <= DECIDED

    comment = {
        "id": "mine",
        "text": "Thank you, the map made it clear to me.",
        "author": {"ref": "reader-1"},
        "article": {"url": "https://news.example/bridge", "title": "The bridge opens in May"},
    }
    status, decided = first.ask("POST", "/v1/comments", comment)
    assert status == 200
    assert decided["status"] in DECIDED

    assert first.stop(signal.SIGINT) < 5
    assert first.process.returncode == 0
    assert first.processes() == []

    second = up()
    second.wait_until_serving()
    assert second.ready_seconds < 30  # 5 on a quiet machine; tests run on busy ones
    assert second.key == first.key
    status, kept = second.ask("GET", "/v1/comments/mine")
    assert status == 200
    assert kept["status"] == decided["status"]
    assert second.stop(signal.SIGTERM) < 5
    assert second.process.returncode == 0
    assert second.processes() == []


@pytest.mark.slow
@pytest.mark.kill
def test_nothing_outlives_a_run_that_is_killed(up: Callable[..., Up]) -> None:
    run = up()
    run.wait_until_serving()
    assert len(run.processes()) > 5
    run.process.kill()
    until = time.monotonic() + 5
    while run.processes():
        assert time.monotonic() < until, run.processes()
        time.sleep(0.05)


@pytest.mark.parametrize("variable", ["OMBUDS_PORT", "OMBUDS_DATA", "DATABASE_URL", "REDIS_URL"])
def test_what_cannot_be_is_one_line_and_leaves_nothing(up: Callable[..., Up], tmp_path: Path, variable: str) -> None:
    (tmp_path / "file").touch()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        impossible = {
            "OMBUDS_PORT": str(taken.getsockname()[1]),
            "OMBUDS_DATA": str(tmp_path / "file" / "var"),
            "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
            "REDIS_URL": "redis://127.0.0.1:1/0",
        }
        run = up(**{variable: impossible[variable]})
        shown, said = run.process.communicate(timeout=60)
    assert run.process.returncode != 0
    assert shown == ""
    complaints = [line for line in said.splitlines() if not line.startswith("First run")]
    assert len(complaints) == 1
    assert complaints[0].startswith("Error: ")
    assert run.processes() == []
