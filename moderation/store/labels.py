"""Labels, reports and appeals in the record: what people say of comments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, and_, bindparam, func, insert, or_, select, update

from moderation.domain import Actor, Status
from moderation.store.database import insert_into
from moderation.tables import appeals, comments, decisions, labels, reports

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement

_AT_ONCE = 5_000


def add_labels(tx: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add labels; each row holds the columns of `tables.labels`."""
    if rows:
        tx.execute(insert(labels), list(rows))


def withdraw_labels(tx: Connection, comment_ids: Collection[int], now: datetime) -> None:
    """Withdraw the labels that comments have: a newer judgement takes their place."""
    standing = labels.c.comment_id.in_(comment_ids) & labels.c.withdrawn_at.is_(None)
    _lock(tx, standing)
    tx.execute(update(labels).where(standing).values(withdrawn_at=now))


def restore_labels(tx: Connection, decision_ids: Collection[str]) -> None:
    """Withdraw the labels of undone decisions, and let those stand again that were withdrawn for them.

    A label is withdrawn at the very time at which the decision that takes its place was made.
    """
    undone = select(decisions.c.comment_id, decisions.c.decided_at, decisions.c.undone_at, decisions.c.id)
    rows = tx.execute(undone.where(decisions.c.id.in_(decision_ids))).all()
    if not rows:
        return
    of_comment = labels.c.comment_id == bindparam("of_comment")
    same_time = labels.c.withdrawn_at == bindparam("decided_then", type_=labels.c.withdrawn_at.type)
    replaced = and_(of_comment, same_time, labels.c.text.is_not(None))  # what was erased meanwhile teaches nothing
    tx.execute(
        update(labels).where(replaced).values(withdrawn_at=None),
        [{"of_comment": row.comment_id, "decided_then": row.decided_at} for row in rows],
    )
    taught = and_(of_comment, labels.c.decision_id == bindparam("of_decision"))
    tx.execute(
        update(labels).where(taught).values(withdrawn_at=bindparam("undone_then")),
        [{"of_comment": row.comment_id, "of_decision": row.id, "undone_then": row.undone_at} for row in rows],
    )


def withdraw_heard(tx: Connection, site_id: int, source: str, external_id: str, now: datetime) -> dict[str, float]:
    """Withdraw what a source said of a comment, which need not be ours; answers with what it was, by attribute."""
    same = and_(labels.c.site_id == site_id, labels.c.external_id == external_id, labels.c.source == source)
    standing = and_(same, labels.c.withdrawn_at.is_(None))
    withdrawn = update(labels).where(standing).values(withdrawn_at=now)
    rows = tx.execute(withdrawn.returning(labels.c.attribute, labels.c.value))
    return {row.attribute: row.value for row in rows}


def has_heard(tx: Connection, site_id: int, external_id: str, *, other_than: str) -> bool:
    """Tell whether any other source has said something of a comment that still stands."""
    same = and_(labels.c.site_id == site_id, labels.c.external_id == external_id, labels.c.source != other_than)
    return tx.execute(select(labels.c.id).where(same, labels.c.withdrawn_at.is_(None)).limit(1)).first() is not None


def heard_since(
    tx: Connection, site_id: int, source: str, attribute: str, value: float, since: datetime
) -> Sequence[int]:
    """List the labels in which a source said the same of any comment since a time."""
    newest = and_(labels.c.site_id == site_id, labels.c.source == source, labels.c.created_at > since)
    same = and_(newest, labels.c.external_id.is_not(None), labels.c.attribute == attribute, labels.c.value == value)
    return tx.execute(select(labels.c.id).where(same)).scalars().all()


def of_site_since(tx: Connection, site_id: int, status: Status, since: datetime) -> Sequence[tuple[int, int]]:
    """List comment and label of what a site itself decided in one way since a time."""
    same = and_(labels.c.comment_id == decisions.c.comment_id, labels.c.decision_id == decisions.c.id)
    query = select(labels.c.comment_id, labels.c.id).join(decisions, same)
    query = query.where(decisions.c.decided_at > since, decisions.c.site_id == site_id)
    query = query.where(decisions.c.by == Actor.SITE.value, decisions.c.status == status.value)
    return [(row.comment_id, row.id) for row in tx.execute(query)]


def weaken(tx: Connection, label_ids: Collection[int], weight: float) -> None:
    """Let labels weigh no more than `weight`."""
    heavy = and_(labels.c.id.in_(label_ids), labels.c.weight > weight)
    _lock(tx, heavy)
    tx.execute(update(labels).where(heavy).values(weight=weight))


def n_of_origin(tx: Connection, site_id: int, origin: str) -> int:
    """Count the labels of an imported collection that stand."""
    query = select(func.count()).select_from(labels).where(_of_origin(site_id, origin))
    return int(tx.execute(query).scalar_one())


def withdraw_origin(tx: Connection, site_id: int, origin: str, now: datetime) -> None:
    """Withdraw the labels of an imported collection."""
    tx.execute(update(labels).where(_of_origin(site_id, origin)).values(withdrawn_at=now))


def _of_origin(site_id: int, origin: str) -> ColumnElement[bool]:
    return and_(labels.c.site_id == site_id, labels.c.origin == origin, labels.c.withdrawn_at.is_(None))


def standing_of(tx: Connection, site_id: int) -> Iterator[dict[str, Any]]:
    """Read the labels of a site that stand, oldest first, but for what was erased and what can still be undone."""
    columns = ("language", "attribute", "value", "weight", "source", "chosen_by", "probability", "origin", "licence")
    query = (
        select(
            labels.c.text,
            func.coalesce(labels.c.external_id, comments.c.external_id).label("id"),
            func.coalesce(labels.c.author_ref, comments.c.author_ref).label("author"),
            *(labels.c[name] for name in columns),
            labels.c.created_at.label("said_at"),
            labels.c.moderator_id,
            labels.c.spans,
        )
        .outerjoin(comments, comments.c.id == labels.c.comment_id)
        .outerjoin(decisions, decisions.c.id == labels.c.decision_id)
        .where(labels.c.site_id == site_id, labels.c.withdrawn_at.is_(None), labels.c.text.is_not(None))
        .where(or_(labels.c.decision_id.is_(None), decisions.c.released_at.is_not(None)))
        .order_by(labels.c.id)
    )
    for row in tx.execute(query.execution_options(yield_per=_AT_ONCE)):
        yield dict(row._mapping)  # noqa: SLF001  a row's public mapping


def erase_labels(tx: Connection, comment_id: int, now: datetime) -> None:
    """Withdraw a comment's labels and forget their text."""
    _erase(tx, labels.c.comment_id == comment_id, now)


def erase_heard(tx: Connection, site_id: int, external_id: str, now: datetime) -> bool:
    """Do the same with what other services' clients said of a comment, ours by then or not; False if they said nothing.

    Their labels keep the comment's id, so that saying it again does no harm.
    """
    return _erase(tx, and_(labels.c.site_id == site_id, labels.c.external_id == external_id), now)


def erase_labels_of_author(tx: Connection, site_id: int, author_ref: str, now: datetime) -> None:
    """Do the same with labels that name their text's author, and forget the author."""
    _erase(tx, and_(labels.c.site_id == site_id, labels.c.author_ref == author_ref), now)


def _erase(tx: Connection, which: ColumnElement[bool], now: datetime) -> bool:
    _lock(tx, which)
    tx.execute(update(labels).where(which, labels.c.withdrawn_at.is_(None)).values(withdrawn_at=now))
    return tx.execute(update(labels).where(which).values(text=None, author_ref=None)).rowcount > 0


def _lock(tx: Connection, which: ColumnElement[bool]) -> None:
    """Lock labels in one order before they change: an update alone takes them as they lie."""
    tx.execute(select(labels.c.id).where(which).order_by(labels.c.id).with_for_update(key_share=True))


def labels_of(tx: Connection, comment_id: int) -> dict[str, float]:
    """Tell the standing labels of a comment, by attribute; of several, the newest."""
    standing = labels.c.comment_id == comment_id, labels.c.withdrawn_at.is_(None)
    rows = tx.execute(select(labels.c.attribute, labels.c.value).where(*standing).order_by(labels.c.id))
    return {row.attribute: row.value for row in rows}


def add_report(tx: Connection, comment_id: int, reporter_ref: str, reason: str, now: datetime) -> bool:
    """Add a reader's report; False when this reader reported the comment before."""
    fresh = insert_into(tx)(reports).values(
        comment_id=comment_id, reporter_ref=reporter_ref, reason=reason, created_at=now
    )
    return tx.execute(fresh.on_conflict_do_nothing().returning(reports.c.id)).scalar_one_or_none() is not None


def add_appeal(tx: Connection, comment_id: int, decision_id: str, text: str, now: datetime) -> bool:
    """Add an author's appeal against a decision; False when that decision was appealed before."""
    fresh = insert_into(tx)(appeals).values(comment_id=comment_id, decision_id=decision_id, text=text, created_at=now)
    return tx.execute(fresh.on_conflict_do_nothing().returning(appeals.c.id)).scalar_one_or_none() is not None


def erase_reports(tx: Connection, comment_id: int) -> None:
    """Forget what readers wrote about a comment; that they reported it stays."""
    tx.execute(update(reports).where(reports.c.comment_id == comment_id).values(reason=""))


def reports_with_words(tx: Connection, site_id: int, reporter_ref: str) -> list[int]:
    """List a reader's reports on a site that say anything."""
    of_site = select(reports.c.id).join(comments, comments.c.id == reports.c.comment_id)
    said = and_(comments.c.site_id == site_id, reports.c.reporter_ref == reporter_ref, reports.c.reason != "")
    return list(tx.execute(of_site.where(said)).scalars())


def erase_report(tx: Connection, report_id: int) -> None:
    """Forget what a reader wrote in a report; that they reported stays."""
    tx.execute(update(reports).where(reports.c.id == report_id).values(reason=""))


def erase_appeals(tx: Connection, comment_id: int) -> None:
    """Forget what a comment's author wrote in appeals."""
    tx.execute(update(appeals).where(appeals.c.comment_id == comment_id).values(text=None))
