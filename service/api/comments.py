"""Comments: taking them in, telling where they stand, withdrawing them, and what people say of them."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from typing import Any

from flask import Response, jsonify, request, url_for

from moderation import appeals, intake, reports, site_decisions, site_statuses, webhooks
from moderation.dispatch import Bell
from moderation.domain import Article, Author, Decision, Parent, Scope, Status, Submission
from moderation.intake import Once, State
from service import problems, waiting
from service.api.routes import answers, blueprint
from service.auth import caller, needs
from service.incoming import (
    IDEMPOTENCY_KEY,
    AppealIn,
    CommentIn,
    CommentPath,
    DecisionIn,
    ReportIn,
    SiteStatusIn,
    SubmitHeaders,
)
from service.outgoing import CommentHistoryOut, CommentOut, DecisionOut, ReceiptOut, SiteStatusOut
from service.parts import parts
from service.problems import Refused

api = blueprint("comments", "Readers' comments and what becomes of them.")

_KEY = re.compile(IDEMPOTENCY_KEY)


@api.post("/comments", responses=answers({200: CommentOut, 202: CommentOut}, 409, body=True))
@needs(Scope.SUBMIT)
def accept(header: SubmitHeaders, body: CommentIn) -> Response:
    """Take a comment in.

    Answers 202 at once, with the comment stored and queued; 200 where it is decided already, or where `Prefer: wait`
    let the decision come in time. The same text again changes nothing; another text is a new revision.
    """
    made, site_id = parts(), caller().site_id
    state = intake.accept(made.database, site_id, submission(body), datetime.now(UTC), _once(header.idempotency_key))
    if state.is_pending:
        made.dispatcher.ring(Bell.SCORE)
    seconds = waiting.wished(header.prefer)
    if seconds is not None:
        state = made.waiting.decided(made.database, site_id, state, seconds)
    answer = jsonify(shown(state))
    answer.status_code = 202 if state.is_pending else 200
    answer.headers["Location"] = url_for("comments.show", comment_id=body.id)
    if seconds is not None:
        answer.headers["Preference-Applied"] = f"wait={seconds:g}"
    return answer


@api.get("/comments/<string:comment_id>", responses=answers({200: CommentHistoryOut}, 404))
@needs(Scope.READ)
def show(path: CommentPath) -> Response:
    """Tell where a comment stands: status, scores, reasons, and every decision about it."""
    state, history = intake.history(parts().database, caller().site_id, path.comment_id)
    return jsonify({**shown(state), "decisions": [webhooks.as_data(decision) for decision in history]})


@api.delete("/comments/<string:comment_id>", responses=answers({204: None}, 404))
@needs(Scope.SUBMIT)
def withdraw(path: CommentPath) -> Response:
    """Withdraw a comment: its text is gone, its decisions stay, its id cannot be used again."""
    site_decisions.withdraw(parts().database, caller().site_id, path.comment_id, datetime.now(UTC))
    parts().dispatcher.ring(Bell.DELIVER)
    return Response(status=204)


@api.post(
    "/comments/<string:comment_id>/reports", responses=answers({200: ReceiptOut, 201: ReceiptOut}, 404, 409, body=True)
)
@needs(Scope.SUBMIT)
def report(path: CommentPath, body: ReportIn) -> Response:
    """Pass on a reader's report. A reader's second report of a comment changes nothing and is answered 200."""
    is_new = reports.report(
        parts().database, caller().site_id, path.comment_id, body.reporter_ref, body.reason, datetime.now(UTC)
    )
    return _receipt(path.comment_id, is_new=is_new)


@api.post(
    "/comments/<string:comment_id>/appeals", responses=answers({200: ReceiptOut, 201: ReceiptOut}, 404, 409, body=True)
)
@needs(Scope.SUBMIT)
def appeal(path: CommentPath, body: AppealIn) -> Response:
    """Pass on the author's appeal against a rejection.

    A second appeal against it changes nothing and is answered 200.
    """
    is_new = appeals.appeal(parts().database, caller().site_id, path.comment_id, body.text, datetime.now(UTC))
    return _receipt(path.comment_id, is_new=is_new)


@api.post("/comments/<string:comment_id>/decisions", responses=answers({201: DecisionOut}, 404, 409, body=True))
@needs(Scope.SUBMIT)
def decide(path: CommentPath, body: DecisionIn) -> Response:
    """Decide as the site: the status changes at once, and the decision is a label for training."""
    decision = site_decisions.decide(
        parts().database, caller().site_id, path.comment_id, Status(body.status), body.guideline, datetime.now(UTC)
    )
    parts().dispatcher.ring(Bell.DELIVER)
    answer = jsonify(webhooks.as_data(decision))
    answer.status_code = 201
    return answer


@api.put("/comments/<string:comment_id>/site-status", responses=answers({200: SiteStatusOut}, 404, body=True))
@needs(Scope.SUBMIT)
def say(path: CommentPath, body: SiteStatusIn) -> Response:
    """Tell where the comment stands on the site's own pages.

    Nothing changes by it; where the site still says otherwise after it heard a decision, the moderators are shown.
    """
    said = site_statuses.say(
        parts().database, caller().site_id, path.comment_id, Status(body.status), datetime.now(UTC)
    )
    return jsonify(
        {
            "comment_id": said.external_id,
            "site_status": said.site_status.value,
            "status": said.status.value,
            "agrees": said.agrees,
            "said_at": said.said_at.isoformat(),
        }
    )


def submission(body: CommentIn) -> Submission:
    """Read a comment as the core knows it."""
    return Submission(
        id=body.id,
        text=body.text,
        author=Author(body.author.ref, body.author.name, body.author.joined_at),
        article=Article(body.article.url, body.article.title, body.article.section, body.article.text),
        parent=None if body.parent is None else Parent(body.parent.id, body.parent.text),
        language=body.language,
        created_at=body.created_at,
        metadata=body.metadata,
    )


def shown(state: State) -> dict[str, Any]:
    """Show where a comment stands."""
    comment = state.comment
    decision: Decision | None = state.decision
    data = None if decision is None else webhooks.as_data(decision)
    return {
        "id": comment.external_id,
        "status": comment.status.value,
        "revision": comment.revision,
        "accepted_at": comment.accepted_at.isoformat(),
        "scores": comment.scores,
        "reasons": [] if data is None else data["reasons"],
        "decision": data,
    }


def _once(header: str | None) -> Once | None:
    """Read an Idempotency-Key, quoted or not. The payload's fingerprint holds no text that could be read back."""
    if header is None:
        return None
    found = _KEY.fullmatch(header.strip())
    if found is None:
        raise Refused(
            problems.INVALID_VALUE, "Idempotency-Key must be 1 to 255 printable ASCII characters, best in quotes"
        )
    return Once(caller().id, found["quoted"] or found["bare"], hashlib.sha256(request.get_data()).hexdigest())


def _receipt(comment_id: str, *, is_new: bool) -> Response:
    answer = jsonify({"comment_id": comment_id, "is_new": is_new})
    answer.status_code = 201 if is_new else 200
    return answer
