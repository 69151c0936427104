"""The models page in a real browser: promote with a note, roll back, and read where a challenger differs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from models.registry import Registry
from moderation import champions
from moderation.desk import Role
from moderation.domain import Judgement, Verdict
from moderation.store import shadow_scores
from moderation.store.shadow_scores import Asked

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page


def differ(console: Any, version: str) -> None:
    """Let a challenger in shadow have scored some comments."""
    shadow = champions.put_in_shadow(console.database, None, version, 0.2, "command line", console.now())
    texts = ("What a silly plan.", "You idiot, and on Sundays too.", "The bridge was never safe.")
    rows = [console.comment(f"c-{place}", text) for place, text in enumerate(texts)]
    console.judge()

    def said(verdict: Verdict, insult: float) -> Judgement:
        return Judgement(verdict, (), {"INSULT": insult, "THREAT": 0.02}, "words-1", "g-1")

    with console.database.writing() as tx:
        shadow_scores.ask(tx, [Asked(shadow.id, one.id, 1, said(Verdict.HOLD, 0.6)) for one in rows], console.now())
        claimed = shadow_scores.claim(tx, "t", [version], 9, console.now(), console.now())
        verdicts = (Verdict.APPROVE, Verdict.REJECT, Verdict.HOLD)
        pairs = zip(claimed, verdicts, (0.2, 0.97, 0.7), strict=True)
        shadow_scores.keep(tx, "t", [(one, said(verdict, insult)) for one, verdict, insult in pairs])


def test_an_editor_reads_where_a_challenger_differs_promotes_it_and_rolls_back(
    console: Any,
    new_page: Callable[..., Page],
    check_axe: Callable[[Page], None],
    screenshot: Callable[..., Path],
) -> None:
    version = Registry().newest_shipped()
    differ(console, version)
    page = new_page(console.moderator("edda@news.example", "Edda Holm", role=Role.EDITOR))
    page.goto("/models")
    page.get_by_text("The 3 comments about which the two differ most").click()
    expect(page.get_by_text("Champion: hold. Challenger: reject.")).to_be_visible()
    check_axe(page)
    screenshot(page, "models")
    promote = page.locator("#promote")
    promote.get_by_label("Version").select_option(version)
    promote.get_by_label("Why").fill("Holds what is silly less often")
    promote.get_by_role("button", name="Promote").click()
    expect(page.get_by_text(f"{version} decides from now on")).to_be_visible()
    check_axe(page)
    page.locator("#roll-back").get_by_label("Why").fill("On second thoughts")
    page.get_by_role("button", name="Roll back").click()
    expect(page.get_by_text("It is rolled back.")).to_be_visible()
    expect(page.get_by_role("cell", name="Holds what is silly less often")).to_be_visible()


def test_it_works_on_a_narrow_screen_without_scripts(
    console: Any, new_page: Callable[..., Page], check_axe: Callable[[Page], None], screenshot: Callable[..., Path]
) -> None:
    version = Registry().newest_shipped()
    differ(console, version)
    champions.promote(console.database, None, version, "command line", "A first try", console.now())
    edda = console.moderator("edda@news.example", "Edda Holm", role=Role.EDITOR)
    page = new_page(edda, viewport={"width": 320, "height": 640})
    page.goto("/models")
    check_axe(page)
    screenshot(page, "models-narrow")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page = new_page(edda, java_script_enabled=False)
    page.goto("/models")
    page.locator("#roll-back").get_by_label("Why").fill("No")
    page.get_by_role("button", name="Roll back").click()
    expect(page.get_by_text("It is rolled back.")).to_be_visible()
