"""Signing in and out in a real browser, with a password, a code and a link."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pyotp
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


def test_a_code_follows_the_password_where_one_is_set_up(
    console: Any, page: Page, check_axe: Callable[[Page], None], screenshot: Callable[..., Path]
) -> None:
    who = console.moderator()
    moderators.set_password(console.database, who, PASSWORD, console.now(), former=None)
    factor, _ = moderators.new_factor(who)
    earlier = console.now() - timedelta(minutes=5)
    moderators.add_factor(
        console.database, who, factor, pyotp.TOTP(factor).at(earlier), console.settings.secret, earlier
    )
    page.goto("/sign-in?next=/me")
    page.get_by_label("Email").fill(who.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    check_axe(page)
    screenshot(page, "sign-in-code")
    page.keyboard.type(pyotp.TOTP(factor).now())
    page.keyboard.press("Enter")
    page.wait_for_url("**/me")


def test_a_one_time_link_needs_one_press_and_then_is_over(
    console: Any, page: Page, check_axe: Callable[[Page], None], screenshot: Callable[..., Path]
) -> None:
    who = console.moderator()
    link = f"/links/{moderators.link(console.database, who.email, console.settings.secret, console.now())}"
    page.goto(link)
    check_axe(page)
    screenshot(page, "sign-in-link")
    page.keyboard.press("Enter")
    page.wait_for_url("**/queues/held")
    page.goto("/me")
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto(link)
    expect(page.get_by_role("heading", name="This link no longer works")).to_be_visible()
    check_axe(page)
    page.goto("/nothing-here")
    expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()
    check_axe(page)
    screenshot(page, "nothing-here")


def test_without_script_one_can_sign_in_too(console: Any, new_page: Callable[..., Page]) -> None:
    who = console.moderator()
    moderators.set_password(console.database, who, PASSWORD, console.now(), former=None)
    page = new_page(java_script_enabled=False)
    page.goto("/sign-in?next=/me")
    page.get_by_label("Email").fill(who.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name=who.name)).to_be_visible()
