"""Perspective's errors: whatever is raised is answered in its shape."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError, ProgrammingError
from werkzeug.exceptions import ImATeapot, MethodNotAllowed, NotFound, RequestEntityTooLarge

from moderation.errors import KeyRefused, Unreachable
from service.compat import perspective_errors as errors
from service.quotas import Quota


@pytest.mark.parametrize(
    ("error", "status", "name"),
    [
        (errors.comment_empty(), 400, "INVALID_ARGUMENT"),
        (KeyRefused(), 403, "PERMISSION_DENIED"),
        (errors.QuotaExceeded(Quota(60, 0, 7, is_exceeded=True), 5), 429, "RESOURCE_EXHAUSTED"),
        (NotFound(), 404, "NOT_FOUND"),
        (MethodNotAllowed(["POST"]), 405, "UNIMPLEMENTED"),
        (RequestEntityTooLarge(), 413, "INVALID_ARGUMENT"),
        (ImATeapot(), 418, "INVALID_ARGUMENT"),
        (Unreachable("the database", "gone"), 503, "UNAVAILABLE"),
        (OperationalError("SELECT 1", {}, Exception("gone")), 503, "UNAVAILABLE"),
        (ProgrammingError("SELEKT 1", {}, Exception("ours")), 500, "INTERNAL"),
        (ZeroDivisionError(), 500, "INTERNAL"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_every_error_has_the_shape_and_a_detail(error: Exception, status: int, name: str) -> None:
    with Flask("test").test_request_context("/v1alpha1/comments:analyze"):
        answer = errors.answer(error)
    told = answer.get_json()["error"]
    assert (answer.status_code, told["code"], told["status"]) == (status, status, name)
    assert told["message"]
    assert told["details"][0]["@type"].startswith("type.googleapis.com/google.")
    assert answer.headers.get("Retry-After") == {429: "7", 503: "1"}.get(status)
    assert answer.headers.get("Allow") == {405: "POST"}.get(status)
