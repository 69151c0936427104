"""Batches: waiting comments as dots by score, a stretch of them chosen, looked at, and decided as one."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from flask import Response, abort, jsonify, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from moderation import batches, dossiers, policies
from moderation.batches import Act, Choice
from moderation.desk import Queue
from moderation.dispatch import Bell
from moderation.domain import Status
from moderation.errors import (
    NoGuideline,
    NothingChosen,
    TooLateForBatch,
    TooManyChosen,
    UnknownBatch,
    UnknownGuideline,
)
from moderation.guidelines import Guidelines
from moderation.spreads import Measure, Reach, measures
from moderation.store import desk_choices
from moderation.store.batches import Batch
from moderation.store.sites import Site
from moderation.store.waiting_items import Wanted
from service.console import batch_words
from service.console.cards import Card, card
from service.console.dots import bands, dots, highest_tenth, hundredths, thresholds_of
from service.console.fields import moment, wholes
from service.console.pages import blueprint, me, see
from service.console.queues import queue_names
from service.console.translation import gettext as _
from service.console.words import score
from service.parts import parts

views = blueprint("desk_batches")

_QUEUES = [queue for queue in Queue if queue not in {Queue.SECOND_OPINION, Queue.SAMPLED}]
"""Second opinions are asked of a person who reads; and of what was drawn by lot nobody is to know the scores."""

_STATUSES = {"approve": Status.APPROVED, "reject": Status.REJECTED, "hold": Status.HELD}
_N_LOTS = 1_000_000

_REFUSALS = (NothingChosen, TooManyChosen, NoGuideline, UnknownGuideline)


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address or a form asks for: a part of a queue of one site, by a measure, and the look at it."""

    site: Site
    guidelines: Guidelines
    choice: Choice
    reach: Reach | None
    lot: int

    def address(self, **more: Any) -> str:
        """Give the page's address for the same choice."""
        wanted, measure = self.choice.wanted, self.choice.measure
        kind = "guideline" if measure.is_guideline else "attribute"
        values: dict[str, Any] = {"queue": wanted.queue.value, "site": self.site.name, kind: measure.name}
        if wanted.section is not None:
            values["section"] = wanted.section
        if self.reach is not None:
            values |= {"from": score(self.reach.begin), "to": score(self.reach.end)}
        return url_for("desk_batches.new", **{**values, **more})


@views.get("/batches")
@views.get("/batches/")
def first() -> Any:
    """Go to where a batch begins."""
    return redirect(url_for("desk_batches.new"))


@views.get("/batches/new")
def new() -> Any:
    """Show what waits as dots by score, a stretch of it chosen, and ten of these drawn by lot."""
    asked = _asked(request.args)
    if asked is None:
        return see("console/batch_new.html", page="batch", asked=None)
    if "by" in request.args:  # a form without a script: the address that can be kept says which kind it is
        return redirect(asked.address())
    look = batches.look(parts().database, me(), asked.choice)
    reach = asked.reach or highest_tenth(look.waiting)
    measure, choice = asked.choice.measure, asked.choice
    choices = desk_choices.choices(parts().database, me(), choice.wanted.queue)
    return see(
        "console/batch_new.html",
        page="batch",
        asked=asked,
        measure=measure,
        measure_name=batch_words.measure_name(measure, asked.guidelines),
        measure_names=batch_words.measure_names(asked.guidelines),
        reach=reach,
        look=look,
        chart=dots(look.waiting, reach),
        bands=bands(thresholds_of(measure.name, asked.guidelines.members)),
        n_selected=look.waiting.within(reach),
        expect=batch_words.expectation(look, reach),
        cards=_peeked(asked.choice, reach, asked.lot),
        suggested=batch_words.suggested(measure, asked.guidelines),
        queues=_QUEUES,
        queue_names=queue_names(),
        sites=choices.sites,
        sections=choices.sections,
        others=asked.address(**{"from": score(reach.begin), "to": score(reach.end), "lot": asked.lot + 1}),
        most=batches.MOST_COMMENTS,
        recent=[(one, batch_words.title(one, asked.guidelines)) for one in batches.recent(parts().database, me())],
        failed=request.args.get("failed"),
        score_of=_scores_by(measure),
    )


@views.get("/batches/peek")
def peek() -> Response:
    """Draw ten of another stretch, and say what people decided of it before, for a page that is open."""
    asked = _asked(request.args)
    if asked is None or asked.reach is None:
        abort(HTTPStatus.BAD_REQUEST, _("The address does not say which scores."))
    look = batches.look(parts().database, me(), asked.choice)
    cards = _peeked(asked.choice, asked.reach, asked.lot)
    return jsonify(
        {
            "peek": render_template("console/batch_peek.html", cards=cards, score_of=_scores_by(asked.choice.measure)),
            "expect": render_template("console/batch_expect.html", expect=batch_words.expectation(look, asked.reach)),
        }
    )


@views.post("/batches")
def begin() -> Any:
    """Begin a batch as the form says; a worker does it."""
    form = request.form
    asked = _asked(form)
    name = form.get("act", "")
    if asked is None or asked.reach is None or name not in _STATUSES:
        abort(HTTPStatus.BAD_REQUEST, _("The form does not say what to do with which comments."))
    kept = set(form.getlist("keep"))
    without = frozenset(wholes(one for one in form.getlist("peeked") if one not in kept))
    act = Act(asked.reach, _STATUSES[name], form.get("guideline") or None if name == "reject" else None, without)
    try:
        batch = batches.begin(parts().database, me(), asked.choice, act, _now())
    except _REFUSALS as error:
        return redirect(asked.address(failed=batch_words.refusal(error)))
    parts().dispatcher.ring(Bell.BATCH)
    return redirect(url_for("desk_batches.show", batch_id=batch.id))


@views.get("/batches/<int:batch_id>")
def show(batch_id: int) -> str:
    """Show how far a batch is, and the way to take it back."""
    batch = _batch(batch_id)
    guidelines = policies.of_site(parts().database, batch.site_id)
    named = guidelines.find(batch.guideline or "")
    kind = "attribute" if batch.measure.isupper() else "guideline"
    same: dict[str, Any] = {
        kind: batch.measure,
        "from": score(batch.reach.begin),
        "to": score(batch.reach.end),
    }
    return see(
        "console/batch.html",
        page="batch",
        batch=batch,
        title=batch_words.title(batch, guidelines),
        guideline=batch.guideline if named is None else named.title,
        state=batch_words.state(batch),
        words=batch_words.progress(batch),
        is_own=batch.moderator_id == me().id,
        seconds_left=batch_words.seconds_left(batch),
        again=url_for("desk_batches.new", **same),
        failed=request.args.get("failed"),
    )


@views.get("/batches/<int:batch_id>/progress")
def progress(batch_id: int) -> Response:
    """Tell how far a batch is, for a page that is open."""
    batch = _batch(batch_id)
    return jsonify(
        {
            "state": batch_words.state(batch),
            "n": batch.n_done if batch.undone_at is not None else batch.n_worked,
            "words": batch_words.progress(batch),
            "seconds_left": batch_words.seconds_left(batch),
        }
    )


@views.post("/batches/<int:batch_id>/undo")
def undo(batch_id: int) -> Any:
    """Take one's own batch back."""
    try:
        batches.undo(parts().database, me(), batch_id, _now())
    except UnknownBatch:
        abort(HTTPStatus.NOT_FOUND, _("There is no such batch that you may see."))
    except TooLateForBatch:
        words = _("This batch cannot be taken back any more.")
        return redirect(url_for("desk_batches.show", batch_id=batch_id, failed=words))
    parts().dispatcher.ring(Bell.BATCH)
    return redirect(url_for("desk_batches.show", batch_id=batch_id))


def _asked(given: MultiDict[str, str]) -> Asked | None:
    """Read what is asked for; None where someone sees no site at all.

    An address that names nothing we know shows something else. A form does not: it would decide about something else.
    """
    acts = "act" in given
    queue = given.get("queue") or Queue.HELD.value
    if acts and queue not in set(_QUEUES):
        return None
    queue = queue if queue in set(_QUEUES) else Queue.HELD.value
    seen = desk_choices.choices(parts().database, me(), Queue(queue)).sites
    first_seen = None if acts else next(iter(seen), None)
    site = next((site for site in seen if site.name == given.get("site")), first_seen)
    if site is None:
        return None
    guidelines = policies.of_site(parts().database, site.id)
    fields = ("by",) if acts else ("by", "guideline", "attribute")  # a form's guideline is what it rejects by
    found = (batches.measure_of(guidelines, given[name]) for name in fields if given.get(name))
    measure = next((one for one in found if one is not None), None if acts else measures(guidelines)[0])
    if measure is None:
        return None
    wanted = Wanted(Queue(queue), site_id=site.id, section=given.get("section") or None)
    choice = Choice(wanted, site.id, measure, _seen_at(given.get("seen")))
    return Asked(site, guidelines, choice, _reach(given), _lot(given.get("lot")))


def _reach(given: Mapping[str, str]) -> Reach | None:
    """Read the stretch of scores; one hundredth of it is left where its ends meet or cross."""
    if "from" not in given and "to" not in given:
        return None
    low, high = sorted((hundredths(given.get("from"), 0), hundredths(given.get("to"), 100)))
    return Reach(low, high) if low < high else Reach(min(low, 99), min(low, 99) + 1)


def _lot(given: str | None) -> int:
    found = wholes([given or ""])
    return found[0] % _N_LOTS if found else secrets.randbelow(_N_LOTS)


def _seen_at(given: str | None) -> datetime:
    """Read when someone saw what they decide about; never later than now."""
    try:
        return min(moment(given or ""), _now())
    except ValueError:
        return _now()


def _peeked(choice: Choice, reach: Reach, lot: int) -> list[Card]:
    ids = batches.peek(parts().database, me(), choice, reach, lot)
    cards = [card(one) for one in dossiers.of(parts().database, me(), ids)]
    return sorted(cards, key=lambda one: _score(one, choice.measure) or 0.0, reverse=True)


def _scores_by(measure: Measure) -> Callable[[Card], float | None]:
    return lambda one: _score(one, measure)


def _score(one: Card, measure: Measure) -> float | None:
    scores = one.dossier.subject.scores or {}
    return max((scores[name] for name in measure.attributes if name in scores), default=None)


def _batch(batch_id: int) -> Batch:
    try:
        return batches.look_up(parts().database, me(), batch_id)
    except UnknownBatch:
        abort(HTTPStatus.NOT_FOUND, _("There is no such batch that you may see."))


def _now() -> datetime:
    return datetime.now(UTC)
