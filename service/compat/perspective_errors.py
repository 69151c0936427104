"""What Perspective says when something is wrong: every message to the byte, for clients that read them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Response, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from moderation.domain import MAX_TEXT_BYTES
from moderation.errors import KeyRefused, Unreachable
from service import problems
from service.quotas import Quota

MEDIA_TYPE = "application/json; charset=UTF-8"

_TYPES = "type.googleapis.com/google"
_ERROR = f"{_TYPES}.commentanalyzer.v1alpha1.Error"
_INFO = f"{_TYPES}.rpc.ErrorInfo"
_SERVICE = "commentanalyzer.googleapis.com"
_DOMAIN = "googleapis.com"
_METRIC = "Analysis requests (AnalyzeComment)"


@dataclass(frozen=True, slots=True)
class _Said:
    status: int
    name: str
    message: str
    details: tuple[dict[str, Any], ...]


class NotAnswered(Exception):
    """A request that Perspective would refuse, in its words.

    Args:
        kind: Perspective's `errorType`.
        message: Its message, to the byte.
        more: What else stands beside the type.
        field: The field at fault, as in `comment.text`, if it is one.
    """

    def __init__(self, kind: str, message: str, more: dict[str, Any] | None = None, field: str | None = None) -> None:
        self.kind = kind
        self.message = message
        self.more = more or {}
        self.field = field
        super().__init__(message)


class QuotaExceeded(Exception):
    """A key has made more requests in this minute than it may."""

    def __init__(self, quota: Quota, key_id: int) -> None:
        self.quota = quota
        self.key_id = key_id
        super().__init__(quota.limit)


def comment_empty() -> NotAnswered:
    """Say that there is no text."""
    return NotAnswered("COMMENT_EMPTY", "Comment must be non-empty.")


def comment_too_long(n_bytes: int) -> NotAnswered:
    """Say that a text is longer than 20,480 bytes of UTF-8."""
    words = f"Comment text was too many bytes. Value ({n_bytes}) exceeded limit ({MAX_TEXT_BYTES})."
    return NotAnswered("COMMENT_TOO_LONG", words)


def no_attributes() -> NotAnswered:
    """Say that nothing was asked for."""
    return NotAnswered("NO_REQUESTED_ATTRIBUTES", "Missing requested_attributes")


def unknown_attribute(name: str) -> NotAnswered:
    """Say that an attribute is not measured."""
    return NotAnswered("INVALID_REQUEST", f"Unknown requested attribute: {name}")


def unknown_score_type(kind: str, attribute: str) -> NotAnswered:
    """Say that scores are probabilities and nothing else."""
    return NotAnswered("INVALID_REQUEST", f"Requested score type {kind} is not supported by attribute {attribute}")


def not_plain_text() -> NotAnswered:
    """Say that HTML is not read."""
    return NotAnswered("INVALID_REQUEST", "Currently, only 'PLAIN_TEXT' comments are supported")


def unknown_text_type() -> NotAnswered:
    """Say that a type of text is none."""
    return NotAnswered("INVALID_REQUEST", "Unknown text type")


def two_contexts() -> NotAnswered:
    """Say that there are two contexts where one may be."""
    words = "Context can have either entries or article_and_parent_comment, but both fields were populated."
    return NotAnswered("INVALID_REQUEST", words)


def language_not_supported(
    attribute: str, unsupported: Sequence[str], requested: Sequence[str], detected: Sequence[str]
) -> NotAnswered:
    """Say that an attribute is not measured in a language. Clients drop it and ask again: so one at a time."""
    words = f"Attribute {attribute} does not support request languages: {', '.join(unsupported)}"
    told: dict[str, Any] = {"detectedLanguages": list(detected), "attribute": attribute}
    if requested:
        told["requestedLanguages"] = list(requested)
    more = {"languageNotSupportedByAttributeError": told}
    return NotAnswered("LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE", words, more)


def invalid(field: str, wanted: str) -> NotAnswered:
    """Say that a field holds something else than it should. What it holds is not repeated."""
    return NotAnswered("INVALID_REQUEST", f"Invalid value at '{field}' ({wanted})", field=field)


def not_json() -> NotAnswered:
    """Say that the body cannot be read."""
    return NotAnswered("INVALID_REQUEST", "Invalid JSON payload received. Unable to parse the body as a JSON object.")


def answer(error: Exception) -> Response:
    """Answer any error as Perspective does; what nobody foresaw is logged, and said to be our fault."""
    said = _said(error)
    body = {
        "error": {
            "code": said.status,
            "message": said.message,
            "status": said.name,
            "details": list(said.details),
        }
    }
    response = Response(json.dumps(body, ensure_ascii=False), said.status, {"Content-Type": MEDIA_TYPE})
    if isinstance(error, QuotaExceeded):
        response.headers["Retry-After"] = str(error.quota.reset_seconds)
    elif said.status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = "1"
    elif isinstance(error, HTTPException):
        response.headers.extend({name: value for name, value in error.get_headers() if name == "Allow"})
    return response


def _said(error: Exception) -> _Said:
    return next(say(error) for kind, say in _SAYINGS if isinstance(error, kind))


def _refusal(error: NotAnswered) -> _Said:
    details: tuple[dict[str, Any], ...] = ({"@type": _ERROR, "errorType": error.kind, **error.more},)
    if error.field is not None:
        violation = {"field": error.field, "description": error.message}
        details += ({"@type": f"{_TYPES}.rpc.BadRequest", "fieldViolations": [violation]},)
    return _Said(400, "INVALID_ARGUMENT", error.message, details)


def _key_refused(_: KeyRefused) -> _Said:
    if "key" in request.args or "X-Goog-Api-Key" in request.headers:
        words = "API key not valid. Please pass a valid API key."
        return _Said(400, "INVALID_ARGUMENT", words, (_info("API_KEY_INVALID", service=_SERVICE),))
    words = (
        "Method doesn't allow unregistered callers (callers without established identity). "
        "Please use API Key or other form of API consumer identity to call this API."
    )
    return _Said(403, "PERMISSION_DENIED", words, (_info("CONSUMER_INVALID", service=_SERVICE),))


def _quota_exceeded(error: QuotaExceeded) -> _Said:
    words = (
        f"Quota exceeded for quota metric '{_METRIC}' and limit '{_METRIC} per minute' of service '{_SERVICE}' "
        f"for consumer 'project_number:{error.key_id}'."
    )
    info = _info(
        "RATE_LIMIT_EXCEEDED",
        quota_limit="AnalyzeRequestsPerMinutePerProject",
        quota_limit_value=str(error.quota.limit),
        quota_metric=f"{_SERVICE}/analyze_requests",
        quota_location="global",
        service=_SERVICE,
        consumer=f"projects/{error.key_id}",
    )
    more = "Whoever runs this Ombuds can raise OMBUDS_RATE_LIMIT."
    help_ = {"@type": f"{_TYPES}.rpc.Help", "links": [{"description": more, "url": f"{request.host_url}docs"}]}
    return _Said(429, "RESOURCE_EXHAUSTED", words, (info, help_))


def _http(error: HTTPException) -> _Said:
    code = error.code or 500
    names = {
        404: ("NOT_FOUND", "Method not found."),
        405: ("UNIMPLEMENTED", "This method is called with another HTTP method."),
        413: ("INVALID_ARGUMENT", f"Request payload size exceeds the limit: {request.max_content_length} bytes."),
    }
    name, words = names.get(code, ("INVALID_ARGUMENT", error.name))
    return _Said(code, name, words, ({"@type": _ERROR, "errorType": "INVALID_REQUEST"},))


def _database(error: SQLAlchemyError) -> _Said:
    if not problems.is_away(error):
        return _unexpected(error)
    problems.log_away(error)
    return _unavailable(error)


def _unexpected(error: Exception) -> _Said:
    problems.log_unexpected(error)
    return _Said(500, "INTERNAL", "Internal error encountered.", (_info("INTERNAL"),))


def _unavailable(_: Exception) -> _Said:
    return _Said(503, "UNAVAILABLE", "The service is currently unavailable.", (_info("UNAVAILABLE"),))


def _info(reason: str, **metadata: str) -> dict[str, Any]:
    return {"@type": _INFO, "reason": reason, "domain": _DOMAIN, "metadata": metadata}


_SAYINGS: tuple[tuple[type[Exception], Callable[[Any], _Said]], ...] = (
    (NotAnswered, _refusal),
    (KeyRefused, _key_refused),
    (QuotaExceeded, _quota_exceeded),
    (HTTPException, _http),
    (Unreachable, _unavailable),
    (SQLAlchemyError, _database),
    (Exception, _unexpected),
)
