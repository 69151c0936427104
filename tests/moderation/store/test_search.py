"""The words in the record: triggers keep them, and plans go by them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, text

from moderation import wording
from moderation.desk import Moderator, Role
from moderation.store import search
from moderation.store.search import Sought
from moderation.tables import revisions
from moderation.wording import Term, Wording

if TYPE_CHECKING:
    from collections.abc import Callable

    from moderation.store.comments import CommentRow
    from moderation.store.database import Database

ADA = Moderator(1, "ada@news.example", "Ada", Role.ADMIN)


@pytest.fixture
def sqlite_only(database: Database) -> Database:
    if not database.is_sqlite:
        pytest.skip("SQLite's plan")
    return database


def with_word(database: Database, word: str) -> list[int]:
    with database.reading() as tx:
        return search.ids_between(tx, ADA, Sought(wording.read(word)), 0, 1_000, 10)


def plan(database: Database, sought: Sought) -> str:
    with database.reading() as tx:
        query = search.query_between(tx, ADA, sought, 0, 1_000_000, 26)
        written = query.compile(tx.engine, compile_kwargs={"literal_binds": True})
        if not database.is_sqlite:
            tx.execute(text("SET LOCAL enable_seqscan = off"))
        prefix = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
        return "\n".join(str(row) for row in tx.exec_driver_sql(prefix + str(written)))


def test_words_go_with_the_revision_and_those_of_the_former_come_back(
    database: Database, accept: Callable[..., CommentRow]
) -> None:
    comment = accept("c-1", "former words")
    accept("c-1", "latter words")
    with database.writing() as tx:
        tx.execute(delete(revisions).where(revisions.c.comment_id == comment.id, revisions.c.number == 2))
    assert with_word(database, "latter") == []
    assert with_word(database, "former") == [comment.id]
    with database.writing() as tx:
        tx.execute(delete(revisions))
    assert with_word(database, "words") == []


def test_an_earlier_revision_that_changes_changes_no_word(
    database: Database, accept: Callable[..., CommentRow]
) -> None:
    comment = accept("c-1", "former words")
    accept("c-1", "latter words")
    with database.writing() as tx:
        tx.execute(revisions.update().where(revisions.c.number == 1).values(text="quite different"))
    assert with_word(database, "different") == with_word(database, "former") == []
    assert with_word(database, "latter") == [comment.id]


@pytest.mark.parametrize(
    ("sought", "index"),
    [
        pytest.param(Sought(wording.read("bridge")), None, id="words"),
        pytest.param(Sought(wording.read('"old bridge" -toll')), None, id="phrases"),
        pytest.param(Sought(authors=((1, "reader-7"),)), "ix_comments_author", id="author"),
        pytest.param(Sought(article_ids=(1,)), "ix_comments_article_id", id="article"),
        pytest.param(Sought(wording.read("bridge"), authors=((1, "reader-7"),)), None, id="words of an author"),
    ],
)
def test_a_search_goes_by_an_index(database: Database, sought: Sought, index: str | None) -> None:
    """Which one, PostgreSQL chooses by what there is: `benchmarks/console` looks at a million."""
    planned = plan(database, sought)
    assert "Seq Scan" not in planned
    assert "SCAN comments" not in planned
    assert index is None or not database.is_sqlite or index in planned


def test_sqlite_begins_with_the_words_or_with_the_few_comments_of_an_author(sqlite_only: Database) -> None:
    worded, of_author = Sought(wording.read("bridge")), Sought(wording.read("bridge"), authors=((1, "reader-7"),))
    assert plan(sqlite_only, worded).index("comment_words") < plan(sqlite_only, worded).index("comments USING")
    assert "comments USING COVERING INDEX ix_comments_author" in plan(sqlite_only, of_author)


def test_names_go_by_an_index_and_their_beginnings_too(
    database: Database, accept: Callable[..., CommentRow], site: Any
) -> None:
    accept("c-1")
    with database.reading() as tx:
        assert search.authors_named(tx, ADA, "Id", goes_on=True) == [(site.id, "reader-7")]
        assert search.authors_named(tx, ADA, "id", goes_on=True) == [(site.id, "reader-7")]
        assert search.authors_named(tx, ADA, "%", goes_on=True) == []
        assert search.authors_named(tx, ADA, "Ida", site.id + 1) == []


WORDS = Wording((Term(("a", "b")), Term(("c",), is_beginning=True)), (Term(("d",)), Term(("e", "f"))))


def test_a_wording_is_written_for_each_database() -> None:
    assert search.fts5_query(WORDS) == '("a b" AND "c"*) NOT ("d" OR "e f")'
    assert search.tsquery(WORDS) == "('a' <-> 'b') & ('c':*) & !(('d')) & !(('e' <-> 'f'))"
