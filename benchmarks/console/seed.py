"""`python -m benchmarks.console.seed`: sow a database with comments, decisions and what waits, many and quickly.

python -m benchmarks.console.seed --database sqlite:////tmp/seeded.db --n 1000000

The database is migrated first, and must hold no comment yet. Sites, people and shares are made up. A person
`admin@seed.example` with the password `seeded-and-sown` may see everything.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from sqlalchemy import Connection, Table, func, insert, select, text, update

from benchmarks.console.sowing import Rows, Sower
from moderation import passwords, sites
from moderation.desk import Role
from moderation.desk_tables import moderators
from moderation.domain import Scope
from moderation.store import schema
from moderation.store.database import Database
from moderation.tables import articles, comments
from moderation.tables import sites as site_rows

ADMIN, PASSWORD = "admin@seed.example", "seeded-and-sown"
SITES = ("harbour-post.example", "valley-echo.example", "northern-ledger.example", "tram-and-river.example")
PEOPLE = (
    (ADMIN, "Ada Min", Role.ADMIN),
    ("ida@seed.example", "Ida Sower", Role.MODERATOR),
    ("jonas@seed.example", "Jonas Sower", Role.MODERATOR),
    ("wen@seed.example", "Wen Sower", Role.EDITOR),
)


def sow(database: Database, n: int, seed: int = 7, now: datetime | None = None) -> None:
    """Fill a migrated database without comments."""
    now = now or datetime.now(UTC)
    with database.reading() as tx:
        assert tx.execute(select(comments.c.id).limit(1)).first() is None, "this database holds comments already"
    site_ids = [sites.add(database, name, list(Scope), "seed-" * 8, now)[0].id for name in SITES]
    with database.writing() as tx:
        moderator_ids = _add_people(tx, now)
    sower = Sower(site_ids, moderator_ids, n, now, np.random.default_rng(seed))
    put = _put_into_sqlite if database.is_sqlite else _copy_into_postgresql
    put(database, _told(sower.chunks()))
    with database.writing() as tx:
        for site_id, last in sower.sequences.items():
            tx.execute(update(site_rows).where(site_rows.c.id == site_id).values(last_sequence=last))
        if not database.is_sqlite:
            for table in (articles, comments):
                top = select(func.max(table.c.id)).scalar_subquery()
                tx.execute(select(func.setval(func.pg_get_serial_sequence(table.name, "id"), top)))
    tidy = text("ANALYZE" if database.is_sqlite else "VACUUM ANALYZE")
    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(tidy)
    database.checkpoint()


def _add_people(tx: Connection, now: datetime) -> list[int]:
    shared = {"password_digest": passwords.digest(PASSWORD), "preferences": {}, "created_at": now}
    fresh = insert(moderators).returning(moderators.c.id)
    return [
        tx.execute(fresh.values(email=email, name=name, role=role.value, **shared)).scalar_one()
        for email, name, role in PEOPLE
    ]


def _put_into_sqlite(database: Database, chunks: Iterator[dict[Table, Rows]]) -> None:
    with database.engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        raw.execute("PRAGMA cache_size=-400000")
        for chunk in chunks:
            raw.execute("BEGIN IMMEDIATE")
            for table, rows in chunk.items():
                if rows:
                    places = ", ".join("?" * len(rows[0]))
                    statement = f"INSERT INTO {table.name} ({_columns(rows)}) VALUES ({places})"  # noqa: S608
                    raw.executemany(statement, ([_for_sqlite(value) for value in row.values()] for row in rows))
            raw.execute("COMMIT")


def _copy_into_postgresql(database: Database, chunks: Iterator[dict[Table, Rows]]) -> None:
    with database.engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        with raw.cursor() as cursor:
            for chunk in chunks:
                for table, rows in chunk.items():
                    if rows:
                        with cursor.copy(f"COPY {table.name} ({_columns(rows)}) FROM STDIN") as copy:
                            for row in rows:
                                copy.write_row([_plain(value) for value in row.values()])
                raw.commit()


def _columns(rows: Rows) -> str:
    return ", ".join(f'"{name}"' for name in rows[0])


def _for_sqlite(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    return _plain(value)


def _plain(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, (dict, list)) else value


def _told(chunks: Iterator[dict[Table, Rows]]) -> Iterator[dict[Table, Rows]]:
    began, n = time.monotonic(), 0
    for chunk in chunks:
        yield chunk
        n += len(chunk.get(comments, ()))
        print(f"{n:>10,} comments, {time.monotonic() - began:.0f} s", end="\r", file=sys.stderr, flush=True)
    print(file=sys.stderr)


def main(arguments: Sequence[str] | None = None) -> None:
    """Migrate the database and sow it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", required=True, help="as in DATABASE_URL")
    parser.add_argument("--n", type=int, default=1_000_000, help="comments")
    parser.add_argument("--seed", type=int, default=7, help="the same seed sows the same comments")
    given = parser.parse_args(arguments)
    database = Database(given.database.replace("postgresql://", "postgresql+psycopg://", 1))
    schema.upgrade(database)
    sow(database, given.n, given.seed)
    database.close()


if __name__ == "__main__":
    main()
