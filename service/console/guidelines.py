"""The site's guidelines: what readers are told, what policy does by them, and moving the cut-offs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import groupby
from operator import itemgetter
from typing import Any

from flask import Response, abort, jsonify, redirect, render_template, request, url_for

from moderation import cut_offs, policies, sample_shares
from moderation.cut_offs import Foretold
from moderation.desk import Queue, Role
from moderation.errors import GuidelinesChanged, InvalidCutOffs, InvalidGuidelines
from moderation.guidelines import Guideline, Guidelines, Sample, Threshold
from moderation.store import desk_choices
from moderation.store import policies as policy_store
from moderation.store.sites import Site
from moderation.store.spreads import Decided
from service.console.dots import Bands, dots, hundredths
from service.console.pages import blueprint, me, see
from service.console.translation import gettext as _
from service.console.translation import ngettext
from service.console.words import number
from service.parts import parts

views = blueprint("guidelines")

_N_VERSIONS = 10


@dataclass(frozen=True, slots=True)
class Opened:
    """A site's guidelines as someone sees them; `may_move` is whether the cut-offs are theirs to move."""

    site: Site
    sites: tuple[Site, ...]
    guidelines: Guidelines
    may_move: bool


@views.get("/guidelines")
def show() -> str:
    """List a site's guidelines with their public wording and what policy does by each."""
    opened = _opened()
    if opened is None:
        return see("console/guidelines.html", page="guidelines", opened=None)
    with parts().database.reading() as tx:
        versions = _told_once(policy_store.history(tx, opened.site.id))[:_N_VERSIONS]
    return see(
        "console/guidelines.html",
        page="guidelines",
        opened=opened,
        bands={one.id: _bands(one.threshold) for one in opened.guidelines.members},
        versions=versions,
        moved=request.args.get("moved"),
        sampled=_sampled(opened),
    )


@views.post("/guidelines")
def share() -> Any:
    """Give the blind sample other shares, or tell first how many comments those would be."""
    opened = _opened()
    if opened is None or not opened.may_move:
        abort(HTTPStatus.FORBIDDEN, _("Only editors who see the whole site set the blind sample's shares."))
    told: dict[str, Any] = {"site": opened.site.name, "_anchor": "sample"}
    form = request.form
    if form.get("act") == "foretell":
        told |= {name: form.get(name, "") for name in ("approved", "rejected")}
        return redirect(url_for("guidelines.show", **told))
    try:
        wanted = Sample(_per_cent(form.get("approved")), _per_cent(form.get("rejected")))
        seen = Sample(float(form.get("seen_approved", "")), float(form.get("seen_rejected", "")))
        sample_shares.change(parts().database, me(), opened.site.id, wanted, seen, _now())
    except (ValueError, InvalidGuidelines):
        told["failed"] = _("A share is a number from 0 to 100. Nothing was saved.")
    except GuidelinesChanged:
        told["failed"] = _("The shares were changed meanwhile. Nothing was saved; here they are as they stand now.")
    else:
        told["shared"] = "yes"
    return redirect(url_for("guidelines.show", **told))


@views.get("/guidelines/<name:guideline_id>")
def one(guideline_id: str) -> str:
    """Show one guideline, people's decisions by its score, and what its cut-offs would have done with them."""
    opened, guideline = _guideline(guideline_id)
    found = cut_offs.decided(parts().database, me(), opened.site.id, guideline, _now())
    threshold = _threshold(guideline.threshold)
    highest = max(*found.approved.counts, *found.rejected.counts)
    return see(
        "console/guideline.html",
        page="guidelines",
        opened=opened,
        guideline=guideline,
        threshold=threshold,
        bands=_bands(threshold),
        rejected=dots(found.rejected, highest=highest),
        approved=dots(found.approved, highest=highest),
        n_otherwise=found.rejected_otherwise.n,
        fewest=cut_offs.FEWEST,
        failed=request.args.get("failed"),
        **_foretold(found, threshold),
    )


@views.get("/guidelines/<name:guideline_id>/foretold")
def foretold(guideline_id: str) -> Response:
    """Say what other cut-offs would have done, for a page that is open."""
    opened, guideline = _guideline(guideline_id)
    found = cut_offs.decided(parts().database, me(), opened.site.id, guideline, _now())
    told = _foretold(found, _threshold(guideline.threshold))
    return jsonify({"foretold": render_template("console/guideline_foretold.html", fewest=cut_offs.FEWEST, **told)})


@views.post("/guidelines/<name:guideline_id>")
def move(guideline_id: str) -> Any:
    """Give a guideline other cut-offs."""
    opened, guideline = _guideline(guideline_id)
    if not opened.may_move:
        abort(HTTPStatus.FORBIDDEN, _("Only editors who see the whole site move cut-offs."))
    wanted = _threshold(guideline.threshold)
    seen = request.form.get("version", "")
    try:
        cut_offs.move(parts().database, me(), opened.site.id, guideline.id, wanted, seen, _now())
    except GuidelinesChanged:
        words = _("The guidelines were changed meanwhile. Nothing was saved; here they are as they stand now.")
    except InvalidCutOffs:
        words = _("Policy cannot approve above where it rejects. Nothing was saved.")
    else:
        return redirect(url_for("guidelines.show", site=opened.site.name, moved=guideline.id))
    return redirect(url_for("guidelines.one", guideline_id=guideline.id, site=opened.site.name, failed=words))


def _opened() -> Opened | None:
    """Find the site that is asked for, or the first one in sight; None where someone sees none."""
    who = me()
    seen = desk_choices.choices(parts().database, who, Queue.HELD).sites
    first = next(iter(seen), None) if request.method == "GET" else None  # what is sent is for the site that it names
    site = next((site for site in seen if site.name == request.values.get("site")), first)
    if site is None:
        return None
    may_move = who.role.may(Role.EDITOR) and who.sections is None
    return Opened(site, seen, policies.of_site(parts().database, site.id), may_move)


def _guideline(guideline_id: str) -> tuple[Opened, Guideline]:
    opened = _opened()
    found = None if opened is None else opened.guidelines.find(guideline_id)
    if opened is None or found is None:
        abort(HTTPStatus.NOT_FOUND, _("There is no such guideline."))
    return opened, found


def _sampled(opened: Opened) -> dict[str, Any] | None:
    """Put together what editors see of the blind sample's shares: those asked about, or those in force."""
    if not opened.may_move:
        return None
    given, in_force = request.args, opened.guidelines.sample
    try:
        shares = Sample(_per_cent(given.get("approved")), _per_cent(given.get("rejected")))
    except ValueError:
        shares = in_force
    n = sample_shares.foretell(parts().database, me(), opened.site.id, shares, _now())
    return {
        "shares": (f"{100 * shares.approved:.6g}", f"{100 * shares.rejected:.6g}"),
        "in_force": in_force,
        "words": _work(shares, n),
        "is_asked": shares != in_force,
        "failed": given.get("failed"),
        "is_saved": "shared" in given,
    }


def _work(shares: Sample, n_a_day: float | None) -> str:
    if not shares.approved and not shares.rejected:
        return _("Nothing is drawn, and nobody can say what policy gets wrong.")
    if n_a_day is None:
        return _("A day after the first draw, it is said here how many comments a day that is.")
    if n_a_day < 1:
        return _("Less than one comment a day at last week's volume.")
    n = round(n_a_day)
    return str(
        ngettext(
            "About one comment a day at last week's volume.",
            "About %(n)s comments a day at last week's volume.",
            n,
            n=number(n),
        )
    )


def _per_cent(given: str | None) -> float:
    """Read a share that is written in per cent, `0.5` or `0,5`; raise `ValueError` for what is none."""
    share = float((given or "").replace(",", ".")) / 100
    if not 0 <= share <= 1:
        raise ValueError(given)
    return round(share, 8)


def _told_once(versions: list[tuple[str, datetime]]) -> list[tuple[str, datetime]]:
    """Name a version once, by when it began: other shares for the sample do not make another one."""
    return [list(alike)[-1] for _version, alike in groupby(versions, key=itemgetter(0))]


def _threshold(otherwise: Threshold) -> Threshold:
    """Read the cut-offs that are asked for, or take those in force."""
    given = request.values
    if "low" not in given and "high" not in given:
        return otherwise
    low = hundredths(given.get("low"), round(otherwise.approve_below * 100))
    high = hundredths(given.get("high"), round(otherwise.reject_above * 100))
    return Threshold(low / 100, high / 100)


def _foretold(found: Decided, threshold: Threshold) -> dict[str, Foretold | int | None]:
    n_decided = found.approved.n + found.rejected.n + found.rejected_otherwise.n
    return {"foretold": cut_offs.foretell(found, threshold), "n_decided": n_decided}


def _bands(threshold: Threshold) -> Bands:
    return Bands(threshold.approve_below, max(threshold.approve_below, threshold.reject_above))


def _now() -> datetime:
    return datetime.now(UTC)
