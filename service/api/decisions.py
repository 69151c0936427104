"""The feed of decisions, for sites that cannot receive webhooks."""

from __future__ import annotations

from flask import Response, jsonify

from moderation import feed, webhooks
from moderation.domain import Scope
from service.api.routes import answers, blueprint
from service.auth import caller, needs
from service.incoming import FeedQuery
from service.outgoing import FeedOut
from service.parts import parts

api = blueprint("decisions", "Every decision in order, without gaps.")


@api.get("/decisions", responses=answers({200: FeedOut}, 400))
@needs(Scope.READ)
def read(query: FeedQuery) -> Response:
    """Read decisions after a cursor, oldest first.

    Keep `next` and ask again with it; it stays the same while nothing is new.
    """
    found, cursor = feed.read(parts().database, caller().site_id, query.after, query.limit)
    return jsonify({"decisions": [webhooks.as_data(decision) for decision in found], "next": cursor})
