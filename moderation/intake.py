"""Taking comments in: each is committed before anyone is told, and coming twice does no harm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from moderation import decisions
from moderation.domain import Article, Decision, Status, Submission
from moderation.errors import CommentRemoved, IdempotencyMismatch, UnknownComment
from moderation.store import comments as store
from moderation.store import decisions as decision_store
from moderation.store import idempotency
from moderation.store.idempotency import Remembered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from moderation.store.comments import CommentRow
    from moderation.store.database import Database

_CHUNK = 100
"""Comments of a batch that share a transaction: long enough to be fast, short enough not to make others wait."""


@dataclass(frozen=True, slots=True)
class State:
    """Where a comment stands, and the newest decision about its latest revision, if there is one."""

    comment: CommentRow
    decision: Decision | None

    @property
    def is_pending(self) -> bool:
        """True while the latest revision waits to be scored."""
        return self.comment.status is Status.PENDING


@dataclass(frozen=True, slots=True)
class Once:
    """A client's promise that a request is made once: its idempotency key, and the fingerprint of its payload."""

    site_key_id: int
    key: str
    fingerprint: str


def accept(database: Database, site_id: int, submission: Submission, now: datetime, once: Once | None = None) -> State:
    """Take a comment in and commit it.

    A new text makes a new revision, which is PENDING; the same text again only brings its surroundings up to date. With
    `once`, a repeated request changes nothing and answers with the state as it is now.

    Raises:
        CommentRemoved: the site withdrew this comment before.
        IdempotencyMismatch: the idempotency key came with another payload.
    """
    with database.writing() as tx:
        if once is not None:
            before = idempotency.remember(
                tx, once.site_key_id, once.key, Remembered(once.fingerprint, submission.id), now
            )
            if before is not None:
                return _replayed(tx, site_id, once, before)
        article_id = store.upsert_article(tx, site_id, submission.article)
        return _accept(tx, site_id, article_id, submission, now)


def accept_many(
    database: Database, site_id: int, submissions: Sequence[Submission], now: datetime
) -> list[State | CommentRemoved]:
    """Take many comments in; each succeeds or fails by itself. The answers stand in the order of the submissions."""
    answers: dict[int, State | CommentRemoved] = {}
    for begin in range(0, len(submissions), _CHUNK):
        places = range(begin, min(begin + _CHUNK, len(submissions)))
        with database.writing() as tx:
            article_ids = _articles(tx, site_id, [submissions[place].article for place in places])
            store.lock_named(tx, site_id, [submissions[place].id for place in places])
            for place in sorted(places, key=lambda place: submissions[place].id):
                submission = submissions[place]
                try:
                    answers[place] = _accept(tx, site_id, article_ids[submission.article], submission, now)
                except CommentRemoved as error:
                    answers[place] = error
    return [answers[place] for place in range(len(submissions))]


def look_up(database: Database, site_id: int, external_id: str) -> State:
    """Tell where a comment stands.

    Raises:
        UnknownComment: the site never sent it.
    """
    with database.reading() as tx:
        return _state(tx, found(store.find(tx, site_id, external_id), external_id))


def history(database: Database, site_id: int, external_id: str) -> tuple[State, list[Decision]]:
    """Tell where a comment stands and every released decision about it, oldest first.

    Raises:
        UnknownComment: the site never sent it.
    """
    with database.reading() as tx:
        comment = found(store.find(tx, site_id, external_id), external_id)
        return _state(tx, comment), decision_store.of_comment(tx, comment.id)


def found(comment: CommentRow | None, external_id: str) -> CommentRow:
    """Insist that a comment was found.

    Raises:
        UnknownComment: it was not.
    """
    if comment is None:
        raise UnknownComment(external_id)
    return comment


def _accept(tx: Connection, site_id: int, article_id: int, submission: Submission, now: datetime) -> State:
    added = store.add(tx, site_id, article_id, submission, now)
    if added is not None:
        return State(added, None)
    comment = found(store.find(tx, site_id, submission.id, lock=True), submission.id)
    if comment.status is Status.REMOVED:
        raise CommentRemoved(submission.id)
    store.describe(tx, comment, article_id, submission)
    if comment.text != submission.text:
        store.add_revision(tx, comment, submission, now)
        decisions.reopen(tx, comment, now)
    return _state(tx, found(store.find(tx, site_id, submission.id), submission.id))


def _articles(tx: Connection, site_id: int, articles: Sequence[Article]) -> Mapping[Article, int]:
    """Upsert articles in one order, so that two batches never wait for each other in a circle."""
    ordered = sorted(set(articles), key=lambda article: (article.url, repr(article)))
    return {article: store.upsert_article(tx, site_id, article) for article in ordered}


def _replayed(tx: Connection, site_id: int, once: Once, before: Remembered) -> State:
    if before.fingerprint != once.fingerprint:
        raise IdempotencyMismatch(once.key)
    return _state(tx, found(store.find(tx, site_id, before.external_id), before.external_id))


def _state(tx: Connection, comment: CommentRow) -> State:
    if comment.status is Status.PENDING:
        return State(comment, None)
    return State(comment, decision_store.latest_of(tx, comment.id, comment.revision))
