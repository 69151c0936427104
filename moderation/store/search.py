"""Looking for comments by their words and by all else that is known of them, newest first, a stretch at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    cast,
    column,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    table,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB

from moderation.domain import Status
from moderation.store.sight import of_sites
from moderation.tables import articles, comments, decisions, sites

if TYPE_CHECKING:
    from datetime import datetime

    from moderation.desk import Moderator
    from moderation.wording import Term, Wording

MOST_AUTHORS = 50
MOST_ARTICLES = 200
FEW = 2_000
"""So many comments of an author, or under articles, are looked through one by one."""

_MOST_NAMESAKES = 1_000
_MARGIN = 1_000
"""Ids follow the times of acceptance, but for neighbours that were posted at once."""

_words = table("comment_words", column("comment_id"), column("words"), column("rowid"), column("comment_words"))
"""The words of each comment's latest text: see migration 0003. The first two columns are PostgreSQL's."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What someone looks for. None leaves open; empty `authors` or `article_ids` fit no comment.

    `authors` are pairs of a site and its own id of the author.
    """

    wording: Wording | None = None
    site_id: int | None = None
    authors: tuple[tuple[int, str], ...] | None = None
    article_ids: tuple[int, ...] | None = None
    guideline: str | None = None
    status: Status | None = None
    language: str | None = None
    section: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_hopeless(self) -> bool:
        """Tell whether nothing can fit."""
        return self.authors == () or self.article_ids == ()


def ids_between(tx: Connection, who: Moderator, sought: Sought, low: int, high: int, limit: int) -> list[int]:
    """Find comments in sight of someone with `low <= id < high`, newest first, `limit` at most."""
    return list(tx.execute(query_between(tx, who, sought, low, high, limit)).scalars())


def query_between(tx: Connection, who: Moderator, sought: Sought, low: int, high: int, limit: int) -> Select[Any]:
    """Write the query of `ids_between`, so that its plan can be looked at."""
    query = select(comments.c.id).where(comments.c.id >= low, comments.c.id < high)
    query = query.where(*of_sites(who, _site(tx), sought.site_id), *_limits(tx, sought))
    if who.sections is not None or sought.section is not None:
        query = query.join(articles, articles.c.id == comments.c.article_id)
    if who.sections is not None:
        query = query.where(articles.c.section.in_(sorted(who.sections)))
    if sought.section is not None:
        query = query.where(articles.c.section == sought.section)
    if sought.wording is not None:
        if tx.dialect.name == "postgresql":
            query = _worded_in_postgresql(query, sought.wording, low, high)
        else:
            query = _worded_in_sqlite(query, sought.wording, low, high, has_few=_has_few(tx, sought))
    return query.order_by(_newest_first(tx)).limit(limit)


def plan_afresh(tx: Connection) -> None:
    """Have PostgreSQL plan each query of a transaction by its words: a plan for any words is one for none."""
    if tx.dialect.name == "postgresql":
        tx.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))


def bounds(tx: Connection, since: datetime | None, until: datetime | None) -> tuple[int, int]:
    """Tell between which ids all comments of a time lie: from the first to before the second."""
    ends = (select(end).scalar_subquery() for end in (func.min(comments.c.id), func.max(comments.c.id)))
    first, last = tx.execute(select(*ends)).one()  # two queries in one: SQLite would read all ids for both at once
    if first is None:
        return 0, 0
    low, high = first, last + 1
    if since is not None:
        low = max(first, _first_from(tx, since, first, last + 1) - _MARGIN)
    if until is not None:
        high = min(last + 1, _first_from(tx, until, first, last + 1) + _MARGIN)
    return low, high


def moment_of(tx: Connection, comment_id: int) -> datetime | None:
    """Tell when the first comment from this id on was accepted."""
    query = select(comments.c.accepted_at).where(comments.c.id >= comment_id).order_by(comments.c.id).limit(1)
    return tx.execute(query).scalar_one_or_none()


def authors_named(
    tx: Connection, who: Moderator, name: str, site_id: int | None = None, *, goes_on: bool = False
) -> list[tuple[int, str]]:
    """Find authors by the site's own id or by their name in a usual case; with `goes_on`, by how the name begins."""
    by_ref = exists().where(comments.c.site_id == sites.c.id, comments.c.author_ref == name)
    found = select(sites.c.id, literal(name)).where(by_ref, *of_sites(who, sites.c.id, site_id))
    namesakes = select(comments.c.site_id, comments.c.author_ref).where(_is_called(name, goes_on=goes_on)).distinct()
    namesake = namesakes.limit(_MOST_NAMESAKES).subquery()  # the limit keeps the sites out of it, and their index
    named = select(namesake).where(*of_sites(who, namesake.c.site_id, site_id)).limit(MOST_AUTHORS)
    rows = [*tx.execute(found), *tx.execute(named)]
    return list(dict.fromkeys((row[0], row[1]) for row in rows))


def articles_named(tx: Connection, who: Moderator, name: str, site_id: int | None = None) -> list[int]:
    """Find articles by their address, or by words of their title; newest first."""
    is_meant = articles.c.url == name if "://" in name else articles.c.title.icontains(name, autoescape=True)
    query = select(articles.c.id).where(is_meant, *of_sites(who, articles.c.site_id, site_id))
    if who.sections is not None:
        query = query.where(articles.c.section.in_(sorted(who.sections)))
    return list(tx.execute(query.order_by(articles.c.id.desc()).limit(MOST_ARTICLES)).scalars())


def _is_called(name: str, *, goes_on: bool) -> ColumnElement[bool]:
    cases = dict.fromkeys((name, name.lower(), name.capitalize(), name.title(), name.upper()))
    if not goes_on:
        return comments.c.author_name.in_(list(cases))
    return or_(*(comments.c.author_name.startswith(case, autoescape=True) for case in cases))


def _first_from(tx: Connection, moment: datetime, low: int, high: int) -> int:
    """Find by halving where the comments begin that were accepted at a time or later."""
    while low < high:
        middle = (low + high) // 2
        at = moment_of(tx, middle)
        if at is None or at >= moment:
            high = middle
        else:
            low = middle + 1
    return low


def _site(tx: Connection) -> ColumnElement[int]:
    """Name a comment's site so that SQLite does not go by its index: everything else leaves fewer comments."""
    return comments.c.site_id + 0 if tx.dialect.name == "sqlite" else comments.c.site_id


def _newest_first(tx: Connection) -> ColumnElement[int]:
    """Order by a sum on PostgreSQL: by the id itself it reads all that is newer in the hope of soon having enough."""
    return comments.c.id.desc() if tx.dialect.name == "sqlite" else (comments.c.id + 0).desc()


def _limits(tx: Connection, sought: Sought) -> list[ColumnElement[bool]]:
    limits = []
    if sought.authors is not None:
        limits.append(or_(*(_is_by(*author) for author in sought.authors)))
    if sought.article_ids is not None:
        limits.append(comments.c.article_id.in_(sought.article_ids))
    if sought.status is not None:
        limits.append(comments.c.status == sought.status.value)
    if sought.language is not None:
        limits.append(comments.c.language == sought.language)
    if sought.since is not None:
        limits.append(comments.c.accepted_at >= sought.since)
    if sought.until is not None:
        limits.append(comments.c.accepted_at < sought.until)
    if sought.guideline is not None:
        limits.append(_is_under(tx, sought.guideline))
    return limits


def _is_by(site_id: int, author_ref: str) -> ColumnElement[bool]:
    return and_(comments.c.site_id == site_id, comments.c.author_ref == author_ref)


def _is_under(tx: Connection, guideline: str) -> ColumnElement[bool]:
    """Limit to comments whose newest decision names a guideline; only what is held or rejected has one that does."""
    is_stopped = comments.c.status.in_([Status.HELD.value, Status.REJECTED.value])
    newest = select(decisions.c.reasons).where(decisions.c.comment_id == comments.c.id, decisions.c.undone_at.is_(None))
    newest = newest.order_by(decisions.c.decided_at.desc(), decisions.c.id.desc()).limit(1)
    reasons = newest.correlate(comments).scalar_subquery()
    if tx.dialect.name == "postgresql":
        return and_(is_stopped, reasons.op("@>")(cast([{"guideline": guideline}], JSONB)))
    each = func.json_each(reasons).table_valued("value")
    return and_(is_stopped, exists().where(func.json_extract(each.c.value, "$.guideline") == guideline))


def _worded_in_postgresql(query: Select[Any], wording: Wording, low: int, high: int) -> Select[Any]:
    asked = func.to_tsquery(literal_column("'simple'"), tsquery(wording))
    query = query.join(_words, _words.c.comment_id == comments.c.id)
    return query.where(_words.c.words.op("@@")(asked), _words.c.comment_id >= low, _words.c.comment_id < high)


def _worded_in_sqlite(query: Select[Any], wording: Wording, low: int, high: int, *, has_few: bool) -> Select[Any]:
    has_words = _words.c.comment_words.op("MATCH")(fts5_query(wording))
    if has_few:
        return query.where(exists().where(has_words, _words.c.rowid == comments.c.id))
    query = query.join(_words, _words.c.rowid == comments.c.id)
    return query.where(has_words, _words.c.rowid >= low, _words.c.rowid < high)


def _has_few(tx: Connection, sought: Sought) -> bool:
    """Tell whether an author or an article leaves so few comments that each can be asked whether it has the words."""
    if sought.authors is None and sought.article_ids is None:
        return False
    theirs = Sought(authors=sought.authors, article_ids=sought.article_ids)
    some = select(true()).select_from(comments).where(*_limits(tx, theirs))
    return int(tx.execute(select(func.count()).select_from(some.limit(FEW + 1).subquery())).scalar_one()) <= FEW


def fts5_query(wording: Wording) -> str:
    """Write a wording for FTS5."""
    wanted = " AND ".join(map(_for_fts5, wording.wanted))
    without = " OR ".join(map(_for_fts5, wording.without))
    return f"({wanted}) NOT ({without})" if without else wanted


def tsquery(wording: Wording) -> str:
    """Write a wording for `to_tsquery`."""
    terms = [_for_tsquery(term) for term in wording.wanted]
    return " & ".join(terms + [f"!({_for_tsquery(term)})" for term in wording.without])


def _for_fts5(term: Term) -> str:
    return f'"{" ".join(term.words)}"{"*" if term.is_beginning else ""}'


def _for_tsquery(term: Term) -> str:
    *others, last = (f"'{word}'" for word in term.words)
    return f"({' <-> '.join([*others, f'{last}:*' if term.is_beginning else last])})"
