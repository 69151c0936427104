"""How well a version does on the shipped suite: by group of people and by kind of case, with intervals."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from models import fairness
from models.ranking import auc_interval
from models.suite.cases import OF_GROUPS, cases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from models.scorer import Scorer
    from models.suite.cases import Case

_ENGLISH = "en"
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
        with the interval of that within the group; `kinds`, by name the attribute, the area and its interval. What the
        version does not measure is left out.
    """
    every = cases()
    scored: list[dict[str, float]] = []
    for begin in range(0, len(every), _BATCH):
        batch = every[begin : begin + _BATCH]
        scored += [dict(one.values) for one in scorer.score([case.text for case in batch], [_ENGLISH] * len(batch))]
        if progress is not None:
            progress(len(scored), len(every))
    return {
        "n_cases": len(every),
        "groups": {
            name: _groups(every, _column(scored, name)) for name in of_groups if any(name in one for one in scored)
        },
        "kinds": _kinds(every, scored),
    }


def _groups(every: tuple[Case, ...], p: NDArray[np.float64]) -> dict[str, Any]:
    rows = np.array([case.group is not None for case in every]) & np.isfinite(p)
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
                **{key: _short(value) for key, value in areas.items()},
                "lowest": _short(min(areas.values())),
                "low": _short(within.low),
                "high": _short(within.high),
            }
    return found


def _kinds(every: tuple[Case, ...], scored: list[dict[str, float]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for kind in dict.fromkeys(case.kind for case in every if case.kind is not None):
        rows = [row for row, case in enumerate(every) if case.kind == kind]
        attribute = every[rows[0]].attribute
        p = _column([scored[row] for row in rows], attribute)
        known = np.isfinite(p)
        harmful = np.array([every[row].is_harmful for row in rows])[known]
        if min(harmful.sum(), (~harmful).sum()) >= _FEWEST:
            area = auc_interval(harmful, p[known])
            found[kind] = {
                "attribute": attribute,
                "auc": _short(area.value),
                "low": _short(area.low),
                "high": _short(area.high),
            }
    return found


def _column(scored: list[dict[str, float]], attribute: str) -> NDArray[np.float64]:
    return np.array([one.get(attribute, np.nan) for one in scored])


def _short(number: float) -> float:
    return round(float(number), 4)
