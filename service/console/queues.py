"""Working a review queue: the page, refilling the hand, and what changes while it is open."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from flask import Response, abort, jsonify, redirect, render_template, request, url_for

from moderation import dossiers, policies, review, saved_filters
from moderation.desk import Moderator, Order, Queue, Role
from moderation.store import desk_choices, fingerprints
from moderation.store.waiting_items import Wanted
from service.console import wellness
from service.console.cards import Card, card, hides_sampled
from service.console.fields import moment, whole, wholes
from service.console.pages import blueprint, me, see
from service.console.pulse import board
from service.console.translation import gettext as _
from service.parts import parts

views = blueprint("queues")

_CHOICES = ("site", "section", "article", "guideline", "language", "sort", "escalated")


@views.get("/queues/<queue>")
def show(queue: str) -> str:
    """Show a queue: the handful that is now one's own, one card of it open."""
    wanted = _wanted(queue)
    now, who = datetime.now(UTC), me()
    hand = review.take(parts().database, who, wanted, now)
    cards = wellness.arranged(_cards(who, hand.items), who)
    ids = [one.id for one in cards]
    asked_for = request.args.get("at", type=whole)
    at = asked_for if asked_for in ids else next(iter(ids), None)
    chosen = _chosen()
    return see(
        "console/queue.html",
        page="queues",
        wanted=wanted,
        hand=hand,
        cards=cards,
        at=at,
        now=now,
        chosen=chosen,
        filtered=bool(chosen.keys() & {"site", "section", "guideline", "language"}),
        back=_address(wanted),
        here=_address(wanted),
        row_url=lambda comment_id: _address(wanted, at=comment_id),
        saved=saved_filters.of(parts().database, who, "/queues/"),
        tallies=board().seen_by(who),
        queues=list(Queue),
        queue_names=queue_names(),
        order_names=_order_names(),
        empty_words=_empty_words(),
        last_decided_at=None if cards else desk_choices.last_decided_at(parts().database, now),
        did=request.args.get("did"),
        failed=request.args.get("failed"),
        undo_seconds=parts().settings.undo_seconds,
        is_editor=who.role.may(Role.EDITOR),
        **_filters(who, wanted),
    )


@views.get("/queues/<queue>/hand")
def hand(queue: str) -> Response:
    """Refill the hand: rows and cards of what was not in it, for a page that is open."""
    wanted, who, now = _wanted(queue), me(), datetime.now(UTC)
    had = set(wholes(request.args.get("had", "").split(",")))
    taken = review.take(parts().database, who, wanted, now)
    fresh = _cards(who, [item for item in taken.items if item.comment_id not in had])
    values = {
        "until": taken.until,
        "back": _address(wanted),
        "row_url": lambda comment_id: _address(wanted, at=comment_id),
    }
    return jsonify(
        {
            "until": taken.until.isoformat(),
            "since": now.isoformat(),
            "rows": [render_template("console/queue_row.html", card=one, **values) for one in fresh],
            "cards": [render_template("console/queue_card.html", card=one, **values) for one in fresh],
        }
    )


@views.get("/queues/<queue>/card")
def one(queue: str) -> Response:
    """Draw one comment as it stands now, for a page that shows what it was."""
    wanted = _wanted(queue)
    found = dossiers.of(parts().database, me(), [request.args.get("comment", 0, type=whole)], with_threads=True)
    if not found:
        abort(HTTPStatus.NOT_FOUND, _("There is no such comment that you may see."))
    values = {
        "card": card(found[0], is_blind=hides_sampled(wanted.queue, found[0])),
        "back": _address(wanted),
        "row_url": lambda comment_id: _address(wanted, at=comment_id),
        "shows_changes": True,
    }
    return jsonify(
        {
            "row": render_template("console/queue_row.html", **values),
            "card": render_template("console/queue_card.html", **values),
        }
    )


@views.get("/queues/<queue>/pulse")
def pulse(queue: str) -> Response:
    """Tell what changed: counts, what is new, and what somebody else decided. 304 where nothing did."""
    wanted, who, now = _wanted(queue), me(), datetime.now(UTC)
    since = request.args.get("since", type=moment)
    ids = wholes(request.args.get("have", "").split(","))
    seen = board().seen_by(who)
    fates = review.fates(parts().database, who, ids) if ids else {}
    told = {
        "queues": {
            name.value: {
                "n": tally.n,
                "oldest_at": None if tally.oldest_at is None else tally.oldest_at.isoformat(),
                "n_last_hour": tally.n_last_hour,
            }
            for name, tally in seen.items()
        },
        "n_new": 0 if since is None else review.n_new(parts().database, who, wanted, since, now),
        "fates": {
            str(comment_id): {"status": fate.status.value, "who": fate.name or fate.by.value}
            for comment_id, fate in fates.items()
        },
    }
    tag = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:32]
    answer = jsonify(told)
    answer.set_etag(tag)
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.make_conditional(request)
    return answer


@views.post("/queues/<queue>/keep")
def keep(queue: str) -> Response:
    """Make what is in one's hand one's own for another ten minutes."""
    until = review.keep(parts().database, me(), _queue(queue), datetime.now(UTC))
    return jsonify({"until": until.isoformat()})


@views.post("/queues/<queue>/leave")
def leave(queue: str) -> Response:
    """Let go of what is in one's hand, for the others.

    A page says so as it goes, when the next one has often been dealt its hand already. So it tells until when its own
    was claimed, and what is claimed for longer stays.
    """
    until = request.form.get("until", type=moment)
    review.leave(parts().database, me(), _queue(queue), until)
    return Response(status=HTTPStatus.NO_CONTENT)


@views.get("/queues")
@views.get("/queues/")
def first() -> Any:
    """Go to the queue that everyone begins with."""
    return redirect(url_for("queues.show", queue=Queue.HELD.value))


def queue_names() -> dict[Queue, str]:
    """Name the queues."""
    return {
        Queue.HELD: _("Held"),
        Queue.REPORTED: _("Reported"),
        Queue.APPEALED: _("Appealed"),
        Queue.SECOND_OPINION: _("Second opinion"),
        Queue.SAMPLED: _("Sampled"),
    }


def _order_names() -> dict[Order, str]:
    return {
        Order.SEVERITY: _("Severity"),
        Order.UNCERTAINTY: _("Uncertainty"),
        Order.AGE: _("Age"),
        Order.REACH: _("Reach"),
    }


def _empty_words() -> dict[Queue, str]:
    return {
        Queue.HELD: _("Every comment that policy held is decided, or in a colleague’s hand."),
        Queue.REPORTED: _("No reader has reported anything that is not decided."),
        Queue.APPEALED: _("No author waits for an answer to an appeal."),
        Queue.SECOND_OPINION: _("Nobody has asked what a colleague thinks. Press O on a card to ask."),
        Queue.SAMPLED: _("Nothing is drawn at present. A blind sample of policy’s own decisions will come here."),
    }


def _queue(name: str) -> Queue:
    try:
        return Queue(name)
    except ValueError:
        abort(HTTPStatus.NOT_FOUND)


def _wanted(queue: str) -> Wanted:
    """Read from the address which part of a queue is wanted."""
    args = request.args
    sort = args.get("sort") or Order.SEVERITY.value
    site_name = args.get("site")
    return Wanted(
        _queue(queue),
        Order(sort) if sort in set(Order) else Order.SEVERITY,
        desk_choices.site_id(parts().database, site_name) if site_name else None,
        args.get("section") or None,
        args.get("article", type=whole),
        args.get("guideline") or None,
        args.get("language") or None,
        bool(args.get("escalated")),
    )


def _chosen() -> dict[str, str]:
    return {name: request.args[name] for name in _CHOICES if request.args.get(name)}


def _address(wanted: Wanted, **more: Any) -> str:
    chosen: dict[str, Any] = {**_chosen(), **more}
    return url_for("queues.show", queue=wanted.queue.value, **chosen)


def _cards(who: Moderator, items: Any) -> list[Card]:
    by_comment = {item.comment_id: item for item in items}
    found = dossiers.of(parts().database, who, list(by_comment), with_threads=True)
    with parts().database.reading() as tx:
        alike = fingerprints.n_alike(tx, who, list(by_comment))
    return [card(one, by_comment[one.subject.id], alike.get(one.subject.id, 0)) for one in found]


def _filters(who: Moderator, wanted: Wanted) -> dict[str, Any]:
    """List what a queue can be limited to."""
    sites, templates = desk_choices.beside(parts().database, who)
    site_ids = [site.id for site in sites if wanted.site_id in {None, site.id}]
    guidelines = {
        guideline.id: guideline
        for site_id in site_ids
        for guideline in policies.of_site(parts().database, site_id).members
    }
    return {
        "sites": sites,
        "sections": board().sections(wanted.queue, who),
        "languages": board().languages(wanted.queue, who),
        "guidelines": list(guidelines.values()),
        "templates": templates,
    }
