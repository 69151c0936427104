"""Browsers in which people are signed in, without a browser: cookies are kept, forms carry their token."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from moderation import keys, sign_in
from moderation.desk import Moderator
from service.console.pages import COOKIE


class Browser(FlaskClient):
    """A browser of someone. `who` is signed in; whatever it sends but GET carries the session's CSRF token."""

    who: Moderator | None = None
    token: str | None = None

    def open(self, *args: Any, **options: Any) -> TestResponse:
        headers = dict(options.pop("headers", {}))
        if self.token is not None:
            headers.setdefault("X-CSRF-Token", self.token)
        return super().open(*args, headers=headers, **options)

    def enter(self, app: Flask, who: Moderator) -> None:
        """Sign someone in, as after a password."""
        made = app.extensions["ombuds"]
        secret: str = made.settings.secret
        session = sign_in.begin(made.database, who, "a test", "password", secret, datetime.now(UTC))
        self.set_cookie(COOKIE, session)
        self.who = who
        self.token = sign_in.csrf_token(keys.derive(f"session {session}", secret), secret)


@pytest.fixture
def visitor(app: Flask) -> Callable[[], Browser]:
    """Open a browser in which nobody is signed in."""
    return lambda: Browser(app, app.response_class)


@pytest.fixture
def enter(app: Flask, visitor: Callable[[], Browser]) -> Callable[[Moderator], Browser]:
    """Open a browser in which this moderator is signed in."""

    def open_for(who: Moderator) -> Browser:
        browser = visitor()
        browser.enter(app, who)
        return browser

    return open_for


@pytest.fixture
def signed_in(add_moderator: Callable[..., Moderator], enter: Callable[[Moderator], Browser]) -> Callable[..., Browser]:
    """Add someone and sign them in; the options are those of `add_moderator`. `browser.who` tells who it is."""

    def sign_in_as(**options: Any) -> Browser:
        role = options.get("role", "moderator")
        options.setdefault("email", f"{role}@news.example")
        options.setdefault("name", {"admin": "Ada Brandt", "editor": "Edda Holm"}.get(role, "Mara Lindqvist"))
        return enter(add_moderator(**options))

    return sign_in_as
