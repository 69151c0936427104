"""What spares the moderator: easy texts between hard ones, and a count of severe texts that they alone see."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from moderation.desk import Moderator, Role
from moderation.store import exposures
from service.console.wellness import BREAK_AFTER, Exposure, arranged, exposure

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from moderation.store.comments import CommentRow
    from moderation.store.database import Database

PLAIN = Moderator(1, "mara@news.example", "Mara", Role.MODERATOR)
SPARED = replace(PLAIN, preferences={"interleave": True})


def cards(*severities: float | None) -> list[Any]:
    """Cards as far as their order is concerned."""
    return [
        SimpleNamespace(item=None if severity is None else SimpleNamespace(severity=severity), at=number)
        for number, severity in enumerate(severities)
    ]


def places(found: list[Any]) -> list[int]:
    return [one.at for one in found]


@pytest.mark.parametrize(
    ("severities", "order"),
    [
        ((0.9, 0.8, 0.5, 0.4), [0, 2, 1, 3]),
        ((0.9, 0.8, 0.8, 0.4), [0, 3, 1, 2]),
        ((0.9, 0.5, 0.4, None), [0, 1, 2, 3]),
        ((0.9, 0.8), [0, 1]),
        ((0.5, 0.4), [0, 1]),
        ((), []),
    ],
)
def test_an_easy_text_follows_each_hard_one(severities: tuple[float | None, ...], order: list[int]) -> None:
    assert places(arranged(cards(*severities), SPARED)) == order
    assert places(arranged(cards(*severities), PLAIN)) == sorted(order)


@pytest.mark.parametrize(
    ("n", "limit", "n_bars", "wants_break"),
    [
        (0, 12, 0, False),
        (1, 12, 1, False),
        (11, 12, 5, False),
        (12, 12, 5, True),
        (90, 12, 5, True),
        (90, 0, 0, False),
    ],
)
def test_the_meter_fills_up_to_the_break(n: int, limit: int, n_bars: int, *, wants_break: bool) -> None:
    found = Exposure(n, limit)
    assert (found.n_bars, found.wants_break) == (n_bars, wants_break)


def test_only_ones_own_last_hour_counts(
    app: Flask, database: Database, add_moderator: Callable[..., Moderator], accept: Callable[..., CommentRow]
) -> None:
    mara, jonas = add_moderator(), add_moderator("jonas@news.example", "Jonas")
    now = datetime.now(UTC)
    read = [(mara, now, accept("c-1")), (mara, now - timedelta(minutes=61), accept("c-2")), (jonas, now, accept("c-1"))]
    with database.writing() as tx:
        for who, at, comment in read:
            exposures.add(tx, who.id, comment.id, at)
    with app.app_context():
        assert exposure(mara) == Exposure(1, BREAK_AFTER)
        assert exposure(replace(jonas, preferences={"break_after": 3})) == Exposure(1, 3)


def test_who_read_too_much_is_told_to_take_a_break(
    database: Database, signed_in: Callable[..., Any], accept: Callable[..., CommentRow]
) -> None:
    mara, read = signed_in(), [accept(f"c-{number}") for number in range(BREAK_AFTER)]
    with database.writing() as tx:
        for comment in read:
            exposures.add(tx, mara.who.id, comment.id, datetime.now(UTC))
    words = "That was 12 severe texts within an hour."
    assert words in mara.get("/queues/held").text
    assert words not in signed_in(role="admin").get("/people").text
