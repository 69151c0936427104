"""Saved filters: one's own, by name, of queues and searches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from moderation import saved_filters
from moderation.errors import InvalidFilter

if TYPE_CHECKING:
    from collections.abc import Callable

    from moderation.desk import Moderator
    from moderation.store.database import Database

HELD = "/queues/held?section=Sport"


@pytest.fixture
def mara(add_moderator: Callable[..., Moderator]) -> Moderator:
    return add_moderator()


def kept(database: Database, who: Moderator, page: str = "") -> list[tuple[str, str]]:
    return [(one.name, one.address) for one in saved_filters.of(database, who, page)]


def test_a_filter_is_kept_renamed_and_removed(database: Database, mara: Moderator) -> None:
    sport = saved_filters.keep(database, mara, "  Sport,  held ", HELD)
    saved_filters.keep(database, mara, "Bridge", "/search?q=bridge")
    assert kept(database, mara) == [("Bridge", "/search?q=bridge"), ("Sport, held", HELD)]
    assert kept(database, mara, "/queues/") == [("Sport, held", HELD)]
    saved_filters.rename(database, mara, sport.id, "Match day")
    assert kept(database, mara, "/queues/") == [("Match day", HELD)]
    saved_filters.remove(database, mara, sport.id)
    assert kept(database, mara) == [("Bridge", "/search?q=bridge")]


def test_a_name_stands_for_one_address(database: Database, mara: Moderator) -> None:
    first = saved_filters.keep(database, mara, "Mine", HELD)
    again = saved_filters.keep(database, mara, "Mine", "/queues/held")
    assert again.id == first.id
    other = saved_filters.keep(database, mara, "Other", "/search?q=x")
    saved_filters.rename(database, mara, other.id, "Mine")
    assert kept(database, mara) == [("Mine", "/search?q=x")]


def test_nobody_touches_anothers_filters(
    database: Database, mara: Moderator, add_moderator: Callable[..., Moderator]
) -> None:
    jonas = add_moderator("jonas@news.example", "Jonas Behr")
    mine = saved_filters.keep(database, mara, "Mine", HELD)
    saved_filters.keep(database, jonas, "Theirs", HELD)
    saved_filters.rename(database, jonas, mine.id, "Theirs")
    saved_filters.remove(database, jonas, mine.id)
    assert kept(database, mara) == [("Mine", HELD)]


@pytest.mark.parametrize(
    ("name", "address", "why"),
    [
        ("", HELD, "no name"),
        ("   ", HELD, "no name"),
        ("x" * 61, HELD, "name too long"),
        ("x", "https://elsewhere.example/queues/held", "no such page"),
        ("x", "//elsewhere.example/queues/held", "no such page"),
        ("x", "javascript:alert(1)", "no such page"),
        ("x", "/queues/held\\x", "no such page"),
        ("x", "/queues/held\n", "no such page"),
        ("x", "/me", "no such page"),
        ("x", "/search?q=" + "x" * 1_000, "no such page"),
    ],
)
def test_what_cannot_be_kept_is_refused(database: Database, mara: Moderator, name: str, address: str, why: str) -> None:
    with pytest.raises(InvalidFilter) as refused:
        saved_filters.keep(database, mara, name, address)
    assert refused.value.why == why
    assert kept(database, mara) == []


@pytest.mark.parametrize(("name", "why"), [(" ", "no name"), ("x" * 61, "name too long")])
def test_a_new_name_is_a_name(database: Database, mara: Moderator, name: str, why: str) -> None:
    one = saved_filters.keep(database, mara, "Mine", HELD)
    with pytest.raises(InvalidFilter) as refused:
        saved_filters.rename(database, mara, one.id, name)
    assert refused.value.why == why


def test_there_is_an_end_to_them(monkeypatch: pytest.MonkeyPatch, database: Database, mara: Moderator) -> None:
    monkeypatch.setattr(saved_filters, "MOST", 2)
    saved_filters.keep(database, mara, "a", HELD)
    saved_filters.keep(database, mara, "b", HELD)
    saved_filters.keep(database, mara, "b", "/search?q=x")
    with pytest.raises(InvalidFilter) as refused:
        saved_filters.keep(database, mara, "c", HELD)
    assert refused.value.why == "too many"
