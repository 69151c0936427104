"""Intake: comments are committed once, whoever sends them how often."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select, text

from moderation import decisions, intake, site_decisions, tables
from moderation.decisions import Draft
from moderation.domain import Actor, Article, Author, Parent, Status
from moderation.errors import CommentRemoved, IdempotencyMismatch, UnknownComment
from moderation.intake import Once
from moderation.store import comments as store

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.domain import Decision, Submission
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site


def row(database: Database, site: Site, external_id: str = "c-1") -> Any:
    with database.reading() as tx:
        mine = (tables.comments.c.site_id == site.id) & (tables.comments.c.external_id == external_id)
        return tx.execute(select(tables.comments).where(mine)).one()


def n_rows(database: Database, table: Any) -> int:
    with database.reading() as tx:
        return int(tx.execute(select(func.count()).select_from(table)).scalar_one())


def once(database: Database, site: Site, key: str = "key-1", fingerprint: str = "f-1") -> Once:
    with database.reading() as tx:
        mine = select(tables.site_keys.c.id).where(tables.site_keys.c.site_id == site.id)
        return Once(tx.execute(mine).scalar_one(), key, fingerprint)


# One comment


def test_a_new_comment_is_pending_with_its_first_revision(
    database: Database, site: Site, submission: Callable[..., Submission], now: datetime
) -> None:
    state = intake.accept(database, site.id, submission(language="en"), now)
    assert state.is_pending
    assert state.decision is None
    assert (state.comment.external_id, state.comment.revision, state.comment.language) == ("c-1", 1, "en")
    assert intake.look_up(database, site.id, "c-1") == state


def test_everything_that_surrounds_the_text_is_kept(
    database: Database, site: Site, submission: Callable[..., Submission], now: datetime
) -> None:
    sent = submission(
        author=Author("reader-7", "Ida", now - timedelta(days=400)),
        parent=Parent("c-0", "Who pays for it?"),
        language="en",
        created_at=now - timedelta(seconds=3),
        metadata={"ip_hash": "x", "nested": {"a": [1, None]}},
    )
    intake.accept(database, site.id, sent, now)
    kept = row(database, site)
    assert (kept.author_ref, kept.author_name, kept.author_joined_at) == ("reader-7", "Ida", now - timedelta(days=400))
    assert (kept.parent_ref, kept.parent_text, kept.language) == ("c-0", "Who pays for it?", "en")
    assert (kept.written_at, kept.accepted_at) == (now - timedelta(seconds=3), now)
    assert kept.metadata == {"ip_hash": "x", "nested": {"a": [1, None]}}


def test_the_same_text_again_makes_no_revision_but_updates_its_surroundings(
    database: Database, site: Site, submission: Callable[..., Submission], now: datetime
) -> None:
    intake.accept(database, site.id, submission(), now)
    again = intake.accept(database, site.id, submission(metadata={"edited": True}), now + timedelta(hours=1))
    assert again.is_pending
    assert again.comment.revision == 1
    assert again.comment.accepted_at == now
    assert row(database, site).metadata == {"edited": True}
    assert n_rows(database, tables.revisions) == 1


def test_the_same_text_of_a_decided_comment_is_answered_with_the_decision(
    database: Database,
    site: Site,
    submission: Callable[..., Submission],
    accept: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    now: datetime,
) -> None:
    decision = decide(accept())
    again = intake.accept(database, site.id, submission(), now)
    assert not again.is_pending
    assert again.decision == decision


def test_another_text_is_a_new_revision_and_pending_again_with_the_old_decision_in_history(
    database: Database,
    site: Site,
    submission: Callable[..., Submission],
    accept: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    now: datetime,
) -> None:
    decision = decide(accept(), Status.REJECTED)
    edited = intake.accept(database, site.id, submission(text="A fair point."), now)
    assert edited.is_pending
    assert (edited.comment.revision, edited.comment.text, edited.decision) == (2, "A fair point.", None)
    state, history = intake.history(database, site.id, "c-1")
    assert state == edited
    assert history == [decision]


def test_the_first_text_again_after_an_edit_is_an_edit_too(accept: Callable[..., CommentRow]) -> None:
    accept(text="one")
    accept(text="two")
    assert accept(text="one").revision == 3


def test_a_decision_about_the_old_revision_is_not_the_new_one_s(
    database: Database,
    site: Site,
    accept: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    now: datetime,
) -> None:
    decide(accept(text="one"), Status.REJECTED)
    second = decide(accept(text="two"), Status.APPROVED, at=now + timedelta(minutes=1))
    state, history = intake.history(database, site.id, "c-1")
    assert state.decision == second
    assert [one.revision for one in history] == [1, 2]


def test_a_removed_comment_s_id_cannot_be_used_again(
    database: Database,
    site: Site,
    submission: Callable[..., Submission],
    accept: Callable[..., CommentRow],
    now: datetime,
) -> None:
    accept()
    site_decisions.withdraw(database, site.id, "c-1", now)
    for text_ in ("A fair point, well made.", "Another"):
        with pytest.raises(CommentRemoved, match="c-1"):
            intake.accept(database, site.id, submission(text=text_), now)


def test_two_sites_may_use_the_same_id(
    database: Database,
    site: Site,
    add_site: Callable[[str], tuple[Site, str]],
    submission: Callable[..., Submission],
    now: datetime,
) -> None:
    other, _ = add_site("other.example")
    for where in (site, other):
        assert intake.accept(database, where.id, submission(text=where.name), now).comment.text == where.name
    assert intake.look_up(database, site.id, "c-1").comment.text == site.name


def test_a_comment_that_was_never_sent_is_unknown(database: Database, site: Site) -> None:
    with pytest.raises(UnknownComment):
        intake.look_up(database, site.id, "c-9")
    with pytest.raises(UnknownComment):
        intake.history(database, site.id, "c-9")


def test_an_article_is_kept_once_and_brought_up_to_date(
    database: Database, site: Site, submission: Callable[..., Submission], now: datetime
) -> None:
    for number, title in enumerate(["Bridge to be rebuilt", "Bridge to be rebuilt", "Bridge will not be rebuilt"]):
        article = Article("https://news.example/bridge", title, "Local", "The council …")
        intake.accept(database, site.id, submission(f"c-{number}", article=article), now)
    with database.reading() as tx:
        (kept,) = tx.execute(select(tables.articles)).all()
    assert (kept.title, kept.section, kept.text) == ("Bridge will not be rebuilt", "Local", "The council …")


# Many at once


def test_concurrent_posts_of_one_id_and_text_make_one_comment(
    database: Database,
    site: Site,
    submission: Callable[..., Submission],
    now: datetime,
    at_once: Callable[..., list[Any]],
) -> None:
    states = at_once(*[lambda: intake.accept(database, site.id, submission(), now)] * 8)
    assert {state.comment.id for state in states} == {states[0].comment.id}
    assert n_rows(database, tables.comments) == n_rows(database, tables.revisions) == 1


def test_concurrent_edits_of_one_comment_never_fail_and_each_is_a_revision(
    database: Database,
    site: Site,
    submission: Callable[..., Submission],
    accept: Callable[..., CommentRow],
    now: datetime,
    at_once: Callable[..., list[Any]],
) -> None:
    accept()
    texts = [f"edit {number}" for number in range(8)]
    sends = [lambda text=text: intake.accept(database, site.id, submission(text=text), now) for text in texts]
    states = at_once(*sends)
    assert sorted(state.comment.revision for state in states) == list(range(2, 10))
    assert {state.comment.text for state in states} == set(texts)
    assert intake.look_up(database, site.id, "c-1").comment.revision == 9


def test_batches_of_the_same_comments_and_articles_in_any_order_never_fail(
    database: Database,
    site: Site,
    submission: Callable[..., Submission],
    now: datetime,
    at_once: Callable[..., list[Any]],
) -> None:
    articles = [Article(f"https://news.example/{number}", f"Title {number}") for number in range(5)]
    batch = [submission(f"c-{number}", f"text {number}", article=articles[number % 5]) for number in range(40)]
    edited = [
        replace(one, text=f"{one.text} edited", article=replace(one.article, title=f"{one.article.title} edited"))
        for one in batch
    ]
    answers = at_once(
        *[
            lambda batch=batch: intake.accept_many(database, site.id, batch, now)
            for batch in (batch, batch[::-1], edited, edited[::-1])
        ]
    )
    assert all([one.comment.external_id for one in answer] for answer in answers)
    assert n_rows(database, tables.comments) == 40


def test_a_batch_does_not_lock_comments_in_another_order_than_decisions_do(
    database: Database,
    site: Site,
    submission: Callable[..., Submission],
    accept: Callable[..., CommentRow],
    now: datetime,
    eventually: Callable[..., None],
) -> None:
    """A batch goes by the site's ids, decisions by the record's: each could hold what the other waits for."""
    if database.is_sqlite:
        pytest.skip("SQLite has one writer")
    first, second = accept("z"), accept("a")
    batch = threading.Thread(
        target=intake.accept_many, args=(database, site.id, [submission("a", "new"), submission("z", "new")], now)
    )

    def waits() -> bool:
        with database.reading() as tx:
            return bool(tx.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar_one())

    with database.writing() as tx:
        store.lock(tx, [first.id])
        batch.start()
        eventually(waits)
        made = decisions.record(tx, [Draft(one.id, 1, Status.APPROVED, Actor.POLICY) for one in (first, second)], now)
    batch.join(10)
    assert len(made) == 2
    assert [row(database, site, name).revision for name in ("a", "z")] == [2, 2]


# A batch


def test_a_batch_is_answered_in_its_order_and_each_comment_by_itself(
    database: Database,
    site: Site,
    submission: Callable[..., Submission],
    accept: Callable[..., CommentRow],
    now: datetime,
) -> None:
    accept("gone")
    site_decisions.withdraw(database, site.id, "gone", now)
    batch = [submission(name, name) for name in ("z", "gone", "a")]
    first, refused, last = intake.accept_many(database, site.id, batch, now)
    assert isinstance(first, intake.State)
    assert isinstance(last, intake.State)
    assert (first.comment.text, last.comment.text) == ("z", "a")
    assert isinstance(refused, CommentRemoved)


def test_a_long_batch_is_taken_whole(
    database: Database, site: Site, submission: Callable[..., Submission], now: datetime
) -> None:
    batch = [submission(f"c-{number}") for number in range(250)]
    answers = intake.accept_many(database, site.id, batch, now)
    assert [one.comment.external_id for one in answers] == [one.id for one in batch]  # type: ignore[union-attr]


def test_an_empty_batch_is_no_error(database: Database, site: Site, now: datetime) -> None:
    assert intake.accept_many(database, site.id, [], now) == []


def test_one_id_twice_in_a_batch_is_an_edit(
    database: Database, site: Site, submission: Callable[..., Submission], now: datetime
) -> None:
    answers = intake.accept_many(database, site.id, [submission(text="one"), submission(text="two")], now)
    assert [one.comment.revision for one in answers] == [1, 2]  # type: ignore[union-attr]


# Idempotency keys


def test_a_repeated_request_changes_nothing_and_is_answered_with_the_state_of_now(
    database: Database,
    site: Site,
    submission: Callable[..., Submission],
    decide: Callable[..., Decision],
    now: datetime,
) -> None:
    key = once(database, site)
    first = intake.accept(database, site.id, submission(metadata={"n": 1}), now, key)
    decision = decide(first.comment)
    again = intake.accept(database, site.id, submission(metadata={"n": 2}), now, key)
    assert first.is_pending
    assert again.decision == decision
    assert row(database, site).metadata == {"n": 1}


def test_a_key_used_for_another_payload_is_refused(
    database: Database, site: Site, submission: Callable[..., Submission], now: datetime
) -> None:
    intake.accept(database, site.id, submission(), now, once(database, site))
    with pytest.raises(IdempotencyMismatch):
        intake.accept(database, site.id, submission(text="Other"), now, once(database, site, fingerprint="f-2"))
    assert intake.look_up(database, site.id, "c-1").comment.revision == 1


def test_a_refused_request_does_not_use_its_key_up(
    database: Database,
    site: Site,
    submission: Callable[..., Submission],
    accept: Callable[..., CommentRow],
    now: datetime,
) -> None:
    accept()
    site_decisions.withdraw(database, site.id, "c-1", now)
    for _ in range(2):
        with pytest.raises(CommentRemoved):
            intake.accept(database, site.id, submission(), now, once(database, site))
    assert n_rows(database, tables.idempotency_keys) == 0


def test_no_text_is_kept_with_a_key(
    database: Database, site: Site, submission: Callable[..., Submission], now: datetime
) -> None:
    intake.accept(database, site.id, submission(), now, once(database, site))
    with database.reading() as tx:
        (kept,) = tx.execute(select(tables.idempotency_keys)).all()
    assert (kept.key, kept.fingerprint, kept.external_id) == ("key-1", "f-1", "c-1")
    assert set(kept._fields) == {"site_key_id", "key", "fingerprint", "external_id", "created_at"}


def test_concurrent_requests_with_one_key_are_one_request(
    database: Database,
    site: Site,
    submission: Callable[..., Submission],
    now: datetime,
    at_once: Callable[..., list[Any]],
) -> None:
    key = once(database, site)
    states = at_once(*[lambda: intake.accept(database, site.id, submission(), now, key)] * 8)
    assert {state.comment.id for state in states} == {states[0].comment.id}
    assert n_rows(database, tables.idempotency_keys) == n_rows(database, tables.revisions) == 1


def test_concurrent_requests_with_one_key_and_two_payloads_take_one_of_them(
    database: Database,
    site: Site,
    submission: Callable[..., Submission],
    now: datetime,
    at_once: Callable[..., list[Any]],
) -> None:
    def send(name: str) -> str:
        try:
            return intake.accept(
                database, site.id, submission(name), now, once(database, site, fingerprint=name)
            ).comment.external_id
        except IdempotencyMismatch:
            return "refused"

    answers = at_once(lambda: send("c-1"), lambda: send("c-2"))
    assert sorted(answers)[1] == "refused"
    assert n_rows(database, tables.comments) == 1
