"""Comments that are nearly the same as another, found in the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from moderation import desk_tables, erasure
from moderation.desk import Moderator, Role
from moderation.domain import Article, Status
from moderation.store import fingerprints
from moderation.store.fingerprints import Alike, Fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.domain import Decision
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site

EVERYTHING = Moderator(1, "mara@news.example", "Mara", Role.MODERATOR)


@pytest.fixture
def mark(database: Database, accept: Callable[..., CommentRow]) -> Callable[..., CommentRow]:
    """Take a comment in and keep a fingerprint of it."""

    def keep(id: str, simhash: int, **changes: object) -> CommentRow:  # noqa: A002  the field's name
        comment = accept(id, **changes)
        with database.writing() as tx:
            fingerprints.keep(tx, [Fingerprint(comment.id, comment.site_id, 1, simhash)])
        return comment

    return keep


def test_what_differs_in_three_bits_at_most_is_found_newest_first(
    database: Database, mark: Callable[..., CommentRow], decide: Callable[..., Decision]
) -> None:
    own = mark("own", 0)
    near = mark("near", 0b111)
    mark("far", 0b1111)
    signed = mark("signed", -(2**63) | 1 << 40)
    decide(near, Status.REJECTED)
    with database.reading() as tx:
        found = fingerprints.alike(tx, EVERYTHING, own.id)
        assert found == [Alike(signed.id, 1, Status.PENDING, 2), Alike(near.id, 1, Status.REJECTED, 3)]
        assert fingerprints.alike(tx, EVERYTHING, own.id, limit=1) == found[:1]
        assert fingerprints.n_alike(tx, EVERYTHING, [own.id, near.id, signed.id, 999]) == {
            own.id: 2,
            near.id: 2,
            signed.id: 1,
        }


def test_who_has_no_fingerprint_is_like_nobody(database: Database, accept: Callable[..., CommentRow]) -> None:
    comment = accept()
    with database.reading() as tx:
        assert fingerprints.alike(tx, EVERYTHING, comment.id) == []
        assert fingerprints.n_alike(tx, EVERYTHING, [comment.id]) == {}
        assert fingerprints.n_alike(tx, EVERYTHING, []) == {}


def test_another_site_s_comments_are_not_told_of(
    database: Database,
    mark: Callable[..., CommentRow],
    add_site: Callable[[str], tuple[Site, str]],
    accept: Callable[..., CommentRow],
) -> None:
    own = mark("own", 7)
    stranger, _ = add_site("other.example")
    theirs = accept("theirs")
    with database.writing() as tx:
        fingerprints.keep(tx, [Fingerprint(theirs.id, stranger.id, 1, 7)])
    with database.reading() as tx:
        assert fingerprints.alike(tx, EVERYTHING, own.id) == []
        assert fingerprints.n_alike(tx, EVERYTHING, [own.id]) == {}


@pytest.mark.parametrize(
    ("limits", "n"),
    [
        pytest.param({"sections": frozenset({"Sport"})}, 1, id="the section in sight"),
        pytest.param({"sections": frozenset({"Local"})}, 0, id="another section"),
        pytest.param({"site_ids": frozenset({99})}, 0, id="another site"),
    ],
)
def test_only_what_is_in_sight_is_found(
    database: Database, mark: Callable[..., CommentRow], limits: dict[str, frozenset[int]], n: int
) -> None:
    own = mark("own", 5)
    mark("alike", 5, article=Article("https://news.example/match", "The match", section="Sport"))
    who = Moderator(1, "mara@news.example", "Mara", Role.MODERATOR, **limits)  # type: ignore[arg-type]
    with database.reading() as tx:
        assert len(fingerprints.alike(tx, who, own.id)) == n
        assert fingerprints.n_alike(tx, who, [own.id]).get(own.id, 0) == n


def test_a_later_revision_takes_the_place_and_an_earlier_one_does_not(
    database: Database, site: Site, accept: Callable[..., CommentRow]
) -> None:
    comment = accept()
    with database.writing() as tx:
        fingerprints.keep(tx, [])
        for revision, simhash in ((1, 10), (3, 30), (2, 20)):
            fingerprints.keep(tx, [Fingerprint(comment.id, site.id, revision, simhash)])
        kept = tx.execute(select(desk_tables.fingerprints)).one()
    assert (kept.revision, kept.simhash, kept.band_3) == (3, 30, 30)


def test_an_erased_comment_is_like_nobody(database: Database, mark: Callable[..., CommentRow], now: datetime) -> None:
    own, erased = mark("own", 1), mark("erased", 1)
    with database.writing() as tx:
        erasure.erase_comment(tx, erased, now)
    with database.reading() as tx:
        assert fingerprints.n_alike(tx, EVERYTHING, [own.id]) == {}
