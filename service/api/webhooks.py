"""Webhook endpoints of a site, and their deliveries."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Response, jsonify, url_for
from sqlalchemy import Connection

from moderation import endpoints
from moderation.dispatch import Bell
from moderation.domain import Scope
from moderation.errors import UnknownDelivery, UnknownWebhook
from moderation.store import outbox
from moderation.store import webhooks as store
from moderation.store.outbox import Attempt, Delivery, State
from moderation.store.webhooks import Endpoint
from service.api.routes import answers, blueprint
from service.auth import caller, needs
from service.incoming import DeliveriesQuery, DeliveryPath, WebhookChange, WebhookIn, WebhookPath
from service.outgoing import DeliveriesOut, DeliveryOut, WebhookOut, WebhookSecretOut, WebhooksOut
from service.parts import parts

api = blueprint("webhooks", "Where a site hears of decisions, and what became of each message.")


@api.get("/webhooks", responses=answers({200: WebhooksOut}))
@needs(Scope.READ)
def every() -> Response:
    """List the site's endpoints."""
    with parts().database.reading() as tx:
        found = store.of_site(tx, caller().site_id)
    return jsonify({"webhooks": [_shown(endpoint) for endpoint in found]})


@api.post("/webhooks", responses=answers({201: WebhookSecretOut}, body=True))
@needs(Scope.ADMIN)
def add(body: WebhookIn) -> Response:
    """Add an endpoint. Its signing secret is shown in this answer only."""
    made = parts()
    endpoint, secret = endpoints.add(
        made.database,
        caller().site_id,
        body.url,
        body.events,
        made.settings.secret,
        made.settings.webhook_allow,
        datetime.now(UTC),
    )
    answer = jsonify({**_shown(endpoint), "secret": secret})
    answer.status_code = 201
    answer.headers["Location"] = url_for("webhooks.show", webhook_id=endpoint.id)
    return answer


@api.get("/webhooks/<name:webhook_id>", responses=answers({200: WebhookOut}, 404))
@needs(Scope.READ)
def show(path: WebhookPath) -> Response:
    """Show an endpoint."""
    with parts().database.reading() as tx:
        endpoint = store.find(tx, caller().site_id, path.webhook_id)
    if endpoint is None:
        raise UnknownWebhook(path.webhook_id)
    return jsonify(_shown(endpoint))


@api.patch("/webhooks/<name:webhook_id>", responses=answers({200: WebhookOut}, 404, body=True))
@needs(Scope.ADMIN)
def change(path: WebhookPath, body: WebhookChange) -> Response:
    """Change an endpoint's address or events, switch it off, or on again."""
    made = parts()
    endpoint = endpoints.change(
        made.database,
        caller().site_id,
        path.webhook_id,
        url=body.url,
        events=body.events,
        is_enabled=body.enabled,
        allowed=made.settings.webhook_allow,
        now=datetime.now(UTC),
    )
    return jsonify(_shown(endpoint))


@api.delete("/webhooks/<name:webhook_id>", responses=answers({204: None}, 404))
@needs(Scope.ADMIN)
def remove(path: WebhookPath) -> Response:
    """Remove an endpoint; nothing more is sent to it."""
    endpoints.remove(parts().database, caller().site_id, path.webhook_id, datetime.now(UTC))
    return Response(status=204)


@api.post("/webhooks/<name:webhook_id>:rotate", responses=answers({200: WebhookSecretOut}, 404))
@needs(Scope.ADMIN)
def rotate(path: WebhookPath) -> Response:
    """Give an endpoint a new signing secret; for 24 hours messages are signed with both."""
    made = parts()
    secret = endpoints.rotate(made.database, caller().site_id, path.webhook_id, made.settings.secret, datetime.now(UTC))
    with made.database.reading() as tx:
        endpoint = store.find(tx, caller().site_id, path.webhook_id)
    if endpoint is None:
        raise UnknownWebhook(path.webhook_id)
    return jsonify({**_shown(endpoint), "secret": secret})


@api.get("/deliveries", responses=answers({200: DeliveriesOut}, 404))
@needs(Scope.READ)
def deliveries(query: DeliveriesQuery) -> Response:
    """List deliveries with every attempt, newest first."""
    with parts().database.reading() as tx:
        last = None if query.before is None else _known(tx, query.before)
        found = outbox.of_site(
            tx,
            caller().site_id,
            before=last,
            limit=query.limit,
            webhook_id=query.webhook,
            state=None if query.state is None else State(query.state),
        )
        tried = outbox.attempts_at(tx, [delivery.id for delivery in found])
    return jsonify({"deliveries": [_delivery(delivery, tried[delivery.id]) for delivery in found]})


@api.post("/deliveries/<name:delivery_id>:replay", responses=answers({202: DeliveryOut}, 404))
@needs(Scope.ADMIN)
def replay(path: DeliveryPath) -> Response:
    """Send a delivery again, whatever became of it, under the same `webhook-id`."""
    made = parts()
    delivery, tried = endpoints.replay(made.database, caller().site_id, path.delivery_id, datetime.now(UTC))
    made.dispatcher.ring(Bell.DELIVER)
    answer = jsonify(_delivery(delivery, tried))
    answer.status_code = 202
    return answer


def _known(tx: Connection, delivery_id: str) -> Delivery:
    delivery = outbox.find(tx, caller().site_id, delivery_id)
    if delivery is None:
        raise UnknownDelivery(delivery_id)
    return delivery


def _shown(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "id": endpoint.id,
        "url": endpoint.url,
        "events": list(endpoint.events),
        "enabled": endpoint.disabled_at is None,
        "disabled_because": endpoint.disabled_because,
        "created_at": endpoint.created_at.isoformat(),
    }


def _delivery(delivery: Delivery, tried: list[Attempt]) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "webhook_id": delivery.webhook_id,
        "decision_id": delivery.decision_id,
        "sequence": delivery.sequence,
        "event": delivery.event,
        "state": delivery.state.value,
        "due_at": delivery.due_at.isoformat(),
        "n_attempts": delivery.n_attempts,
        "attempts": [
            {
                "at": attempt.at.isoformat(),
                "milliseconds": attempt.milliseconds,
                "status_code": attempt.status_code,
                "error": attempt.error,
            }
            for attempt in tried
        ],
    }
