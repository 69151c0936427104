"""Retraining in a real browser: asked for by a button, followed while it moves, and usable without a script."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from moderation import trainings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

LEASE = timedelta(minutes=5)
BROKEN = {
    "rule": "groups",
    "is_kept": False,
    "words": "TOXICITY on sentences about old people: AUC 0.812 after 0.986, below 0.900.",
    "attribute": "TOXICITY",
    "group": "old people",
    "value": 0.812,
    "champion": 0.986,
    "bound": 0.9,
}


def test_a_run_is_asked_for_and_followed_to_its_end(
    console: Any,
    new_page: Callable[..., Page],
    check_axe: Callable[[Page], None],
    screenshot: Callable[..., Path],
) -> None:
    console.comment()
    page = new_page(console.moderator("ed@news.example", "Ed Sand", "editor"))
    page.goto("/models/trainings")
    expect(page.get_by_text("Nothing was retrained yet.")).to_be_visible()
    page.get_by_label("Learn from").select_option("news.example")
    page.get_by_role("button", name="Retrain").click()
    row = page.locator(".training").first
    expect(row).to_contain_text("Waits for a worker")
    database = console.database
    run = trainings.take(database, "t", console.now(), LEASE)
    assert run is not None
    told = {"step": "heads", "n_done": 3, "n_all": 12}
    trainings.advance(database, run, "t", console.now(), LEASE, **told)
    expect(row.locator("progress")).to_have_js_property("value", 3)
    expect(page.locator("#said")).to_have_text("Learning")
    check_axe(page)
    screenshot(page, "trainings-moving")
    gate = {"passed": False, "findings": [BROKEN]}
    trainings.finish(database, run, "t", "2026-11-23-news-example-1", gate, [], console.now())
    expect(row).to_contain_text("Done, but did not pass the gate")
    expect(row).to_contain_text("sentences about old people: the AUC is 0.812 after 0.986")
    trainings.ask(database, None, trainings.NEW_LABELS, console.now())
    other = trainings.take(database, "t", console.now(), LEASE)
    assert other is not None
    trainings.fail(database, other, "t", "7 rows hold too few labels to learn any attribute", console.now())
    page.reload()
    check_axe(page)
    screenshot(page, "trainings-ended")
    narrow = new_page(
        console.moderator("nia@news.example", "Nia", "admin"),
        java_script_enabled=False,
        viewport={"width": 320, "height": 640},
    )
    narrow.goto("/models/trainings")
    narrow.get_by_role("button", name="Retrain").click()
    expect(narrow.locator(".training").first).to_contain_text("Waits for a worker")
    assert narrow.evaluate("document.documentElement.scrollWidth") <= 320
    screenshot(narrow, "trainings-narrow")
