"""Articles in the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation.domain import Article, Decision, Status
from moderation.store import articles, dossiers
from moderation.store.articles import ArticleRow

if TYPE_CHECKING:
    from collections.abc import Callable

    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site


def test_an_article_is_found_with_what_stands_under_it(
    database: Database, site: Site, accept: Callable[..., CommentRow], decide: Callable[..., Decision]
) -> None:
    match = Article("https://news.example/match", "The match", "Sport")
    under = [accept(f"c-{number}", article=match) for number in range(3)]
    accept("elsewhere")
    decide(under[0], Status.REJECTED)
    with database.reading() as tx:
        article_id = dossiers.subjects(tx, [under[0].id])[under[0].id].article_id
        assert articles.find(tx, article_id) == ArticleRow(article_id, site.id, site.name, match)
        assert articles.find(tx, 404) is None
        assert articles.standing(tx, article_id) == {Status.REJECTED: 1, Status.PENDING: 2}
        assert articles.standing(tx, 404) == {}
        ids = [one.id for one in under]
        assert articles.comments_under(tx, article_id, None, 9) == ids[::-1]
        assert articles.comments_under(tx, article_id, None, 2) == [ids[2], ids[1]]
        assert articles.comments_under(tx, article_id, ids[1], 9) == [ids[0]]
