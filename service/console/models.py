"""Models: which version decides, where a challenger in shadow differs, and putting one in place or back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from flask import abort, redirect, request, url_for

from models.errors import ModelError
from moderation import champions, dossiers
from moderation.desk import Moderator, Role
from moderation.domain import Verdict
from moderation.errors import (
    AlreadyChampion,
    GateNotPassed,
    InvalidNote,
    InvalidShare,
    NothingInShadow,
    NothingToRollBack,
    OmbudsError,
    VersionUnusable,
)
from moderation.store import champions as store
from moderation.store import moderators, shadow_scores
from moderation.store import sites as site_store
from moderation.store.champions import Shadow, Standing
from moderation.store.shadow_scores import Agreement, Difference
from moderation.store.sites import Site
from service import versions
from service.console import drift, trainings
from service.console import versions as told
from service.console.cards import Card, card
from service.console.pages import blueprint, me, see
from service.console.translation import gettext as _
from service.parts import parts

views = blueprint("models", role=Role.EDITOR)

_N_PROMOTIONS = 20
_N_COMMENTS = 30


@dataclass(frozen=True, slots=True)
class Scope:
    """What the page is about: a site, or (None) all; and whether it is theirs to change who decides there."""

    site: Site | None
    sites: tuple[Site, ...]
    may_change: bool

    @property
    def site_id(self) -> int | None:
        """The site's number."""
        return None if self.site is None else self.site.id

    @property
    def name(self) -> str | None:
        """The site's name, for an address."""
        return None if self.site is None else self.site.name


@dataclass(frozen=True, slots=True)
class Differing:
    """A comment of which champion and challenger think differently, and where they do most."""

    card: Card
    champion: str
    challenger: str
    attribute: str | None
    scores: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Beside:
    """A challenger's time in shadow: how often it agreed, and the comments where it differed most."""

    shadow: Shadow
    agreement: Agreement
    rows: tuple[tuple[str, int, int], ...]
    comments: tuple[Differing, ...]


@views.get("/models")
def show() -> str:
    """Show who decides, what could, where they differ, and what was promoted before."""
    scope, made = _scope(), parts()
    with made.database.reading() as tx:
        standing = store.standing(tx)
        history = store.history(tx, me().site_ids, _N_PROMOTIONS)
        beside = [one for one in store.recent_shadows(tx, me().site_ids, _N_PROMOTIONS) if one.site_id == scope.site_id]
        names = {person.actor: person.name for person in moderators.everyone(tx)}
    shelf = versions.registry(made.settings)
    known, is_whole = told.shelved(shelf, made.database)
    here, shipped = made.scorers.champions, made.scorers.shipped
    rows = told.deciding(standing, scope.sites, history, here, shipped)
    champion = standing.of(scope.site_id) or shipped
    return see(
        "console/models.html",
        page="models",
        scope=scope,
        rows=rows,
        champion=champion,
        measured=told.measured(shelf, champion),
        in_shadow=standing.shadows.get(scope.site_id),
        beside=_beside(beside[0]) if beside else None,
        shelf=[one for one in known if one.version != champion],
        is_whole=is_whole,
        unusable=here.unusable,
        history=history,
        names=names | {"command line": _("command line")},
        goes_back_to=_goes_back_to(standing, scope.site_id, history, shipped),
        shipped=shipped,
        failed=request.args.get("failed"),
        done=request.args.get("done"),
        trainings=trainings.section(),
        drift=None if scope.site is None else drift.drift_of(scope.site.id),
    )


@views.get("/models/<name:version>")
def one(version: str) -> str:
    """Show a version's card: what it learned from, what was measured, what it cannot do."""
    try:
        words = versions.registry(parts().settings).card(version)
    except (ModelError, OSError):
        abort(HTTPStatus.NOT_FOUND, _("There is no such version."))
    return see("console/model.html", page="models", version=version, words=words)


@views.post("/models/promote")
def promote() -> Any:
    """Let a version decide."""
    version, note = request.form.get("version", ""), request.form.get("note", "")

    def act(site_id: int | None) -> str:
        versions.see_fit(parts().settings, version, despite_gate="despite" in request.form)
        champions.promote(parts().database, site_id, version, me().actor, note, _now())
        return _("%(version)s decides from now on. What was decided before stays as it is.", version=version)

    return _acted(act)


@views.post("/models/roll-back")
def roll_back() -> Any:
    """Put back what decided before."""

    def act(site_id: int | None) -> str:
        champions.roll_back(parts().database, site_id, me().actor, request.form.get("note", ""), _now())
        return _("It is rolled back. What was decided meanwhile stays as it is.")

    return _acted(act)


@views.post("/models/shadow")
def shadow() -> Any:
    """Put a challenger into shadow, or take it out."""

    def act(site_id: int | None) -> str:
        if "stop" in request.form:
            champions.end_shadow(parts().database, site_id, me().actor, _now())
            return _("No version scores in shadow any more.")
        version = request.form.get("version", "")
        versions.load(parts().settings, version)
        share = (request.form.get("share", type=float) or 0.0) / 100
        champions.put_in_shadow(parts().database, site_id, version, share, me().actor, _now())
        return _("%(version)s scores in shadow from now on, and decides nothing.", version=version)

    return _acted(act)


def _acted(act: Callable[[int | None], str]) -> Any:
    scope = _scope()
    if not scope.may_change:
        abort(HTTPStatus.FORBIDDEN, _("Only editors who see all of it change which version decides there."))
    try:
        done = act(scope.site_id)
    except OmbudsError as error:
        return redirect(url_for("models.show", site=scope.name, failed=_refused(error)))
    return redirect(url_for("models.show", site=scope.name, done=done))


def _refused(error: OmbudsError) -> str:
    if isinstance(error, GateNotPassed):
        return _(
            "%(version)s did not pass its gate, or never came before one. Nothing was changed; tick that it may decide "
            "all the same.",
            version=error.version,
        )
    if isinstance(error, VersionUnusable):
        return _("%(version)s cannot be loaded here. Nothing was changed.", version=error.version)
    words = {
        AlreadyChampion: _("That version decides there already."),
        InvalidNote: _("Say why in a note. Nothing was changed."),
        InvalidShare: _("The share must be above 0 and at most 100 per cent. Nothing was changed."),
        NothingInShadow: _("No version was in shadow there."),
        NothingToRollBack: _("Nothing was promoted there, so there is nothing to roll back."),
    }.get(type(error))
    if words is None:
        raise error
    return words


def _scope() -> Scope:
    """Find the site that is asked for, or all; whoever sees one site only is shown that."""
    who = me()
    with parts().database.reading() as tx:
        seen = tuple(site for site in site_store.everyone(tx) if who.site_ids is None or site.id in who.site_ids)
    asked = request.values.get("site")
    site = next((site for site in seen if site.name == asked), None)
    if asked and site is None:
        abort(HTTPStatus.NOT_FOUND, _("There is no such site that you may see."))
    return Scope(site, seen, who.sections is None and (site is not None or who.site_ids is None))


def _goes_back_to(
    standing: Standing, site_id: int | None, history: Sequence[store.Promotion], shipped: str
) -> str | None:
    """Name what a roll-back would put in place; None where there is nothing to roll back."""
    if not any(one.site_id == site_id for one in history) and site_id not in standing.former:
        return None
    former = standing.former.get(site_id)
    return former or (None if site_id is None else standing.shared) or shipped


def _beside(found: Shadow) -> Beside:
    who: Moderator = me()
    with parts().database.reading() as tx:
        agreement = shadow_scores.agreement(tx, who, found.id)
        widest = {one.comment_id: one for one in shadow_scores.widest(tx, who, found.id, _N_COMMENTS)}
    verdicts = _verdicts()
    rows = tuple((words, agreement.champion(one), agreement.challenger(one)) for one, words in verdicts.items())
    # Who is asked of a sampled comment is told of no verdict: it is not shown here while it waits for an answer.
    seen = [one for one in dossiers.of(parts().database, who, list(widest)) if not one.is_sampled]
    return Beside(found, agreement, rows, tuple(_differing(card(one), widest[one.subject.id]) for one in seen))


def _differing(shown: Card, found: Difference) -> Differing:
    verdicts, theirs = _verdicts(), found.scores
    apart = {name: abs(theirs[name] - ours) for name, ours in found.champion_scores.items() if name in theirs}
    attribute = max(apart, key=lambda name: apart[name], default=None)
    scores = None if attribute is None else (found.champion_scores[attribute], theirs[attribute])
    return Differing(shown, verdicts[found.champion_verdict], verdicts[found.verdict], attribute, scores)


def _verdicts() -> dict[Verdict, str]:
    return {Verdict.APPROVE: _("approve"), Verdict.HOLD: _("hold"), Verdict.REJECT: _("reject")}


def _now() -> datetime:
    return datetime.now(UTC)
