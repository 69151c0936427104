"""A queue worked in a browser: by keyboard alone, by two people at once, without a connection, and by hostile texts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect

from moderation import sign_in
from moderation.domain import Article, Author
from moderation.store import comments, decisions

if TYPE_CHECKING:
    from moderation.domain import Decision
    from moderation.settings import Settings

UNSEEN_MS = 170  # a card younger than this takes no keys

BRIDGE = Article("https://news.example/bridge", "The bridge will be rebuilt, this time in wood", "Town")
AUTHORS = ("Ida Sorel", "Jo Behr", "Pia Castellan", "Ted Marlow", "Nour Haddad")
TEXTS = (
    "Silly weather, too.",
    "How silly can one be?",
    "Silly, but well written.",
    "This is silly, you know it, and I know it.",
    "A silly remark on a silly article.",
    "Silly question: who pays for it?",
    "Silly of the council to think that anybody reads its letters.",
    "What a silly plan: they rebuild the bridge for the third time, and the ferry still does not run on Sundays.",
    "You may burn it down for all I care.",
    "I have lived here for forty years, and this is a silly idea. First it was the tram, and now it is the bridge.",
)

Fill = Callable[..., None]
Open = Callable[..., Page]
Decided = Callable[..., None]


@pytest.fixture
def change_settings() -> Callable[[Settings], Settings]:
    """Time enough to take things back, however slow the machine is."""
    return lambda settings: replace(settings, undo_seconds=120.0)


@pytest.fixture
def fill(console: Any) -> Fill:
    """Let so many comments be held; the gravest is the threat, then the newest comes first."""

    def take_in(n: int = len(TEXTS)) -> None:
        for number, text in enumerate(TEXTS[:n], 1):
            author = Author(f"reader-{number}", AUTHORS[number % len(AUTHORS)])
            console.comment(f"c-{number}", text, author=author, article=BRIDGE)
        console.judge()

    return take_in


@pytest.fixture
def waiting(console: Any) -> Callable[[], dict[str, Decision]]:
    """The decisions that wait to be released, by the site's id of their comment."""

    def read() -> dict[str, Decision]:
        with console.database.reading() as tx:
            found = decisions.unreleased_of(tx, range(1, 20))
            return {comments.find_by_id(tx, one).comment.external_id: found[one] for one in found}

    return read


@pytest.fixture
def decided(waiting: Callable[[], dict[str, Decision]], eventually: Callable[..., None]) -> Decided:
    """Insist on what was decided, by the site's id of the comment: pages show it before it is recorded."""

    def insist(**expected: str) -> None:
        wanted = {name.replace("_", "-"): status for name, status in expected.items()}
        eventually(lambda: {name: one.status.value for name, one in waiting().items()} == wanted)

    return insist


def press(page: Page, *keys: str) -> None:
    """Press keys one after the other, slowly enough for each card to be seen."""
    for key in keys:
        page.wait_for_timeout(UNSEEN_MS)
        page.keyboard.press(key)


def shown(page: Page) -> str:
    """The words on the card that is open."""
    return page.locator(".card:visible .words").inner_text()


def ids(page: Page) -> set[str]:
    """The comments in somebody's hand."""
    return {str(row.get_attribute("data-id")) for row in page.locator(".row").all()}


# By keyboard alone


def test_a_queue_is_worked_by_keys_alone(console: Any, fill: Fill, new_page: Open, decided: Decided) -> None:
    fill()
    page = new_page(console.moderator())
    page.goto("/queues/held")
    expect(page.locator(".row")).to_have_count(8)
    expect(page.locator(".card:visible")).to_be_focused()
    said = page.locator("#said")

    press(page, "j")
    expect(said).to_contain_text("2 of 8, ")
    expect(said).to_contain_text("Held: Be respectful. INSULT is .60, between .40 and .95.")
    press(page, "k", "a")
    expect(page.locator(".row").first).to_contain_text("Approved")
    expect(said).to_contain_text("Approved. Press Z to undo.")

    reasons = page.get_by_role("dialog", name="Which guideline does it break?")
    press(page, "r")
    expect(reasons.get_by_label("Be respectful")).to_be_focused()
    press(page, "1", "Enter")
    expect(reasons.get_by_role("alert")).to_have_text("Name at least one guideline.")
    press(page, "a", "h", "j")  # none of these reaches the card while the reasons are open
    expect(page.locator(".row.is-decided")).to_have_count(1)
    press(page, "1", "2", "Enter")
    expect(reasons).to_be_hidden()
    expect(page.locator(".row").nth(1)).to_contain_text("Rejected: Be respectful, No hate")

    press(page, "r", "Escape")
    expect(reasons).to_be_hidden()
    press(page, "h", "e")
    expect(page.locator(".row").nth(2)).to_contain_text("Kept on hold")
    expect(page.locator(".row").nth(3)).to_contain_text("Escalated")
    expect(page.locator("#toast")).to_contain_text("Kept on hold")  # what others see at once cannot be taken back
    press(page, "o", "2", "Enter")
    expect(page.locator(".row").nth(4)).to_contain_text("Sent for a second opinion")
    expect(page.locator(".row")).to_have_count(10)  # refilled as it empties
    decided(c_9="APPROVED", c_10="REJECTED", c_8="HELD")

    press(page, "a", "a", "a", "a", "a")
    expect(page.get_by_role("heading", name="Nothing waits.")).to_be_visible()
    expect(page.get_by_role("button", name="Approve")).to_be_hidden()


def test_what_was_decided_is_taken_back_the_latest_first(
    console: Any, fill: Fill, new_page: Open, decided: Decided
) -> None:
    fill(4)
    page = new_page(console.moderator())
    page.goto("/queues/held")
    first = shown(page)
    press(page, "a")
    second = shown(page)
    press(page, "h")
    toast = page.locator("#toast")
    expect(toast).to_contain_text("the site hears in")
    press(page, "z")
    expect(page.locator("#said")).to_have_text("Kept on hold: taken back. The site has not heard of it.")
    assert shown(page) == second
    toast.get_by_role("button", name="Undo").click()
    expect(page.locator(".row.is-decided")).to_have_count(0)
    assert shown(page) == first
    expect(toast).to_be_hidden()
    decided()


def test_keys_are_shown_and_lead_on(console: Any, fill: Fill, new_page: Open, check_axe: Callable[..., None]) -> None:
    fill(2)
    page = new_page(console.moderator())
    page.goto("/queues/held")
    press(page, "?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_contain_text("Undo the last decision")
    check_axe(page)
    press(page, "a", "Escape")
    expect(dialog).to_be_hidden()
    expect(page.locator(".row.is-decided")).to_have_count(0)
    press(page, "2")
    page.wait_for_url("**/queues/reported")
    press(page, "g", "n")
    page.wait_for_url("**/numbers")


def test_words_are_corrected_and_sent_with_the_decision(
    console: Any, new_page: Open, decided: Decided, waiting: Callable[[], Any]
) -> None:
    console.comment("c-1", "\N{CLOWN FACE} silly, and a bad egg", article=BRIDGE)
    console.judge()
    page = new_page(console.moderator())
    page.goto("/queues/held")
    page.get_by_role("button", name="Correct the words").click()
    panel = page.get_by_role("dialog", name="Correct the words")
    expect(panel).to_contain_text("No words are marked.")
    page.evaluate(
        """() => {
            const text = document.querySelector(".words").lastChild;
            const range = document.createRange();
            range.setStart(text, text.data.indexOf("bad egg"));
            range.setEnd(text, text.data.length);
            getSelection().removeAllRanges();
            getSelection().addRange(range);
            document.dispatchEvent(new MouseEvent("mouseup", { bubbles: true }));
        }"""
    )
    expect(panel.locator("mark")).to_have_text("bad egg")
    panel.get_by_role("button", name="Done").click()
    press(page, "r", "Enter")
    expect(page.locator(".row").first).to_contain_text("Rejected: Be respectful")
    decided(c_1="REJECTED")
    assert [(span.begin, span.end) for span in waiting()["c-1"].reasons[0].spans] == [(15, 22)]


def test_a_message_with_an_unfilled_place_is_refused_and_focused(
    console: Any, fill: Fill, new_page: Open, decided: Decided, waiting: Callable[[], Any]
) -> None:
    fill(1)
    page = new_page(console.moderator())
    page.goto("/queues/held")
    press(page, "m")
    page.keyboard.type("Dear {name of the reader},")
    page.get_by_role("dialog").get_by_role("button", name="Reject").click()
    expect(page.get_by_role("alert")).to_contain_text("The message still holds a placeholder")
    expect(page.get_by_label("Message", exact=True)).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("Dear {author}, please mind your words.")
    page.get_by_role("dialog").get_by_role("button", name="Reject").click()
    expect(page.locator(".row").first).to_contain_text("Rejected")
    decided(c_1="REJECTED")
    assert waiting()["c-1"].message == "Dear Jo Behr, please mind your words."


def test_masks_are_lifted_while_a_key_is_held(console: Any, fill: Fill, new_page: Open) -> None:
    fill(9)
    page = new_page(console.moderator())
    page.goto("/queues/held")
    word = page.locator(".card:visible .words .mask-word")
    expect(word).to_be_hidden()
    page.keyboard.down("v")
    expect(word).to_be_visible()
    page.keyboard.up("v")
    expect(word).to_be_hidden()
    page.get_by_role("button", name="Masked word: THREAT, 4 letters. Show").click()
    expect(word).to_be_visible()


# With others


def test_two_people_share_a_queue_without_sharing_a_comment(
    console: Any, fill: Fill, new_page: Open, decided: Decided
) -> None:
    fill()
    jonas = console.moderator("jonas@news.example", "Jonas Behr")
    mine, theirs = new_page(console.moderator()), new_page(jonas)
    mine.clock.install()
    mine.goto("/queues/held")
    theirs.goto("/queues/held")
    assert (len(ids(mine)), len(ids(theirs))) == (8, 2)
    assert not ids(mine) & ids(theirs)
    mine.reload()  # the page that goes lets go of its hand, not of the one that comes
    mine.wait_for_timeout(200)
    theirs.reload()
    assert (len(ids(mine)), len(ids(theirs))) == (8, 2)
    assert not ids(mine) & ids(theirs)

    row = mine.locator(".row").nth(2)
    height = row.bounding_box()["height"]
    name = f"c_{row.get_attribute('data-id')}"
    theirs.goto(f"/comments/{row.get_attribute('data-id')}")
    press(theirs, "a")
    expect(theirs.get_by_text("Decided. The site hears of it in 1")).to_be_visible()
    mine.clock.run_for(5_100)
    expect(row).to_contain_text("Approved by Jonas Behr")
    assert row.bounding_box()["height"] == height
    decided(**{name: "APPROVED"})

    theirs.goto("/queues/held")
    mine.goto("/numbers")  # who leaves lets go
    theirs.wait_for_timeout(200)
    theirs.reload()
    assert len(ids(theirs)) == 8


def test_a_second_opinion_is_somebody_elses_and_blind(
    console: Any, fill: Fill, new_page: Open, decided: Decided
) -> None:
    fill(1)
    jonas = console.moderator("jonas@news.example", "Jonas Behr")
    mine, theirs = new_page(console.moderator()), new_page(jonas)
    mine.goto("/queues/held")
    press(mine, "o", "2")
    mine.get_by_label("Question for your colleague").fill("Is this a quotation?")
    mine.get_by_role("button", name="Ask").click()
    expect(mine.get_by_role("heading", name="Nothing waits.")).to_be_visible()
    mine.goto("/queues/second-opinion")
    expect(mine.get_by_role("heading", name="Nothing waits.")).to_be_visible()
    theirs.goto("/queues/second-opinion")
    expect(theirs.locator(".card:visible")).to_contain_text("a colleague would like to know what you think")
    expect(theirs.locator(".card:visible")).not_to_contain_text("Reject")
    press(theirs, "a")
    expect(theirs.locator(".row").first).to_contain_text("Approved")
    decided(c_1="APPROVED")


def test_what_changed_meanwhile_is_refused_and_shown(
    console: Any, fill: Fill, new_page: Open, decided: Decided, check_axe: Callable[..., None]
) -> None:
    fill(2)
    page = new_page(console.moderator())
    page.goto("/queues/held")
    console.comment("c-2", "How clever can one be?", article=BRIDGE, author=Author("reader-2", "Pia Castellan"))
    press(page, "a")
    expect(page.locator("#strip")).to_contain_text("This comment has changed since you saw it. Nothing was recorded")
    card = page.locator(".card:visible")
    expect(card.locator(".words")).to_have_text("How clever can one be?")
    expect(card.locator(".diff del")).to_have_text("silly")
    expect(card.locator(".diff ins")).to_have_text("clever")
    expect(page.locator(".row.is-decided")).to_have_count(0)
    check_axe(page)
    decided()


# Without a connection


def test_decisions_wait_for_the_connection_and_are_sent_once(
    console: Any, fill: Fill, new_page: Open, decided: Decided, check_axe: Callable[..., None], screenshot: Any
) -> None:
    fill(6)
    page = new_page(console.moderator())
    page.goto("/queues/held")
    page.context.set_offline(True)
    press(page, "a", "h", "a")
    strip = page.locator("#strip")
    expect(strip).to_have_text("No connection. What you decided waits here: 3. Try again")
    check_axe(page)
    screenshot(page, "queue-offline", full_page=False)
    press(page, "z")
    expect(strip).to_contain_text("waits here: 2.")
    decided()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.url.endswith("/acts") else None)
    page.context.set_offline(False)
    expect(strip).to_be_hidden()
    decided(c_6="APPROVED", c_5="HELD")
    assert len(sent) == 2
    press(page, "z")
    expect(page.locator("#said")).to_contain_text("Kept on hold: taken back.")
    decided(c_6="APPROVED")


def test_a_server_that_cannot_record_is_told_from_no_connection(
    console: Any, fill: Fill, new_page: Open, decided: Decided
) -> None:
    fill(2)
    page = new_page(console.moderator())
    page.goto("/queues/held")
    page.route("**/acts", lambda route: route.fulfill(status=503, json={"error": "no"}))
    press(page, "a")
    strip = page.locator("#strip")
    expect(strip).to_contain_text("This was not recorded. The site has heard nothing.")
    page.unroute("**/acts")
    strip.get_by_role("button", name="Try again").click()
    expect(strip).to_be_hidden()
    decided(c_2="APPROVED")


def test_who_was_signed_out_elsewhere_is_told_and_nothing_is_lost(
    console: Any, fill: Fill, new_page: Open, decided: Decided
) -> None:
    fill(2)
    who = console.moderator()
    page = new_page(who)
    page.goto("/queues/held")
    for session in sign_in.sessions_of(console.database, who, console.now()):
        sign_in.end_there(console.database, who, session.id, console.now())
    press(page, "a")
    expect(page.locator("#strip")).to_contain_text("You are signed out. Sign in again; nothing is lost.")
    expect(page.locator(".row.is-decided")).to_have_count(0)
    decided()
    page.reload()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


# Without JavaScript


def test_without_scripts_forms_approve_reject_and_undo(
    console: Any, fill: Fill, new_page: Open, decided: Decided
) -> None:
    fill(3)
    page = new_page(console.moderator(), java_script_enabled=False)
    page.goto("/queues/held")
    page.get_by_role("button", name="Approve").click()
    decided(c_3="APPROVED")
    page.get_by_role("button", name="Undo").click()
    decided()
    assert "Silly, but well written." in shown(page)
    page.get_by_role("link", name="Pia Castellan").first.click()
    page.get_by_role("button", name="Reject").click()
    page.get_by_role("dialog").get_by_role("button", name="Reject").click()
    decided(c_2="REJECTED")


# Hostile comments

LONG = "a" + "\u0301\u0338\u0489" * 6_666
HOSTILE = {
    "script": "silly <script>document.title = 'owned'</script><img src=x onerror=\"document.title='owned'\">",
    "attribute": "silly \"><a href='javascript:document.title=`owned`' onfocus=alert(1) autofocus>here</a>",
    "template": "silly {{ 7 * 7 }} ${7 * 7} <template><p>not a paragraph</p></template></div></main>",
    "direction": "silly \u202etxet desrever\u202c \u2067isolated \u2066 never closed \u202e",
    "marks": f"silly {LONG}",
    "emoji": "silly \U0001f468\u200d\U0001f469\u200d\u200d\ufe0f \U0001f3f4\U000e0067\U000e0062 \ufffd\ufffe",
    "word": "silly " + "w" * 3_000,
    "lines": "silly\n" * 200,
}


def test_hostile_comments_do_no_harm(
    console: Any, new_page: Open, check_axe: Callable[..., None], screenshot: Any
) -> None:
    for name, text in HOSTILE.items():
        author = Author("reader <b>&\"'" + name, f"\u202e{name} <i>&amp;" + "\u0338" * 50)
        article = Article(f"https://news.example/{name}", "<u>Bridge</u> \u202e" + "\u0301" * 40, "</p>")
        console.comment(name, text, author=author, article=article)
    console.judge()
    page = new_page(console.moderator("mara@news.example", "<s>Mara</s>"))
    page.goto("/queues/held")
    for name in HOSTILE:
        card = page.locator(".card", has=page.locator(f'[data-author*="{name}"]')).or_(
            page.locator(f'.card[data-author*="{name}"]')
        )
        page.locator(f'.row[data-id="{card.get_attribute("data-id")}"] a').click()
        expect(card).to_be_visible()
        assert card.locator(".words :is(script, img, a, template)").count() == 0
        clipped = card.locator(".words").evaluate("(one) => getComputedStyle(one).overflowY")
        assert clipped == "clip"
    assert page.title() == "Held · Ombuds"
    check_axe(page)
    page.locator(".row a:has([dir=auto])").nth(3).click()
    screenshot(page, "queue-hostile", full_page=False)
    heights = page.locator(".row").evaluate_all("(rows) => rows.map((row) => row.offsetHeight)")
    assert len(set(heights)) == 1
    for path in ("/comments/1", "/articles/1", "/authors/news.example/reader%20%3Cb%3E%26%22'marks"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.locator("main script, main img, main u, main i, main s").count() == 0


# Looks

PLACES = {
    "queue": "/queues/held",
    "queue-empty": "/queues/sampled",
    "comment": "/comments/9",
    "author": "/authors/news.example/reader-3",
    "article": "/articles/1",
    "alike": "/comments/9/alike",
    "refusal": "/queues/imaginary",
}


WORKED = {"queue", "comment"}


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_pages_fit_and_are_open_to_everyone(
    console: Any, fill: Fill, new_page: Open, check_axe: Callable[..., None], screenshot: Any, width: int
) -> None:
    fill()
    page = new_page(
        console.moderator(),
        viewport={"width": width, "height": 800 if width > 320 else 640},
        reduced_motion="reduce",
        has_touch=width == 320,
    )
    for name, path in PLACES.items():
        if width == 768 and name not in WORKED:
            continue
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        if width == 1280:
            check_axe(page)
        if width == 1280 or name in WORKED:
            screenshot(page, f"{name}-{width}", full_page=False)
    page.goto("/queues/held")
    page.emulate_media(color_scheme="dark")
    check_axe(page)
    page.get_by_role("button", name="Reject").first.click()
    screenshot(page, f"reasons-{width}", full_page=False)
    page.get_by_role("dialog").get_by_role("button", name="Reject").click()
    expect(page.locator("#toast")).to_be_visible()
    check_axe(page)
    screenshot(page, f"decided-{width}", full_page=False)
    inside = page.locator("#toast").bounding_box()
    assert inside["x"] >= 0
    assert inside["x"] + inside["width"] <= width
