"""The API's reference page in a real browser, under its strict content security policy."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
import threading
from typing import TYPE_CHECKING

import pytest
from werkzeug.serving import make_server

from moderation import settings
from moderation.scorers import Scorers
from moderation.store.database import Database
from service.app import create

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import Any

    from flask import Flask

    from moderation.dispatch import Dispatcher
    from moderation.domain import Scorer

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
METHODS = {"get", "post", "put", "patch", "delete"}
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
    "--enable-logging=stderr",
)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium here; tests/browser/install_chromium.sh gets one")


@pytest.fixture
def app(
    sqlite_template: Path, valkey_url: str, dispatcher: Dispatcher, tiny_scorer: Scorer, secret: str
) -> Iterator[Flask]:
    """The application, with one more page that breaks its policy. The page asks no database: one kind is enough."""
    read = settings.read(
        {"DATABASE_URL": f"sqlite:///{sqlite_template}", "REDIS_URL": valkey_url, "OMBUDS_SECRET": secret}
    )
    database = Database(read.database_url)
    made = create(read, database, dispatcher, Scorers.only(tiny_scorer))
    made.add_url_rule("/inline", "inline", lambda: "<p id=p>as it was</p><script>p.id='changed'</script>")
    yield made
    database.close()


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Where the application is served."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def visit(address: str, tmp_path: Path) -> Callable[..., tuple[str, str]]:
    """Open a page in a browser; answers with its document once scripts had their chance, and the browser's log."""

    def browse(path: str, *options: str) -> tuple[str, str]:
        profile = f"--user-data-dir={tmp_path / 'profile'}"
        command = [str(CHROMIUM), *QUIET, profile, *(options or ("--dump-dom",)), address + path]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=90, check=True)
        return ran.stdout, "\n".join(line for line in ran.stderr.splitlines() if "CONSOLE" in line)

    return browse


def words(document: str) -> str:
    """Take the tags out."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", re.sub(r"</?(?:wbr|code)>", "", document))).split())


def operations(described: Any) -> list[tuple[str, str, str]]:
    return [
        (method.upper(), path, operation["summary"])
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    ]


def test_every_operation_is_listed_and_the_browser_has_no_complaint(
    app: Flask, visit: Callable[..., tuple[str, str]]
) -> None:
    described = app.test_client().get("/openapi.json").get_json()
    listed = operations(described)
    document, complaints = visit("/docs")
    shown = words(document)
    assert len(listed) >= 16
    assert [(method, path) for method, path, _ in listed if f"{method} {path}" not in shown] == []
    assert [summary for _, _, summary in listed if summary.replace("`", "") not in shown] == []
    assert complaints == ""


def test_the_page_is_laid_out_by_its_style_sheet(visit: Callable[..., tuple[str, str]], tmp_path: Path) -> None:
    picture = tmp_path / "page.png"
    _, complaints = visit("/docs", f"--screenshot={picture}", "--window-size=360,800")
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert complaints == ""


def test_the_policy_stops_inline_script_and_the_browser_says_so(visit: Callable[..., tuple[str, str]]) -> None:
    document, complaints = visit("/inline")
    assert "as it was" in document
    assert "changed" not in document.split("<script>", maxsplit=1)[0]
    assert "Content Security Policy" in complaints
