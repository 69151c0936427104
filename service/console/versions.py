"""Versions of the classifier in words and figures: who decides for whom, what was measured, what the gate said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean
from typing import Any

import structlog
from flask import url_for

from models.errors import ModelError
from models.registry import Listed, Registry
from moderation import trainings
from moderation.scorers import Champions
from moderation.store.champions import Promotion, Standing
from moderation.store.database import Database
from moderation.store.sites import Site
from service.console.training_words import broken_rules
from service.console.translation import gettext as _

_MOST = 20

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Deciding:
    """Who decides for a site (None: for all): as the record says, and in this process if that cannot be used."""

    site: Site | None
    version: str
    is_own: bool
    promotion: Promotion | None
    instead: str | None
    address: str


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of a version on comments that it did not learn from; `auc` is the mean over attributes."""

    auc: float | None
    attributes: tuple[tuple[str, int, float, float | None], ...]


@dataclass(frozen=True, slots=True)
class Shelved:
    """A version that could be chosen, and what its gate said."""

    version: str
    created_at: datetime
    attributes: tuple[str, ...]
    is_shipped: bool
    gate: str
    why: tuple[str, ...]


def deciding(
    standing: Standing, sites: Sequence[Site], history: Sequence[Promotion], here: Champions, shipped: str
) -> list[Deciding]:
    """Tell who decides: for all first, then for each site."""
    latest: dict[int | None, Promotion] = {}
    for one in history:
        latest.setdefault(one.site_id, one)
    rows = []
    for site in (None, *sites):
        site_id = None if site is None else site.id
        version = standing.of(site_id) or shipped
        present = here.of(site_id).version
        rows.append(
            Deciding(
                site,
                version,
                standing.own(site_id) is not None,
                latest.get(site_id),
                present if version in here.unusable and present != version else None,
                url_for("models.show", site=None if site is None else site.name),
            )
        )
    return rows


def measured(versions: Registry, version: str) -> Measured:
    """Read what a version's card tells in figures; nothing where it cannot be read."""
    try:
        found = (versions.evaluation(version) or {}).get("attributes", {})
    except (ModelError, OSError) as error:
        log.warning("version.not_read", version=version, error=type(error).__name__)
        return Measured(None, ())
    rows = [_row(name, entry.get("all", {})) for name, entry in found.items()]
    known = tuple(row for row in rows if row is not None)
    return Measured(fmean(row[2] for row in known) if known else None, known)


def shelved(versions: Registry, database: Database) -> tuple[list[Shelved], bool]:
    """List the newest sealed versions; the second is False where a store that machines share could not be asked."""
    try:
        listed = versions.versions()
    except (ModelError, OSError) as error:
        log.warning("versions.not_listed", error=type(error).__name__)
        return [], False
    sealed = [one for one in listed if one.is_sealed][:_MOST]
    return [_shelved(one, database) for one in sealed], True


def _shelved(listed: Listed, database: Database) -> Shelved:
    made_by = trainings.of_version(database, listed.version)
    gate = None if made_by is None else made_by.gate
    words = _("shipped, measured by its makers") if listed.is_shipped else _("never came before a gate")
    if gate is not None:
        words = _("passed its gate") if gate.get("passed") else _("did not pass its gate")
    return Shelved(
        listed.version, listed.created_at, listed.attributes, listed.is_shipped, words, tuple(broken_rules(gate))
    )


def _row(name: str, figures: Mapping[str, Any]) -> tuple[str, int, float, float | None] | None:
    auc = figures.get("auc")
    return None if auc is None else (name, int(figures.get("n", 0)), float(auc), figures.get("ece"))
