"""Drift in words: what was compared for a site, how far it has moved, and the alarms that are on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from moderation import alarms
from moderation.alarms import Watch
from moderation.drift import FEWEST, Finding, Kind
from service.console.translation import gettext as _
from service.console.words import number, score
from service.parts import parts


def drift_of(site_id: int) -> dict[str, Any]:
    """Tell a site's drift, as `console/drift.html` shows it."""
    with parts().database.reading() as tx:
        watched = alarms.watch(tx, site_id, datetime.now(UTC))
    return {
        "too_early": _too_early(watched),
        "alarms": [{"words": _alarm(one.finding), "began_at": one.began_at} for one in watched.alarms],
        "findings": [
            {
                "name": _name(one),
                "value": _value(one),
                "bound": _value(one, one.bound),
                "is_alarming": one.is_alarming,
            }
            for one in watched.findings
        ],
    }


def _too_early(watched: Watch) -> str:
    if watched.version is None:
        return _("No comment was scored yet.")
    return _(
        "Too early to tell: %(before)s comments of the first fortnight and %(lately)s after it are counted, and "
        "%(least)s of each are needed.",
        before=number(watched.reference.n),
        lately=number(watched.lately.n),
        least=number(FEWEST),
    )


def _name(finding: Finding) -> str:
    return {
        Kind.SCORES: _("Scores of %(attribute)s", attribute=finding.subject),
        Kind.LANGUAGES: _("Languages"),
        Kind.UNSCORED: _("Comments that could not be scored"),
        Kind.AGREEMENT: _("Agreement of moderators with the scores"),
    }[finding.kind]


def _value(finding: Finding, value: float | None = None) -> str:
    shown = finding.value if value is None else value
    if finding.kind in {Kind.SCORES, Kind.LANGUAGES}:
        return score(shown)  # a population stability index
    return _("%(n)s points", n=number(round(shown * 100)))


def _alarm(finding: Finding) -> str:
    return {
        Kind.SCORES: _("%(attribute)s is spread otherwise than it was.", attribute=finding.subject),
        Kind.LANGUAGES: _("Comments come in other languages than they did."),
        Kind.UNSCORED: _("More comments cannot be scored than before."),
        Kind.AGREEMENT: _("Moderators agree less with the scores than they did."),
    }[finding.kind]
