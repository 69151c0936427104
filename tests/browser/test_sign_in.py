"""Signing in and out in a real browser, with a password, a code and a link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from moderation import moderators

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from playwright.sync_api import Page

PASSWORD = "three ferries on the lake"


def test_a_password_signs_in_and_a_wrong_one_says_so(
    console: Any, page: Page, check_axe: Callable[[Page], None], screenshot: Callable[..., Path]
) -> None:
    who = console.moderator()
    moderators.set_password(console.database, who, PASSWORD, console.now(), former=None)
    page.goto("/queues/held")
    check_axe(page)
    screenshot(page, "sign-in")
    page.get_by_label("Email").fill(who.email)
    page.get_by_label("Password").fill("three ferries")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("Email or password is wrong.")
    check_axe(page)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/queues/held")
    check_axe(page)
