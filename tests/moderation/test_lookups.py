"""What an id, an address or a name stands for, among what one may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from moderation import endpoints, intake, lookups
from moderation.desk import Moderator, Role
from moderation.domain import Article, Author, Status
from moderation.lookups import Meant
from moderation.store import outbox

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site

ADA = Moderator(1, "ada@news.example", "Ada", Role.ADMIN)
OF_SPORT = Moderator(2, "b@news.example", "B", Role.MODERATOR, sections=frozenset(["Sport"]))
HARBOUR = Article("https://news.example/harbour?id=7", "Harbour dredged", "Local")


def named(database: Database, text: str, who: Moderator = ADA) -> list[str]:
    return [one.external_id for one in lookups.look_up(database, who, text).comments]


@pytest.fixture
def comment(accept: Callable[..., CommentRow]) -> CommentRow:
    return accept("c-1", "a word", article=HARBOUR, author=Author("r-1", "Ida Sorel"))


@pytest.mark.usefixtures("comment")
@pytest.mark.parametrize("text", ["", "  ", "no such thing", "99999", "9" * 40, "²", "https://", "http://["])
def test_what_names_nothing_means_nothing(database: Database, text: str) -> None:
    assert lookups.look_up(database, ADA, text) == Meant()


def test_a_comment_is_known_by_the_records_number_and_the_sites_id(database: Database, comment: CommentRow) -> None:
    assert named(database, str(comment.id)) == ["c-1"]
    assert named(database, " c-1 ") == ["c-1"]


def test_a_number_may_be_ours_and_a_sites(
    database: Database, comment: CommentRow, accept: Callable[..., CommentRow]
) -> None:
    accept(str(comment.id))
    assert named(database, str(comment.id)) == ["c-1", str(comment.id)]


def test_a_decision_and_a_delivery_lead_to_their_comment(
    database: Database, site: Site, comment: CommentRow, decide: Callable[..., Any], secret: str, now: datetime
) -> None:
    endpoint = endpoints.add(
        database, site.id, "https://news.example/hook", list(endpoints.ALL_EVENTS), secret, (), now
    )[0]
    decision = decide(comment, Status.REJECTED)
    with database.reading() as tx:
        (delivery,) = outbox.of_decision(tx, decision.id)
    assert named(database, decision.id) == ["c-1"]
    assert named(database, delivery.id) == ["c-1"]
    assert lookups.look_up(database, ADA, endpoint.id).endpoint_site_id == site.id
    elsewhere = Moderator(3, "c@news.example", "C", Role.MODERATOR, site_ids=frozenset([site.id + 1]))
    assert lookups.look_up(database, elsewhere, endpoint.id) == Meant()
    assert lookups.look_up(database, elsewhere, decision.id) == Meant()


@pytest.mark.usefixtures("comment")
@pytest.mark.parametrize(
    ("address", "articles", "comments"),
    [
        ("https://news.example/harbour?id=7", ["Harbour dredged"], []),
        ("https://news.example/harbour?id=7#top", ["Harbour dredged"], []),
        ("https://news.example/harbour?id=8", [], []),
        ("https://news.example/harbour?id=7#c-1", ["Harbour dredged"], ["c-1"]),
        ("https://news.example/other#comment=c1", [], ["c1"]),
        ("https://news.example/other?comment=c-1&x=", [], ["c-1"]),
        ("https://news.example/other?commentID=thread/c1", [], ["c1"]),
    ],
)
def test_an_address_leads_to_its_article_and_comment(
    database: Database,
    accept: Callable[..., CommentRow],
    address: str,
    articles: list[str],
    comments: list[str],
) -> None:
    accept("c1")
    meant = lookups.look_up(database, ADA, address)
    assert [one.article.title for one in meant.articles] == articles
    assert [one.external_id for one in meant.comments] == comments


def test_an_address_without_its_query_is_an_articles_too(database: Database, accept: Callable[..., CommentRow]) -> None:
    accept("c-1", article=Article("https://news.example/plain", "Plain", None))
    meant = lookups.look_up(database, ADA, "https://news.example/plain?from=feed")
    assert [one.article.title for one in meant.articles] == ["Plain"]


@pytest.mark.usefixtures("comment")
def test_an_article_is_known_by_words_of_its_title(database: Database) -> None:
    assert [one.article.title for one in lookups.look_up(database, ADA, "dredged").articles] == ["Harbour dredged"]
    assert lookups.look_up(database, ADA, "ha").articles == ()


@pytest.mark.usefixtures("comment")
def test_an_author_is_known_by_id_name_and_how_the_name_begins(database: Database) -> None:
    for text in ("r-1", "Ida Sorel", "ida sor"):
        assert [(one.ref, one.name) for one in lookups.look_up(database, ADA, text).authors] == [("r-1", "Ida Sorel")]
    assert lookups.look_up(database, ADA, "Id").authors == ()


def test_no_more_of_a_kind_than_are_read(database: Database, accept: Callable[..., CommentRow]) -> None:
    for number in range(9):
        article = Article(f"https://news.example/{number}", f"Harbour {number}", None)
        accept(f"c-{number}", author=Author(f"r-{number}", "Harbourer"), article=article)
    meant = lookups.look_up(database, ADA, "harbour")
    assert (len(meant.articles), len(meant.authors)) == (6, 6)


def test_nothing_out_of_sight_is_found(
    database: Database, comment: CommentRow, add_site: Callable[..., Any], submission: Any, now: datetime
) -> None:
    other = add_site("other.example")[0]
    intake.accept(database, other.id, submission("o-1", author=Author("r-1", "Ida Sorel")), now)
    of_other = Moderator(3, "c@news.example", "C", Role.MODERATOR, site_ids=frozenset([other.id]))
    for text in ("c-1", str(comment.id), "dredged", "https://news.example/harbour?id=7#c-1"):
        assert lookups.look_up(database, OF_SPORT, text) == lookups.look_up(database, of_other, text) == Meant()
    assert [one.site_name for one in lookups.look_up(database, of_other, "r-1").authors] == ["other.example"]
    assert lookups.look_up(database, OF_SPORT, "r-1") == Meant()
