"""Versions of the classifier as the service meets them: loaded to score, and looked over before they are promoted."""

from __future__ import annotations

from typing import Any

from models import scorer
from models.errors import ModelError
from models.registry import Registry
from moderation.domain import Scorer
from moderation.errors import GateNotPassed, VersionUnusable
from moderation.scorers import Scorers
from moderation.settings import Settings
from moderation.store.database import Database


def registry(settings: Settings) -> Registry:
    """Open the versions of this install."""
    return Registry(settings.models_folder, address=settings.models_address)


def load(settings: Settings, version: str) -> Scorer:
    """Load a version to score with, in the mode that is set.

    Raises:
        VersionUnusable: It is absent, damaged, not sealed, or cannot score in that mode.
    """
    try:
        return scorer.load(version, registry(settings), scorer.mode(settings.scoring))
    except (ModelError, OSError, ValueError) as error:
        raise VersionUnusable(version, str(error)) from error


def scorers(settings: Settings, database: Database) -> Scorers:
    """Follow the champions that the record names."""
    return Scorers(database, lambda version: load(settings, version), Registry().newest_shipped())


def gate(versions: Registry, version: str) -> dict[str, Any] | None:
    """Give what the gate said of a version; None where it never came before one.

    Raises:
        VersionUnusable: There is no such version, or it cannot be read.
    """
    try:
        found = (versions.evaluation(version) or {}).get("gate")
    except (ModelError, OSError) as error:
        raise VersionUnusable(version, str(error)) from error
    return found if isinstance(found, dict) else None


def see_fit(settings: Settings, version: str, *, despite_gate: bool = False) -> None:
    """See that a version may be promoted: that it loads here, and that its gate let it through.

    A shipped version needs no gate: we measured it before it was shipped.

    Raises:
        VersionUnusable: It cannot be loaded.
        GateNotPassed: Its gate said no, or it never came before one, and nobody says that it may be promoted despite.
    """
    load(settings, version)
    versions = registry(settings)
    if despite_gate or versions.describe(version).is_shipped:
        return
    said = gate(versions, version)
    if said is None or not said.get("passed"):
        raise GateNotPassed(version, [str(one) for one in (said or {}).get("why", ())])
