"""Every error as RFC 9457 problem details: one table from the core's errors to HTTP."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import structlog
from flask import Flask, Response, request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy.exc import InterfaceError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from moderation import errors
from moderation.domain import MAX_TEXT_BYTES
from moderation.store.database import is_lost
from service.described import Described

MEDIA_TYPE = "application/problem+json"
QUOTA_EXCEEDED = "https://iana.org/assignments/http-problem-types#quota-exceeded"

log = structlog.get_logger()


class FieldError(BaseModel):
    """What is wrong with one field, and where it stands (a JSON pointer)."""

    detail: str
    pointer: str


class Problem(Described):
    """Problem details (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["urn:ombuds:problem:invalid-value"])
    title: str
    status: int
    detail: str
    errors: list[FieldError] | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of problem: its name, what it is called, and its HTTP status."""

    slug: str
    title: str
    status: int

    @property
    def type(self) -> str:
        """The URI that names the type."""
        return self.slug if ":" in self.slug else f"urn:ombuds:problem:{self.slug}"


MALFORMED_JSON = Kind("malformed-json", "The body is not JSON", 400)
BAD_ENCODING = Kind("bad-encoding", "The body is not UTF-8", 400)
TOO_DEEP = Kind("too-deep", "The JSON is nested too deeply", 400)
UNAUTHORIZED = Kind("unauthorized", "A site key is needed", 401)
SCOPE_MISSING = Kind("scope-missing", "The key may not do this", 403)
NOT_FOUND = Kind("not-found", "There is nothing here", 404)
METHOD_NOT_ALLOWED = Kind("method-not-allowed", "This method does nothing here", 405)
BODY_TOO_LARGE = Kind("body-too-large", "The body is too large", 413)
UNSUPPORTED_MEDIA_TYPE = Kind("unsupported-media-type", "This media type is not read here", 415)
TEXT_TOO_LONG = Kind("text-too-long", "The text is too long", 422)
NUL_CHARACTER = Kind("nul-character", "The text holds a character that cannot be stored", 422)
UNPAIRED_SURROGATE = Kind("unpaired-surrogate", "The text holds half a character", 422)
UNKNOWN_FIELD = Kind("unknown-field", "A field is unknown", 422)
MISSING_FIELD = Kind("missing-field", "A field is missing", 422)
WRONG_TYPE = Kind("wrong-type", "A field has the wrong type", 422)
INVALID_VALUE = Kind("invalid-value", "A field has a value that may not be", 422)
TOO_MANY_REQUESTS = Kind(QUOTA_EXCEEDED, "Too many requests", 429)
INTERNAL = Kind("internal", "Something broke here", 500)
UNAVAILABLE = Kind("unavailable", "A part of Ombuds does not answer", 503)

KINDS: dict[type[errors.OmbudsError], Kind] = {
    errors.KeyRefused: UNAUTHORIZED,
    errors.ScopeMissing: SCOPE_MISSING,
    errors.UnknownComment: Kind("unknown-comment", "There is no such comment", 404),
    errors.UnknownWebhook: Kind("unknown-webhook", "There is no such webhook", 404),
    errors.UnknownDelivery: Kind("unknown-delivery", "There is no such delivery", 404),
    errors.UnknownCursor: Kind("unknown-cursor", "The feed never handed out this cursor", 400),
    errors.UnknownGuideline: Kind("unknown-guideline", "The site has no such guideline", 422),
    errors.CommentRemoved: Kind("comment-removed", "The comment was removed", 409),
    errors.NothingToAppeal: Kind("nothing-to-appeal", "Only a rejection can be appealed", 409),
    errors.IdempotencyMismatch: Kind("idempotency-mismatch", "The idempotency key was used for another request", 422),
    errors.InvalidWebhook: INVALID_VALUE,
    errors.Unreachable: UNAVAILABLE,
}
"""The one table from the core's errors to HTTP."""

_KEPT = ("Allow", "Content-Range")
"""Headers of an HTTP error that its answer keeps."""

_WORDED = {
    404: "nothing has this address; the operations are listed at /docs",
    405: "this address does not know this method; the Allow header names those it knows",
    413: "send at most {most:,} bytes",
}

_OF_STATUS = {
    400: MALFORMED_JSON,
    404: NOT_FOUND,
    405: METHOD_NOT_ALLOWED,
    413: BODY_TOO_LARGE,
    415: UNSUPPORTED_MEDIA_TYPE,
}


class Refused(Exception):
    """A request that cannot be read or may not be made, with the problem to answer with."""

    def __init__(
        self,
        kind: Kind,
        detail: str,
        *,
        pointer: str | None = None,
        headers: dict[str, str] | None = None,
        more: dict[str, Any] | None = None,
    ) -> None:
        self.kind = kind
        self.detail = detail
        self.headers = headers or {}
        self.more = {} if pointer is None else {"errors": [{"detail": detail, "pointer": pointer}]}
        self.more |= more or {}
        super().__init__(detail)


def document(kind: Kind, detail: str, **more: Any) -> dict[str, Any]:
    """Write problem details as a dictionary."""
    return {"type": kind.type, "title": kind.title, "status": kind.status, "detail": detail, **more}


def response(kind: Kind, detail: str, headers: dict[str, str] | None = None, **more: Any) -> Response:
    """Answer with a problem."""
    body = json.dumps(document(kind, detail, **more), ensure_ascii=False)
    return Response(body, kind.status, {"Content-Type": MEDIA_TYPE, **(headers or {})})


def pointer(place: Iterable[int | str]) -> str:
    """Write a place in a JSON document as a pointer (RFC 6901)."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in place)


def of_error(error: errors.OmbudsError) -> dict[str, Any] | None:
    """Describe one of the core's errors; None when it is none that a client can mend."""
    kind = KINDS.get(type(error))
    if kind is None:
        return None
    more: dict[str, Any] = {}
    if isinstance(error, errors.InvalidWebhook):
        more["errors"] = [{"detail": error.detail, "pointer": f"/{error.field}"}]
    if isinstance(error, errors.UnknownGuideline):
        more["errors"] = [{"detail": str(error), "pointer": "/guideline"}]
    return document(kind, str(error), **more)


def of_invalid(error: ValidationError) -> dict[str, Any]:
    """Describe what Pydantic found; the first finding gives the type, all are listed with their pointers."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    listed = [{"detail": _worded(one["type"], one["msg"]), "pointer": pointer(one["loc"])} for one in found]
    kind = _kind_of(found[0]["type"])
    return document(kind, f"{listed[0]['pointer'] or 'the body'}: {listed[0]['detail']}", errors=listed)


def invalid(error: ValidationError) -> Response:
    """Answer a request that does not validate."""
    described = of_invalid(error)
    return Response(json.dumps(described, ensure_ascii=False), described["status"], {"Content-Type": MEDIA_TYPE})


def register(app: Flask, foreign: Callable[[Exception], Response | None] = lambda _error: None) -> None:
    """Answer every error of the app with problem details, but where `foreign` has an answer of its own."""

    def handle(kind: type[Exception], answer: Callable[[Any], Response]) -> None:
        app.register_error_handler(kind, lambda error: foreign(error) or answer(error))

    handle(Refused, _refused)
    handle(errors.OmbudsError, _ours)
    handle(SQLAlchemyError, _database)
    handle(HTTPException, _http)
    handle(Exception, _unexpected)


def _refused(error: Refused) -> Response:
    return response(error.kind, error.detail, error.headers, **error.more)


def _ours(error: errors.OmbudsError) -> Response:
    described = of_error(error)
    if described is None:
        return _unexpected(error)
    headers = {"Content-Type": MEDIA_TYPE}
    if isinstance(error, errors.KeyRefused):
        headers["WWW-Authenticate"] = 'Bearer realm="ombuds"'
    if isinstance(error, errors.Unreachable):
        headers["Retry-After"] = "1"
    return Response(json.dumps(described, ensure_ascii=False), described["status"], headers)


def is_away(error: Exception) -> bool:
    """Tell whether an error means that the database does not answer, and not that a statement of ours was wrong."""
    return is_lost(error) or isinstance(error, InterfaceError | PoolTimeoutError)


def _database(error: SQLAlchemyError) -> Response:
    if not is_away(error):
        return _unexpected(error)  # trying again would not help
    log_away(error)
    return response(UNAVAILABLE, "the database does not answer; try again in a moment", {"Retry-After": "1"})


def _http(error: HTTPException) -> Response:
    if error.response is not None:  # aborted with an answer of its own
        return error.response  # type: ignore[return-value]  # ours are all Flask responses
    if isinstance(error, RequestRedirect):
        return error.get_response()  # type: ignore[return-value]  # a redirect is no problem
    code = error.code or INTERNAL.status
    kind = _OF_STATUS.get(code) or Kind("about:blank", error.name, code)
    headers = {name: value for name, value in error.get_headers() if name in _KEPT}
    words = _WORDED.get(code, "").format(most=request.max_content_length or 0)
    return response(kind, words or error.description or kind.title, headers)


def log_away(error: Exception) -> None:
    """Write to the log that the database did not answer."""
    log.error("database.failed", error=type(error).__name__, cause=type(getattr(error, "orig", None)).__name__)


def log_unexpected(error: Exception) -> None:
    """Write to the log where a request broke. What the error says stays out of it: it may hold a comment."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error("request.failed", error=type(error).__name__, where=frames)


def _unexpected(error: Exception) -> Response:
    """Answer and log where it broke. What the error says stays out of the answer, too."""
    log_unexpected(error)
    return response(INTERNAL, "this is our fault; the log says more")


def _kind_of(finding: str) -> Kind:
    if finding == "extra_forbidden":
        return UNKNOWN_FIELD
    if finding == "missing":
        return MISSING_FIELD
    if finding == "text_too_long":
        return TEXT_TOO_LONG
    if finding.startswith("datetime"):  # it was text, as it should be
        return INVALID_VALUE
    return WRONG_TYPE if finding.endswith(("_type", "_parsing")) else INVALID_VALUE


def _worded(finding: str, message: str) -> str:
    words = {
        "extra_forbidden": "this field is unknown; leave it out",
        "missing": "this field is needed",
        "text_too_long": f"longer than {MAX_TEXT_BYTES:,} bytes of UTF-8",
    }
    return words.get(finding, message)
