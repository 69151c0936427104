"""Messages in trouble as the delivery desk lists them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from moderation import endpoints
from moderation.desk import Moderator, Role
from moderation.domain import Status
from moderation.store import delivery_desk, outbox
from moderation.store.delivery_desk import Message, Trouble
from moderation.store.outbox import Attempt, Outcome, State

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.domain import Decision
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site

MARA = Moderator(1, "mara@news.example", "Mara Lindqvist", Role.EDITOR)


@pytest.fixture(autouse=True)
def messages(
    database: Database,
    site: Site,
    secret: str,
    accept: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    now: datetime,
) -> None:
    """One message that was given up, one that failed and is tried again, one that waits."""
    url = "https://hooks.news.example/ombuds?token=4711"
    endpoints.add(database, site.id, url, endpoints.ALL_EVENTS, secret, [], now)
    for name, state in (("c-dead", State.FAILED), ("c-failing", State.DUE)):
        decide(accept(name), Status.REJECTED)
        with database.writing() as tx:
            (sent,) = outbox.claim_due(tx, "token", {}, 9, now, timedelta(seconds=75))
            later = now + timedelta(minutes=5)
            outbox.settle(tx, "token", [Outcome(Attempt(sent.id, now, 12, 500, None), state, later)])
    decide(accept("c-waiting"))


def listed(database: Database, trouble: Trouble, who: Moderator = MARA, site_id: int | None = None) -> list[Message]:
    with database.reading() as tx:
        found = delivery_desk.messages(tx, who, trouble, site_id, 9)
        assert delivery_desk.n_messages(tx, who, trouble, site_id, 9) == len(found)
    return found


@pytest.mark.parametrize(
    ("trouble", "name", "n_attempts"),
    [(Trouble.DEAD, "c-dead", 1), (Trouble.FAILING, "c-failing", 1), (Trouble.WAITING, "c-waiting", 0)],
)
def test_messages_are_listed_by_how_they_stand(
    database: Database, site: Site, trouble: Trouble, name: str, n_attempts: int
) -> None:
    (one,) = listed(database, trouble)
    assert (one.external_id, one.n_attempts, one.site_id, one.site_name) == (name, n_attempts, site.id, site.name)
    assert (one.host, one.is_disabled, one.is_removed, one.is_newest) == ("hooks.news.example", False, False, True)
    assert one.status is (Status.APPROVED if trouble is Trouble.WAITING else Status.REJECTED)


def test_a_message_that_a_later_decision_overtook_is_marked(
    database: Database, accept: Callable[..., CommentRow], decide: Callable[..., Decision]
) -> None:
    decide(accept("c-dead"), Status.APPROVED)
    (one,) = listed(database, Trouble.DEAD)
    assert not one.is_newest


def test_people_see_the_messages_of_their_sites_and_sections(database: Database, site: Site) -> None:
    assert len(listed(database, Trouble.DEAD, site_id=site.id)) == 1
    assert listed(database, Trouble.DEAD, site_id=site.id + 1) == []
    elsewhere = replace(MARA, site_ids=frozenset({site.id + 1}))
    sport = replace(MARA, sections=frozenset({"Sport"}))
    (one,) = listed(database, Trouble.DEAD)
    with database.reading() as tx:
        assert delivery_desk.site_of(tx, MARA, one.id) == site.id
        assert delivery_desk.site_of(tx, MARA, "msg_0") is None
        for who in (elsewhere, sport):
            assert delivery_desk.site_of(tx, who, one.id) is None
            assert delivery_desk.messages(tx, who, Trouble.DEAD, None, 9) == []
