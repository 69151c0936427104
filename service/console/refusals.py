"""Errors in the console's look, for people at a browser; scripts get the sentence as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, jsonify, render_template, request
from werkzeug.exceptions import HTTPException

from service import problems
from service.console.translation import gettext as _

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""The console's content security policy: nothing inline, nothing from elsewhere."""

_API = "/v1"


@dataclass(frozen=True, slots=True)
class _Words:
    title: str
    more: str


def wants_json() -> bool:
    """Tell whether a script asks, and not a person's browser for a page."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json"


def refuse(error: HTTPException) -> Any:
    """Answer what a view of the console aborted, in the words that it gave, if it gave any."""
    if error.response is not None:
        return error.response
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    given = error.description if error.description != type(error).description else None
    if not wants_json():
        return _page(status, given)
    words = _worded(status)
    answer = jsonify({"error": given or f"{words.title}. {words.more}"})
    answer.status_code = status
    return answer


def register(app: Flask) -> None:
    """Show people a page where a program would get problem details, everywhere but in the API."""
    app.after_request(_for_people)


def _for_people(answer: Response) -> Response:
    is_problem = answer.mimetype == problems.MEDIA_TYPE
    is_for_people = any(mime == "text/html" for mime, _quality in request.accept_mimetypes)
    if not (is_problem and is_for_people) or request.path.startswith(_API):
        return answer
    page = _page(answer.status_code, None)
    answer.set_data(page.get_data())
    for name in ("Content-Type", "Content-Security-Policy", "Cache-Control"):
        answer.headers[name] = page.headers[name]
    return answer


def _page(status: int, given: str | None) -> Response:
    words = _worded(status)
    drawn = render_template("console/refusal.html", title=words.title, more=given or words.more)
    return Response(drawn, status, {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"})


def _worded(status: int) -> _Words:
    told = {
        HTTPStatus.BAD_REQUEST: _Words(_("This could not be read"), _("Go back, load the page again, and try anew.")),
        HTTPStatus.FORBIDDEN: _Words(_("This is not open to you"), _("An admin of your newsroom can change that.")),
        HTTPStatus.NOT_FOUND: _Words(_("There is nothing here"), _("The address is wrong, or what it named is gone.")),
        HTTPStatus.METHOD_NOT_ALLOWED: _Words(
            _("This address is for a form"), _("Go back to the page that you came from, and use its buttons.")
        ),
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: _Words(_("That is too much at once"), _("Send less, and try again.")),
        HTTPStatus.SERVICE_UNAVAILABLE: _Words(
            _("A part of Ombuds does not answer"), _("This was not recorded. Try again in a moment.")
        ),
    }
    broken = _Words(_("Something broke here"), _("This was not recorded. It is our fault, and the log says more."))
    return told.get(HTTPStatus(status), broken)
