"""The site's own acts: deciding and withdrawing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from moderation import (
    appeals,
    decisions,
    desk_tables,
    endpoints,
    feed,
    intake,
    policies,
    reports,
    site_decisions,
    tables,
)
from moderation.decisions import Draft
from moderation.domain import Actor, Article, Author, Parent, Reason, Status
from moderation.endpoints import ALL_EVENTS
from moderation.errors import CommentRemoved, UnknownComment, UnknownGuideline
from moderation.labels import LIKELY_TO_REJECT, Heard, hear
from moderation.store import authors, labels
from moderation.store import comments as comment_store

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.desk import Moderator
    from moderation.domain import Submission
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site


def labels_of(database: Database, comment: CommentRow) -> dict[str, float]:
    with database.reading() as tx:
        return labels.labels_of(tx, comment.id)


def test_the_site_decides_at_once_under_its_policy(
    database: Database, site: Site, accept: Callable[..., CommentRow], now: datetime
) -> None:
    accept()
    made = site_decisions.decide(database, site.id, "c-1", Status.REJECTED, "no-spam", now)
    assert (made.status, made.by, made.reasons) == (Status.REJECTED, Actor.SITE, (Reason("no-spam"),))
    assert (made.model_version, made.policy_version) == (None, policies.of_site(database, site.id).version)
    assert intake.look_up(database, site.id, "c-1").decision == made


@pytest.mark.parametrize(
    ("told", "status", "guideline", "learned"),
    [
        ("an approval", Status.APPROVED, None, {LIKELY_TO_REJECT: 0.0}),
        ("an approval says nothing of a guideline", Status.APPROVED, "respectful", {LIKELY_TO_REJECT: 0.0}),
        ("a rejection", Status.REJECTED, None, {LIKELY_TO_REJECT: 1.0}),
        (
            "a rejection under a guideline",
            Status.REJECTED,
            "respectful",
            {LIKELY_TO_REJECT: 1.0, "TOXICITY": 1.0, "INSULT": 1.0},
        ),
        ("a hold teaches nothing", Status.HELD, None, {}),
    ],
)
def test_a_decision_of_the_site_is_a_label(
    database: Database,
    site: Site,
    accept: Callable[..., CommentRow],
    now: datetime,
    told: str,
    status: Status,
    guideline: str | None,
    learned: dict[str, float],
) -> None:
    comment = accept()
    site_decisions.decide(database, site.id, "c-1", status, guideline, now)
    assert labels_of(database, comment) == learned, told


def test_a_newer_decision_withdraws_the_former_labels(
    database: Database, site: Site, accept: Callable[..., CommentRow], now: datetime
) -> None:
    comment = accept()
    site_decisions.decide(database, site.id, "c-1", Status.REJECTED, "no-spam", now)
    site_decisions.decide(database, site.id, "c-1", Status.APPROVED, None, now)
    assert labels_of(database, comment) == {LIKELY_TO_REJECT: 0.0}
    site_decisions.decide(database, site.id, "c-1", Status.HELD, None, now)
    assert labels_of(database, comment) == {}


def test_a_label_carries_its_own_text_and_source(
    database: Database, site: Site, accept: Callable[..., CommentRow], now: datetime
) -> None:
    accept(text="Buy now", language="en")
    made = site_decisions.decide(database, site.id, "c-1", Status.REJECTED, None, now)
    with database.reading() as tx:
        label = tx.execute(select(tables.labels)).one()
    assert (label.text, label.language, label.source, label.decision_id) == ("Buy now", "en", "site", made.id)


def test_a_guideline_that_the_site_does_not_have_is_refused_and_nothing_decided(
    database: Database, site: Site, accept: Callable[..., CommentRow], now: datetime
) -> None:
    accept()
    with pytest.raises(UnknownGuideline, match="no-puns"):
        site_decisions.decide(database, site.id, "c-1", Status.REJECTED, "no-puns", now)
    assert intake.look_up(database, site.id, "c-1").is_pending


def test_what_was_never_sent_cannot_be_decided_or_withdrawn(database: Database, site: Site, now: datetime) -> None:
    with pytest.raises(UnknownComment):
        site_decisions.decide(database, site.id, "c-9", Status.APPROVED, None, now)
    with pytest.raises(UnknownComment):
        site_decisions.withdraw(database, site.id, "c-9", now)


def test_what_is_removed_cannot_be_decided(
    database: Database, site: Site, accept: Callable[..., CommentRow], now: datetime
) -> None:
    accept()
    site_decisions.withdraw(database, site.id, "c-1", now)
    with pytest.raises(CommentRemoved):
        site_decisions.decide(database, site.id, "c-1", Status.APPROVED, None, now)


def test_withdrawing_is_told_in_feed_and_webhook_once(
    database: Database, site: Site, accept: Callable[..., CommentRow], secret: str, now: datetime
) -> None:
    endpoints.add(database, site.id, "https://news.example/hook", ALL_EVENTS, secret, [], now)
    accept()
    for _ in range(2):
        site_decisions.withdraw(database, site.id, "c-1", now)
    (made,), _ = feed.read(database, site.id, feed.START, 10)
    assert (made.status, made.previous_status, made.by) == (Status.REMOVED, Status.PENDING, Actor.SITE)
    with database.reading() as tx:
        assert tx.execute(select(tables.deliveries.c.event)).scalars().all() == ["comment.removed"]


def everything(database: Database) -> str:
    with database.reading() as tx:
        return "\n".join(str(row) for table in tables.metadata.sorted_tables for row in tx.execute(select(table)).all())


def test_withdrawing_forgets_what_the_comment_said_everywhere(
    database: Database,
    site: Site,
    accept: Callable[..., CommentRow],
    submission: Callable[..., Any],
    now: datetime,
) -> None:
    told = {
        "author": Author("reader-7", "Ida Quixwood", now - timedelta(days=9)),
        "parent": Parent("c-0", "the quixparent"),
        "metadata": {"note": "quixmeta"},
    }
    accept(text="quixfirst", **told)
    comment = accept(text="quixsecond", **told)
    with database.writing() as tx:
        comment_store.keep_scores(
            tx, [{"comment_id": comment.id, "revision": 2, "scores": {"SPAM": 0.777}, "model_version": "words-1"}]
        )
    site_decisions.decide(database, site.id, "c-1", Status.REJECTED, "no-spam", now)
    appeals.appeal(database, site.id, "c-1", "but quixsecond is true", now)
    reports.report(database, site.id, "c-1", "reader-8", "says quixsecond", now)
    intake.accept(database, site.id, submission("c-2", parent=Parent("c-1", "quixsecond")), now)
    assert "quixsecond" in everything(database)

    site_decisions.withdraw(database, site.id, "c-1", now)
    left = everything(database).lower()
    assert "quix" not in left
    assert "0.777" not in left
    state, history = intake.history(database, site.id, "c-1")
    assert state.comment.text is None
    assert [one.status for one in history] == [Status.REJECTED, Status.REMOVED]
    assert labels_of(database, comment) == {}


def test_withdrawing_leaves_other_comments_alone(
    database: Database,
    site: Site,
    add_site: Callable[[str], tuple[Site, str]],
    accept: Callable[..., CommentRow],
    submission: Callable[..., Any],
    now: datetime,
) -> None:
    other, _ = add_site("other.example")
    accept()
    accept("c-2", parent=Parent("c-0", "of another"))
    intake.accept(database, other.id, submission("c-2", parent=Parent("c-1", "of another site")), now)
    site_decisions.withdraw(database, site.id, "c-1", now)
    with database.reading() as tx:
        kept = tx.execute(select(tables.comments.c.parent_text).order_by(tables.comments.c.id)).scalars().all()
    assert kept == [None, "of another", "of another site"]
    assert intake.look_up(database, site.id, "c-2").comment.text


def test_a_worker_that_was_scoring_a_withdrawn_comment_decides_nothing(
    database: Database, site: Site, accept: Callable[..., CommentRow], now: datetime
) -> None:
    comment = accept()
    with database.writing() as tx:
        comment_store.claim_pending(tx, "token", 9, now, timedelta(seconds=60))
    site_decisions.withdraw(database, site.id, "c-1", now)
    with database.writing() as tx:
        draft = Draft(comment.id, 1, Status.APPROVED, Actor.POLICY, claim_token="token")
        assert decisions.record(tx, [draft], now) == []


def test_withdrawing_while_others_decide_never_fails(
    database: Database,
    site: Site,
    accept: Callable[..., CommentRow],
    now: datetime,
    at_once: Callable[..., list[Any]],
) -> None:
    comments = [accept(f"c-{number}") for number in range(12)]

    def decide_all() -> None:
        with database.writing() as tx:
            drafts = [Draft(one.id, 1, Status.HELD, Actor.POLICY) for one in comments]
            decisions.record(tx, drafts, now)

    at_once(
        decide_all,
        decide_all,
        *[lambda one=one: site_decisions.withdraw(database, site.id, one.external_id, now) for one in comments[::3]],
    )
    for one in comments[::3]:
        assert intake.look_up(database, site.id, one.external_id).comment.status is Status.REMOVED


def test_an_author_is_forgotten_in_all_comments_and_in_nobody_else_s(
    database: Database,
    site: Site,
    add_site: Callable[[str], tuple[Site, str]],
    submission: Callable[..., Submission],
    accept: Callable[..., CommentRow],
    mara: Moderator,
    now: datetime,
) -> None:
    other = add_site("other.example")[0]
    intake.accept(database, other.id, submission("c-1"), now)
    for number in range(site_decisions._AT_ONCE + 3):
        accept(f"c-{number}")
    kept = accept("kept", author=Author("reader-8"))
    with database.writing() as tx:
        for ref in ("reader-7", "reader-8"):
            authors.add_note(tx, site.id, ref, None, mara.id, "Wants to be called Ida.", now)
    for _ in range(2):
        site_decisions.forget_author(database, site.id, "reader-7", now)
    with database.reading() as tx:
        texts = tx.execute(select(tables.comments.c.external_id, tables.revisions.c.text).join(tables.revisions)).all()
        notes = tx.execute(select(desk_tables.notes.c.author_ref)).scalars().all()
        removed = tx.execute(select(tables.decisions.c.id).where(tables.decisions.c.status == Status.REMOVED.value))
        assert len(removed.all()) == site_decisions._AT_ONCE + 3
    assert sorted(name for name, text in texts if text) == ["c-1", "kept"]
    assert notes == ["reader-8"]
    assert intake.look_up(database, site.id, "kept").comment == kept


def test_forgetting_an_author_while_others_decide_never_fails(
    database: Database,
    site: Site,
    accept: Callable[..., CommentRow],
    now: datetime,
    at_once: Callable[..., list[Any]],
) -> None:
    comments = [accept(f"c-{number}") for number in range(12)]

    def decide_all() -> None:
        with database.writing() as tx:
            decisions.record(tx, [Draft(one.id, 1, Status.HELD, Actor.POLICY) for one in comments], now)

    at_once(
        decide_all,
        lambda: site_decisions.forget_author(database, site.id, "reader-7", now),
        lambda: site_decisions.forget_author(database, site.id, "reader-7", now),
        lambda: site_decisions.withdraw(database, site.id, "c-5", now),
    )
    assert {intake.look_up(database, site.id, one.external_id).comment.status for one in comments} == {Status.REMOVED}


def test_a_comment_that_came_over_another_service_s_route_alone_is_forgotten_by_its_id(
    database: Database, site: Site, now: datetime
) -> None:
    with database.writing() as tx:
        hear(tx, site.id, Heard("You idiot", "en", {"INSULT": 1.0}, "perspective", external_id="k-1"), now)
    site_decisions.withdraw(database, site.id, "k-1", now)
    with database.reading() as tx:
        assert tx.execute(select(tables.labels.c.text)).scalars().all() == [None]
    with pytest.raises(UnknownComment):
        site_decisions.withdraw(database, site.id, "k-2", now)


@pytest.mark.parametrize("act", ["withdrawn", "heard about"])
def test_what_is_said_about_a_comment_and_what_else_happens_to_it_never_wait_in_a_circle(
    database: Database,
    site: Site,
    accept: Callable[..., CommentRow],
    now: datetime,
    crossing: Callable[..., None],
    act: str,
) -> None:
    reply = accept("reply", parent=Parent("parent", "Quite so."))
    parent = accept("parent")

    def hear_of_it() -> None:
        with database.writing() as tx:
            hear(tx, site.id, Heard("No.", "en", {"SPAM": 1.0}, "akismet", external_id="parent"), now)

    if act == "withdrawn":  # its reply, which carries its text, came before it
        crossing(
            lambda tx: comment_store.lock(tx, [reply.id]),
            lambda: site_decisions.withdraw(database, site.id, "parent", now),
            lambda tx: comment_store.lock(tx, [parent.id]),
        )
    else:
        crossing(
            lambda tx: comment_store.upsert_article(tx, site.id, Article("https://news.example/new", "New")),
            hear_of_it,
            lambda tx: comment_store.find(tx, site.id, "parent", lock=True),
        )
