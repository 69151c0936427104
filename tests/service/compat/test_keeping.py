"""Texts of Coral's phase are kept after the answer, or dropped: nobody waits for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine, func, select

from moderation.compat_tables import coral_passages
from moderation.coral_memory import Asked
from service.compat import keeping
from service.compat.keeping import Keeping

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.store.database import Database
    from moderation.store.sites import Site


@pytest.fixture
def asked(site: Site, now: datetime) -> Asked:
    url = "https://news.example/bridge"
    return Asked(site.id, "s-1", url, "author-7", "You silly man", None, "NONE", is_edit=False, at=now)


def n_kept(database: Database) -> int:
    with database.reading() as tx:
        return int(tx.execute(select(func.count()).select_from(coral_passages)).scalar_one())


def test_all_are_kept_by_one_thread_after_another_from_many(
    database: Database, asked: Asked, at_once: Callable[..., list[Any]]
) -> None:
    kept = Keeping(database)
    for _ in range(2):
        at_once(*[lambda: [kept.keep(asked) for _ in range(50)]] * 4)
        kept.settle()
    assert n_kept(database) == 400


def test_what_finds_no_room_is_dropped_and_told(
    database: Database, asked: Asked, logged: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "_MOST_WAITING", 3)
    kept = Keeping(database)
    with database.writing():  # so that the first waits on SQLite; on PostgreSQL it may be through
        for _ in range(50):
            kept.keep(asked)
    kept.settle()
    n_dropped = sum(entry["n"] for entry in logged if entry["event"] == "coral.not_kept")
    assert n_kept(database) + n_dropped == 50
    assert "silly" not in str(logged)


def test_without_the_database_they_are_dropped_and_the_next_are_kept(
    database: Database, asked: Asked, logged: list[dict[str, Any]]
) -> None:
    kept, good = Keeping(database), database.engine
    database.engine = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    kept.keep(asked)
    kept.settle()
    database.engine = good
    assert [(entry["event"], entry["n"]) for entry in logged] == [("coral.not_kept", 1)]
    kept.keep(asked)
    kept.settle()
    assert n_kept(database) == 1
