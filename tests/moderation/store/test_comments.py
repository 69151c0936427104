"""Comments in the record, and the claims of those who score them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, text

from moderation import tables
from moderation.domain import Status
from moderation.store import comments

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.domain import Decision
    from moderation.store.comments import Claimed, CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site

LEASE = timedelta(seconds=60)


def claim_again(database: Database, token: str, now: datetime) -> list[comments.Claimed]:
    with database.writing() as tx:
        return comments.claim_again(tx, token, now, LEASE)


def claim(database: Database, token: str, now: datetime, limit: int = 100) -> list[Claimed]:
    with database.writing() as tx:
        return comments.claim_pending(tx, token, limit, now, LEASE)


def test_a_claim_gives_the_oldest_with_text_revision_and_language(
    database: Database, site: Site, accept: Callable[..., CommentRow], now: datetime
) -> None:
    for number in range(3):
        accept(f"c-{number}", text=f"text {number}", language="en")
    accept("c-0", text="edited", language="de")
    first, second = claim(database, "t", now, limit=2)
    assert (first.external_id, first.site_id, first.revision, first.text) == ("c-0", site.id, 2, "edited")
    assert (first.language, first.n_claims) == ("de", 1)
    assert second.external_id == "c-1"
    assert (second.article_title, second.parent_text) == ("The bridge will be rebuilt", None)


def test_only_what_is_pending_is_claimed(
    database: Database, accept: Callable[..., CommentRow], decide: Callable[..., Decision], now: datetime
) -> None:
    for number, status in enumerate((Status.HELD, Status.APPROVED, Status.REJECTED, Status.REMOVED)):
        decide(accept(f"c-{number}"), status)
    assert claim(database, "t", now) == []
    with database.reading() as tx:
        assert not comments.has_pending(tx, now)


def test_what_is_claimed_is_nobody_else_s_until_the_lease_ends(
    database: Database, accept: Callable[..., CommentRow], now: datetime
) -> None:
    accept()
    assert len(claim(database, "first", now)) == 1
    before = now + LEASE - timedelta(milliseconds=1)
    assert claim(database, "second", before) == []
    with database.reading() as tx:
        assert not comments.has_pending(tx, before)
        assert comments.has_pending(tx, now + LEASE)
    assert claim(database, "second", now + LEASE) == [], "only fresh comments are claimed in batches"
    (again,) = claim_again(database, "second", now + LEASE)
    assert again.n_claims == 2


def test_what_was_tried_before_is_claimed_alone(
    database: Database, accept: Callable[..., CommentRow], now: datetime
) -> None:
    accept("c-1")
    accept("c-2")
    claim(database, "killed", now)
    accept("c-3")
    later = now + LEASE
    assert [one.external_id for one in claim(database, "a", later)] == ["c-3"]
    assert [one.external_id for one in claim_again(database, "b", later)] == ["c-1"]
    assert [one.external_id for one in claim_again(database, "c", later)] == ["c-2"]
    assert claim_again(database, "d", later) == []


def test_two_claimers_at_once_get_different_comments_and_all_of_them(
    database: Database, accept: Callable[..., CommentRow], now: datetime, at_once: Callable[..., list[Any]]
) -> None:
    for number in range(40):
        accept(f"c-{number}")
    claims = at_once(*[lambda token=token: claim(database, token, now, limit=10) for token in "abcd"])
    ids = [one.external_id for claimed in claims for one in claimed]
    while more := claim(database, "e", now, limit=10):
        ids += [one.external_id for one in more]
    assert sorted(ids) == sorted(f"c-{number}" for number in range(40))


def test_a_claimer_passes_over_what_another_has_not_committed_yet(
    database: Database, accept: Callable[..., CommentRow], now: datetime
) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite has one writer")
    for number in range(4):
        accept(f"c-{number}")
    with database.writing() as tx:
        first = comments.claim_pending(tx, "first", 2, now, LEASE)
        second = claim(database, "second", now, limit=2)
    assert [one.external_id for one in first] == ["c-0", "c-1"]
    assert [one.external_id for one in second] == ["c-2", "c-3"]


def test_a_claim_keeps_its_limit_however_the_database_plans_it(
    database: Database, accept: Callable[..., CommentRow], now: datetime
) -> None:
    """PostgreSQL may run a subquery again for each row, and SKIP LOCKED then finds other rows each time."""
    if database.is_sqlite:
        pytest.skip("SQLite locks no rows")
    for number in range(20):
        accept(f"c-{number}")
    with database.writing() as tx:
        for plan in ("hashjoin", "mergejoin", "hashagg", "sort", "material", "indexscan", "bitmapscan"):
            tx.execute(text(f"SET LOCAL enable_{plan} = off"))
        assert len(comments.claim_pending(tx, "t", 3, now, LEASE)) == 3
        assert len(tx.execute(select(tables.comments.c.id).where(tables.comments.c.claim_token == "t")).all()) == 3


def test_what_is_let_go_of_can_be_claimed_again_later(
    database: Database, accept: Callable[..., CommentRow], now: datetime
) -> None:
    accept("c-1")
    accept("c-2")
    mine = claim(database, "t", now)
    later = now + timedelta(seconds=5)
    with database.writing() as tx:
        comments.release_claims(tx, "t", [mine[0].id], later)
        comments.release_claims(tx, "another's token", [mine[1].id], now)
    assert claim_again(database, "u", now) == []
    assert [one.external_id for one in claim_again(database, "u", later)] == ["c-1"]


def test_a_new_revision_ends_the_claim_and_starts_the_count_of_claims_anew(
    database: Database, accept: Callable[..., CommentRow], now: datetime
) -> None:
    accept()
    claim(database, "t", now)
    accept(text="edited")
    (again,) = claim(database, "u", now)
    assert (again.n_claims, again.revision) == (1, 2)


def test_scores_are_kept_with_their_revision(database: Database, site: Site, accept: Callable[..., CommentRow]) -> None:
    comment = accept()
    with database.writing() as tx:
        comments.keep_scores(tx, [])
        comments.keep_scores(
            tx, [{"comment_id": comment.id, "revision": 1, "scores": {"SPAM": 0.25}, "model_version": "words-1"}]
        )
        kept = comments.find(tx, site.id, "c-1")
    assert kept is not None
    assert (kept.scores, kept.model_version) == ({"SPAM": 0.25}, "words-1")
    accept(text="edited")
    with database.reading() as tx:
        edited = comments.find(tx, site.id, "c-1")
    assert edited is not None
    assert edited.scores is None


def test_what_is_not_there_is_not_found_locked_or_not(database: Database, site: Site) -> None:
    with database.writing() as tx:
        assert comments.find(tx, site.id, "c-9") is None
        assert comments.find(tx, site.id, "c-9", lock=True) is None
        assert comments.lock(tx, [404]) == {}
