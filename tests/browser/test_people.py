"""Settings, people and the audit log in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from playwright.sync_api import Page

NARROW = {"viewport": {"width": 320, "height": 640}}


def test_an_admin_invites_someone_who_comes_in(
    console: Any, new_page: Callable[..., Page], check_axe: Callable[[Page], None], screenshot: Callable[..., Path]
) -> None:
    console.comment()
    console.moderator("jonas@news.example", "Jonas Behr", sections=("Town", "Sport"))
    page = new_page(console.moderator("ada@news.example", "Ada Brandt", "admin"))
    page.goto("/people")
    check_axe(page)
    screenshot(page, "people")
    page.get_by_label("Email").fill("aylin@news.example")
    page.get_by_label("Name", exact=True).fill("Aylin Doğan")
    page.get_by_label("Editor").check()
    page.get_by_role("button", name="Invite").click()
    link = page.get_by_label("Invitation for Aylin Doğan").input_value()
    check_axe(page)
    screenshot(page, "people-invited")

    other = new_page()
    other.goto(link)
    check_axe(other)
    screenshot(other, "invitation")
    other.get_by_label("Password").fill("four swans at noon")
    other.keyboard.press("Enter")
    expect(other.get_by_role("link", name="Aylin Doğan").first).to_be_visible()

    page.get_by_role("link", name="Jonas Behr").click()
    check_axe(page)
    screenshot(page, "person")
    page.get_by_role("link", name="What they did").click()
    page.goto("/audit")
    check_axe(page)
    screenshot(page, "audit")
    expect(page.get_by_role("row", name="Ada Brandt Invited someone Aylin Doğan")).to_be_visible()


def test_settings_are_kept_and_take_effect(
    console: Any, new_page: Callable[..., Page], check_axe: Callable[[Page], None], screenshot: Callable[..., Path]
) -> None:
    page = new_page(console.moderator())
    page.goto("/me")
    check_axe(page)
    screenshot(page, "me")
    page.get_by_label("Draw everything in grey").check()
    page.locator("#wellness").get_by_role("button", name="Keep").click()
    expect(page.get_by_role("status").get_by_text("Kept.")).to_be_visible()
    assert "is-grey" in (page.locator("body").get_attribute("class") or "")
    page.get_by_text("Every key").click()
    page.get_by_label("Approve").fill("f")
    page.locator("#own-keys").get_by_role("button", name="Keep").click()
    check_axe(page)
    page.keyboard.press("?")
    expect(page.locator("[data-key=approve]")).to_have_text("f")
    page.goto("/me/factor")
    check_axe(page)
    screenshot(page, "factor")


def test_signing_out_elsewhere_ends_that_session(console: Any, new_page: Callable[..., Page]) -> None:
    who = console.moderator()
    here, there = new_page(who), new_page(who)
    there.goto("/me")
    here.goto("/me")
    here.get_by_role("button", name="Sign out there").click()
    expect(here.locator(".sessions li")).to_have_count(1)
    there.goto("/numbers")
    expect(there.get_by_role("heading", name="Sign in")).to_be_visible()


def test_they_fit_a_narrow_page(
    console: Any, new_page: Callable[..., Page], check_axe: Callable[[Page], None], screenshot: Callable[..., Path]
) -> None:
    page = new_page(console.moderator("ada@news.example", "Ada Brandt", "admin"), **NARROW)
    for name in ("me", "people", "audit", "me/factor", "people/1"):
        assert page.goto(f"/{name}").ok
        check_axe(page)
        screenshot(page, f"{name.replace('/', '-')}-320")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, name
