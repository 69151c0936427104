"""What the record knows that helps to judge a comment: each reading serves a handful of comments at once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Integer, Row, Table, and_, func, or_, select

from moderation.desk_tables import moderators, notes
from moderation.domain import Actor, Article, Reason, Status
from moderation.store import samples
from moderation.store.decisions import reasons_of
from moderation.tables import appeals, articles, comments, decisions, reports, revisions, sites

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

_MOST_THREAD = 30
_MOST_NOTES = 20


@dataclass(frozen=True, slots=True)
class Subject:
    """A comment with everything that its site said of it. `text` is None once it is removed."""

    id: int
    site_id: int
    site_name: str
    external_id: str
    status: Status
    revision: int
    text: str | None
    scores: Mapping[str, float] | None
    model_version: str | None
    language: str | None
    author_ref: str
    author_name: str | None
    author_joined_at: datetime | None
    parent_ref: str | None
    parent_text: str | None
    article_id: int
    article: Article
    written_at: datetime | None
    accepted_at: datetime


@dataclass(frozen=True, slots=True)
class Version:
    """One revision's text."""

    number: int
    text: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Ruling:
    """A decision as the desk sees it: with the moderator's name, and not only once it is released."""

    id: str
    revision: int
    status: Status
    by: Actor
    name: str | None
    reasons: tuple[Reason, ...]
    policy_version: str | None
    at: datetime
    is_released: bool


@dataclass(frozen=True, slots=True)
class Record:
    """How an author's comments on a site fared: how many stand approved, rejected, and in all."""

    n_approved: int = 0
    n_rejected: int = 0
    n_all: int = 0

    @property
    def reject_rate(self) -> float | None:
        """Rejected of those that are decided; None where none is."""
        n_decided = self.n_approved + self.n_rejected
        return self.n_rejected / n_decided if n_decided else None


@dataclass(frozen=True, slots=True)
class Note:
    """What a moderator wrote down about an author, for the others."""

    text: str
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Complaint:
    """A reader's report, with how often this reader's earlier reports of decided comments were right."""

    reporter_ref: str
    reason: str
    at: datetime
    n_right: int
    n_decided: int


@dataclass(frozen=True, slots=True)
class Turn:
    """A comment of the same conversation. With `is_sampled` nobody is to be told what policy decided about it."""

    id: int
    external_id: str
    author_name: str
    text: str | None
    status: Status
    at: datetime
    is_reply: bool
    is_sampled: bool = False


def subjects(tx: Connection, ids: Collection[int]) -> dict[int, Subject]:
    """Read comments with their articles and sites, by the record's id."""
    latest = and_(revisions.c.comment_id == comments.c.id, revisions.c.number == comments.c.revision)
    query = (
        select(
            comments,
            revisions.c.text,
            revisions.c.scores,
            revisions.c.model_version,
            articles.c.url,
            articles.c.title,
            articles.c.section,
            sites.c.name.label("site_name"),
        )
        .join(revisions, latest)
        .join(articles, articles.c.id == comments.c.article_id)
        .join(sites, sites.c.id == comments.c.site_id)
        .where(comments.c.id.in_(ids))
    )
    return {row.id: _subject(row) for row in tx.execute(query)}


def versions(tx: Connection, ids: Collection[int]) -> dict[int, list[Version]]:
    """List the revisions of comments, oldest first."""
    columns = (revisions.c.comment_id, revisions.c.number, revisions.c.text, revisions.c.created_at)
    found: dict[int, list[Version]] = defaultdict(list)
    for row in tx.execute(select(*columns).where(revisions.c.comment_id.in_(ids)).order_by(revisions.c.number)):
        found[row.comment_id].append(Version(row.number, row.text, row.created_at))
    return found


def rulings(tx: Connection, ids: Collection[int]) -> dict[int, list[Ruling]]:
    """List the decisions about comments that were not undone, newest first, the latest revision's first."""
    people = decisions.outerjoin(moderators, moderators.c.id == decisions.c.moderator_id)
    query = select(decisions, moderators.c.name).select_from(people)
    query = query.where(decisions.c.comment_id.in_(ids), decisions.c.undone_at.is_(None))
    found: dict[int, list[Ruling]] = defaultdict(list)
    for row in tx.execute(query.order_by(decisions.c.decided_at.desc(), decisions.c.id)):
        found[row.comment_id].append(
            Ruling(
                row.id,
                row.revision,
                Status(row.status),
                Actor(row.by),
                row.name,
                reasons_of(row.reasons),
                row.policy_version,
                row.decided_at,
                row.released_at is not None,
            )
        )
    return found


def records(tx: Connection, authors: Collection[tuple[int, str]]) -> dict[tuple[int, str], Record]:
    """Count how authors' comments stand, by site and the site's own id of the author."""
    if not authors:
        return {}
    of_author = (comments.c.site_id, comments.c.author_ref)
    query = select(*of_author, comments.c.status, func.count().label("n"))
    query = query.where(_are(comments, authors)).group_by(*of_author, comments.c.status)
    counts: dict[tuple[int, str], dict[str, int]] = defaultdict(dict)
    for row in tx.execute(query):
        counts[row.site_id, row.author_ref][row.status] = row.n
    return {
        author: Record(n.get(Status.APPROVED.value, 0), n.get(Status.REJECTED.value, 0), sum(n.values()))
        for author, n in counts.items()
    }


def notes_on(tx: Connection, authors: Collection[tuple[int, str]]) -> dict[tuple[int, str], list[Note]]:
    """List the newest notes on each author, newest first."""
    if not authors:
        return {}
    newest = func.row_number().over(partition_by=(notes.c.site_id, notes.c.author_ref), order_by=notes.c.id.desc())
    ranked = select(notes, newest.label("place")).where(_are(notes, authors)).subquery()
    query = select(ranked, moderators.c.name).join(moderators, moderators.c.id == ranked.c.moderator_id)
    found: dict[tuple[int, str], list[Note]] = defaultdict(list)
    for row in tx.execute(query.where(ranked.c.place <= _MOST_NOTES).order_by(ranked.c.id.desc())):
        found[row.site_id, row.author_ref].append(Note(row.text, row.name, row.created_at))
    return found


def complaints(tx: Connection, ids: Collection[int]) -> dict[int, list[Complaint]]:
    """List readers' reports of comments, oldest first, with each reader's accuracy on other comments of the site."""
    rows = tx.execute(
        select(reports, comments.c.site_id)
        .join(comments, comments.c.id == reports.c.comment_id)
        .where(reports.c.comment_id.in_(ids))
        .order_by(reports.c.id)
    ).all()
    accuracy = _accuracy(tx, {(row.site_id, row.reporter_ref) for row in rows}, ids)
    found: dict[int, list[Complaint]] = defaultdict(list)
    for row in rows:
        n_right, n_decided = accuracy.get((row.site_id, row.reporter_ref), (0, 0))
        found[row.comment_id].append(Complaint(row.reporter_ref, row.reason, row.created_at, n_right, n_decided))
    return found


def appeals_of(tx: Connection, ids: Collection[int]) -> dict[int, str | None]:
    """Tell what the authors of comments wrote in their newest appeals."""
    query = select(appeals.c.comment_id, appeals.c.text).where(appeals.c.comment_id.in_(ids)).order_by(appeals.c.id)
    return {row.comment_id: row.text for row in tx.execute(query)}


def thread(tx: Connection, subject: Subject) -> list[Turn]:
    """List the conversation around a comment: what it answers, the other answers to that, and the answers to it."""
    # Of one article alone: a parent that a site names elsewhere may stand in a section that one does not see.
    of_site = and_(comments.c.site_id == subject.site_id, comments.c.article_id == subject.article_id)
    named = [subject.external_id, *([subject.parent_ref] if subject.parent_ref else [])]
    # In two statements, each by an index of its own: an OR of the two would read all comments of the site.
    replies = and_(of_site, comments.c.parent_ref.in_(named))
    parent = and_(of_site, comments.c.external_id == subject.parent_ref)
    latest = and_(revisions.c.comment_id == comments.c.id, revisions.c.number == comments.c.revision)
    query = select(comments, revisions.c.text).join(revisions, latest).order_by(comments.c.id)
    rows = list(tx.execute(query.where(parent))) if subject.parent_ref else []
    rows += tx.execute(query.where(replies).limit(_MOST_THREAD))
    drawn = samples.open_of(tx, [row.id for row in rows])
    return [
        Turn(
            row.id,
            row.external_id,
            row.author_name or row.author_ref,
            row.text,
            Status(row.status),
            row.written_at or row.accepted_at,
            row.parent_ref == subject.external_id,
            row.id in drawn,
        )
        for row in rows
    ]


def _are(table: Table, authors: Collection[tuple[int, str]]) -> ColumnElement[bool]:
    """Limit a table to these authors, site by site: SQLite finds no index for pairs."""
    refs: dict[int, list[str]] = defaultdict(list)
    for site_id, ref in sorted(authors):
        refs[site_id].append(ref)
    return or_(*(and_(table.c.site_id == site_id, table.c.author_ref.in_(found)) for site_id, found in refs.items()))


def _accuracy(
    tx: Connection, reporters: Collection[tuple[int, str]], but: Collection[int]
) -> dict[tuple[int, str], tuple[int, int]]:
    """Count, by site and reporter, how many of the decided comments that they reported are rejected, and how many."""
    if not reporters:
        return {}
    is_right = func.sum((comments.c.status == Status.REJECTED.value).cast(Integer))
    query = select(comments.c.site_id, reports.c.reporter_ref, is_right.label("n_right"), func.count().label("n"))
    query = query.join(comments, comments.c.id == reports.c.comment_id).where(
        reports.c.reporter_ref.in_(sorted({ref for _, ref in reporters})),
        comments.c.status.in_([Status.APPROVED.value, Status.REJECTED.value]),
        reports.c.comment_id.not_in(but),
    )
    rows = tx.execute(query.group_by(comments.c.site_id, reports.c.reporter_ref))
    return {(row.site_id, row.reporter_ref): (int(row.n_right), row.n) for row in rows}


def _subject(row: Row[Any]) -> Subject:
    return Subject(
        row.id,
        row.site_id,
        row.site_name,
        row.external_id,
        Status(row.status),
        row.revision,
        row.text,
        row.scores,
        row.model_version,
        row.language,
        row.author_ref,
        row.author_name,
        row.author_joined_at,
        row.parent_ref,
        row.parent_text,
        row.article_id,
        Article(row.url, row.title, row.section),
        row.written_at,
        row.accepted_at,
    )
