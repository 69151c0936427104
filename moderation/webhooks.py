"""Webhooks without wires: event names, bodies, signatures, the retry schedule, and which addresses are allowed."""

from __future__ import annotations

import json
import secrets as randomness
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from standardwebhooks import Webhook

from moderation.domain import Decision, Reason, Status
from moderation.errors import ForbiddenAddress, InvalidWebhook

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from moderation.settings import Network

EVENTS = {
    Status.APPROVED: "comment.approved",
    Status.HELD: "comment.held",
    Status.REJECTED: "comment.rejected",
    Status.REMOVED: "comment.removed",
}
"""The event that tells of each released status."""

ALARM = "alarm.raised"
"""The event that tells of drift; only endpoints that ask for it by name hear it."""

RETRY_AFTER_SECONDS = (0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""The wait before each attempt. See: Standard Webhooks 1.0.0, retry schedule."""

_JITTER = 0.1
_MOST_RETRY_AFTER = timedelta(hours=24)
_SECRET_BYTES = 32
_MOST_URL = 2_000
_GONE = 410
_SUCCESS = range(200, 300)
_PUBLIC_IPV6 = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Answer:
    """What one attempt met with: a status code, or an error when there was none."""

    status_code: int | None
    error: str | None = None
    retry_after: timedelta | None = None

    @property
    def is_success(self) -> bool:
        """True for 2xx only; a redirect is a failure."""
        return self.status_code in _SUCCESS

    @property
    def is_gone(self) -> bool:
        """True when the receiver asks never to be called again."""
        return self.status_code == _GONE


def new_secret() -> str:
    """Make a signing secret in the form that Standard Webhooks libraries read."""
    return "whsec_" + b64encode(randomness.token_bytes(_SECRET_BYTES)).decode()


def headers(message_id: str, body: str, secrets: Sequence[str], now: datetime) -> dict[str, str]:
    """Sign a body for one attempt, with every secret in force, so that a receiver can change over in its own time."""
    moment = now.astimezone(UTC)
    return {
        "content-type": "application/json",
        "user-agent": "Ombuds-Webhooks/1",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(message_id, moment, body) for secret in secrets),
    }


def body(decision: Decision) -> str:
    """Write the webhook's body; the same decision always gives the same bytes."""
    moment = decision.released_at or decision.decided_at
    event = {"type": EVENTS[decision.status], "timestamp": moment.isoformat(), "data": as_data(decision)}
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"))


def as_data(decision: Decision) -> dict[str, Any]:
    """Show a decision as sites see it, in feed, API and webhooks. Never any text of the comment.

    `message` is there only where a moderator has one for the author.
    """
    told = {} if decision.message is None else {"message": decision.message}
    return {
        "id": decision.id,
        "comment_id": decision.comment_id,
        "revision": decision.revision,
        "sequence": decision.sequence,
        "status": decision.status.value,
        "previous_status": decision.previous_status.value,
        "by": decision.by.value,
        "reasons": [reason_data(reason) for reason in decision.reasons],
        "model_version": decision.model_version,
        "policy_version": decision.policy_version,
        "decided_at": decision.decided_at.isoformat(),
        **told,
    }


def reason_data(reason: Reason) -> dict[str, Any]:
    """Show a reason; spans count code points, end exclusive."""
    return {
        "guideline": reason.guideline,
        "attribute": reason.attribute,
        "score": reason.score,
        "threshold": reason.threshold,
        "note": reason.note,
        "spans": [{"begin": span.begin, "end": span.end} for span in reason.spans],
    }


def next_attempt(
    n_attempts: int, retry_after: timedelta | None, now: datetime, chance: random.Random
) -> datetime | None:
    """Say when to try again after `n_attempts` failures, with jitter; None when the schedule is used up.

    A receiver's `Retry-After` can only make the wait longer, and never longer than a day.
    """
    if n_attempts >= len(RETRY_AFTER_SECONDS):
        return None
    wait = timedelta(seconds=RETRY_AFTER_SECONDS[n_attempts] * (1 + chance.uniform(0, _JITTER)))
    asked = min(retry_after or timedelta(0), _MOST_RETRY_AFTER)
    return now + max(wait, asked)


def check_url(url: str, allowed: Sequence[Network]) -> None:
    """Check that a webhook may be registered. The address itself is checked again at the socket, on every connection.

    Raises:
        InvalidWebhook: not https, or plain http where no network is allowed at all; credentials in it; too long.
    """
    if len(url) > _MOST_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise InvalidWebhook("url", f"the URL must be plain ASCII of at most {_MOST_URL} characters")
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        raise InvalidWebhook("url", f"not a URL: {error}") from error
    if parts.scheme not in {"http", "https"} or not host:
        raise InvalidWebhook("url", "the URL must begin with https:// and name a host")
    if parts.username is not None or parts.password is not None:
        raise InvalidWebhook("url", "the URL must not hold a user name or password; the signature proves who sends")
    if parts.fragment:
        raise InvalidWebhook("url", "the URL must not hold a fragment (#…)")
    if parts.scheme == "http" and not allowed:
        raise InvalidWebhook(
            "url", "the URL must begin with https://; plain http is for networks in OMBUDS_WEBHOOK_ALLOW"
        )


def check_events(events: Sequence[str]) -> None:
    """Check an endpoint's event filter.

    Raises:
        InvalidWebhook: it is empty or names an event that does not exist.
    """
    unknown = sorted(set(events) - {*EVENTS.values(), ALARM})
    if unknown or not events:
        known = ", ".join((*EVENTS.values(), ALARM))
        raise InvalidWebhook(
            "events",
            f"{unknown[0]!r} is no event; there are {known}" if unknown else f"name at least one event of {known}",
        )


def check_address(host: str, address: str, allowed: Sequence[Network], *, is_plain: bool) -> None:
    """Check an address that a host resolved to, before a connection is made to it.

    Raises:
        ForbiddenAddress: it is not a public address and in no allowed network; plain http only goes to the latter.
    """
    found = _destination(ip_address(address.partition("%")[0]))
    if any(found in network for network in allowed):
        return
    if is_plain or not _is_public(found):
        raise ForbiddenAddress(host, address)


def _destination(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Find where packets to an address end up: IPv6 can carry an IPv4 address (mapped, NAT64, 6to4)."""
    if isinstance(address, IPv4Address):
        return address
    translated = IPv4Address(address.packed[-4:]) if address in _NAT64 else None
    return address.ipv4_mapped or translated or address.sixtofour or address


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address) and address not in _PUBLIC_IPV6:
        return False
    return address.is_global and not address.is_multicast
