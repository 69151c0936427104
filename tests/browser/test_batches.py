"""The batch page in a real browser: two handles, ten to look at, one act, and taking it back."""

from __future__ import annotations

import random
import re
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from moderation import decisions
from moderation.decisions import Draft
from moderation.domain import Actor, Author, Reason, Status
from moderation.store import comments
from worker.batches import Batching

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from playwright.sync_api import Page

TEXTS = [
    "The muppets on the council would lock themselves out of their own shed.",
    "Ten years of surveys, and the pavement still ends in a ditch.",
    "You have no idea what you are talking about, and it shows.",
]
N = 120


@pytest.fixture
def waiting(console: Any) -> Any:
    """A console in which 120 comments wait, their INSULT scores spread from .40 to .95, and 40 more were decided."""
    chance = random.Random(4)  # noqa: S311  made-up scores
    past = console.now() - timedelta(hours=1)
    rows = [
        console.comment(f"c-{n}", TEXTS[n % 3], author=Author(f"r-{n % 9}", f"Reader {n % 9}")) for n in range(N + 40)
    ]
    mara = console.moderator()
    scores = [round(0.4 + 0.55 * chance.betavariate(2, 3), 4) for _ in rows]
    with console.database.writing() as tx:
        held = [
            Draft(row.id, 1, Status.HELD, Actor.POLICY, (Reason("respectful", "INSULT", one, 0.4),))
            for row, one in zip(rows, scores, strict=True)
        ]
        decisions.record(tx, held, past)
        comments.keep_scores(
            tx,
            [
                {"comment_id": row.id, "revision": 1, "scores": {"INSULT": one, "TOXICITY": 0.2}, "model_version": "m"}
                for row, one in zip(rows, scores, strict=True)
            ],
        )
        judged = [
            Draft(row.id, 1, Status.REJECTED if one > 0.6 else Status.APPROVED, Actor.MODERATOR, moderator_id=mara.id)
            for row, one in zip(rows[N:], scores[N:], strict=True)
        ]
        decisions.record(tx, judged, past)
    return console, mara


def selected(page: Page) -> int:
    return int(page.locator("#count").inner_text())


def test_a_range_is_chosen_by_keys_looked_at_rejected_and_taken_back(
    waiting: Any,
    new_page: Callable[..., Page],
    check_axe: Callable[[Page], None],
    screenshot: Callable[..., Path],
) -> None:
    console, mara = waiting
    page = new_page(mara)
    page.goto("/batches/new?attribute=INSULT&from=.60&to=.95")
    check_axe(page)
    screenshot(page, "batch-new")
    before = selected(page)
    lower = page.get_by_role("slider", name="From this score")
    lower.press("ArrowLeft")
    lower.press("Shift+ArrowLeft")
    expect(page).to_have_url(re.compile(r"from=\.54&to=\.95"))
    expect(page.locator("#count")).not_to_have_text(str(before))
    assert selected(page) > before
    expect(page.get_by_role("textbox", name="From this score")).to_have_value(".54")
    page.get_by_role("textbox", name="From this score").fill("0,58")
    page.get_by_role("textbox", name="From this score").press("Enter")
    expect(page).to_have_url(re.compile(r"from=\.58&to=\.95"))
    expect(page.locator("#peek")).not_to_have_attribute("aria-busy", "true")  # else the ten are drawn anew below
    expect(page.locator("#expect")).to_contain_text("moderators rejected")
    chosen = selected(page)
    first = page.locator("#peek input[type=checkbox]").first
    left_out = first.get_attribute("value")
    page.locator("h1").click()  # out of the field
    page.keyboard.press("j")
    expect(first).to_be_focused()
    page.keyboard.press("x")
    expect(first).not_to_be_checked()
    assert selected(page) == chosen - 1
    page.keyboard.press("p")
    # It may be drawn again: then it stands among the ten, still without its tick.
    kept_out = f"#left-out [value='{left_out}'], #peek [name=keep][value='{left_out}']:not(:checked)"
    expect(page.locator(kept_out)).to_have_count(1)
    assert selected(page) == chosen - 1
    page.keyboard.press("r")
    expect(page).to_have_url(re.compile(r"/batches/\d+$"))
    expect(page.locator("h1")).to_have_text(f"Reject {chosen - 1}: INSULT from .58 up to .95")
    worker = Batching(console.database, console.dispatcher, threading.Event())
    worker.drain()
    expect(page.locator("#words")).to_contain_text(f"{chosen - 1} of {chosen - 1} are decided.")
    expect(page.locator("#left")).to_have_text(re.compile(r"4:\d\d left"))
    check_axe(page)
    screenshot(page, "batch-done")
    page.keyboard.press("z")
    expect(page.locator("#words")).to_contain_text("still to be taken back")
    worker.drain()
    expect(page.locator("#words")).to_contain_text("The whole batch is taken back.")
    check_axe(page)


def test_the_page_works_without_a_script_and_on_a_narrow_screen(
    waiting: Any,
    new_page: Callable[..., Page],
    check_axe: Callable[[Page], None],
    screenshot: Callable[..., Path],
) -> None:
    _, mara = waiting
    narrow = {"width": 320, "height": 640}
    page = new_page(mara, viewport=narrow)
    page.goto("/batches/new?attribute=INSULT")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    check_axe(page)
    screenshot(page, "batch-320")
    plain = new_page(mara, java_script_enabled=False)
    plain.goto("/batches/new?attribute=INSULT&from=.60&to=.95")
    plain.get_by_role("slider", name="From this score").press("ArrowRight")
    plain.get_by_role("button", name="Show this range").click()
    expect(plain).to_have_url(re.compile(r"from=\.61&to=\.95"))
    chosen = selected(plain)
    plain.locator("#peek input[type=checkbox]").first.uncheck()
    plain.get_by_role("button", name=re.compile("Approve")).click()
    expect(plain.locator("h1")).to_have_text(f"Approve {chosen - 1}: INSULT from .61 up to .95")


def test_where_nothing_waits_the_page_is_calm(
    console: Any, new_page: Callable[..., Page], check_axe: Callable[[Page], None], screenshot: Callable[..., Path]
) -> None:
    console.comment("c-1", "A fair point.")
    console.judge()
    page = new_page(console.moderator())
    page.goto("/batches/new")
    expect(page.get_by_role("heading", name="Nothing waits here.")).to_be_visible()
    check_axe(page)
    screenshot(page, "batch-empty")
