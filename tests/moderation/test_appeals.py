"""Authors' appeals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from moderation import appeals, site_decisions
from moderation.domain import Status
from moderation.errors import NothingToAppeal, UnknownComment

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.domain import Decision
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site


def test_a_rejection_is_appealed_once_and_again_is_no_error(
    database: Database, site: Site, accept: Callable[..., CommentRow], decide: Callable[..., Decision], now: datetime
) -> None:
    decide(accept(), Status.REJECTED)
    assert appeals.appeal(database, site.id, "c-1", "It was irony.", now)
    assert not appeals.appeal(database, site.id, "c-1", "Really, irony.", now)


def test_a_new_rejection_can_be_appealed_anew(
    database: Database, site: Site, accept: Callable[..., CommentRow], decide: Callable[..., Decision], now: datetime
) -> None:
    decide(accept(text="one"), Status.REJECTED)
    assert appeals.appeal(database, site.id, "c-1", "It was irony.", now)
    decide(accept(text="two"), Status.REJECTED)
    assert appeals.appeal(database, site.id, "c-1", "This too.", now)


@pytest.mark.parametrize("status", [Status.APPROVED, Status.HELD])
def test_only_a_rejected_comment_can_be_appealed(
    database: Database,
    site: Site,
    accept: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    now: datetime,
    status: Status,
) -> None:
    decide(accept(), status)
    with pytest.raises(NothingToAppeal, match=status.value):
        appeals.appeal(database, site.id, "c-1", "Why?", now)


def test_neither_a_pending_nor_a_removed_comment_can_be_appealed(
    database: Database, site: Site, accept: Callable[..., CommentRow], now: datetime
) -> None:
    accept()
    with pytest.raises(NothingToAppeal, match="PENDING"):
        appeals.appeal(database, site.id, "c-1", "Why?", now)
    site_decisions.withdraw(database, site.id, "c-1", now)
    with pytest.raises(NothingToAppeal, match="REMOVED"):
        appeals.appeal(database, site.id, "c-1", "Why?", now)


def test_what_was_never_sent_cannot_be_appealed(database: Database, site: Site, now: datetime) -> None:
    with pytest.raises(UnknownComment):
        appeals.appeal(database, site.id, "c-9", "Why?", now)
