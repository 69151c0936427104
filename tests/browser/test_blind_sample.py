"""The blind sample in a real browser: a card that tells nothing, and the numbers that come of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from moderation import decisions
from moderation.decisions import Draft
from moderation.desk import Role
from moderation.domain import Actor, Lot, Reason, Status

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page


def test_a_sampled_card_tells_nothing_and_its_answers_become_numbers(
    console: Any,
    new_page: Callable[..., Page],
    check_axe: Callable[[Page], None],
    screenshot: Callable[..., Path],
) -> None:
    editor = console.moderator("edda@news.example", "Edda Holm", role=Role.EDITOR)
    for number in range(52):
        row = console.comment(f"c-{number}", "Silly plan, if you ask me.")
        of_policy = Status.REJECTED if number % 2 else Status.APPROVED
        of_person = Status.REJECTED if number % 10 in {0, 1, 3, 5, 7} else Status.APPROVED
        with console.database.writing() as tx:
            drawn = Draft(row.id, 1, of_policy, Actor.POLICY, (Reason("respectful"),), lot=Lot("far", 1.0))
            decisions.record(tx, [drawn], console.now())
            if number < 50:
                answer = Draft(row.id, 1, of_person, Actor.MODERATOR, (Reason("respectful"),), moderator_id=editor.id)
                decisions.record(tx, [answer], console.now())
    page = new_page(editor)
    page.goto("/queues/sampled")
    expect(page.get_by_role("article")).to_contain_text("Sampled: drawn by lot")
    expect(page.get_by_role("heading", name="Scores")).to_have_count(0)
    check_axe(page)
    screenshot(page, "sampled")
    for address, name in ((f"/comments/{row.id}", "sampled-comment"), ("/search?q=silly", "sampled-search")):
        page.goto(address)
        expect(page.get_by_role("main")).to_contain_text("Drawn by lot")
        check_axe(page)
        screenshot(page, name)
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto("/numbers")
    section = page.get_by_role("region", name="What policy gets wrong").first
    expect(section).to_contain_text("missed, of a thousand that policy published")
    check_axe(page)
    screenshot(page, "blind-sample-320")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.set_viewport_size({"width": 1280, "height": 900})
    check_axe(page)
    screenshot(page, "blind-sample")
