"""`python -m benchmarks.compat`: print how long each route for other services' clients takes at 20 requests a second.

Everything runs as `ombuds up` runs it, on SQLite; the load comes from this process over kept-alive connections, one
route after the other, in rounds, so that a busy moment of the machine hits all. Every text is new to its route, but in
the row of repeats. `POST /v1/score` stands first, to compare with.

    python -m benchmarks.compat
    python -m benchmarks.compat --data ../shared/data/dev.parquet --seconds 30
"""

from __future__ import annotations

import argparse
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.console.vocabulary import Writer
from benchmarks.flow import load
from benchmarks.flow.stand import OURS, Stand, stand
from moderation import coral_secrets, settings, sites
from moderation.domain import KeyKind, Scope
from moderation.store.database import Database
from service.compat import coral_signature

PER_SECOND = 20
GOAL_MILLISECONDS = 200.0
CORAL_SECRET = "empsec_of_the_benchmark"  # noqa: S105  of nothing else
SITE = "bench"
REPEATED = "the same text again"

Call = tuple[str, bytes, dict[str, str]]


@dataclass(slots=True)
class Route:
    """A route by what it is called, how a text is sent there, and the milliseconds that its answers took."""

    name: str
    call: Callable[[str], Call]
    took: list[float] = field(default_factory=list)


class Line:
    """Posts to the service; a connection a thread."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._mine = threading.local()

    def seconds(self, call: Call) -> float:
        """Post, and tell how long the answer took; anything but a good one ends the measurement."""
        connection = getattr(self._mine, "connection", None)
        if connection is None:
            connection = self._mine.connection = HTTPConnection("127.0.0.1", self._port, timeout=30)
        path, body, headers = call
        began = time.perf_counter()
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        said = answer.read()
        took = time.perf_counter() - began
        if answer.status not in {200, 204}:
            raise RuntimeError(f"{path.partition('?')[0]} answered {answer.status}: {said[:200]!r}")
        return took


def main() -> None:
    """Measure every route and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, help="a Parquet file with a column `text`; without it texts are made up")
    parser.add_argument("--seconds", type=float, default=30.0, help="how long each route is asked in all")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    n = int(PER_SECOND * arguments.seconds / arguments.rounds)
    with stand(lambda data: f"sqlite:///{data / 'ombuds.db'}", OURS) as made:
        routes = _routes(made)
        n_warm_up = PER_SECOND
        texts = _texts(arguments.data, len(routes) * (n * arguments.rounds + n_warm_up))
        line = Line(made.port)
        for route in routes:
            warm_up, texts = texts[:n_warm_up], texts[n_warm_up:]
            load.steady(lambda text, of=route: line.seconds(of.call(text)), warm_up, PER_SECOND)
        for _ in range(arguments.rounds):
            for route in routes:
                new, texts = texts[:n], texts[n:]
                took = load.steady(lambda text, of=route: line.seconds(of.call(text)), new, PER_SECOND)
                route.took += [1_000.0 * one for one in took]
    _print(routes)


def _routes(made: Stand) -> list[Route]:
    keys = _keys(made.environment)
    native = {"Authorization": f"Bearer {made.key}", "Content-Type": "application/json"}
    google = f"?key={keys[KeyKind.PERSPECTIVE]}"
    openai = {"Authorization": f"Bearer {keys[KeyKind.OPENAI]}", "Content-Type": "application/json"}

    def analyze(text: str, **more: object) -> Call:
        body = {"comment": {"text": text}, "requestedAttributes": {"TOXICITY": {}, "INSULT": {}}, "languages": ["en"]}
        return f"/v1alpha1/comments:analyze{google}", _json({**body, **more}), {}

    def suggest(text: str) -> Call:
        scores = {"TOXICITY": {"summaryScore": {"value": len(text) % 2}}}
        body = {"comment": {"text": text}, "attributeScores": scores, "clientToken": f"comment:{hash(text)}"}
        return f"/v1alpha1/comments:suggestscore{google}", _json(body), {}

    def phase(text: str) -> Call:
        body = _json(
            {
                "action": "NEW",
                "comment": {"body": f"<div>{text}</div>", "parentID": None},
                "author": {"id": "reader-1", "role": "COMMENTER"},
                "story": {"id": "story-1", "url": "https://news.example/bridge"},
                "site": {"id": "site-1"},
                "tenantID": "tenant-1",
                "tenantDomain": "coral.news.example",
            }
        )
        headers = {coral_signature.HEADER: coral_signature.sign(body, [CORAL_SECRET])}
        return f"/coral/{keys[KeyKind.CORAL]}/moderate", body, {**headers, "Content-Type": "application/json"}

    def akismet(path: str, text: str) -> Call:
        form = {"api_key": keys[KeyKind.AKISMET], "blog": "https://news.example", "user_ip": "192.0.2.1"}
        body = urlencode({**form, "comment_content": text, "comment_author": "A Reader"}).encode()
        return f"/1.1/{path}", body, {"Content-Type": "application/x-www-form-urlencoded"}

    def score(text: str) -> Call:
        return "/v1/score", _json({"text": text, "language": "en"}), native

    def moderate(text: str) -> Call:
        return "/v1/moderations", _json({"input": text}), openai

    return [
        Route("POST /v1/score", score),
        Route("Perspective analyze", analyze),
        Route("Perspective analyze, each sentence", lambda text: analyze(text, spanAnnotations=True)),
        Route("Perspective analyze, repeats", lambda _: analyze(REPEATED)),
        Route("Perspective suggestscore", suggest),
        Route("Coral moderation phase", phase),
        Route("Akismet comment-check", lambda text: akismet("comment-check", text)),
        Route("Akismet submit-spam", lambda text: akismet("submit-spam", text)),
        Route("OpenAI moderations", moderate),
    ]


def _keys(environment: dict[str, str]) -> dict[KeyKind, str]:
    read, now = settings.read(environment), datetime.now(UTC)
    database = Database(read.database_url)
    kinds = [kind for kind in KeyKind if kind is not KeyKind.OMBUDS]
    found = {kind: sites.add_key(database, SITE, [Scope.SUBMIT], read.secret, now, kind) for kind in kinds}
    coral_secrets.add(database, SITE, CORAL_SECRET, read.secret, now)
    database.close()
    return found


def _texts(file: Path | None, n: int) -> list[str]:
    """Take texts as people write them, or make some up; each is there once."""
    if file is None:
        return [f"{text} {number}" for number, text in enumerate(Writer(np.random.default_rng(7)).write(n))]
    import polars as pl  # noqa: PLC0415  only a file of texts needs it

    frame = pl.read_parquet(file, columns=["text", "language"]).filter(pl.col("language") == "en")
    texts = [text for text in frame["text"].to_list() if text.strip() and "\0" not in text and len(text) <= 5_000]
    return [f"{texts[number % len(texts)]} {number}" for number in range(n)]


def _json(body: object) -> bytes:
    return json.dumps(body).encode()


def _print(routes: list[Route]) -> None:
    table = Table(title=f"Milliseconds until the answer, {PER_SECOND} requests a second")
    table.add_column("route")
    for name in ("requests", "p50", "p99", "slowest", f"within {GOAL_MILLISECONDS:.0f} ms"):
        table.add_column(name, justify="right")
    for route in routes:
        took = np.array(route.took)
        p50, p99 = np.percentile(took, [50, 99])
        share = (took <= GOAL_MILLISECONDS).mean()
        table.add_row(route.name, f"{len(took):,}", f"{p50:.1f}", f"{p99:.1f}", f"{took.max():.1f}", f"{share:.1%}")
    Console().print(table)


if __name__ == "__main__":
    main()
