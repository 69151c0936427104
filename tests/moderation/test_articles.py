"""Articles at the desk: how the comments under one fared, for who may see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from moderation import articles, tables
from moderation.domain import Article, Decision, Status
from moderation.store.articles import ArticleRow

if TYPE_CHECKING:
    from collections.abc import Callable

    from moderation.desk import Moderator
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site

SPORT = Article("https://news.example/match", "The match", "Sport")


@pytest.fixture
def match(database: Database, accept: Callable[..., CommentRow], decide: Callable[..., Decision]) -> int:
    """An article with three comments, beside another; answers with its number."""
    for number, status in enumerate((Status.APPROVED, Status.REJECTED, Status.APPROVED)):
        decide(accept(f"c-{number}", article=SPORT), status)
    accept("elsewhere")
    with database.reading() as tx:
        return int(tx.execute(select(tables.articles.c.id).where(tables.articles.c.url == SPORT.url)).scalar_one())


def test_an_article_is_read_with_what_stands_under_it(
    database: Database, site: Site, match: int, mara: Moderator
) -> None:
    found = articles.look_up(database, mara, match, None)
    assert found is not None
    assert found.row == ArticleRow(match, site.id, site.name, SPORT)
    assert found.standing == {Status.APPROVED: 2, Status.REJECTED: 1}
    assert [one.subject.external_id for one in found.dossiers] == ["c-2", "c-1", "c-0"]
    assert found.next_before is None


def test_many_comments_are_read_page_by_page(
    database: Database, match: int, accept: Callable[..., CommentRow], mara: Moderator
) -> None:
    for number in range(3, 21):
        accept(f"c-{number}", article=SPORT)
    first = articles.look_up(database, mara, match, None)
    assert first is not None
    assert [one.subject.external_id for one in first.dossiers] == [f"c-{number}" for number in range(20, 0, -1)]
    second = articles.look_up(database, mara, match, first.next_before)
    assert second is not None
    assert [one.subject.external_id for one in second.dossiers] == ["c-0"]
    assert second.next_before is None


@pytest.mark.parametrize(
    ("limits", "is_seen"),
    [
        ({}, True),
        ({"site_names": ("news.example",), "sections": ("Sport",)}, True),
        ({"sections": ("Local",)}, False),
        ({"site_names": ("other.example",)}, False),
    ],
)
def test_an_article_out_of_sight_is_not_there(
    database: Database,
    match: int,
    add_site: Callable[[str], Any],
    add_moderator: Callable[..., Moderator],
    limits: dict[str, Any],
    *,
    is_seen: bool,
) -> None:
    add_site("other.example")
    who = add_moderator(**limits)
    assert (articles.look_up(database, who, match, None) is not None) is is_seen
    assert articles.look_up(database, who, 404, None) is None
