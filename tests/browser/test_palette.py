"""The palette in a browser: opened, worked and left by keys alone, with names that a screen reader can say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from moderation import moderators
from moderation.domain import Author

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

OPEN = "Control+k"


@pytest.fixture
def desk(console: Any, new_page: Callable[..., Page]) -> Page:
    """Some page of the console, with a comment that waits."""
    console.comment("c-1", "A silly bridge.", author=Author("r-1", "Ida Sorel"))
    console.judge()
    page = new_page(console.moderator())
    page.goto("/search")
    return page


def test_it_opens_lists_commands_and_goes_to_one(
    desk: Page, check_axe: Callable[..., None], screenshot: Callable[..., Any]
) -> None:
    desk.keyboard.press(OPEN)
    field = desk.get_by_role("combobox", name="Id, address, author or command")
    expect(field).to_be_focused()
    expect(desk.locator("#finder").get_by_role("option", selected=True)).to_contain_text("Queue: Held")
    expect(field).to_have_attribute("aria-activedescendant", "finder-0")
    check_axe(desk)
    screenshot(desk, "palette", full_page=False)
    desk.keyboard.press("ArrowUp")
    expect(desk.locator("#finder").get_by_role("option", selected=True)).to_contain_text("Sign out")
    desk.keyboard.type("rep")
    expect(desk.locator("#finder").get_by_role("option")).to_have_count(2)
    expect(desk.get_by_role("status").and_(desk.locator(".finder-foot"))).to_have_text("2 results")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/queues/reported")


def test_an_id_leads_to_its_comment_even_if_enter_is_quicker_than_the_answer(desk: Page) -> None:
    desk.keyboard.press(OPEN)
    desk.keyboard.type("c-1")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/comments/1")


def test_an_author_by_name_by_pointer(desk: Page) -> None:
    desk.get_by_role("button", name="Find a comment, link or command").click()
    desk.keyboard.type("ida")
    desk.locator("#finder").get_by_role("option", name="Author: Ida Sorel").click()
    desk.wait_for_url("**/authors/news.example/r-1")


def test_escape_leaves_it_and_gives_the_focus_back(desk: Page) -> None:
    button = desk.get_by_role("button", name="Find a comment, link or command")
    button.focus()
    desk.keyboard.press("Enter")
    expect(desk.locator("#finder")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(desk.locator("#finder")).to_be_hidden()
    expect(button).to_be_focused()


def test_what_the_page_can_do_is_listed_with_its_key(desk: Page) -> None:
    desk.keyboard.press(OPEN)
    desk.keyboard.type("next")
    option = desk.locator("#finder").get_by_role("option", name="Next comment")
    expect(option).to_contain_text("j")


def test_without_the_server_it_says_so(desk: Page) -> None:
    desk.context.set_offline(offline=True)
    desk.keyboard.press(OPEN)
    desk.keyboard.type("next")
    expect(desk.locator(".finder-foot")).to_contain_text("No answer from the server")
    expect(desk.locator("#finder").get_by_role("option")).to_have_count(1)


def test_signing_out_is_a_command(desk: Page) -> None:
    desk.keyboard.press(OPEN)
    desk.keyboard.type("sign out")
    expect(desk.locator("#finder").get_by_role("option", selected=True)).to_contain_text("Sign out")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/sign-in")


def test_question_mark_lists_the_keys(desk: Page, check_axe: Callable[..., None]) -> None:
    desk.locator("h1").click()
    desk.keyboard.press("?")
    expect(desk.get_by_role("dialog", name="Keys")).to_be_visible()
    check_axe(desk)
    desk.keyboard.press("?")
    expect(desk.get_by_role("dialog", name="Keys")).to_be_hidden()


def test_g_then_a_letter_goes_to_a_page_but_not_while_typing(desk: Page) -> None:
    desk.locator("[data-search]").focus()
    desk.keyboard.type("gq")
    expect(desk.locator("[data-search]")).to_have_value("gq")
    desk.locator("h1").click()
    desk.keyboard.press("g")
    desk.keyboard.press("n")
    desk.wait_for_url("**/numbers")


@pytest.mark.parametrize(
    ("chosen", "pressed", "goes"),
    [
        pytest.param({"map": {"queue-2": "y"}}, ["y"], True, id="remapped"),
        pytest.param({"map": {"queue-2": "y"}}, ["2"], False, id="the former key"),
        pytest.param({"map": {"queue-2": "1"}}, ["1"], True, id="a key that another act had"),
        pytest.param({"leader": ";"}, ["2"], False, id="without the leader"),
        pytest.param({"leader": ";"}, [";", "2"], True, id="after the leader"),
        pytest.param({"off": True}, ["2"], False, id="switched off"),
        pytest.param({}, ["Alt+2"], False, id="with Alt"),
    ],
)
def test_keys_are_as_everyone_chose(
    console: Any, new_page: Callable[..., Page], chosen: dict[str, Any], pressed: list[str], *, goes: bool
) -> None:
    who = console.moderator()
    moderators.set_preferences(console.database, who, {"keys": chosen})
    page = new_page(who)
    page.goto("/search")
    page.locator("h1").click()
    for key in pressed:
        page.keyboard.press(key)
    if goes:
        page.wait_for_url("**/queues/reported")
    else:
        page.wait_for_timeout(200)
        assert page.url.endswith("/search")
