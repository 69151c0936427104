"""The load: comments over keep-alive connections, in a burst, one at a time, or at a steady rate."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from itertools import count
from typing import TypeVar

from benchmarks.flow.stand import Stand

_NUMBERS = count(1)
_T = TypeVar("_T")


class Client:
    """Posts comments; a connection a thread."""

    def __init__(self, stand: Stand) -> None:
        self._port = stand.port
        self._headers = {"Authorization": f"Bearer {stand.key}", "Content-Type": "application/json"}
        self._mine = threading.local()

    def post(self, path: str, body: dict[str, object]) -> int:
        """Post a body; return the status."""
        connection = getattr(self._mine, "connection", None)
        if connection is None:
            connection = self._mine.connection = HTTPConnection("127.0.0.1", self._port, timeout=30)
        connection.request("POST", path, json.dumps(body).encode(), self._headers)
        answer = connection.getresponse()
        answer.read()
        return int(answer.status)

    def comment(self, text: str) -> tuple[str, float, float]:
        """Post a fresh comment; return its id, when it was sent, and the seconds until it was accepted."""
        name = f"c-{next(_NUMBERS)}"
        body: dict[str, object] = {
            "id": name,
            "text": text,
            "author": {"ref": f"reader-{hash(text) % 997}"},
            "article": {"url": f"https://news.example/{hash(text) % 50}", "title": "An article"},
            "language": "en",
        }
        sent, began = time.time(), time.perf_counter()
        status = self.post("/v1/comments", body)
        if status not in {200, 202}:
            raise RuntimeError(f"POST answered {status}")
        return name, sent, time.perf_counter() - began

    def score(self, text: str) -> float:
        """Have a text scored at once; return the seconds."""
        began = time.perf_counter()
        if self.post("/v1/score", {"text": text, "language": "en"}) != 200:
            raise RuntimeError("score failed")
        return time.perf_counter() - began


def burst(client: Client, texts: Sequence[str], n_connections: int = 16) -> list[tuple[str, float, float]]:
    """Post all, as fast as the connections go."""
    with ThreadPoolExecutor(n_connections) as threads:
        return list(threads.map(client.comment, texts))


def steady(work: Callable[[str], _T], texts: Sequence[str], per_second: float, n_connections: int = 16) -> list[_T]:
    """Begin one call every 1/per_second seconds, whatever the others take."""
    began = time.perf_counter()

    def at_its_time(place: int) -> _T:
        time.sleep(max(0.0, began + place / per_second - time.perf_counter()))
        return work(texts[place])

    with ThreadPoolExecutor(n_connections) as threads:
        return list(threads.map(at_its_time, range(len(texts))))
