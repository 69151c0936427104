"""Readers' reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from moderation import reports, site_decisions, tables
from moderation.errors import CommentRemoved, UnknownComment

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site


def test_a_reader_reports_a_comment_once_and_again_is_no_error(
    database: Database, site: Site, accept: Callable[..., CommentRow], now: datetime
) -> None:
    accept()
    assert reports.report(database, site.id, "c-1", "reader-8", "rude", now)
    assert not reports.report(database, site.id, "c-1", "reader-8", "very rude", now)
    assert reports.report(database, site.id, "c-1", "reader-9", "rude", now)
    with database.reading() as tx:
        kept = tx.execute(select(tables.reports).order_by(tables.reports.c.id)).all()
    assert [(one.reporter_ref, one.reason, one.created_at) for one in kept] == [
        ("reader-8", "rude", now),
        ("reader-9", "rude", now),
    ]


def test_what_was_never_sent_cannot_be_reported(database: Database, site: Site, now: datetime) -> None:
    with pytest.raises(UnknownComment):
        reports.report(database, site.id, "c-9", "reader-8", "rude", now)


def test_what_was_removed_cannot_be_reported(
    database: Database, site: Site, accept: Callable[..., CommentRow], now: datetime
) -> None:
    accept()
    site_decisions.withdraw(database, site.id, "c-1", now)
    with pytest.raises(CommentRemoved):
        reports.report(database, site.id, "c-1", "reader-8", "rude", now)
