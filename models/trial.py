"""A trial: champion and challenger side by side, on the same later weeks and on the shipped suite."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from models.ranking import Interval, between
from models.reliability import calibration_error
from models.suite import measures
from models.suite.cases import OF_GROUPS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from models.evaluation import Progress
    from models.scorer import Scorer
    from models.snapshot import Snapshot

N_RESAMPLES = 300

_BATCH = 256
_FEWEST = 5
_YES = 0.5


def compare(
    champion: Scorer,
    challenger: Scorer,
    later: Snapshot,
    of_groups: Sequence[str] = (OF_GROUPS,),
    progress: Progress | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """Measure both on the same rows and cases, by the same resamples.

    Rows count by their labels' weights and by how rarely such texts come before people. A version that does not measure
    an attribute, or not in a text's language, leaves it out; only rows that both score are compared.

    Args:
        champion: Who decides now.
        challenger: Who would.
        later: What neither learned from.
        of_groups: By which attributes groups of people are measured on the suite.
        progress: Told of each step.
        seed: Of the resamples.

    Returns:
        JSON: `n_texts` and `n_labels` of the later weeks, `since` and `until`; `attributes`, by name `n_yes`, `n_no`,
        for both `auc` and `calibration_error` with their bounds and what chance makes of the latter (`by_chance`), and
        the `difference` of their AUC; `suite`, for both as `models.suite.measures` gives it.
    """
    tell = progress or (lambda _step, _done, _total: None)
    both = {"champion": champion, "challenger": challenger}
    scored = {name: _score(scorer, later, partial(tell, f"scoring as {name}")) for name, scorer in both.items()}
    attributes = {}
    for place, name in enumerate(later.attributes):
        tell("comparing", place, len(later.attributes))
        attributes[name] = _side_by_side(
            later.labels[:, place],
            later.fair_weights[:, place],
            scored["champion"][:, place],
            scored["challenger"][:, place],
            seed,
        )
    tell("comparing", len(later.attributes), len(later.attributes))
    suite = {
        name: measures.measure(scorer, of_groups, partial(tell, f"trying the suite on {name}"))
        for name, scorer in both.items()
    }
    return {
        "n_texts": len(later),
        "n_labels": later.n_labels,
        "since": float(later.said_at.min()) if len(later) else None,
        "until": float(later.said_at.max()) if len(later) else None,
        "attributes": attributes,
        "suite": suite,
    }


def _score(scorer: Scorer, later: Snapshot, tell: Any) -> NDArray[np.float64]:
    p = np.full((len(later), len(later.attributes)), np.nan)
    for begin in range(0, len(later), _BATCH):
        rows = slice(begin, begin + _BATCH)
        scored = scorer.score(later.texts[rows], later.languages[rows], later.contexts[rows])
        p[rows] = [[one.values.get(name, np.nan) for name in later.attributes] for one in scored]
        tell(min(begin + _BATCH, len(later)), len(later))
    return p


def _side_by_side(
    labels: NDArray[np.float64],
    weights: NDArray[np.float64],
    theirs: NDArray[np.float64],
    ours: NDArray[np.float64],
    seed: int,
) -> dict[str, Any]:
    has_champion = bool(np.isfinite(theirs).any())
    known = np.isfinite(labels) & (weights > 0) & np.isfinite(ours)
    if has_champion:
        known &= np.isfinite(theirs)
    labels, weights = labels[known], weights[known]
    yes = labels >= _YES
    found: dict[str, Any] = {"n_yes": int(yes.sum()), "n_no": int((~yes).sum())}
    if min(found["n_yes"], found["n_no"]) < _FEWEST:
        return found | {"champion": None, "challenger": None, "difference": None}
    # The Bayesian bootstrap: every row weighed anew, the same for both. See: Rubin 1981.
    drawn = np.random.default_rng(seed).standard_exponential((N_RESAMPLES, len(labels))) * weights
    areas = _areas(labels, ours[known], np.vstack([weights, drawn]))
    measured = found | {"challenger": _one(areas, labels, ours[known], drawn, weights, seed)}
    if not has_champion:
        return measured | {"champion": None, "difference": None}
    before = _areas(labels, theirs[known], np.vstack([weights, drawn]))
    apart = between(float(areas[0] - before[0]), areas[1:] - before[1:])
    return measured | {
        "champion": _one(before, labels, theirs[known], drawn, weights, seed),
        "difference": {name: _short(getattr(apart, name)) for name in ("value", "low", "high")},
    }


def _one(
    areas: NDArray[np.float64],
    labels: NDArray[np.float64],
    p: NDArray[np.float64],
    drawn: NDArray[np.float64],
    weights: NDArray[np.float64],
    seed: int,
) -> dict[str, float]:
    area = between(float(areas[0]), areas[1:])
    error, by_chance = _error(labels, p, weights, drawn, seed)
    return {
        "auc": _short(area.value),
        "auc_low": _short(area.low),
        "auc_high": _short(area.high),
        "calibration_error": _short(error.value),
        "error_low": _short(error.low),
        "error_high": _short(error.high),
        "by_chance": _short(by_chance),
    }


def _areas(labels: NDArray[np.float64], p: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the AUC under each row of weights, `(n_weightings, n_rows)`; a label in doubt counts on both sides."""
    values, places = np.unique(p, return_inverse=True)
    order = np.argsort(places, kind="stable")
    starts = np.searchsorted(places[order], np.arange(len(values)))
    yes = np.add.reduceat((weights * labels)[:, order], starts, axis=1)
    no = np.add.reduceat((weights * (1 - labels))[:, order], starts, axis=1)
    below = np.cumsum(no, axis=1) - no / 2
    return np.asarray((yes * below).sum(axis=1) / (yes.sum(axis=1) * no.sum(axis=1)))


def _error(
    labels: NDArray[np.float64],
    p: NDArray[np.float64],
    weights: NDArray[np.float64],
    drawn: NDArray[np.float64],
    seed: int,
) -> tuple[Interval, float]:
    """Give the calibration error, and what it would be by chance alone, were the probabilities the truth."""
    rng = np.random.default_rng(seed)
    resampled = np.array([calibration_error(p, one * labels, one) for one in drawn])
    chance = [calibration_error(p, weights * (rng.random(len(p)) < p), weights) for _ in range(len(drawn) // 3)]
    return between(calibration_error(p, weights * labels, weights), resampled), float(np.mean(chance))


def _short(number: float) -> float:
    return round(float(number), 4)
