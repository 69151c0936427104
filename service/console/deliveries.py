"""The delivery desk: messages to sites that wait, fail or were given up, and comments on which a site disagrees."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from http import HTTPStatus

from flask import Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from moderation import disagreements, endpoints
from moderation.dispatch import Bell
from moderation.domain import Status
from moderation.errors import CommentRemoved, Stale, UnknownComment, UnknownDelivery, UnknownWebhook
from moderation.store import delivery_desk, delivery_figures, outbox, samples, site_statuses
from moderation.store.delivery_desk import Trouble
from service.console.fields import whole
from service.console.numbers import chosen_site, sites_of
from service.console.pages import blueprint, me, see
from service.console.translation import gettext as _
from service.console.words import number
from service.parts import parts

views = blueprint("deliveries")

AT_ONCE = 25
"""Rows of one page."""

MOST = 1_000
"""Up to so many are counted."""

DISAGREEING = "disagreeing"


class Told(StrEnum):
    """What the last act on the desk came to, as the address says it."""

    REPLAYED = "replayed"
    TOLD = "told"
    NOBODY = "nobody"
    BELIEVED = "believed"
    CHANGED = "changed"
    GONE = "gone"


@views.get("/deliveries")
def show() -> str:
    """Show what is in trouble, by how it stands."""
    who, now = me(), datetime.now(UTC)
    seen = sites_of(who)
    site_id = chosen_site(seen)
    state = _state()
    offset = request.args.get("from", 0, type=whole)
    with parts().database.reading() as tx:
        n = {trouble.value: delivery_desk.n_messages(tx, who, trouble, site_id, MOST) for trouble in Trouble}
        n[DISAGREEING] = site_statuses.n_disagreeing(tx, who, site_id, now, MOST)
        messages = (
            []
            if state == DISAGREEING
            else delivery_desk.messages(tx, who, Trouble(state), site_id, AT_ONCE + 1, offset)
        )
        differing = (
            site_statuses.disagreeing(tx, who, site_id, now, AT_ONCE + 1, offset) if state == DISAGREEING else []
        )
        attempts = outbox.attempts_at(tx, [message.id for message in messages])
        drawn = samples.open_of(tx, [m.comment_id for m in messages] + [d.comment_id for d in differing])
        health = delivery_figures.health(tx, who, site_id)
    told = request.args.get("did")
    return see(
        "console/deliveries.html",
        page="deliveries",
        state=state,
        now=now,
        states=_states(),
        counts={name: _count(count) for name, count in n.items()},
        messages=messages[:AT_ONCE],
        differing=differing[:AT_ONCE],
        attempts=attempts,
        drawn=drawn,
        following=offset + AT_ONCE if max(len(messages), len(differing)) > AT_ONCE else None,
        offset=offset,
        health=health,
        sites=seen,
        site_id=site_id,
        empty=_empty(state),
        told=_told(told) if told in set(Told) else None,
        status_words=status_words(),
    )


@views.post("/deliveries/<delivery_id>/replay")
def replay(delivery_id: str) -> AnyResponse:
    """Send a message again."""
    with parts().database.reading() as tx:
        site_id = delivery_desk.site_of(tx, me(), delivery_id)
    if site_id is None:
        abort(HTTPStatus.NOT_FOUND, _("There is no such message that you may see."))
    try:
        endpoints.replay(parts().database, site_id, delivery_id, datetime.now(UTC), by=me().actor)
    except (UnknownDelivery, UnknownWebhook):
        return _back(Told.GONE)
    parts().dispatcher.ring(Bell.DELIVER)
    return _back(Told.REPLAYED)


@views.post("/comments/<int:comment_id>/site-status/tell")
def tell(comment_id: int) -> AnyResponse:
    """Tell the site again what we decided."""
    try:
        n = disagreements.tell_again(parts().database, me(), comment_id, datetime.now(UTC))
    except UnknownComment:
        return _unknown()
    except Stale:
        return _back(Told.CHANGED)
    parts().dispatcher.ring(Bell.DELIVER)
    return _back(Told.TOLD if n else Told.NOBODY)


@views.post("/comments/<int:comment_id>/site-status/take")
def take(comment_id: int) -> AnyResponse:
    """Let a comment stand as its site says."""
    try:
        says = Status(request.form.get("status", ""))
    except ValueError:
        abort(HTTPStatus.BAD_REQUEST, _("This form is too old. Load the page again."))
    try:
        disagreements.take_word(parts().database, me(), comment_id, says, datetime.now(UTC))
    except UnknownComment:
        return _unknown()
    except (Stale, CommentRemoved):
        return _back(Told.CHANGED)
    parts().dispatcher.ring(Bell.DELIVER)
    return _back(Told.BELIEVED)


def status_words() -> dict[Status, tuple[str, str]]:
    """What a site says, and what we say, by status."""
    return {
        Status.APPROVED: (_("The site says approved,"), _("we say approved.")),
        Status.HELD: (_("The site says held,"), _("we say held.")),
        Status.REJECTED: (_("The site says rejected,"), _("we say rejected.")),
        Status.REMOVED: (_("The site says removed,"), _("we say removed.")),
    }


def _state() -> str:
    given = request.args.get("state", "")
    return given if given in {*Trouble, DISAGREEING} else Trouble.FAILING.value


def _states() -> dict[str, str]:
    return {
        Trouble.WAITING.value: _("Waiting"),
        Trouble.FAILING.value: _("Failing"),
        Trouble.DEAD.value: _("Given up"),
        DISAGREEING: _("Disagreeing"),
    }


def _empty(state: str) -> str:
    return {
        Trouble.WAITING.value: _("Nothing waits to be sent."),
        Trouble.FAILING.value: _("No message is failing. Every one that was tried has arrived."),
        Trouble.DEAD.value: _("No message was given up."),
        DISAGREEING: _("No site disagrees. Sites tell where a comment stands by PUT /v1/comments/{id}/site-status."),
    }[state]


def _told(told: str) -> str:
    return {
        Told.REPLAYED: _("The message goes out again, with a fresh schedule."),
        Told.TOLD: _("The site is told again."),
        Told.NOBODY: _(
            "No endpoint was ever told this decision, so nothing was sent. The site can read it in the feed."
        ),
        Told.BELIEVED: _("The site’s word stands: its decision was recorded."),
        Told.CHANGED: _("This has changed meanwhile, and nothing was recorded. The list below is fresh."),
        Told.GONE: _("Its endpoint was removed, so nothing was sent."),
    }[Told(told)]


def _count(n: int) -> str:
    return _("%(n)s and more", n=number(MOST)) if n >= MOST else number(n)


def _back(did: Told) -> AnyResponse:
    """Go back to the list that the form stood in."""
    address = url_for(
        "deliveries.show", state=request.form.get("state"), site=request.form.get("site") or None, did=did.value
    )
    return redirect(address, HTTPStatus.SEE_OTHER)


def _unknown() -> Response:
    abort(HTTPStatus.NOT_FOUND, _("There is no such comment that you may see."))
