"""The numbers' page in a real browser: drawn, readable without its charts, and without fault for axe."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from playwright.sync_api import expect
from sqlalchemy import insert

from moderation import decisions, endpoints, moderator_decisions
from moderation.decisions import Draft
from moderation.desk import Role
from moderation.desk_tables import second_opinions
from moderation.domain import Actor, Article, Status
from moderation.moderator_decisions import Act
from moderation.store import sites

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from playwright.sync_api import Page

    from moderation.desk import Moderator

BRIDGE = Article("https://news.example/bridge", "Council votes to close Weir Bridge to cars from April", "Town")
TRAIN = Article("https://news.example/train", "Night train to the coast returns after eleven years", "Travel")


def fill(console: Any, editor: Moderator, other: Moderator) -> None:
    """A rough quarter of an hour: rejects under one article, held comments, second opinions, an endpoint that waits."""
    texts = ["Well said."] * 14 + ["idiot"] * 9 + ["What a silly plan."] * 6
    rows = [console.comment(f"c-{n}", text, article=TRAIN if n % 5 == 0 else BRIDGE) for n, text in enumerate(texts)]
    with console.database.reading() as tx:
        site = sites.find(tx, "news.example")
    assert site is not None
    secret = console.settings.secret
    url = "https://hooks.news.example/ombuds"
    endpoints.add(console.database, site.id, url, endpoints.ALL_EVENTS, secret, [], console.now())
    console.judge()
    for n, row in enumerate(rows[-6:-1]):
        who = other if n % 2 else editor
        act = Act(row.id, 1, Status.REJECTED, ("respectful",))
        moderator_decisions.decide(console.database, who, act, console.now(), 0)
    with console.database.writing() as tx:
        for n in range(24):
            view, second = (Status.APPROVED, Status.REJECTED) if n % 6 == 0 else (Status.REJECTED,) * 2
            if n % 3 == 1:
                view = second = Status.APPROVED
            opinion = {"comment_id": rows[n].id, "revision": 1, "asked_by": editor.id, "answered_by": other.id}
            views = {"first_view": view.value, "second_view": second.value}
            tx.execute(
                insert(second_opinions).values(asked_at=console.now(), answered_at=console.now(), **opinion, **views)
            )
        turned = Draft(rows[0].id, 1, Status.REJECTED, Actor.MODERATOR, moderator_id=other.id)
        decisions.record(tx, [turned], console.now() + timedelta(seconds=1))


def test_an_editor_reads_the_numbers(
    console: Any,
    new_page: Callable[..., Page],
    check_axe: Callable[[Page], None],
    screenshot: Callable[..., Path],
) -> None:
    editor = console.moderator("edda@news.example", "Edda Holm", role=Role.EDITOR)
    fill(console, editor, console.moderator("jonas@news.example", "Jonas Behr"))
    page = new_page(editor)
    page.goto("/numbers")
    expect(page.get_by_text("Rising: consider holding this thread.")).to_be_visible()
    expect(page.get_by_role("img", name="Comments by the day")).to_be_visible()
    check_axe(page)
    screenshot(page, "numbers")
    page.get_by_text("Table Comments by time").click()
    expect(page.get_by_role("columnheader", name="Came in")).to_be_visible()
    with page.expect_download() as file:
        page.get_by_role("link", name="CSV Comments by time").click()
    assert file.value.suggested_filename == "ombuds-volume-7-days.csv"
    page.get_by_label("Period").select_option("1")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(f"{console.url}/numbers?days=1")
    check_axe(page)
    page.get_by_role("link", name="Open its queue").click()
    expect(page).to_have_url(re.compile(r"/queues/held\?article=\d+$"))


def test_numbers_fit_a_small_screen_and_an_empty_record(
    console: Any,
    new_page: Callable[..., Page],
    check_axe: Callable[[Page], None],
    screenshot: Callable[..., Path],
) -> None:
    editor = console.moderator("edda@news.example", "Edda Holm", role=Role.EDITOR)
    page = new_page(editor, viewport={"width": 320, "height": 640})
    page.goto("/numbers?days=1")
    expect(page.get_by_text("Nothing came in within 24 hours.")).to_be_visible()
    check_axe(page)
    screenshot(page, "numbers-empty")
    fill(console, editor, console.moderator("jonas@news.example", "Jonas Behr"))
    page.goto("/numbers?days=30")
    check_axe(page)
    screenshot(page, "numbers-320")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
