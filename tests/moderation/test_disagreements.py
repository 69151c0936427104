"""Settling with a site that says otherwise than we."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from moderation import disagreements, endpoints, site_statuses, tables
from moderation.desk import Moderator, Role
from moderation.domain import Actor, Status
from moderation.errors import Stale, UnknownComment
from moderation.store import comments, decisions, outbox
from moderation.store import site_statuses as store
from moderation.store.outbox import State

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.domain import Decision
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site

MARA = Moderator(1, "mara@news.example", "Mara Lindqvist", Role.EDITOR)


@pytest.fixture
def at(now: datetime) -> datetime:
    """A time at which the site should have heard."""
    return now + timedelta(minutes=6)


@pytest.fixture
def disputed(
    database: Database,
    site: Site,
    secret: str,
    accept: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    now: datetime,
) -> CommentRow:
    """A comment that we rejected; its site says that it stands."""
    endpoints.add(database, site.id, "https://news.example/hook", endpoints.ALL_EVENTS, secret, [], now)
    comment = accept()
    decide(comment, Status.REJECTED)
    with database.writing() as tx:
        (sent,) = outbox.claim_due(tx, "token", {}, 9, now, timedelta(seconds=75))
        outbox.settle(tx, "token", [outbox.Outcome(outbox.Attempt(sent.id, now, 9, 500, None), State.FAILED, now)])
    site_statuses.say(database, site.id, comment.external_id, Status.APPROVED, now)
    return comment


def audited(database: Database) -> list[tuple[str, str]]:
    with database.reading() as tx:
        rows = tx.execute(select(tables.audit.c.actor, tables.audit.c.action).order_by(tables.audit.c.id))
        return [(row.actor, row.action) for row in rows]


def test_telling_again_sends_our_newest_decision_once_more(
    database: Database, site: Site, disputed: CommentRow, at: datetime
) -> None:
    assert disagreements.tell_again(database, MARA, disputed.id, at) == 1
    with database.reading() as tx:
        (delivery,) = outbox.of_site(tx, site.id, before=None, limit=9)
    assert (delivery.state, delivery.due_at) == (State.DUE, at)
    assert audited(database)[-1] == ("moderator:1", "delivery.replayed")


def test_taking_the_sites_word_is_a_decision_by_the_site(
    database: Database, disputed: CommentRow, at: datetime
) -> None:
    disagreements.take_word(database, MARA, disputed.id, Status.APPROVED, at)
    with database.reading() as tx:
        newest = decisions.of_comment(tx, disputed.id)[-1]
        assert store.disagreeing(tx, MARA, None, at + timedelta(hours=1), 9) == []
    assert (newest.status, newest.by) == (Status.APPROVED, Actor.SITE)
    assert audited(database)[-1] == ("moderator:1", "site.believed")


def test_taking_the_sites_word_that_a_comment_is_gone_withdraws_it(
    database: Database, site: Site, disputed: CommentRow, at: datetime
) -> None:
    site_statuses.say(database, site.id, disputed.external_id, Status.REMOVED, at)
    disagreements.take_word(database, MARA, disputed.id, Status.REMOVED, at)
    with database.reading() as tx:
        found = comments.find(tx, site.id, disputed.external_id)
    assert found is not None
    assert (found.status, found.text) == (Status.REMOVED, None)


def test_a_word_that_the_site_has_changed_is_not_taken(database: Database, disputed: CommentRow, at: datetime) -> None:
    with pytest.raises(Stale):
        disagreements.take_word(database, MARA, disputed.id, Status.HELD, at)


def test_where_nobody_disagrees_any_more_there_is_nothing_to_settle(
    database: Database, site: Site, disputed: CommentRow, at: datetime
) -> None:
    site_statuses.say(database, site.id, disputed.external_id, Status.REJECTED, at)
    with pytest.raises(Stale):
        disagreements.tell_again(database, MARA, disputed.id, at)


def test_nobody_settles_what_they_may_not_see(database: Database, disputed: CommentRow, at: datetime) -> None:
    elsewhere = replace(MARA, site_ids=frozenset({disputed.site_id + 1}))
    for comment_id, who in ((disputed.id, elsewhere), (disputed.id + 1, MARA)):
        with pytest.raises(UnknownComment):
            disagreements.tell_again(database, who, comment_id, at)
