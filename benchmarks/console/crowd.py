"""`python -m benchmarks.console.crowd`: how much slower comments are accepted while fifty consoles are open.

The flow benchmark's stand (API, workers and Valkey as real processes, a fresh database) takes 50 comments a second,
alternately with no console open and with fifty. An open console holds a hand of comments and asks every five seconds
what has changed, with the ETag it was given, as the queue page does.
"""

from __future__ import annotations

import argparse
import multiprocessing
import re
import statistics
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection
from typing import TYPE_CHECKING
from urllib.parse import quote

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.console.vocabulary import Writer
from benchmarks.flow import load
from benchmarks.flow.__main__ import postgresql, sqlite
from benchmarks.flow.stand import OURS, Stand, stand
from moderation import moderators, settings, sign_in
from moderation.desk import Post, Role
from moderation.store.database import Database
from service.console.pages import COOKIE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.synchronize import Barrier, Event

SPAWN = multiprocessing.get_context("spawn")
EVERY_SECONDS = 5.0
PER_SECOND = 50


def sit(port: int, token: str, delay: float, opened: Barrier, stopping: Event) -> None:
    """Keep one console open: the queue page once, then, when all are open, a question every five seconds."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    etag = ""

    def get(address: str) -> str:
        nonlocal etag
        connection.request("GET", address, headers={"Cookie": f"{COOKIE}={token}", "If-None-Match": etag})
        answer = connection.getresponse()
        assert answer.status in {200, 304}, f"a console was answered {answer.status}"
        etag = answer.getheader("ETag") or etag
        return answer.read().decode()

    page = get("/queues/held")
    since = re.search(r'data-since="([^"]+)"', page)
    assert since is not None, "the queue page tells no time to ask from"
    have = ",".join(dict.fromkeys(re.findall(r'data-id="(\d+)"', page)))
    opened.wait()
    stopping.wait(delay)
    while not stopping.wait(EVERY_SECONDS):
        get(f"/queues/held/pulse?since={quote(since[1])}&have={have}")


def crowd(port: int, tokens: list[str], opened: Barrier, stopping: Event) -> None:
    """Keep consoles open, a thread each, in a process apart from the one that measures."""
    delays = [EVERY_SECONDS * k / len(tokens) for k in range(len(tokens))]
    with ThreadPoolExecutor(len(tokens)) as threads:
        seats = [
            threads.submit(sit, port, token, delay, opened, stopping)
            for token, delay in zip(tokens, delays, strict=True)
        ]
        opened.wait()
        for seat in seats:
            seat.result()


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--consoles", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=30.0, help="of each round")
    parser.add_argument("--rounds", type=int, default=3, help="with and without")
    given = parser.parse_args()
    texts = Writer(np.random.default_rng(7)).write(int(PER_SECOND * given.seconds))
    found: dict[int, list[tuple[float, float]]] = {0: [], given.consoles: []}
    with ExitStack() as stack:
        url = sqlite if given.database == "sqlite" else stack.enter_context(postgresql())
        made = stack.enter_context(stand(url, OURS))
        client = load.Client(made)
        load.steady(client.comment, texts[:500], PER_SECOND)
        tokens = _tokens(made, given.consoles)
        for _ in range(given.rounds):
            for n, measured in found.items():
                with _open(made, tokens[:n]):
                    took = [one[2] * 1000 for one in load.steady(client.comment, texts, PER_SECOND)]
                measured.append((float(np.percentile(took, 50)), float(np.percentile(took, 99))))
    table = Table(title=f"{given.database}: POST /v1/comments at {PER_SECOND} a second, {given.rounds} rounds")
    for name in ("open consoles", "p50 ms", "p99 ms (median of rounds)", "p99 ms of each round"):
        table.add_column(name, justify="right")
    for n, rounds in found.items():
        p50, p99 = (statistics.median(one[k] for one in rounds) for k in (0, 1))
        table.add_row(str(n), f"{p50:.1f}", f"{p99:.1f}", " ".join(f"{one[1]:.1f}" for one in rounds))
    Console(width=120).print(table)
    without, with_all = (statistics.median(one[1] for one in rounds) for rounds in found.values())
    print(f"p99 with {given.consoles} consoles / without: {with_all / without:.2f}")


def _tokens(made: Stand, n: int) -> list[str]:
    read = settings.read(made.environment)
    database, now = Database(read.database_url), datetime.now(UTC)
    tokens = []
    for number in range(n):
        who, _ = moderators.invite(
            database, f"desk-{number}@news.example", f"Desk {number}", Post(Role.ADMIN), read.secret, now
        )
        tokens.append(sign_in.begin(database, who, "benchmark", "benchmark", read.secret, now))
    database.close()
    return tokens


@contextmanager
def _open(made: Stand, tokens: list[str]) -> Iterator[None]:
    if not tokens:
        yield
        return
    opened, stopping = SPAWN.Barrier(len(tokens) + 2), SPAWN.Event()
    process = SPAWN.Process(target=crowd, args=(made.port, tokens, opened, stopping))
    process.start()
    try:
        opened.wait(60)
        yield
    finally:
        stopping.set()
        process.join()
        assert process.exitcode == 0, "a console was not answered"


if __name__ == "__main__":
    main()
