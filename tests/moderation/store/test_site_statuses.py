"""What sites say in the record, and when it counts as a disagreement."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from moderation import endpoints
from moderation.desk import Moderator, Role
from moderation.domain import Actor, Article, Status
from moderation.store import outbox, site_statuses
from moderation.store.outbox import Attempt, Outcome, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from moderation.domain import Decision
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.site_statuses import Disagreement
    from moderation.store.sites import Site

LATER = timedelta(minutes=5)
MARA = Moderator(1, "mara@news.example", "Mara Lindqvist", Role.EDITOR)


@pytest.fixture
def say(database: Database, now: datetime) -> Callable[..., None]:
    def keep(comment: CommentRow, status: Status, at: datetime = now) -> None:
        with database.writing() as tx:
            site_statuses.keep(tx, comment.id, comment.site_id, status, at)

    return keep


def listed(database: Database, now: datetime, who: Moderator = MARA, site_id: int | None = None) -> list[Disagreement]:
    with database.reading() as tx:
        found = site_statuses.disagreeing(tx, who, site_id, now, 50)
        assert site_statuses.n_disagreeing(tx, who, site_id, now, 50) == len(found)
    return found


def test_what_a_site_says_is_kept_the_last_word_only(
    database: Database, accept: Callable[..., CommentRow], say: Callable[..., None], now: datetime
) -> None:
    comment = accept()
    with database.reading() as tx:
        assert site_statuses.said(tx, comment.id) is None
    say(comment, Status.HELD)
    say(comment, Status.APPROVED, now + LATER)
    with database.reading() as tx:
        assert site_statuses.said(tx, comment.id) == (Status.APPROVED, now + LATER)


def test_a_disagreement_names_both_statuses_and_our_newest_decision(
    database: Database,
    site: Site,
    accept: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    say: Callable[..., None],
    now: datetime,
) -> None:
    comment = accept()
    decide(comment, Status.HELD, Actor.POLICY)
    decision = decide(comment, Status.REJECTED, at=now + timedelta(seconds=1))
    say(comment, Status.APPROVED)
    (one,) = listed(database, now + timedelta(seconds=1) + LATER)
    assert (one.comment_id, one.external_id, one.site_id, one.site_name) == (comment.id, "c-1", site.id, site.name)
    assert (one.says, one.status, one.decision_id) == (Status.APPROVED, Status.REJECTED, decision.id)
    assert (one.said_at, one.decided_at) == (now, now + timedelta(seconds=1))


def test_a_site_that_says_the_same_or_of_what_is_undecided_does_not_disagree(
    database: Database,
    accept: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    say: Callable[..., None],
    now: datetime,
) -> None:
    agreed, undecided = accept("c-1"), accept("c-2")
    decide(agreed, Status.APPROVED)
    say(agreed, Status.APPROVED)
    say(undecided, Status.APPROVED)
    assert listed(database, now + LATER) == []


def test_a_site_has_five_minutes_to_hear(
    database: Database,
    accept: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    say: Callable[..., None],
    now: datetime,
) -> None:
    comment = accept()
    decide(comment, Status.REJECTED)
    say(comment, Status.APPROVED)
    assert listed(database, now + LATER - timedelta(seconds=1)) == []
    assert len(listed(database, now + LATER)) == 1


def test_a_site_that_heard_disagrees_at_once(
    database: Database,
    site: Site,
    secret: str,
    accept: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    say: Callable[..., None],
    now: datetime,
) -> None:
    endpoints.add(database, site.id, "https://news.example/hook", endpoints.ALL_EVENTS, secret, [], now)
    comment = accept()
    decide(comment, Status.REJECTED)
    say(comment, Status.APPROVED)
    assert listed(database, now) == []
    with database.writing() as tx:
        (sent,) = outbox.claim_due(tx, "token", {}, 9, now, timedelta(seconds=75))
        outbox.settle(tx, "token", [Outcome(Attempt(sent.id, now, 12, 204, None), State.DELIVERED, now)])
    assert len(listed(database, now)) == 1


def test_comparing_again_follows_later_decisions(
    database: Database,
    accept: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    say: Callable[..., None],
    now: datetime,
) -> None:
    comment = accept()
    decide(comment, Status.REJECTED)
    say(comment, Status.APPROVED)
    decide(comment, Status.APPROVED, at=now + timedelta(seconds=1))
    with database.writing() as tx:
        site_statuses.compare(tx, [])
        site_statuses.compare(tx, [comment.id])
    assert listed(database, now + 2 * LATER) == []


def test_people_see_the_disagreements_of_their_sites_and_sections(
    database: Database,
    site: Site,
    accept: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    say: Callable[..., None],
    now: datetime,
) -> None:
    comment = accept(article=Article("https://news.example/mill", "The mill", "town"))
    decide(comment, Status.REJECTED)
    say(comment, Status.APPROVED)
    at = now + LATER
    assert len(listed(database, at, site_id=site.id)) == 1
    assert listed(database, at, site_id=site.id + 1) == []
    assert len(listed(database, at, replace(MARA, sections=frozenset({"town"})))) == 1
    assert listed(database, at, replace(MARA, sections=frozenset({"sport"}))) == []
    with database.reading() as tx:
        assert site_statuses.find(tx, MARA, comment.id, at) is not None
        assert site_statuses.find(tx, replace(MARA, site_ids=frozenset()), comment.id, at) is None
