"""Searching in a browser: by keys alone, with masks that stay, and nothing that a text says becomes markup."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from moderation.domain import Author

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

HOSTILE = (
    "<script>document.title='owned'</script> a bridge \u202e\u0301" + "\u0338" * 200 + " <img src=x onerror=alert(1)>"
)


@pytest.fixture
def desk(console: Any, new_page: Callable[..., Page]) -> Page:
    """The search page of someone, with three comments to find."""
    console.comment("c-1", "The old bridge is fair.", author=Author("r-1", "Ida Sorel"))
    console.comment("c-2", "You idiot, that bridge will burn.", author=Author("r-2", "Jo Behr"))
    console.comment("c-3", HOSTILE, author=Author("r-3", "<b>Nil</b>"))
    console.judge()
    page = new_page(console.moderator())
    page.goto("/search")
    return page


def test_a_search_by_keys_alone(desk: Page, check_axe: Callable[..., None], screenshot: Callable[..., Any]) -> None:
    desk.keyboard.type("bridge")
    desk.keyboard.press("Enter")
    expect(desk.locator(".found")).to_have_count(3)
    expect(desk.locator("mark.hit").first).to_have_text("bridge")
    expect(desk.locator(".found", has_text="that")).to_contain_text("Rejected")
    masked = desk.locator("button.mask")
    expect(masked.first).to_have_attribute("aria-pressed", "false")
    assert "owned" not in desk.title()
    check_axe(desk)
    screenshot(desk, "search")
    desk.locator("h1").click()
    for _ in range(3):
        desk.keyboard.press("j")
    expect(desk.locator(".found").last.locator("a")).to_be_focused()
    desk.keyboard.press("k")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/comments/2")


def test_masks_lift_while_the_key_is_held_and_not_while_typing(desk: Page) -> None:
    desk.goto("/search?q=idiot")
    word = desk.locator("button.mask .mask-word")
    expect(word).to_be_hidden()
    desk.locator("h1").click()
    desk.keyboard.down("v")
    expect(word).to_be_visible()
    desk.keyboard.up("v")
    expect(word).to_be_hidden()
    desk.locator("[data-search]").focus()
    desk.keyboard.down("v")
    expect(word).to_be_hidden()


def test_a_slash_goes_to_the_field(desk: Page) -> None:
    desk.goto("/search?q=bridge")
    desk.locator("h1").click()
    desk.keyboard.press("/")
    expect(desk.locator("[data-search]")).to_be_focused()
    desk.keyboard.type("burn")
    desk.keyboard.press("Enter")
    expect(desk.locator(".found")).to_have_count(1)


def test_a_filter_is_kept_and_used_again(desk: Page, check_axe: Callable[..., None]) -> None:
    desk.goto("/search?q=bridge&status=APPROVED")
    desk.get_by_text("Save this filter").click()
    desk.get_by_label("Name", exact=True).fill("Bridges that stand")
    desk.get_by_role("button", name="Save", exact=True).click()
    expect(desk.get_by_role("link", name="Bridges that stand")).to_have_attribute("aria-current", "page")
    check_axe(desk)
    desk.goto("/search")
    desk.get_by_role("link", name="Bridges that stand").click()
    expect(desk.locator(".found").last).to_contain_text("The old bridge is fair.")


def test_it_fits_a_narrow_window_and_dark_rooms(
    desk: Page, check_axe: Callable[..., None], screenshot: Callable[..., Any]
) -> None:
    desk.set_viewport_size({"width": 320, "height": 640})
    desk.emulate_media(color_scheme="dark")
    desk.goto("/search?q=bridge&author=Jo+Behr")
    assert desk.evaluate("document.documentElement.scrollWidth") == 320
    check_axe(desk)
    screenshot(desk, "search-narrow")


def test_nothing_found_and_what_cannot_be_read_are_told_in_words(desk: Page, check_axe: Callable[..., None]) -> None:
    desk.goto("/search?q=unheard")
    expect(desk.get_by_role("heading", name="Nothing found.")).to_be_visible()
    check_axe(desk)
    desk.goto("/search?q=-bridge")
    expect(desk.get_by_role("alert")).to_contain_text("Say at least one word to find")
