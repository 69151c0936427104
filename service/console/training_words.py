"""What the console says of training runs: their states, their steps, and what the gate found, in whole sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import format_decimal

from moderation.store.trainings import State, Training
from moderation.trainings import CALENDAR, NEW_LABELS
from service.console.translation import gettext as _
from service.console.words import language, number


def state_of(training: Training) -> str:
    """Say where a run stands."""
    if training.state is State.RUNNING:
        return step_names().get(training.step or "", _("Beginning"))
    if training.state is State.DONE:
        passed = bool(training.gate and training.gate["passed"])
        return _("Done, and passed the gate") if passed else _("Done, but did not pass the gate")
    return {State.QUEUED: _("Waits for a worker"), State.FAILED: _("Failed")}[training.state]


def step_names() -> dict[str, str]:
    """Say what a run does in each of its steps."""
    return {
        "snapshot": _("Collecting the labels"),
        "loading": _("Loading the version to begin from"),
        "reading": _("Reading the comments"),
        "embedding": _("Reading the comments with the encoder"),
        "heads": _("Learning"),
        "scoring as champion": _("Scoring the later weeks with the champion"),
        "scoring as challenger": _("Scoring the later weeks with the challenger"),
        "comparing": _("Comparing the two"),
        "trying the suite on champion": _("Trying the champion on the shipped suite"),
        "trying the suite on challenger": _("Trying the challenger on the shipped suite"),
        "writing": _("Writing the challenger"),
    }


def asker(training: Training, names: Mapping[str, str]) -> str:
    """Say who asked for a run."""
    automatic = {
        CALENDAR: _("by the calendar"),
        NEW_LABELS: _("because of new labels"),
        "command line": _("from the command line"),
    }
    return automatic.get(training.asked_by) or _("by %(name)s", name=names.get(training.asked_by, training.asked_by))


def broken_rules(gate: Mapping[str, Any] | None) -> list[str]:
    """Say which rules of the gate a challenger breaks, and how."""
    return [said(finding) for finding in (gate or {"findings": []})["findings"] if not finding["is_kept"]]


def said(finding: Mapping[str, Any]) -> str:
    """Say what the gate found; what is not known here is said as it was written down."""
    make = _SENTENCES.get(finding["rule"])
    values = {
        "attribute": finding["attribute"],
        "group": finding["group"],
        **{name: _decimal(finding[name]) for name in ("value", "champion", "bound")},
    }
    return str(finding["words"]) if make is None or finding["is_kept"] else make(finding, values)


def _labels(finding: Mapping[str, Any], _values: Mapping[str, Any]) -> str:
    n, fewest = number(finding["value"]), number(finding["bound"])
    if finding["value"] < finding["bound"]:
        return _("The later weeks hold %(n)s labels; at least %(fewest)s are needed.", n=n, fewest=fewest)
    return _(
        "No attribute has %(fewest)s labels of either kind in the later weeks, so nothing can be said.", fewest=fewest
    )


def _area(_finding: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    return _(
        "%(attribute)s ranks worse: its AUC on the later weeks is %(value)s after %(champion)s. It may lose %(bound)s.",
        **values,
    )


def _new(_finding: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    return _(
        "%(attribute)s is new and may rank no better than chance: its AUC on the later weeks is %(value)s.", **values
    )


def _calibration(_finding: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    return _(
        "%(attribute)s: probabilities lie %(value)s from shares, more than %(bound)s beyond what chance shows.",
        **values,
    )


def _group(finding: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    if finding["champion"] is None:
        return _(
            "%(attribute)s on sentences about %(group)s: the AUC is %(value)s, and may not be below %(bound)s.",
            **values,
        )
    return _(
        "%(attribute)s on sentences about %(group)s: the AUC is %(value)s after %(champion)s, "
        "and may not fall below %(bound)s.",
        **values,
    )


def _language(finding: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    return _(
        "%(attribute)s on sentences in %(language)s: the AUC is %(value)s after %(champion)s. It may lose %(bound)s.",
        language=language(finding["group"]),
        **values,
    )


_SENTENCES: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], str]] = {
    "labels": _labels,
    "auc": _area,
    "new": _new,
    "calibration": _calibration,
    "groups": _group,
    "languages": _language,
}


def _decimal(value: float | None) -> str:
    return "–" if value is None else str(format_decimal(value, "0.000"))
