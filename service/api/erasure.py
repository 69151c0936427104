"""Erasure: forgetting an author, wherever what they wrote is kept."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Response

from moderation import keys, site_decisions
from moderation.dispatch import Bell
from moderation.domain import Scope
from service.api.routes import answers, blueprint
from service.auth import caller, needs
from service.incoming import EraseIn
from service.parts import parts

api = blueprint("erasure", "Forgetting the readers who write.")


@api.post("/authors:erase", responses=answers({204: None}, body=True))
@needs(Scope.SUBMIT)
def erase(body: EraseIn) -> Response:
    """Forget an author: all their comments are withdrawn, and what came about them over other services' routes is gone.

    An e-mail address, or a name without one, also forgets what Akismet's clients told of its owner: it was kept hashed.
    Answers 204 whether or not anything of theirs was here, and again after that.
    """
    made = parts()
    for ref in (body.author_ref, keys.hidden_author(body.author_ref, made.settings.secret)):
        site_decisions.forget_author(made.database, caller().site_id, ref, datetime.now(UTC))
    made.dispatcher.ring(Bell.DELIVER)
    return Response(status=204)
