"""What sites say of where comments stand, compared with what was released to them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from moderation import site_statuses
from moderation.desk import Moderator, Role
from moderation.domain import Status
from moderation.errors import UnknownComment
from moderation.store import site_statuses as store

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.domain import Decision
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site

MARA = Moderator(1, "mara@news.example", "Mara Lindqvist", Role.EDITOR)


def test_a_site_says_where_a_comment_stands_and_hears_where_it_does_with_us(
    database: Database,
    site: Site,
    accept: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    now: datetime,
) -> None:
    decide(accept(), Status.REJECTED)
    said = site_statuses.say(database, site.id, "c-1", Status.APPROVED, now)
    assert (said.external_id, said.site_status, said.status, said.said_at, said.agrees) == (
        "c-1",
        Status.APPROVED,
        Status.REJECTED,
        now,
        False,
    )
    assert site_statuses.say(database, site.id, "c-1", Status.REJECTED, now).agrees


def test_nothing_is_kept_of_a_comment_that_the_site_never_sent(database: Database, site: Site, now: datetime) -> None:
    with pytest.raises(UnknownComment):
        site_statuses.say(database, site.id, "c-1", Status.APPROVED, now)


def test_a_decision_that_is_released_later_is_compared_with_what_the_site_said(
    database: Database,
    site: Site,
    accept: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    now: datetime,
) -> None:
    comment = accept()
    site_statuses.say(database, site.id, "c-1", Status.APPROVED, now)
    decide(comment, Status.REJECTED)
    with database.writing() as tx:
        site_statuses.recheck(tx, [comment.id])
        assert store.find(tx, MARA, comment.id, now + timedelta(minutes=5)) is not None
