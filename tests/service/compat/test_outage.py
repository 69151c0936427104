"""When database and Redis are away: who was known is answered, and who was not gets the vendor's own error.

No worker runs here at all: none of these routes waits for one.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from moderation import sites
from moderation.dispatch import Dispatcher
from moderation.domain import KeyKind, Scope
from moderation.store.database import Database
from moderation.store.sites import Site

TEXT = "What an idiot."


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """A file that can be taken away."""
    return sqlite_url


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.fixture
def ask(database: Database, site: Site, secret: str, now: datetime, make_coral: Any) -> Callable[..., TestResponse]:
    """Ask an application about a text, as a client of a kind does."""
    kinds = (KeyKind.PERSPECTIVE, KeyKind.AKISMET, KeyKind.OPENAI)
    keys = {kind: sites.add_key(database, site.name, [Scope.SUBMIT], secret, now, kind) for kind in kinds}

    def send(app: Flask, kind: KeyKind) -> TestResponse:
        client = app.test_client()
        if kind is KeyKind.CORAL:
            return make_coral(app).ask(TEXT)  # type: ignore[no-any-return]
        if kind is KeyKind.PERSPECTIVE:
            asked = {"comment": {"text": TEXT}, "requestedAttributes": {"INSULT": {}}, "languages": ["en"]}
            return client.post(f"/v1alpha1/comments:analyze?key={keys[kind]}", json=asked)
        if kind is KeyKind.AKISMET:
            return client.post("/1.1/comment-check", data={"api_key": keys[kind], "comment_content": TEXT})
        bearer = {"Authorization": f"Bearer {keys[kind]}"}
        return client.post("/v1/moderations", json={"input": TEXT}, headers=bearer)

    return send


def is_answered(kind: KeyKind, answer: TestResponse) -> bool:
    """Tell whether the text was found to be an insult, in the vendor's words."""
    assert answer.status_code == 200, (kind, answer.data)
    match kind:
        case KeyKind.CORAL:
            return bool(answer.json["status"] == "REJECTED")
        case KeyKind.PERSPECTIVE:
            return bool(answer.json["attributeScores"]["INSULT"]["summaryScore"]["value"] == 0.99)
        case KeyKind.AKISMET:
            return answer.data == b"true"
        case _:
            return bool(answer.json["results"][0]["categories"]["harassment"])


def is_refused(kind: KeyKind, answer: TestResponse) -> bool:
    """Tell whether the vendor's clients understand that there is no answer now."""
    match kind:
        case KeyKind.CORAL:  # any status but 2xx is no answer to it
            return answer.status_code == 503
        case KeyKind.PERSPECTIVE:
            return answer.status_code == 503 and bool(answer.json["error"]["details"])
        case KeyKind.AKISMET:
            return answer.status_code == 200 and answer.headers["X-akismet-error"] == "unavailable"
        case _:
            return answer.status_code == 503 and answer.json["error"]["type"] == "server_error"


VENDORS = [kind for kind in KeyKind if kind is not KeyKind.OMBUDS]


def test_all_four_go_on_and_one_that_starts_then_says_so(
    make_app: Callable[..., Flask],
    ask: Callable[..., TestResponse],
    absent_redis: Dispatcher,
    database: Database,
    tmp_path: Path,
) -> None:
    warm = make_app(dispatcher=absent_redis)
    assert all(is_answered(kind, ask(warm, kind)) for kind in VENDORS)
    database.close()
    (tmp_path / "ombuds.db").rename(tmp_path / "away.db")
    (tmp_path / "ombuds.db").mkdir()
    warm.extensions["ombuds"].known._kept |= {  # as if the five seconds were over
        name: type(kept)(kept.value, kept.at - 60) for name, kept in warm.extensions["ombuds"].known._kept.items()
    }
    began = time.monotonic()
    assert all(is_answered(kind, ask(warm, kind)) for kind in VENDORS)
    assert time.monotonic() - began < 2.0
    begun = make_app(dispatcher=absent_redis)
    assert [kind for kind in VENDORS if not is_refused(kind, ask(begun, kind))] == []
