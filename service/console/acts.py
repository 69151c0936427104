"""Acts: form posts by which moderators decide, with a page or without one, and take it back."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from flask import Response, abort, jsonify, redirect, request, url_for
from werkzeug.datastructures import MultiDict

from moderation import moderator_decisions
from moderation.dispatch import Bell
from moderation.domain import Decision, Span, Status
from moderation.errors import (
    CommentRemoved,
    NoGuideline,
    OmbudsError,
    Stale,
    TooLateToUndo,
    UnfilledPlaceholder,
    UnknownComment,
    UnknownGuideline,
)
from moderation.moderator_decisions import Act
from service.console.fields import whole
from service.console.pages import blueprint, me, safe_address
from service.console.refusals import wants_json
from service.console.translation import gettext as _
from service.parts import parts

views = blueprint("acts")

_STATUSES = {"approve": Status.APPROVED, "reject": Status.REJECTED, "hold": Status.HELD}
_MOST_SPANS = 200

_CODES: dict[type[OmbudsError], HTTPStatus] = {
    UnknownComment: HTTPStatus.NOT_FOUND,
    CommentRemoved: HTTPStatus.CONFLICT,
    Stale: HTTPStatus.CONFLICT,
    TooLateToUndo: HTTPStatus.CONFLICT,
    NoGuideline: HTTPStatus.UNPROCESSABLE_ENTITY,
    UnfilledPlaceholder: HTTPStatus.UNPROCESSABLE_ENTITY,
    UnknownGuideline: HTTPStatus.UNPROCESSABLE_ENTITY,
}


@views.post("/acts")
def decide() -> Any:
    """Do what a form says with one revision of a comment."""
    form = request.form
    name = form.get("act", "")
    comment_id = form.get("comment", type=whole)
    if comment_id is None or name not in {*_STATUSES, "escalate", "opinion"}:
        abort(HTTPStatus.BAD_REQUEST, _("The form does not say what to do with which comment."))
    try:
        made = _done(name, comment_id, form)
    except tuple(_CODES) as error:
        return _refused(error)
    if wants_json():
        return jsonify({"decision": None if made is None else made.id, "comment": comment_id})
    return redirect(_back(did=None if made is None else made.id))


@views.post("/undo")
def undo() -> Any:
    """Take one's own decision back."""
    try:
        comment_id = moderator_decisions.undo(parts().database, me(), request.form.get("decision", ""), _now())
    except TooLateToUndo as error:
        return _refused(error)
    if wants_json():
        return jsonify({"comment": comment_id})
    return redirect(_back(at=str(comment_id)))


def _done(name: str, comment_id: int, form: MultiDict[str, str]) -> Decision | None:
    database, who = parts().database, me()
    if name == "escalate":
        moderator_decisions.escalate(database, who, comment_id, _now())
        return None
    if name == "opinion":
        view = form.get("view", "")
        thought = Status(view) if view in {Status.APPROVED.value, Status.REJECTED.value} else None
        question = form.get("question", "").strip() or None
        moderator_decisions.ask_opinion(database, who, comment_id, thought, question, _now())
        return None
    is_rejection = name == "reject"
    act = Act(
        comment_id,
        form.get("revision", 0, type=whole),
        _STATUSES[name],
        tuple(dict.fromkeys(form.getlist("guideline"))) if is_rejection else (),
        tuple(form.get("suggested", "").split()) if is_rejection else (),
        _spans(form.get("spans", "")),
        form.get("message", "").strip() or None,
    )
    made = moderator_decisions.decide(database, who, act, _now(), parts().settings.undo_seconds)
    parts().dispatcher.ring(Bell.DELIVER)
    return made


def _spans(given: str) -> tuple[Span, ...] | None:
    """Read the words that a moderator marked: `[[begin, end], …]` in code points; None where nothing was corrected."""
    if not given:
        return None
    try:
        pairs = json.loads(given)
        spans = tuple(Span(int(begin), int(end)) for begin, end in pairs)
    except (ValueError, TypeError, OverflowError, RecursionError):
        abort(HTTPStatus.BAD_REQUEST, _("The marked words cannot be read."))
    if len(spans) > _MOST_SPANS or any(not 0 <= span.begin < span.end for span in spans):
        abort(HTTPStatus.BAD_REQUEST, _("The marked words cannot be read."))
    return spans


def _refused(error: OmbudsError) -> Any:
    words = _worded(error)
    if wants_json():
        answer: Response = jsonify({"error": words, "kind": type(error).__name__})
        answer.status_code = _CODES[type(error)]
        return answer
    if isinstance(error, Stale):
        own = url_for("comments_page.show", comment_id=request.form.get("comment", type=whole), failed=words)
        return redirect(own)
    return redirect(_back(failed=words))


def _worded(error: OmbudsError) -> str:
    if isinstance(error, UnfilledPlaceholder):
        held = error.placeholder
        return _("The message still holds %(placeholder)s; write what should stand there.", placeholder=held)
    return {
        Stale: _("This comment has changed since you saw it. Nothing was recorded; here it is as it stands now."),
        TooLateToUndo: _("Too late: the site has heard it."),
        NoGuideline: _("Name at least one guideline."),
        CommentRemoved: _("Its site withdrew this comment. There is nothing to decide."),
        UnknownGuideline: _("The guidelines were changed meanwhile. Load the page again."),
        UnknownComment: _("There is no such comment that you may see."),
    }[type(error)]


def _back(**more: str | None) -> str:
    """Go back to where the form was, told what happened."""
    address = safe_address(request.form.get("back"), url_for("queues.first"))
    extra = {name: value for name, value in more.items() if value is not None}
    if not extra:
        return address
    return f"{address}{'&' if '?' in address else '?'}{urlencode(extra)}"


def _now() -> datetime:
    return datetime.now(UTC)
