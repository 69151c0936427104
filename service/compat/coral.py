"""Coral: its external moderation phase, which waits for an answer, and its webhooks, which tell what came of comments.

The site's key stands in the address, so that the site is known before anything of the body is believed; then the
signature is checked with the secrets that the site's operator brought here. See: docs/coral.md
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import structlog
from flask import Blueprint, Response, g, jsonify, request
from werkzeug.exceptions import HTTPException

from moderation import coral_memory, coral_secrets
from moderation.coral_memory import NO_OPINION, Asked
from moderation.domain import KeyKind, Passage
from moderation.errors import OmbudsError
from moderation.judge import hold_unscored
from service import problems
from service.compat import coral_replies, coral_requests, coral_signature
from service.compat.coral_requests import Question
from service.compat.vendor import Vendor
from service.parts import parts
from service.problems import Kind, Refused

UNSIGNED = Kind("coral-signature", "The signature does not fit", 401)

_PREFIX = "/coral/"
_MOST_BYTES = 5_000_000
_TOO_LONG = "too long to be scored"

views = Blueprint("coral", __name__, url_prefix="/coral/<name:key>")
log = structlog.get_logger()


@views.before_request
def _trust() -> None:
    """Find the site by its key, and believe the body if it was signed with one of the site's secrets.

    Raises:
        KeyRefused: there is no such key.
        Refused: the signature is missing, or of no secret that we know.
        Unreachable: the database is away, and this process has not seen the key lately.
    """
    request.max_content_length = _MOST_BYTES  # who refuses a long comment lets it pass, for Coral goes on without us
    made = parts()
    site_id = made.known.open_with((request.view_args or {}).pop("key", None), KeyKind.CORAL).site_id
    secrets = made.known.recall(
        ("coral secrets", site_id), lambda database: coral_secrets.in_force(database, site_id, made.settings.secret)
    )
    signature = request.headers.get(coral_signature.HEADER, "")
    if not coral_signature.is_signed(request.get_data(), signature, secrets or ()):
        log.warning("coral.refused", site_id=site_id, n_secrets=len(secrets or ()))
        raise Refused(
            UNSIGNED,
            f"{coral_signature.HEADER} fits none of this site's secrets"
            if secrets
            else "no secret of Coral's is known for this site; bring it here with: ombuds site coral-secret add",
        )
    g.site_id = site_id


@views.post("/moderate")
def moderate() -> Response:
    """Say what should become of a comment that Coral is about to publish; 204 is no opinion."""
    g.is_awaited = True
    question = coral_requests.question(request.get_data())
    made, site_id = parts(), int(g.site_id)
    reply = None if question.text == "" else _reply(question, site_id)
    if question.text and question.author_id and question.story_id and made.settings.coral_join_hours:
        made.keeping.keep(
            Asked(
                site_id=site_id,
                story_id=question.story_id,
                story_url=question.story_url,
                author_ref=question.author_id,
                text=question.text,
                language=None,
                reply=NO_OPINION if reply is None else reply["status"],
                is_edit=question.is_edit,
                at=datetime.now(UTC),
            )
        )
    return Response(status=204) if reply is None else jsonify(reply)


@views.post("/events")
def hear() -> Response:
    """Take note of what a webhook of Coral tells."""
    now = datetime.now(UTC)
    event = coral_requests.event(request.get_data(), now)
    if event is not None:
        coral_memory.hear(parts().database, int(g.site_id), event, now)
    return Response(status=204)


def _reply(question: Question, site_id: int) -> dict[str, Any] | None:
    made = parts()
    guidelines = made.known.guidelines(site_id)
    if question.text is None:
        judgement = hold_unscored(_TOO_LONG, made.scorer_of(site_id).version, guidelines)
    else:
        judgement = made.answers.judged(Passage(question.text, made.known.site(site_id).language), site_id)
    return coral_replies.reply(judgement, guidelines)


def _answer(error: Exception) -> Response | None:
    """Hold the comment of a question that we broke on: after any other answer than 2xx Coral goes on without us."""
    if not g.get("is_awaited", False) or isinstance(error, OmbudsError | Refused | HTTPException):
        return None
    problems.log_unexpected(error)
    return jsonify(coral_replies.HELD_UNSEEN)


VENDOR = Vendor(views, lambda path: path.startswith(_PREFIX), _answer)
