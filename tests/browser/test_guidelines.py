"""The guidelines desk in a real browser: reading, moving a cut with the keys, saving."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from moderation import decisions
from moderation.decisions import Draft
from moderation.desk import Role
from moderation.domain import Actor, Reason, Status
from moderation.store import comments, samples

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from playwright.sync_api import Page


def decide_many(console: Any, moderator_id: int, n: int = 150) -> None:
    """Let someone have decided many comments, the more often rejected the higher they score."""
    chance = random.Random(2)  # noqa: S311  made-up scores
    at = console.now() - timedelta(days=2)
    rows = [(console.comment(f"c-{number}"), round(chance.betavariate(4, 3), 4)) for number in range(n)]
    with console.database.writing() as tx:
        comments.keep_scores(
            tx,
            [
                {"comment_id": row.id, "revision": 1, "scores": {"INSULT": score}, "model_version": "m"}
                for row, score in rows
            ],
        )
        drafts = [
            Draft(row.id, 1, Status.REJECTED, Actor.MODERATOR, (Reason("respectful"),), moderator_id=moderator_id)
            if chance.random() < score
            else Draft(row.id, 1, Status.APPROVED, Actor.MODERATOR, moderator_id=moderator_id)
            for row, score in rows
        ]
        decisions.record(tx, drafts, at)


def test_an_editor_moves_a_cut_reads_what_it_would_do_and_saves_it(
    console: Any,
    new_page: Callable[..., Page],
    check_axe: Callable[[Page], None],
    screenshot: Callable[..., Path],
) -> None:
    edda = console.moderator("edda@news.example", "Edda Holm", role=Role.EDITOR)
    decide_many(console, edda.id)
    page = new_page(edda)
    page.goto("/guidelines")
    check_axe(page)
    screenshot(page, "guidelines")
    page.get_by_role("link", name="Move the cut-offs Be respectful").click()
    expect(page.get_by_text("wrongly held")).to_be_visible()
    check_axe(page)
    screenshot(page, "guideline")
    before = page.locator("#foretold").inner_text()
    lower = page.get_by_role("slider", name="Approve below this score")
    lower.press("ArrowRight")
    lower.press("Shift+ArrowRight")
    foretold = "What policy would do by this guideline alone, with cut-offs at .46 and .95"
    expect(page.get_by_role("heading", name=foretold)).to_be_visible()
    expect(page.locator("#foretold")).not_to_have_text(before)
    page.get_by_role("button", name="Save these cut-offs").click()
    expect(page.get_by_text("Saved. The new cut-offs count")).to_be_visible()
    expect(page.get_by_text("approves below .46, rejects above .95")).to_be_visible()


def test_a_moderator_reads_on_a_narrow_screen(
    console: Any, new_page: Callable[..., Page], check_axe: Callable[[Page], None], screenshot: Callable[..., Path]
) -> None:
    mara = console.moderator()
    console.comment()
    page = new_page(mara, viewport={"width": 320, "height": 640})
    page.goto("/guidelines")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    check_axe(page)
    page.get_by_role("link", name="See what people decided Be respectful").click()
    expect(page.get_by_text("Nobody decided a comment one by one")).to_be_visible()
    expect(page.get_by_role("slider")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    check_axe(page)
    screenshot(page, "guideline-320")


def test_an_editor_sets_the_sample_s_shares_on_any_screen(
    console: Any, new_page: Callable[..., Page], check_axe: Callable[[Page], None], screenshot: Callable[..., Path]
) -> None:
    edda = console.moderator("edda@news.example", "Edda Holm", role=Role.EDITOR)
    at = console.now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
    frame = {"site_id": console.comment().site_id, "day": at, "status": "APPROVED", "stratum": "far"}
    with console.database.writing() as tx:
        samples.count(tx, [{**frame, "probability": 0.0035, "n": 11_500}])
    for width in (1280, 320):
        page = new_page(edda, viewport={"width": width, "height": 720}, java_script_enabled=width > 320)
        page.goto("/guidelines")
        share = page.get_by_role("spinbutton", name="Of approvals, in per cent")
        share.fill("2.5")
        share.press("Enter")  # tells, and saves nothing
        expect(page.get_by_text("About 201 comments a day at last week's volume. Not saved yet.")).to_be_visible()
        share.fill("0.5" if width == 1280 else "1")
        page.get_by_role("button", name="Save these shares").click()
        expect(page.get_by_text("Saved. The new shares count")).to_be_visible()
        if width > 320:
            check_axe(page)
            assert page.evaluate("document.documentElement.scrollWidth") == width
        screenshot(page, f"shares-{width}")
