"""Articles as the desk sees them: how the comments under one fared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from moderation import dossiers
from moderation.store import articles as store

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moderation.desk import Moderator
    from moderation.domain import Status
    from moderation.dossiers import Dossier
    from moderation.store.articles import ArticleRow
    from moderation.store.database import Database

PAGE = 20
"""Comments on one page under an article."""


@dataclass(frozen=True, slots=True)
class Overview:
    """An article, how many of its comments stand where, and the newest; `next_before` leads on."""

    row: ArticleRow
    standing: Mapping[Status, int]
    dossiers: tuple[Dossier, ...]
    next_before: int | None


def look_up(database: Database, who: Moderator, article_id: int, before: int | None) -> Overview | None:
    """Read what stands under an article; None where there is none that someone may see."""
    with database.reading() as tx:
        row = store.find(tx, article_id)
        if row is None or not who.sees(row.site_id, row.article.section):
            return None
        standing = store.standing(tx, article_id)
        ids = store.comments_under(tx, article_id, before, PAGE + 1)
    shown = ids[:PAGE]
    return Overview(row, standing, tuple(dossiers.of(database, who, shown)), shown[-1] if len(ids) > PAGE else None)
