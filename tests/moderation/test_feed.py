"""The feed: decisions in order, for sites that fetch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation import feed
from moderation.errors import UnknownCursor

if TYPE_CHECKING:
    from collections.abc import Callable

    from moderation.domain import Decision
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site


def test_a_site_without_decisions_reads_nothing_and_keeps_its_cursor(database: Database, site: Site) -> None:
    assert feed.read(database, site.id, feed.START, 10) == ([], feed.START)


def test_following_the_cursor_reads_everything_once_and_in_order(
    database: Database, site: Site, accept: Callable[..., CommentRow], decide: Callable[..., Decision]
) -> None:
    made = [decide(accept(f"c-{number}")) for number in range(5)]
    read: list[Decision] = []
    cursor = feed.START
    for n_expected in (2, 2, 1, 0):
        found, cursor = feed.read(database, site.id, cursor, 2)
        assert len(found) == n_expected
        read += found
    assert read == made
    assert cursor == "5"


def test_a_site_never_reads_another_s_decisions(
    database: Database,
    add_site: Callable[[str], tuple[Site, str]],
    accept: Callable[..., CommentRow],
    decide: Callable[..., Decision],
) -> None:
    decide(accept())
    other, _ = add_site("other.example")
    assert feed.read(database, other.id, feed.START, 10) == ([], feed.START)
    with pytest.raises(UnknownCursor):
        feed.read(database, other.id, "1", 10)


@pytest.mark.parametrize(
    "cursor", ["", " ", "2", "-1", "+1", "01", "1.0", "one", "1 ", "٣", "²", "9" * 18, "9" * 19, "9" * 5_000]
)
def test_a_cursor_that_was_never_handed_out_is_refused(
    database: Database,
    site: Site,
    accept: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    cursor: str,
) -> None:
    decide(accept())
    with pytest.raises(UnknownCursor):
        feed.read(database, site.id, cursor, 10)


@given(st.text())
def test_no_text_breaks_the_reading_of_cursors(cursor: str) -> None:
    try:
        assert str(feed._sequence(cursor)) == cursor
    except UnknownCursor as refused:
        assert refused.name == cursor  # noqa: PT017  either is right
