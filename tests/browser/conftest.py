"""The console in a real browser: the application on a port of this machine, on SQLite, and pages of Chromium."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from moderation import intake, judge, moderators, sign_in
from moderation.desk import Moderator, Post, Role
from moderation.dispatch import Dispatcher
from moderation.domain import Article, Author, Submission
from moderation.scorers import Scorers
from moderation.settings import Settings
from moderation.store import sites
from moderation.store.comments import CommentRow
from moderation.store.database import Database
from service.app import create
from service.console.pages import COOKIE
from worker.score import Scoring

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PICTURES = Path(__file__).parent / "pictures"
DESK = {"width": 1280, "height": 800}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@dataclass(frozen=True)
class Console:
    """A console that is served: where it is, its record, and how people and comments get into it."""

    url: str
    app: Flask
    database: Database
    settings: Settings
    dispatcher: Dispatcher
    scorer: Any

    def moderator(
        self, email: str = "mara@news.example", name: str = "Mara Lindqvist", role: str = "moderator", **limits: Any
    ) -> Moderator:
        """Add someone; sites by name and sections are those of `Post`."""
        post = Post(Role(role), **limits)
        return moderators.invite(self.database, email, name, post, self.settings.secret, self.now())[0]

    def sign_in(self, context: BrowserContext, who: Moderator) -> None:
        """Give a browser's context the session of someone, as after a password."""
        token = sign_in.begin(self.database, who, "a test", "password", self.settings.secret, self.now())
        context.add_cookies([{"name": COOKIE, "value": token, "url": self.url, "httpOnly": True, "sameSite": "Lax"}])

    def comment(
        self,
        id: str = "c-1",  # noqa: A002  the field's name
        text: str = "What a silly plan.",
        *,
        site: str = "news.example",
        article: Article = Article("https://news.example/bridge", "The bridge will be rebuilt", "Town"),  # noqa: B008
        author: Author = Author("reader-7", "Ida Sorel"),  # noqa: B008
        **more: Any,
    ) -> CommentRow:
        """Take a comment in; it waits for `judge`."""
        with self.database.writing() as tx:
            found = sites.find(tx, site) or sites.add(tx, site, self.now())
        submission = Submission(**{"id": id, "text": text, "author": author, "article": article, **more})
        return intake.accept(self.database, found.id, submission, self.now()).comment

    def judge(self) -> None:
        """Score and decide what is pending, as the worker does. «silly» is held, «idiot» and «casino» are rejected."""
        Scoring(self.database, self.dispatcher, Scorers.only(self.scorer), judge.judge, timedelta(minutes=1)).drain()

    @staticmethod
    def now() -> datetime:
        return datetime.now(UTC)


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """What a browser shows is the same on every database: SQLite is enough."""
    (tmp_path / "ombuds.db").write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{tmp_path / 'ombuds.db'}"


@pytest.fixture
def change_settings() -> Callable[[Settings], Settings]:
    """What a test wants different about the settings; nothing, unless it says so."""
    return lambda settings: settings


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def console(
    settings: Settings,
    database: Database,
    dispatcher: Dispatcher,
    tiny_scorer: Any,
    change_settings: Callable[[Settings], Settings],
) -> Iterator[Console]:
    """The console, served on a port of this machine."""
    port = _free_port()
    wanted = change_settings(replace(settings, port=port, url=f"http://127.0.0.1:{port}"))
    app = create(wanted, database, dispatcher, Scorers.only(tiny_scorer))
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield Console(f"http://127.0.0.1:{port}", app, database, wanted, dispatcher, tiny_scorer)
    server.shutdown()
    server.server_close()
    thread.join()


PATIENCE_MS = 30_000
"""How long a page may take for anything: the machines are shared, and the first page after a fresh install is slow."""

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One Chromium for all tests of this folder; each test gets windows of its own."""
    if CHROMIUM is None:
        pytest.skip("no chromium here; tests/browser/install_chromium.sh gets one")
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-proxy-server"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield browser
        browser.close()


@pytest.fixture
def new_page(chromium: Browser, console: Console) -> Iterator[Callable[..., Page]]:
    """Open a window with cookies of its own; with `who`, someone is signed in there. Options are Playwright's.

    Whatever the browser complains of (a policy that was broken, a script that failed) fails the test.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(who: Moderator | None = None, **options: Any) -> Page:
        context = chromium.new_context(**{"base_url": console.url, "viewport": DESK, "locale": "en-GB", **options})
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        if who is not None:
            console.sign_in(context, who)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console", lambda said: complaints.append(said.text) if "Content Security Policy" in said.text else None
        )
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A window in which nobody is signed in."""
    return new_page()


@pytest.fixture
def check_axe() -> Callable[[Page], None]:
    """Insist that axe finds nothing against WCAG 2.2 AA on a page as it stands now."""

    def check(page: Page) -> None:
        page.wait_for_load_state("load")  # what is measured before the styles are there is not what people see
        results = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})
        found = [
            f"{one['id']}: {node['html']} {node.get('failureSummary', '')}"
            for one in results.response["violations"]
            for node in one["nodes"]
        ]
        assert found == []

    return check


@pytest.fixture
def screenshot() -> Callable[..., Path]:
    """Keep a picture of a page in `tests/browser/pictures`, which git ignores: light and dark."""

    def take(page: Page, name: str, *, full_page: bool = True) -> Path:
        PICTURES.mkdir(exist_ok=True)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=PICTURES / f"{name}-{scheme}.png", full_page=full_page, animations="disabled")
        page.emulate_media(color_scheme="light")
        return PICTURES / f"{name}-light.png"

    return take
