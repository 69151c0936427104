"""`python -m benchmarks.console.keyboard`: a scripted moderator decides by keyboard, on a sown database.

python -m benchmarks.console.seed --database postgresql://…/seeded --n 1000000
python -m benchmarks.console.keyboard --database postgresql://…/seeded --n 200

A real Chromium, the real application over HTTP. Of four comments it approves two, rejects one with what is ticked, and
holds one. Told: keystrokes a decision, and the milliseconds from the last key of a decision until the next card is
there to be read.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import cycle
from typing import Any

from flask import Flask
from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

from benchmarks.console.__main__ import SECRET, NoScorer
from benchmarks.console.seed import ADMIN
from moderation import moderators, settings
from moderation.dispatch import Dispatcher, connect
from moderation.scorers import Scorers
from moderation.store.database import Database
from service.app import create

ACTS = (("a",), ("r", "Enter"), ("a",), ("h",))
UNSEEN_SECONDS = 0.2
"""A card so young takes no keys: whoever decides must have been able to see it."""

OPEN_CARD = "document.querySelector('#work .card:not([hidden])')?.dataset.id ?? ''"


def main() -> None:
    """Decide, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--database", required=True, help="an SQLAlchemy URL of a sown database")
    parser.add_argument("--n", type=int, default=200, help="decisions")
    given = parser.parse_args()
    read = settings.read(
        {"DATABASE_URL": given.database, "REDIS_URL": "redis://127.0.0.1:1/0", "OMBUDS_SECRET": SECRET}
    )
    database = Database(read.database_url)
    app = create(read, database, Dispatcher(connect(read.redis_url)), Scorers.only(NoScorer()))
    token = moderators.link(database, ADMIN, SECRET, datetime.now(UTC))
    with _served(app) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(f"{address}/links/{token}")
        page.get_by_role("button").first.click()
        page.wait_for_selector("#work .card:not([hidden])")
        waits, n_keys = _decide(page, given.n)
        browser.close()
    database.close()
    waits.sort()
    print(f"{database.engine.dialect.name}: {len(waits)} decisions, {n_keys / len(waits):.2f} keystrokes each")
    print(
        f"from the last key to the next card: median {statistics.median(waits):.0f} ms, "
        f"p99 {waits[int(0.99 * (len(waits) - 1))]:.0f} ms, worst {waits[-1]:.0f} ms"
    )


def _decide(page: Any, n: int) -> tuple[list[float], int]:
    waits: list[float] = []
    n_keys = 0
    for keys, _ in zip(cycle(ACTS), range(n), strict=False):
        time.sleep(UNSEEN_SECONDS)
        shown = page.evaluate(OPEN_CARD)
        for key in keys[:-1]:
            page.keyboard.press(key)
            if not page.locator("#reasons [name=guideline]:checked").count():
                page.keyboard.press("1")  # the scores suggest no guideline: the first is named
                n_keys += 1
        began = time.perf_counter()
        page.keyboard.press(keys[-1])
        page.wait_for_selector(f"#work .card:not([hidden]):not([data-id='{shown}'])")
        waits.append((time.perf_counter() - began) * 1000)
        n_keys += len(keys)
    return waits, n_keys


@contextmanager
def _served(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


if __name__ == "__main__":
    main()
