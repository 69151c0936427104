"""The application in this process, on real servers, and a client for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from service.app import create

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from moderation.dispatch import Dispatcher
    from moderation.domain import Scorer
    from moderation.settings import Settings
    from moderation.store.database import Database
    from moderation.store.sites import Site


@pytest.fixture
def app(settings: Settings, database: Database, dispatcher: Dispatcher, tiny_scorer: Scorer) -> Flask:
    """The application."""
    return create(settings, database, dispatcher, tiny_scorer)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client of the application."""
    return app.test_client()


@pytest.fixture
def headers(site_key: str) -> dict[str, str]:
    """The header of a key of `site` that may do everything."""
    return {"Authorization": f"Bearer {site_key}"}


@pytest.fixture
def other_headers(add_site: Callable[[str], tuple[Site, str]]) -> dict[str, str]:
    """The header of another site's key."""
    return {"Authorization": f"Bearer {add_site('other.example')[1]}"}


@pytest.fixture
def comment() -> Callable[..., dict[str, Any]]:
    """Write the body of a comment as a site would send it."""

    def write(id: str = "c-1", text: str = "A fair point, well made.", **changes: Any) -> dict[str, Any]:  # noqa: A002  the field's name
        article = {"url": "https://news.example/bridge", "title": "The bridge will be rebuilt"}
        return {"id": id, "text": text, "author": {"ref": "reader-7"}, "article": article, **changes}

    return write


@pytest.fixture
def post(client: FlaskClient, headers: dict[str, str]) -> Callable[..., TestResponse]:
    """Post a body to an address of the API as `site`, with more headers if given."""

    def send(path: str, body: Any, more: Mapping[str, str] | None = None) -> TestResponse:
        return client.post(f"/v1{path}", json=body, headers={**headers, **(more or {})})

    return send


@pytest.fixture
def get(client: FlaskClient, headers: dict[str, str]) -> Callable[[str], TestResponse]:
    """Get an address of the API as `site`."""
    return lambda path: client.get(f"/v1{path}", headers=headers)


@pytest.fixture
def kind_of() -> Callable[[TestResponse], tuple[int, str]]:
    """Tell a problem's status and the last word of its type; it insists that it is a whole problem."""

    def tell(answer: TestResponse) -> tuple[int, str]:
        assert answer.mimetype == "application/problem+json", answer.get_data(as_text=True)
        told = answer.get_json()
        assert {"type", "title", "status", "detail"} <= told.keys()
        assert told["status"] == answer.status_code
        return answer.status_code, told["type"].rpartition(":")[2]

    return tell
