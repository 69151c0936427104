"""Comments, their revisions and articles in the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, bindparam, insert, or_, select, update

from moderation.domain import Article, Passage, Status, Submission
from moderation.store.database import INSERTS, insert_into
from moderation.tables import articles, comments, revisions

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class CommentRow:
    """A comment as the record knows it now, with the text of its latest revision (None once removed)."""

    id: int
    site_id: int
    external_id: str
    status: Status
    revision: int
    text: str | None
    language: str | None
    scores: Mapping[str, float] | None
    model_version: str | None
    accepted_at: datetime


@dataclass(frozen=True, slots=True)
class Claimed:
    """A pending comment that one worker has claimed for scoring."""

    id: int
    site_id: int
    external_id: str
    revision: int
    text: str
    language: str | None
    n_claims: int
    article_title: str
    parent_text: str | None

    @property
    def passage(self) -> Passage:
        """What is to be judged."""
        return Passage(self.text, self.language, self.article_title or None, self.parent_text)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a decision depends on: where a comment stands, under a lock."""

    id: int
    site_id: int
    external_id: str
    status: Status
    revision: int
    claim_token: str | None


def _current() -> Select[Any]:
    latest = and_(revisions.c.comment_id == comments.c.id, revisions.c.number == comments.c.revision)
    return select(
        comments.c.id,
        comments.c.site_id,
        comments.c.external_id,
        comments.c.status,
        comments.c.revision,
        revisions.c.text,
        comments.c.language,
        revisions.c.scores,
        revisions.c.model_version,
        comments.c.accepted_at,
    ).join(revisions, latest)


_CURRENT = _current().where(
    comments.c.site_id == bindparam("site_id"), comments.c.external_id == bindparam("external_id")
)


def find(tx: Connection, site_id: int, external_id: str, *, lock: bool = False) -> CommentRow | None:
    """Look a comment up by the site's id; with `lock`, nobody else changes it until the transaction ends."""
    if lock:  # in a statement of its own: one that waited for a lock joins the revisions of before it waited
        lock_named(tx, site_id, [external_id])
    row = tx.execute(_CURRENT, {"site_id": site_id, "external_id": external_id}).one_or_none()
    return None if row is None else _comment(row)


@dataclass(frozen=True, slots=True)
class Placed:
    """A comment with the section that its article stands in."""

    comment: CommentRow
    section: str | None


def find_by_id(tx: Connection, comment_id: int, *, lock: bool = False) -> Placed | None:
    """Look a comment up by the record's own id; with `lock`, nobody else changes it until the transaction ends."""
    if lock:
        tx.execute(_locked(select(comments.c.id).where(comments.c.id == comment_id)))
    query = _current().add_columns(articles.c.section).join(articles, articles.c.id == comments.c.article_id)
    row = tx.execute(query.where(comments.c.id == comment_id)).one_or_none()
    return None if row is None else Placed(_comment(row), row.section)


_ADD = {
    name: insert_with(comments).on_conflict_do_nothing().returning(comments.c.id)
    for name, insert_with in INSERTS.items()
}
_ADD_REVISION = insert(revisions)


def add(tx: Connection, site_id: int, article_id: int, submission: Submission, now: datetime) -> CommentRow | None:
    """Add a new comment with its first revision, PENDING; None when the site has a comment of this id already."""
    fresh = {
        "site_id": site_id,
        "external_id": submission.id,
        "status": Status.PENDING.value,
        "revision": 1,
        "accepted_at": now,
        **_described(submission, article_id),
    }
    added = tx.execute(_ADD[tx.dialect.name], fresh).scalar_one_or_none()
    if added is None:
        return None
    tx.execute(_ADD_REVISION, {"comment_id": added, "number": 1, "text": submission.text, "created_at": now})
    return CommentRow(
        added, site_id, submission.id, Status.PENDING, 1, submission.text, submission.language, None, None, now
    )


def describe(tx: Connection, comment: CommentRow, article_id: int, submission: Submission) -> None:
    """Bring what surrounds the text (author, article, parent, metadata) up to date."""
    tx.execute(update(comments).where(comments.c.id == comment.id).values(**_described(submission, article_id)))


def add_revision(tx: Connection, comment: CommentRow, submission: Submission, now: datetime) -> None:
    """Add the next revision's text. The comment's status is `decisions.reopen`'s business."""
    number = comment.revision + 1
    tx.execute(
        insert(revisions), {"comment_id": comment.id, "number": number, "text": submission.text, "created_at": now}
    )


_ARTICLE = select(articles.c.id, articles.c.title, articles.c.section, articles.c.text).where(
    articles.c.site_id == bindparam("site_id"), articles.c.url == bindparam("url")
)


def upsert_article(tx: Connection, site_id: int, article: Article) -> int:
    """Find or add an article by its address, bring its title, section and text up to date, and return its id."""
    row = tx.execute(_ARTICLE, {"site_id": site_id, "url": article.url}).one_or_none()
    if row is not None and (row.title, row.section, row.text) == (article.title, article.section, article.text):
        return int(row.id)
    told = {"title": article.title, "section": article.section, "text": article.text}
    upsert = insert_into(tx)(articles).values(site_id=site_id, url=article.url, **told)
    upsert = upsert.on_conflict_do_update(index_elements=["site_id", "url"], set_=told)
    return int(tx.execute(upsert.returning(articles.c.id)).scalar_one())


def claim_pending(tx: Connection, token: str, limit: int, now: datetime, lease: timedelta) -> list[Claimed]:
    """Claim up to `limit` pending comments that nobody has tried to score yet, oldest first.

    Nobody else gets them until `now + lease`.
    """
    return _claim(tx, and_(_is_claimable(now), comments.c.n_claims == 0), token, limit, now + lease)


def claim_again(tx: Connection, token: str, now: datetime, lease: timedelta) -> list[Claimed]:
    """Claim one comment whose scoring failed, or whose worker died; alone, so that it takes no other down with it."""
    return _claim(tx, and_(_is_claimable(now), comments.c.n_claims > 0), token, 1, now + lease)


def _claim(tx: Connection, which: ColumnElement[bool], token: str, limit: int, until: datetime) -> list[Claimed]:
    chosen = select(comments.c.id).where(which).order_by(comments.c.id)
    chosen = chosen.limit(limit).with_for_update(skip_locked=True)
    once = chosen.cte("chosen")  # a plain subquery may be run again for each row, and then exceeds its limit
    claim = update(comments).where(comments.c.id.in_(select(once.c.id)))
    claim = claim.values(claim_token=token, claimed_until=until, n_claims=comments.c.n_claims + 1)
    ids = tx.execute(claim.returning(comments.c.id)).scalars().all()
    if not ids:
        return []
    latest = and_(revisions.c.comment_id == comments.c.id, revisions.c.number == comments.c.revision)
    rows = tx.execute(
        select(
            comments.c.id,
            comments.c.site_id,
            comments.c.external_id,
            comments.c.revision,
            revisions.c.text,
            comments.c.language,
            comments.c.n_claims,
            articles.c.title,
            comments.c.parent_text,
        )
        .join(revisions, latest)
        .join(articles, articles.c.id == comments.c.article_id)
        .where(comments.c.id.in_(ids))
        .order_by(comments.c.id)
    )
    return [Claimed(*row) for row in rows]


def release_claims(tx: Connection, token: str, ids: Sequence[int], until: datetime) -> None:
    """Let go of claimed comments that could not be scored; they can be claimed again from `until` on."""
    mine = and_(comments.c.id.in_(ids), comments.c.claim_token == token, comments.c.status == Status.PENDING.value)
    tx.execute(update(comments).where(mine).values(claim_token=None, claimed_until=until))


def has_pending(tx: Connection, now: datetime) -> bool:
    """Tell whether any comment waits for a worker."""
    waiting = select(comments.c.id).where(_is_claimable(now)).limit(1)
    return tx.execute(waiting).one_or_none() is not None


def _is_claimable(now: datetime) -> ColumnElement[bool]:
    is_free = or_(comments.c.claimed_until.is_(None), comments.c.claimed_until <= now)
    return and_(comments.c.status == Status.PENDING.value, is_free)


def lock_named(tx: Connection, site_id: int, external_ids: Collection[str]) -> None:
    """Lock a site's comments until the transaction ends, in the same order as `lock`."""
    named = and_(comments.c.site_id == site_id, comments.c.external_id.in_(external_ids))
    tx.execute(_locked(select(comments.c.id).where(named).order_by(comments.c.id)))


def lock_with_replies(tx: Connection, site_id: int, external_ids: Collection[str]) -> None:
    """Lock a site's comments and the replies that carry their texts, in the same order as `lock`."""
    is_one = or_(comments.c.external_id.in_(external_ids), comments.c.parent_ref.in_(external_ids))
    tx.execute(_locked(select(comments.c.id).where(comments.c.site_id == site_id, is_one).order_by(comments.c.id)))


def lock(tx: Connection, ids: Sequence[int]) -> dict[int, Standing]:
    """Lock comments until the transaction ends, always in the same order, and tell where each stands."""
    columns = (
        comments.c.id,
        comments.c.site_id,
        comments.c.external_id,
        comments.c.status,
        comments.c.revision,
        comments.c.claim_token,
    )
    query = select(*columns).where(comments.c.id.in_(ids)).order_by(comments.c.id)
    rows = tx.execute(_locked(query))
    return {
        row.id: Standing(row.id, row.site_id, row.external_id, Status(row.status), row.revision, row.claim_token)
        for row in rows
    }


def _locked(query: Select[Any]) -> Select[Any]:
    """Lock comments so that others may still refer to them.

    Else who claims one and who decides it could wait in a circle on PostgreSQL: the one has its place in a queue and
    wants to refer to it, the other has it and wants its place.
    """
    return query.with_for_update(key_share=True)


def set_statuses(tx: Connection, statuses: Mapping[int, Status]) -> None:
    """Set the statuses of locked comments and end their claims. Only `decisions` calls this."""
    changed = update(comments).where(comments.c.id == bindparam("of_comment"))
    changed = changed.values(status=bindparam("new_status"), claim_token=None, claimed_until=None, n_claims=0)
    tx.execute(
        changed, [{"of_comment": comment_id, "new_status": status.value} for comment_id, status in statuses.items()]
    )


def restart(tx: Connection, comment_id: int, revision: int) -> None:
    """Make a comment PENDING with its new revision. Only `decisions` calls this."""
    fresh = {
        "status": Status.PENDING.value,
        "revision": revision,
        "claim_token": None,
        "claimed_until": None,
        "n_claims": 0,
    }
    tx.execute(update(comments).where(comments.c.id == comment_id).values(**fresh))


def erase(tx: Connection, comment_id: int) -> None:
    """Forget what a comment said and who said it; its ids, decisions and scores' absence stay."""
    tx.execute(update(revisions).where(revisions.c.comment_id == comment_id).values(text=None, scores=None))
    gone: dict[str, Any] = {"author_name": None, "author_joined_at": None, "parent_text": None, "metadata": {}}
    tx.execute(update(comments).where(comments.c.id == comment_id).values(**gone))


def erase_as_parent(tx: Connection, site_id: int, external_id: str) -> None:
    """Forget a comment's text where its replies carry it."""
    replies = and_(comments.c.site_id == site_id, comments.c.parent_ref == external_id)
    tx.execute(update(comments).where(replies).values(parent_text=None))


def keep_scores(tx: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep the scores of revisions; each row has comment_id, revision, scores and model_version."""
    if rows:
        scored = update(revisions).where(
            revisions.c.comment_id == bindparam("of_comment"), revisions.c.number == bindparam("of_revision")
        )
        tx.execute(
            scored.values(scores=bindparam("scores"), model_version=bindparam("model_version")),
            [
                {
                    "of_comment": row["comment_id"],
                    "of_revision": row["revision"],
                    "scores": row["scores"],
                    "model_version": row["model_version"],
                }
                for row in rows
            ],
        )


def _described(submission: Submission, article_id: int) -> dict[str, Any]:
    parent = submission.parent
    return {
        "article_id": article_id,
        "author_ref": submission.author.ref,
        "author_name": submission.author.name,
        "author_joined_at": submission.author.joined_at,
        "parent_ref": parent.id if parent else None,
        "parent_text": parent.text if parent else None,
        "language": submission.language,
        "metadata": dict(submission.metadata),
        "written_at": submission.created_at,
    }


def _comment(row: Row[Any]) -> CommentRow:
    return CommentRow(
        row.id,
        row.site_id,
        row.external_id,
        Status(row.status),
        row.revision,
        row.text,
        row.language,
        row.scores,
        row.model_version,
        row.accepted_at,
    )
