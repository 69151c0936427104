"""Authors in the record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from moderation.desk_tables import notes
from moderation.domain import Article, Author, Decision, Status
from moderation.store import authors

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.desk import Moderator
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site

IDA = "reader-7"


@pytest.mark.parametrize(
    ("limits", "status", "before", "limit", "expected"),
    [
        pytest.param({}, None, None, 9, ["match", "c-2", "c-1"], id="all, newest first"),
        pytest.param({}, "APPROVED", None, 9, ["c-1"], id="of a status"),
        pytest.param({}, None, "match", 9, ["c-2", "c-1"], id="going on"),
        pytest.param({}, None, None, 1, ["match"], id="a few"),
        pytest.param({"sections": ("Sport",)}, None, None, 9, ["match"], id="in sight"),
        pytest.param({"sections": ("Sport",)}, "APPROVED", None, 9, [], id="in sight and of a status"),
    ],
)
def test_an_author_s_comments(
    database: Database,
    site: Site,
    accept: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    add_moderator: Callable[..., Moderator],
    limits: dict[str, Any],
    status: str | None,
    before: str | None,
    limit: int,
    expected: list[str],
) -> None:
    ids = {id_: accept(id_).id for id_ in ("c-1", "c-2")}
    ids["match"] = accept("match", article=Article("https://news.example/match", "T", "Sport")).id
    decide(accept("c-1"), Status.APPROVED)
    accept("other's", author=Author("reader-8"))
    who = add_moderator(**limits)
    with database.reading() as tx:
        found = authors.comments_of(tx, who, site.id, IDA, status, ids[before] if before else None, limit)
    assert found == [ids[one] for one in expected]


def test_the_last_name_that_the_site_told_is_an_author_s(
    database: Database, site: Site, accept: Callable[..., CommentRow]
) -> None:
    for number, name in enumerate(("Ida", "Ida B.", None)):
        accept(f"c-{number}", author=Author(IDA, name))
    with database.reading() as tx:
        assert authors.name_of(tx, site.id, IDA) == "Ida B."
        assert authors.name_of(tx, site.id, "reader-404") is None


def test_who_wrote_a_comment_is_known(database: Database, site: Site, accept: Callable[..., CommentRow]) -> None:
    comment = accept()
    with database.reading() as tx:
        assert authors.wrote(tx, site.id, IDA, comment.id)
        assert not authors.wrote(tx, site.id, "reader-8", comment.id)
        assert not authors.wrote(tx, site.id + 1, IDA, comment.id)
        assert not authors.wrote(tx, site.id, IDA, 404)


def test_notes_at_a_comment_go_with_it(
    database: Database, site: Site, accept: Callable[..., CommentRow], mara: Moderator, now: datetime
) -> None:
    comment, other = accept("c-1"), accept("c-2")
    with database.writing() as tx:
        kept = [
            authors.add_note(tx, site.id, IDA, comment_id, mara.id, "Kind.", now)
            for comment_id in (comment.id, other.id, None)
        ][1:]
        authors.erase_notes(tx, comment.id)
        assert list(tx.execute(select(notes.c.id).order_by(notes.c.id)).scalars()) == kept
