"""The feed: every decision in order, without gaps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from moderation.domain import Status
from moderation.webhooks import as_data


def test_an_empty_feed_still_has_a_cursor_and_keeps_it(api: Any) -> None:
    first = api.get("/v1/decisions").json
    assert first["decisions"] == []
    assert api.get(f"/v1/decisions?after={first['next']}").json == first


def test_decisions_come_oldest_first_and_each_once(
    api: Any, posted: Callable[..., Any], judged: Callable[..., Any]
) -> None:
    made = []
    for number in range(5):
        posted(f"c-{number}")
        made.append(judged(f"c-{number}", Status.HELD if number % 2 else Status.APPROVED))
    seen, cursor = [], "0"
    while page := (answer := api.get(f"/v1/decisions?after={cursor}&limit=2").json)["decisions"]:
        seen += page
        cursor = answer["next"]
    assert seen == [as_data(decision) for decision in made]
    assert answer["next"] == cursor
    assert [decision["sequence"] for decision in seen] == [1, 2, 3, 4, 5]


def test_the_cursor_stays_until_something_is_new(
    api: Any, posted: Callable[..., Any], judged: Callable[..., Any]
) -> None:
    posted()
    judged()
    cursor = api.get("/v1/decisions").json["next"]
    assert [api.get(f"/v1/decisions?after={cursor}").json["next"] for _ in range(2)] == [cursor, cursor]
    posted("c-2")
    judged("c-2")
    later = api.get(f"/v1/decisions?after={cursor}").json
    assert [decision["comment_id"] for decision in later["decisions"]] == ["c-2"]
    assert later["next"] != cursor


@pytest.mark.parametrize(
    "cursor", ["1", "99", "-1", "00", "01", "1.0", "x", "", "%00", "9" * 40, "%D9%A1", "+0", "%200"]
)
def test_a_cursor_that_was_never_handed_out_is_refused(api: Any, cursor: str) -> None:
    answer = api.get(f"/v1/decisions?after={cursor}")
    assert answer.status_code == 400
    assert answer.json["type"] == "urn:ombuds:problem:unknown-cursor"


def test_another_sites_decisions_are_not_in_the_feed(
    api: Any, other: Any, posted: Callable[..., Any], judged: Callable[..., Any]
) -> None:
    posted()
    judged()
    assert other.get("/v1/decisions").json["decisions"] == []
    assert other.get(f"/v1/decisions?after={api.get('/v1/decisions').json['next']}").status_code == 400
