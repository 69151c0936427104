"""How well a version does on the shipped suite: by group of people and by kind of case, with intervals."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from models import fairness
from models.languages import NAMES
from models.ranking import auc_interval
from models.suite.cases import ENGLISH, LANGUAGES, OF_GROUPS, cases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from models.scorer import Scorer
    from models.suite.cases import Case

_BATCH = 128
_FEWEST = 5


def measure(
    scorer: Scorer, of_groups: Iterable[str] = (OF_GROUPS,), progress: Callable[[int, int], None] | None = None
) -> dict[str, Any]:
    """Score every case and measure.

    Args:
        scorer: The version.
        of_groups: By which attributes groups are measured; those that the version does not measure are left out.
        progress: Told how many cases are scored, and how many there are.

    Returns:
        JSON: `n_cases`; `groups`, by attribute and group the areas of `models.fairness.Bias` and the `lowest` of them,
        with the interval of that within the group, and its language; `languages`, by attribute and language the area
        over all sentences about groups; `kinds`, by name the attribute, the area and its interval. What the version
        does not measure is left out.
    """
    every = cases()
    scored: list[dict[str, float]] = []
    for begin in range(0, len(every), _BATCH):
        batch = every[begin : begin + _BATCH]
        told = scorer.score([case.text for case in batch], [case.language for case in batch])
        scored += [dict(one.values) for one in told]
        if progress is not None:
            progress(len(scored), len(every))
    measured = {name: _column(scored, name) for name in of_groups if any(name in one for one in scored)}
    return {
        "n_cases": len(every),
        "groups": {
            name: {group: one for code in LANGUAGES for group, one in _groups(every, p, code).items()}
            for name, p in measured.items()
        },
        "languages": {name: _languages(every, p) for name, p in measured.items()},
        "kinds": _kinds(every, scored),
    }


def _languages(every: tuple[Case, ...], p: NDArray[np.float64]) -> dict[str, Any]:
    """Measure each language by itself: scores of two are of two calibrations, and need not be comparable."""
    found = {}
    for code in LANGUAGES:
        rows = _about_people(every, p, code)
        harmful = np.array([case.is_harmful for case in every])[rows]
        if min(harmful.sum(), (~harmful).sum()) >= _FEWEST:
            found[code] = _area(harmful, p[rows])
    return found


def _about_people(every: tuple[Case, ...], p: NDArray[np.float64], language: str) -> NDArray[np.bool_]:
    is_meant = [case.group is not None and case.language == language for case in every]
    return np.asarray(np.array(is_meant) & np.isfinite(p))


def _groups(every: tuple[Case, ...], p: NDArray[np.float64], language: str) -> dict[str, Any]:
    rows = _about_people(every, p, language)
    told = [case for case, is_told in zip(every, rows, strict=True) if is_told]
    harmful, p = np.array([case.is_harmful for case in told]), p[rows]
    names = list(dict.fromkeys(case.group for case in told if case.group is not None))
    members = {name: np.array([case.group == name for case in told]) for name in names}
    found: dict[str, Any] = {}
    for name, bias in fairness.measure(harmful, p, members).items():
        areas = {key: value for key, value in asdict(bias).items() if isinstance(value, float)}
        if areas:
            within = auc_interval(harmful[members[name]], p[members[name]])
            found[name] = {
                "language": language,
                **{key: _short(value) for key, value in areas.items()},
                "lowest": _short(min(areas.values())),
                "low": _short(within.low),
                "high": _short(within.high),
            }
    return found


def _kinds(every: tuple[Case, ...], scored: list[dict[str, float]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for code, kind in dict.fromkeys((case.language, case.kind) for case in every if case.kind is not None):
        rows = [row for row, case in enumerate(every) if (case.language, case.kind) == (code, kind)]
        attribute = every[rows[0]].attribute
        p = _column([scored[row] for row in rows], attribute)
        known = np.isfinite(p)
        harmful = np.array([every[row].is_harmful for row in rows])[known]
        if min(harmful.sum(), (~harmful).sum()) >= _FEWEST:
            named = str(kind) if code == ENGLISH else f"{kind} ({NAMES[code]})"
            found[named] = {"attribute": attribute, **_area(harmful, p[known])}
    return found


def _area(harmful: NDArray[np.bool_], p: NDArray[np.float64]) -> dict[str, float]:
    area = auc_interval(harmful, p)
    return {"auc": _short(area.value), "low": _short(area.low), "high": _short(area.high)}


def _column(scored: list[dict[str, float]], attribute: str) -> NDArray[np.float64]:
    return np.array([one.get(attribute, np.nan) for one in scored])


def _short(number: float) -> float:
    return round(float(number), 4)
