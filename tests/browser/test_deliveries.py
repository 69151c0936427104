"""The delivery desk in a real browser: attempts, sending again, and settling with a site that disagrees."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from moderation import decisions, endpoints, site_statuses
from moderation.decisions import Draft
from moderation.domain import Actor, Status
from moderation.store import outbox, sites
from moderation.store import webhooks as endpoint_store
from moderation.store.outbox import Attempt, Outcome, State

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from playwright.sync_api import Page


@pytest.fixture
def troubled(console: Any) -> Any:
    """A console whose site refuses two messages, has an endpoint switched off, and disagrees about two comments."""
    past = console.now() - timedelta(minutes=20)
    rows = [console.comment(f"c-{n}") for n in range(4)]
    with console.database.reading() as tx:
        site = sites.find(tx, "news.example")
    assert site is not None

    def add(url: str) -> str:
        secret = console.settings.secret
        return endpoints.add(console.database, site.id, url, endpoints.ALL_EVENTS, secret, [], past)[0].id

    old = add("https://old.news.example/hook")
    with console.database.writing() as tx:
        endpoint_store.change(tx, old, disabled_at=past, disabled_because="answered 410 Gone")
    add("https://hooks.news.example/ombuds")
    for row in rows:
        with console.database.writing() as tx:
            decisions.record(tx, [Draft(row.id, 1, Status.REJECTED, Actor.POLICY)], past)
    with console.database.writing() as tx:
        sent = outbox.claim_due(tx, "token", {}, 9, past, timedelta(seconds=75))
        for n, one in enumerate(sent):
            tried = Attempt(one.id, past, 1_204, 503, None) if n else Attempt(one.id, past, 15_000, None, "timed out")
            state = (State.DUE, State.FAILED, State.DELIVERED, State.DELIVERED)[n]
            outbox.settle(tx, "token", [Outcome(tried, state, console.now() + timedelta(minutes=4))])
    for row in rows[2:]:
        site_statuses.say(console.database, site.id, row.external_id, Status.APPROVED, past)
    return console


def test_a_failing_message_shows_its_attempts_and_is_sent_again(
    troubled: Any,
    new_page: Callable[..., Page],
    check_axe: Callable[[Page], None],
    screenshot: Callable[..., Path],
) -> None:
    page = new_page(troubled.moderator())
    page.goto("/deliveries")
    page.get_by_text("1 attempt").click()
    expect(page.get_by_role("cell", name="15,000 ms")).to_be_visible()
    expect(page.get_by_text("answered 410 Gone")).to_be_visible()
    check_axe(page)
    screenshot(page, "deliveries")
    page.get_by_role("button", name="Replay c-0").click()
    expect(page.get_by_text("The message goes out again")).to_be_visible()
    check_axe(page)
    page.get_by_role("link", name="Waiting 1").click()
    expect(page.get_by_text("Comment c-0")).to_be_visible()


def test_a_disagreement_is_settled_either_way(
    troubled: Any,
    new_page: Callable[..., Page],
    check_axe: Callable[[Page], None],
    screenshot: Callable[..., Path],
) -> None:
    page = new_page(troubled.moderator(), viewport={"width": 320, "height": 640})
    page.goto("/deliveries?state=disagreeing")
    expect(page.get_by_text("The site says approved, we say rejected.")).to_have_count(2)
    check_axe(page)
    screenshot(page, "deliveries-320")
    page.get_by_role("button", name="Tell the site again c-2").click()
    expect(page.get_by_text("The site is told again.")).to_be_visible()
    page.get_by_role("button", name="site’s word c-3").click()  # noqa: RUF001  as it is printed
    expect(page.get_by_text("its decision was recorded")).to_be_visible()
    expect(page.get_by_text("The site says approved, we say rejected.")).to_have_count(1)
