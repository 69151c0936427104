"""Labels, reports and appeals in the record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from moderation import tables
from moderation.store import labels

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.domain import Decision
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site


def label(site: Site, comment: CommentRow, attribute: str, now: datetime) -> dict[str, Any]:
    return {
        "site_id": site.id,
        "comment_id": comment.id,
        "text": "Buy now",
        "attribute": attribute,
        "value": 1.0,
        "source": "site",
        "created_at": now,
    }


def test_labels_stand_until_withdrawn(
    database: Database, site: Site, accept: Callable[..., CommentRow], now: datetime
) -> None:
    comment = accept()
    with database.writing() as tx:
        labels.add_labels(tx, [])
        labels.add_labels(tx, [label(site, comment, "SPAM", now), label(site, comment, "INSULT", now)])
        assert labels.labels_of(tx, comment.id) == {"SPAM": 1.0, "INSULT": 1.0}
        labels.withdraw_labels(tx, [comment.id], now)
        assert labels.labels_of(tx, comment.id) == {}
        assert set(tx.execute(select(tables.labels.c.text)).scalars()) == {"Buy now"}


def test_what_people_wrote_is_erased_and_that_they_wrote_stays(
    database: Database,
    site: Site,
    accept: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    now: datetime,
) -> None:
    comment = accept()
    decision = decide(comment)
    with database.writing() as tx:
        labels.add_labels(tx, [label(site, comment, "SPAM", now)])
        assert labels.add_report(tx, comment.id, "reader-8", "spam", now)
        assert labels.add_appeal(tx, comment.id, decision.id, "No spam!", now)
        labels.erase_labels(tx, comment.id, now)
        labels.erase_appeals(tx, comment.id)
        labels.erase_reports(tx, comment.id)
        assert tx.execute(select(tables.labels.c.text, tables.labels.c.withdrawn_at)).one() == (None, now)
        assert tx.execute(select(tables.appeals.c.text)).scalars().all() == [None]
        assert tx.execute(select(tables.reports.c.reporter_ref, tables.reports.c.reason)).one() == ("reader-8", "")


def test_of_decisions_that_are_not_there_nothing_is_restored(
    database: Database, site: Site, accept: Callable[..., CommentRow], now: datetime
) -> None:
    comment = accept()
    with database.writing() as tx:
        labels.add_labels(tx, [label(site, comment, "SPAM", now)])
        labels.withdraw_labels(tx, [comment.id], now)
        labels.restore_labels(tx, ["dec_404"])
        assert labels.labels_of(tx, comment.id) == {}
