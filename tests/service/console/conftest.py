"""Browsers in which people are signed in, without a browser: cookies are kept, forms carry their token."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from moderation import decisions, guidelines, keys, sign_in
from moderation.decisions import Draft
from moderation.desk import Moderator
from moderation.domain import Actor, Reason, Span, Status
from moderation.store import comments
from moderation.store.comments import CommentRow
from moderation.store.database import Database
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
def browser() -> type[Browser]:
    """Open browsers of any application."""
    return Browser


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


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """What pages show is the same on every database: what they read is tested on both, in `tests/moderation`."""
    (tmp_path / "ombuds.db").write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{tmp_path / 'ombuds.db'}"


@pytest.fixture
def hold(database: Database, accept: Callable[..., CommentRow]) -> Callable[..., CommentRow]:
    """Hold a comment as policy does: its leading words weigh for an attribute of a guideline."""

    def record(
        id: str = "c-1",  # noqa: A002  the field's name
        text: str = "Silly people and their bridges.",
        guideline: str = "respectful",
        attribute: str = "INSULT",
        score: float | None = 0.81,
        **changes: Any,
    ) -> CommentRow:
        comment = accept(id, text, **changes)
        span = (Span(0, len(text.partition(" ")[0])),) if score is not None else ()
        note = "language not supported" if score is None else None
        reason = Reason(guideline, attribute, score, None if score is None else 0.4, note, span)
        draft = Draft(comment.id, 1, Status.HELD, Actor.POLICY, (reason,), "words-1", guidelines.default().version)
        with database.writing() as tx:
            decisions.record(tx, [draft], datetime.now(UTC))
            scores = {} if score is None else {attribute: score}
            kept = {"comment_id": comment.id, "revision": 1, "scores": scores, "model_version": "words-1"}
            comments.keep_scores(tx, [kept])
        return comment

    return record
