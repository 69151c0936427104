"""What clients of OpenAI's moderation are told when something is wrong, so that its SDK raises the right exception."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from http import HTTPStatus

from flask import Response
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from moderation.errors import KeyRefused, Unreachable
from service import problems
from service.bodies import MAX_BODY_BYTES
from service.quotas import Quota

_WORTH_WAITING_SECONDS = 10
"""The SDK waits for so long within a call by itself; a page that waits longer has long been left."""


class KeyMissing(KeyRefused):
    """The request carries no key at all."""


class InvalidRequest(Exception):
    """What is asked for cannot be read or answered; `param` names the field at fault."""

    def __init__(self, message: str, param: str | None = None, code: str | None = None) -> None:
        self.message = message
        self.param = param
        self.code = code
        super().__init__(message)


class QuotaExceeded(Exception):
    """A key has made more requests in this minute than it may."""

    def __init__(self, quota: Quota) -> None:
        self.quota = quota
        super().__init__(quota.limit)


def answer(error: Exception) -> Response:
    """Answer any error in OpenAI's shape."""
    if isinstance(error, InvalidRequest):
        return _error(400, error.message, param=error.param, code=error.code)
    if isinstance(error, KeyRefused):
        return _unauthorized(error)
    if isinstance(error, QuotaExceeded):
        return _exceeded(error.quota)
    if isinstance(error, HTTPException):
        return _http(error)
    if isinstance(error, Unreachable) or (isinstance(error, SQLAlchemyError) and problems.is_away(error)):
        problems.log_away(error)
        words = "The database does not answer; try again in a moment."
        headers = {"Retry-After": "1", "x-should-retry": "true"}
        return _error(503, words, type_="server_error", code="unavailable", headers=headers)
    problems.log_unexpected(error)
    words = "This is our fault; the log says more."
    return _error(500, words, type_="server_error", code="internal", headers={"x-should-retry": "false"})


def request_id() -> dict[str, str]:
    """Make the header that the SDK gives out as `_request_id`."""
    return {"x-request-id": f"req_{secrets.token_hex(16)}"}


def _unauthorized(error: KeyRefused) -> Response:
    headers = {"WWW-Authenticate": "Bearer"}
    if isinstance(error, KeyMissing):
        return _error(401, "No key was sent: put it into the header as 'Authorization: Bearer KEY'.", headers=headers)
    words = "Incorrect API key provided: make one with ombuds site add --for openai."
    return _error(401, words, code="invalid_api_key", headers=headers)


def _exceeded(quota: Quota) -> Response:
    seconds = quota.reset_seconds
    return _error(
        429,
        f"At most {quota.limit:,} requests a minute; try again in {seconds} s.",
        type_="requests",
        code="rate_limit_exceeded",
        headers={
            "Retry-After": str(seconds),
            "x-should-retry": "true" if seconds <= _WORTH_WAITING_SECONDS else "false",
            "x-ratelimit-limit-requests": str(quota.limit),
            "x-ratelimit-remaining-requests": str(quota.remaining),
            "x-ratelimit-reset-requests": f"{seconds}s",
        },
    )


def _http(error: HTTPException) -> Response:
    """Answer what Werkzeug refuses."""
    code = error.code or 500
    if code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = {name: value for name, value in error.get_headers() if name == "Allow"}
        return _error(code, "Ask at this address by POST.", code="method_not_supported", headers=allowed)
    if code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return _error(code, f"Send at most {MAX_BODY_BYTES:,} bytes.", code="request_too_large")
    return _error(code, error.name)


def _error(
    status: int,
    message: str,
    *,
    type_: str = "invalid_request_error",
    param: str | None = None,
    code: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    body = {"error": {"message": message, "type": type_, "param": param, "code": code}}
    return Response(
        json.dumps(body, ensure_ascii=False),
        status,
        {**request_id(), **(headers or {})},
        content_type="application/json",
    )
