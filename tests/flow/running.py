"""A whole Ombuds in processes of its own, each of which a test may stop, kill and start again."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import urllib3
from redis import Redis
from rq import Queue, Worker

from moderation.store.database import Database
from service.embedded.children import Child, Program
from service.embedded.keeper import Keeper
from tests.flow.servers import PATIENCE_SECONDS, PostgreSQL, SQLite, Valkey, eventually, opened

SECRET = "a-secret-of-the-flow-tests-and-of-nothing-else"
_SLOW_WORKER = Path(__file__).with_name("slow_worker.py")
COMMANDS = {
    "api": ("-m", "service.cli", "serve"),
    "score": ("-m", "worker", "score"),
    "deliver": ("-m", "worker", "deliver"),
    "sweep": ("-m", "worker", "sweep"),
    "retrain": ("-m", "worker", "retrain"),
    "quick": (str(_SLOW_WORKER), "0"),
}
CREW = ("api", "quick", "deliver", "sweep")
"""Everyone, with a score worker that starts and scores fast: the real classifier's libraries take seconds to load."""


class Running:
    """An Ombuds that runs: who of it does is up to each test."""

    def __init__(self, folder: Path, server: SQLite | PostgreSQL, carrier: Valkey, keeper: Keeper) -> None:
        self.server, self.valkey = server, carrier
        self._keeper = keeper
        self.database: Database = opened(server.url)
        self._folder = folder
        self._port = _free_port()
        self._http = urllib3.PoolManager(retries=False, maxsize=32, timeout=30.0)
        self._children: dict[str, Child] = {}
        self._environment = {
            **os.environ,
            "DATABASE_URL": server.url,
            "REDIS_URL": carrier.url,
            "OMBUDS_SECRET": SECRET,
            "OMBUDS_DATA": str(folder),
            "OMBUDS_PORT": str(self._port),
            "OMBUDS_WEBHOOK_ALLOW": "127.0.0.0/8",
            "OMBUDS_CLAIM_SECONDS": "2",
            "OMBUDS_RATE_LIMIT": "1000000",  # off would leave its use of Redis untried
            "OMBUDS_JSON_LOGS": "1",
        }

    @property
    def address(self) -> str:
        """Where the API and the console are."""
        return f"http://127.0.0.1:{self._port}"

    def only(self, *names: str) -> None:
        """Have these processes run, and no others."""
        for name in [name for name in self._children if name not in names]:
            self.stop(name)
        for name in names:
            if not self.runs(name):
                self.start(name)
        if "api" in names:
            self.await_api()

    def start(self, name: str, **changes: str) -> None:
        """Start one of the processes, with changes of its environment."""
        self._start(name, COMMANDS[name], changes)

    def start_slow(self, seconds: float, name: str = "slow", **changes: str) -> None:
        """Start a score worker that takes so long over every batch."""
        self._start(name, (str(_SLOW_WORKER), str(seconds)), changes)

    def await_api(self) -> None:
        """Wait until the API answers."""
        eventually(self._answers, "the API answers", words=self.last_words)

    def runs(self, name: str) -> bool:
        """Tell whether a process is there and alive."""
        return name in self._children and self._children[name].exit_code is None

    def score_workers(self) -> set[str]:
        """Name the score workers that RQ knows; those that were killed are among them for a while."""
        with Redis.from_url(self.valkey.url) as client:
            return {worker.name for worker in Worker.all(connection=client, queue=Queue("score", connection=client))}

    def kill(self, name: str) -> None:
        """`kill -9` a process, and what it started."""
        child = self._children.pop(name)
        assert child.exit_code is None, f"{name} was dead already: {child.last_lines(20)}"
        child.kill()
        child.process.wait()
        self._keeper.forget(child.group)

    def stop(self, name: str) -> tuple[int, float]:
        """Ask a process to stop; tell its exit code, and the seconds that it took."""
        child, began = self._children.pop(name), time.monotonic()
        child.ask_to_stop()
        try:
            code = child.process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.process.wait()
            raise
        finally:
            self._keeper.forget(child.group)
        return code, time.monotonic() - began

    def logged(self, name: str, event: str) -> list[dict[str, Any]]:
        """Read the events of a name that a process logged since it was first started."""
        lines = (self._folder / f"{name}.log").read_text().splitlines()
        found = [json.loads(line) for line in lines if line.startswith("{")]
        return [one for one in found if one["event"] == event]

    def request(
        self, method: str, path: str, key: str | None = None, body: Any = None, **headers: str
    ) -> tuple[int, Any]:
        """Make a request of the API; answers with its status and JSON."""
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = self._http.request(method, f"{self.address}{path}", body=body, headers=headers)
        kind = answer.headers.get("Content-Type", "")
        return answer.status, json.loads(answer.data) if kind.endswith("json") and "ndjson" not in kind else answer.data

    def last_words(self) -> str:
        """Tell what each process logged last, for when a test fails."""
        lines = [f"{name}: {line}" for name, child in self._children.items() for line in child.last_lines(6)]
        return "\n".join(lines)

    def close(self) -> None:
        """Kill whoever is left."""
        for name in list(self._children):
            child = self._children.pop(name)
            child.kill()
            child.process.wait()
            self._keeper.forget(child.group)
        self._http.clear()
        self.database.close()

    def _start(self, name: str, command: tuple[str, ...], changes: dict[str, str]) -> None:
        assert not self.runs(name)
        program = Program(name, (sys.executable, "-P", *command), {**self._environment, **changes})
        self._children[name] = Child(program, self._folder)
        self._keeper.watch(self._children[name].group)

    def _answers(self) -> bool:
        child = self._children["api"]
        assert child.exit_code is None, f"the API did not come up: {child.last_lines(20)}"
        try:
            return self.request("GET", "/healthz")[0] == 200
        except urllib3.exceptions.HTTPError:
            return False


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])
