"""What goes out: the API's answers, field by field."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from moderation.domain import Actor, Status, Verdict
from service.described import Described
from service.incoming import EventName


class SpanOut(Described):
    """A stretch of text in code points, end exclusive."""

    begin: int
    end: int


class ReasonOut(Described):
    """Why: the guideline, what stood for it, how far it went, and the words that weighed most."""

    guideline: str
    attribute: str | None
    score: float | None
    threshold: float | None
    note: str | None
    spans: list[SpanOut]


class DecisionOut(Described):
    """The act that changed a comment's status. Also a webhook's `data`."""

    id: str
    comment_id: str
    revision: int
    sequence: int | None
    status: Status
    previous_status: Status
    by: Actor
    reasons: list[ReasonOut]
    model_version: str | None
    policy_version: str | None
    decided_at: datetime
    message: str | None = Field(default=None, description="What the moderator tells the author, if anything.")


class CommentOut(Described):
    """Where a comment stands."""

    id: str
    status: Status
    revision: int
    accepted_at: datetime
    scores: dict[str, float] | None
    reasons: list[ReasonOut]
    decision: DecisionOut | None


class CommentHistoryOut(CommentOut):
    """Where a comment stands, and all that was decided about it, oldest first."""

    decisions: list[DecisionOut]


class FeedOut(Described):
    """Decisions in order; ask again with `after=next`."""

    decisions: list[DecisionOut]
    next: str


class ScoreOut(Described):
    """What the classifier and the site's guidelines say of a text."""

    scores: dict[str, float]
    verdict: Verdict
    reasons: list[ReasonOut]
    model_version: str
    policy_version: str


class ReceiptOut(Described):
    """A report or an appeal was taken; `is_new` is false when it was there already."""

    comment_id: str
    is_new: bool


class SiteStatusOut(Described):
    """Where a comment stands on the site's own pages, as it says, and with Ombuds."""

    comment_id: str
    site_status: Status
    status: Status
    agrees: bool
    said_at: datetime


class WebhookOut(Described):
    """A webhook endpoint. Its secret is shown only when it is made."""

    id: str
    url: str
    events: list[EventName]
    enabled: bool
    disabled_because: str | None
    created_at: datetime


class WebhookSecretOut(WebhookOut):
    """A webhook endpoint with its signing secret, which is not shown again."""

    secret: str


class WebhooksOut(Described):
    """All webhook endpoints of the site."""

    webhooks: list[WebhookOut]


class AttemptOut(Described):
    """One try at a delivery."""

    at: datetime
    milliseconds: int
    status_code: int | None
    error: str | None


class DeliveryOut(Described):
    """Telling one endpoint one decision; `id` is the `webhook-id`."""

    id: str
    webhook_id: str
    decision_id: str
    sequence: int
    event: str
    state: str
    due_at: datetime
    n_attempts: int
    attempts: list[AttemptOut]


class DeliveriesOut(Described):
    """Deliveries, newest first."""

    deliveries: list[DeliveryOut]
