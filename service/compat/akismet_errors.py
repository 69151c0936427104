"""What Akismet's clients are told when something is wrong: with status 200 still, and the reason in headers."""

from __future__ import annotations

from http import HTTPStatus

from flask import Response
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from moderation.errors import KeyRefused, Unreachable
from service import problems
from service.bodies import MAX_BODY_BYTES
from service.compat import akismet_replies as replies
from service.compat.akismet_forms import MOST_FIELDS
from service.compat.akismet_replies import Reply
from service.compat.guesses import TooManyGuesses


class Malformed(Exception):
    """The form cannot be read."""


class Throttled(Exception):
    """The key has made more requests in this minute than it may."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(seconds)


def plain(reply: Reply, status: int = HTTPStatus.OK) -> Response:
    """Answer with a word as plain text, and nothing around it: clients compare the whole body."""
    headers = {"Cache-Control": "no-store", **reply.headers}
    return Response(reply.text, status, headers, content_type="text/plain; charset=utf-8")


def answer(error: Exception) -> Response:
    """Answer any error in Akismet's shape. Only for a wrong address or method the status is another than 200."""
    if isinstance(error, HTTPException):
        return _http(error)
    return plain(_reply(error))


def _reply(error: Exception) -> Reply:
    if isinstance(error, KeyRefused):
        return replies.refusal("This key opens nothing: make one with ombuds site add --for akismet")
    if isinstance(error, TooManyGuesses):
        return replies.refusal(f"Too many wrong keys came from this address: try again in {error.seconds} s")
    if isinstance(error, Throttled):
        why = f"This key has made more requests in a minute than it may: try again in {error.seconds} s"
        return replies.failure("throttled", why, error="too-many-requests", code=429)
    if isinstance(error, Malformed):
        why = f"The form has more than {MOST_FIELDS:,} fields"
        return replies.failure("malformed", why, error="malformed", code=400)
    if isinstance(error, Unreachable) or (isinstance(error, SQLAlchemyError) and problems.is_away(error)):
        problems.log_away(error)
        why = "The database does not answer: try again in a moment"
        return replies.failure("unavailable", why, error="unavailable", code=503)
    problems.log_unexpected(error)
    return replies.failure("error", "This is our fault: the log says more", error="internal", code=500)


def _http(error: HTTPException) -> Response:
    """Answer what Werkzeug refuses: a wrong address or method as such, a wrong body as Akismet does."""
    if error.code == HTTPStatus.NOT_FOUND:
        return plain(Reply("Nothing of Akismet's is answered at this address."), HTTPStatus.NOT_FOUND)
    if error.code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = {name: value for name, value in error.get_headers() if name == "Allow"}
        return plain(Reply("Ask at this address by POST.", allowed), HTTPStatus.METHOD_NOT_ALLOWED)
    if error.code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        why = f"Send at most {MAX_BODY_BYTES:,} bytes"
        return plain(replies.failure("malformed", why, error="too-large", code=413))
    return plain(replies.failure("malformed", "The form cannot be read", error="malformed", code=400))
