"""The learning loop through real processes and a real browser: decided, retrained, in shadow, promoted, rolled back."""

from __future__ import annotations

import re
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from moderation import guidelines, policies
from service.console.pages import COOKIE
from tests.flow.moderator import Desk, opinions
from tests.flow.publisher import POSTED, Publisher
from tests.flow.running import Running
from tests.flow.servers import SQLite, eventually

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PATIENCE_MS = 180_000
PROMISED_SECONDS = 5.0
ATTRIBUTE = "LIKELY_TO_REJECT"
OWN = "no-bought-articles"
OWN_GUIDELINE = f"""
[[guideline]]
id = "{OWN}"
title = "We are not for sale"
wording = "Criticise what we write. Do not say without proof that somebody paid us for it."
attributes = ["{ATTRIBUTE}"]
approve_below = 0.40
reject_above = 0.95
"""
UNKIND = "Whoever wrote this about the bakery was paid by your friends."
KIND = "The bakery on the corner opens at six in the morning."


@contextmanager
def browser(ombuds: Running, desk: Desk) -> Iterator[Page]:
    """Open a browser in which the desk's moderator is signed in."""
    if CHROMIUM is None:
        pytest.skip("no chromium here; tests/browser/install_chromium.sh gets one")
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-proxy-server"]
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        context = opened.new_context(base_url=ombuds.address, locale="en-GB")
        context.set_default_timeout(PATIENCE_MS)
        context.add_cookies([{"name": COOKIE, "value": desk.token, "url": ombuds.address}])
        yield context.new_page()
        opened.close()


@pytest.fixture
def site(ombuds: Running, add_publisher: Callable[[], Publisher]) -> Publisher:
    """A site with a guideline for which nothing is measured as yet: what its own people would reject."""
    if not isinstance(ombuds.server, SQLite):
        pytest.skip("a minute of two cores: told on SQLite, whose one writer all parts of it must share")
    ombuds.only("score", "deliver", "sweep", "retrain")
    ombuds.start("api", OMBUDS_UNDO_SECONDS="0")
    made = add_publisher()
    source = guidelines.default().source + OWN_GUIDELINE
    policies.adopt(ombuds.database, made.site_id, source, datetime.now(UTC))
    return made


def scores(site: Publisher, words: str = UNKIND) -> tuple[str, dict[str, float]]:
    """Have a text scored at once: by which version, and how."""
    status, answer = site.ask("POST", "/v1/score", {"text": words, "language": "en"})
    assert status == 200
    return answer["model_version"], answer["scores"]


def verdict(site: Publisher, words: str) -> str:
    """Send a comment, and tell what becomes of it."""
    status, answer = site.ask(
        "POST",
        "/v1/comments",
        {"id": f"asked-{uuid4().hex}", "text": words, "author": {"ref": "reader-1"}, "language": "en"}
        | {"article": {"url": "https://news.example/bakery", "title": "The bakery"}},
        Prefer="wait=30",
    )
    assert status == 200, answer
    return str(answer["status"])


def within(seconds: float, claim: Callable[[], bool]) -> None:
    """Insist that something becomes true in time."""
    until = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < until
        time.sleep(0.1)


def retrained(page: Page, site: Publisher) -> str:
    """Press the button, wait for the worker, and name the challenger, which has passed the gate."""
    page.goto("/models")
    page.get_by_label("Learn from").select_option(label=site.name)
    page.get_by_role("button", name="Retrain").click()
    done = page.locator("[data-state=DONE]", has_text=site.name)
    expect(done).to_be_visible(timeout=PATIENCE_MS)
    assert "did not pass" not in done.inner_text(), done.inner_text()
    made = re.search(r"Made (\S+) from", done.inner_text())
    assert made is not None, done.inner_text()
    return made[1]


@pytest.mark.slow
def test_the_loop(ombuds: Running, site: Publisher) -> None:
    """Tell the story in a thread of its own: in this one another browser may be open, and there can be only one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(what_a_moderator_decides_becomes_a_version_that_decides_as_they_would, ombuds, site).result()


def what_a_moderator_decides_becomes_a_version_that_decides_as_they_would(ombuds: Running, site: Publisher) -> None:
    desk, minded = Desk(ombuds), opinions()
    for number, words in enumerate(minded):
        assert site.post(f"o-{number}", words) in POSTED
    assert {one["status"] for one in site.settled().values()} == {"HELD"}  # nothing measures the guideline yet
    shipped, before = scores(site)
    assert ATTRIBUTE not in before

    with site.posting(1), browser(ombuds, desk) as page:
        desk.decide(site, minded, OWN)
        challenger = retrained(page, site)
        assert scores(site) == (shipped, before)  # nothing decides that nobody promoted

        page.goto(f"/models?site={site.name}")
        shadow = page.locator("#shadow")
        shadow.get_by_label("Version").select_option(challenger)
        shadow.get_by_label("Share, in per cent").fill("100")
        shadow.get_by_role("button", name="Begin").click()
        expect(page.get_by_role("heading", name=f"{challenger} is in shadow")).to_be_visible()
        eventually(lambda: "that both judged" in desk.get(f"/models?site={site.name}"), "both have judged comments")
        assert scores(site) == (shipped, before)

        promote = page.locator("#promote")
        promote.get_by_label("Version").select_option(challenger)
        promote.get_by_label("Why").fill("It has learned what we mean by bought.")
        promote.get_by_role("button", name="Promote").click()
        within(PROMISED_SECONDS, lambda: scores(site)[0] == challenger)
        assert scores(site)[1][ATTRIBUTE] > 0.9
        assert scores(site, KIND)[1][ATTRIBUTE] < 0.1
        within(PROMISED_SECONDS, lambda: verdict(site, KIND) == "APPROVED")  # the worker follows, too
        assert verdict(site, UNKIND) in {"HELD", "REJECTED"}

        page.goto(f"/models?site={site.name}")
        back = page.locator("#roll-back")
        back.get_by_label("Why").fill("To see that we can.")
        back.get_by_role("button", name="Roll back").click()
        within(PROMISED_SECONDS, lambda: scores(site) == (shipped, before))
        within(PROMISED_SECONDS, lambda: verdict(site, KIND) == "HELD")

    load = {one for one in site.accepted if one.startswith("stream-")}
    eventually(lambda: site.n_pending() == 0, "the load is decided")
    policy = Counter(one["comment_id"] for one in site.feed() if one["by"] == "policy")
    assert {name: policy[name] for name in load} == dict.fromkeys(load, 1)  # none lost, none twice
    assert set(site.outcomes) <= set(POSTED)
    assert {one["model_version"] for one in site.feed() if one["by"] == "policy"} == {shipped, challenger}
