"""Retraining at the console: asked for by a button, with how far each run is and what came of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from flask import Response, abort, make_response, redirect, render_template, request, url_for

from moderation import trainings
from moderation.desk import Moderator, Role
from moderation.dispatch import Bell
from moderation.store import moderators, sites
from moderation.store.sites import Site
from moderation.store.trainings import State, Training
from service.console.pages import blueprint, me, safe_address, see
from service.console.training_words import asker, broken_rules, state_of
from service.console.translation import gettext as _
from service.parts import parts

views = blueprint("trainings", role=Role.EDITOR)

_N_SHOWN = 8
_ALL = "*"


@dataclass(frozen=True, slots=True)
class Row:
    """A run as it is shown."""

    training: Training
    state: str
    asked: str
    why: tuple[str, ...]

    @property
    def is_moving(self) -> bool:
        """Tell whether there is a bar to draw."""
        return self.training.state is State.RUNNING


@dataclass(frozen=True, slots=True)
class Section:
    """The part of a page that retraining takes: what may be asked for, and the latest runs."""

    rows: tuple[Row, ...]
    sites: tuple[Site, ...]
    may_ask_for_all: bool
    every_days: int
    every_labels: int

    @property
    def is_open(self) -> bool:
        """Tell whether anything is still to come."""
        return any(row.training.is_open for row in self.rows)


def section() -> Section:
    """Put together what the one who is signed in may see and ask for; `console/trainings.html` draws it."""
    who, learning = me(), parts().settings.learning
    with parts().database.reading() as tx:
        seen = [site for site in sites.everyone(tx) if who.site_ids is None or site.id in who.site_ids]
    mine = tuple(seen) if who.sections is None else ()
    for_all = who.site_ids is None and who.sections is None
    return Section(_rows(who), mine, for_all, learning.every_days, learning.every_labels)


@views.get("/models/trainings")
def show() -> Response:
    """Show the latest runs; for a page that is open just the list, and 304 where nothing changed."""
    found = section()
    if "list" not in request.args:
        return make_response(see("console/trainings_page.html", page="models", trainings=found))
    answer = make_response(render_template("console/trainings_list.html", trainings=found))
    answer.set_etag(hashlib.sha256(answer.get_data()).hexdigest()[:32])
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.make_conditional(request)
    return answer


@views.post("/models/trainings")
def ask() -> Any:
    """Ask for a run of one site, or of all."""
    who, chosen = me(), request.form.get("site", "")
    open_to = section()
    site = None if chosen == _ALL else next((one for one in open_to.sites if one.name == chosen), None)
    if site is None and (chosen != _ALL or not open_to.may_ask_for_all):
        abort(HTTPStatus.NOT_FOUND, _("There is no such site that you may see."))
    trainings.ask(parts().database, None if site is None else site.id, who.actor, datetime.now(UTC))
    parts().dispatcher.ring(Bell.RETRAIN)
    return redirect(safe_address(request.form.get("next"), url_for("trainings.show")))


def _rows(who: Moderator) -> tuple[Row, ...]:
    found = trainings.recent(parts().database, _N_SHOWN, who.site_ids)
    with parts().database.reading() as tx:
        names = {person.actor: person.name for person in moderators.everyone(tx)}
    return tuple(
        Row(one, state_of(one), asker(one, names), tuple(broken_rules(one.gate if one.version else None)))
        for one in found
    )
