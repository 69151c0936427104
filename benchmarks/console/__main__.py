"""`python -m benchmarks.console`: how long the server takes for each page of the console, on a sown database.

python -m benchmarks.console.seed --database sqlite:////tmp/seeded.db --n 1000000
python -m benchmarks.console --database sqlite:////tmp/seeded.db --plans

Each page is drawn in this process, by the real application, for someone who may see everything. The table gives the
median and the worst of the rounds, and how many statements a page asks the database. `--plans` explains the slowest.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from flask.testing import FlaskClient
from rich.console import Console
from rich.table import Table
from sqlalchemy import event, text

from benchmarks.console.seed import ADMIN
from moderation import settings, sign_in
from moderation.desk import Queue
from moderation.dispatch import Dispatcher, connect
from moderation.domain import Passage
from moderation.scorers import Scorers
from moderation.store import moderators
from moderation.store.database import Database
from service.app import create

SECRET = "a-secret-of-this-benchmark-and-of-nothing"  # noqa: S105  made up, for a database of made-up comments
GOAL_MS = 150.0


@dataclass
class Asked:
    """What a page asked the database: each statement with its parameters and milliseconds."""

    statements: list[tuple[str, Any, float]] = field(default_factory=list)


class NoScorer:
    """No page of the console scores."""

    version = "none"

    def score(self, texts: list[Passage], *_: object) -> list[object]:
        """Refuse."""
        raise NotImplementedError(texts)

    explain = score


def main() -> None:
    """Measure every page, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--database", required=True, help="an SQLAlchemy URL of a sown database")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", help="pages whose address holds this")
    parser.add_argument("--plans", action="store_true", help="explain each page's slowest statement")
    given = parser.parse_args()
    read = settings.read(
        {"DATABASE_URL": given.database, "REDIS_URL": "redis://127.0.0.1:1/0", "OMBUDS_SECRET": SECRET}
    )
    database = Database(read.database_url)
    app = create(read, database, Dispatcher(connect(read.redis_url)), Scorers.only(NoScorer()))
    client = app.test_client()
    client.set_cookie("ombuds_session", _token(database))
    table = Table(title=f"{database.engine.dialect.name}: milliseconds at the server, {given.rounds} rounds")
    for name in ("page", "median", "worst", "statements", "slowest", "status"):
        table.add_column(name, justify="left" if name == "page" else "right")
    slowest: list[tuple[str, str, Any]] = []
    for address in _addresses(database):
        if given.only and given.only not in address:
            continue
        times, asked, status = _measured(database, client, address, given.rounds)
        statement, parameters, worst = max(asked.statements, key=lambda one: one[2], default=("", None, 0.0))
        median = statistics.median(times)
        mark = "" if median <= GOAL_MS else " !"
        table.add_row(
            address, f"{median:.0f}{mark}", f"{max(times):.0f}", str(len(asked.statements)), f"{worst:.0f}", str(status)
        )
        slowest.append((address, statement, parameters))
    console = Console(width=150)
    console.print(table)
    if given.plans:
        for address, statement, parameters in slowest:
            console.rule(address)
            console.print(statement, markup=False)
            console.print(_plan(database, statement, parameters), markup=False)
    database.close()


def _measured(database: Database, client: FlaskClient, address: str, rounds: int) -> tuple[list[float], Asked, int]:
    times: list[float] = []
    for _ in range(rounds + 1):
        with _listening(database) as asked:
            began = time.perf_counter()
            answer = client.get(address)
            times.append((time.perf_counter() - began) * 1000)
    return times[1:], asked, answer.status_code  # the first fills caches, as the first who opens a page does


@contextmanager
def _listening(database: Database) -> Iterator[Asked]:
    asked = Asked()
    begun: list[float] = []

    def before(*_: Any) -> None:
        begun.append(time.perf_counter())

    def after(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.statements.append((statement, parameters, (time.perf_counter() - begun.pop()) * 1000))

    event.listen(database.engine, "before_cursor_execute", before)
    event.listen(database.engine, "after_cursor_execute", after)
    try:
        yield asked
    finally:
        event.remove(database.engine, "before_cursor_execute", before)
        event.remove(database.engine, "after_cursor_execute", after)


def _token(database: Database) -> str:
    with database.reading() as tx:
        who = moderators.find_by_email(tx, ADMIN)
    assert who is not None, f"{ADMIN} is missing: sow the database with benchmarks.console.seed first"
    return sign_in.begin(database, who, "benchmark", "benchmark", SECRET, datetime.now(UTC))


def _addresses(database: Database) -> list[str]:
    with database.reading() as tx:
        comment = tx.execute(text("SELECT max(comment_id) FROM review_items")).scalar_one()
        article, site, ref = tx.execute(
            text(
                "SELECT c.article_id, s.name, c.author_ref FROM comments c JOIN sites s ON s.id = c.site_id"
                " WHERE c.id = :id"
            ),
            {"id": comment},
        ).one()
    queues = [f"/queues/{queue.value}" for queue in Queue]
    return [
        *queues,
        *(f"/queues/held?sort={order}" for order in ("uncertainty", "age", "reach")),
        f"/queues/held?site={site}",
        "/queues/held?guideline=no-threats",
        "/queues/held?section=Sport",
        "/queues/held?language=de",
        f"/queues/held?article={article}",
        "/queues/held/hand?had=",
        f"/queues/held/pulse?since={datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}&have={comment}",
        f"/comments/{comment}",
        f"/comments/{comment}/alike",
        f"/authors/{site}/{ref}",
        f"/articles/{article}",
        "/search?q=bridge",
        "/search?q=bridge+-council&status=REJECTED",
        "/batches/new?attribute=INSULT&from=0.4&to=0.9",
        "/numbers?days=30",
        "/deliveries",
        "/guidelines",
        "/audit",
    ]


def _plan(database: Database, statement: str, parameters: Any) -> str:
    if not statement.lstrip().upper().startswith(("SELECT", "WITH")):
        return "(no SELECT)"
    explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
    with database.engine.connect() as connection:
        cursor = connection.connection.cursor()
        cursor.execute(explain + statement, parameters)
        return "\n".join(" ".join(str(part) for part in row) for row in cursor.fetchall())


if __name__ == "__main__":
    main()
