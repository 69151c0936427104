"""How much waits in the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation import endpoints
from moderation.domain import Status
from moderation.endpoints import ALL_EVENTS
from moderation.store import counts
from moderation.store.counts import Counts

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.domain import Decision
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site


def test_what_waits_is_counted_and_what_is_done_is_not(
    database: Database,
    site: Site,
    accept: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    secret: str,
    now: datetime,
) -> None:
    url = "https://news.example/hook"
    on, off, gone = (endpoints.add(database, site.id, url, ALL_EVENTS, secret, [], now)[0] for _ in range(3))
    for number, status in enumerate((Status.HELD, Status.APPROVED, Status.HELD, Status.REJECTED)):
        decide(accept(f"c-{number}"), status)
    for number in range(5):
        accept(f"p-{number}")
    endpoints.change(database, site.id, off.id, url=None, events=None, is_enabled=False, allowed=[], now=now)
    endpoints.remove(database, site.id, gone.id, now)
    with database.reading() as tx:
        assert counts.waiting(tx) == Counts(n_pending=5, n_held=2, n_due=4)
    assert on.disabled_at is None
