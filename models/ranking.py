"""How well scores rank: the area under the ROC curve, and how sure it is, fast enough to ask hundreds of times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

N_RESAMPLES = 200

_SURE_95 = (0.025, 0.975)
_CELLS_AT_ONCE = 4_000_000


@dataclass(frozen=True, slots=True)
class Interval:
    """A measure, and the bounds between which it lies in 95 of 100 resamples."""

    value: float
    low: float
    high: float


def between(value: float, resampled: NDArray[np.floating]) -> Interval:
    """Put a value between the percentiles of what resamples gave for it, `(n_resamples,)`."""
    low, high = np.quantile(resampled, _SURE_95)
    return Interval(float(value), float(low), float(high))


def auc(positive: NDArray[np.bool_], p: NDArray[np.floating]) -> float:
    """Give the chance that a positive row scores above another; a tie counts half. There must be rows of both kinds."""
    places, n_values = _placed(p)
    return float(_areas(*(np.bincount(places[rows], minlength=n_values)[None, :] for rows in (positive, ~positive)))[0])


def auc_interval(
    positive: NDArray[np.bool_], p: NDArray[np.floating], n_resamples: int = N_RESAMPLES, seed: int = 0
) -> Interval:
    """Give the area with its bootstrap interval.

    Resamples are stratified: each holds as many positive rows as there are, so a rare label is in every one. The same
    seed draws the same rows, so two classifiers on the same rows are measured on the same resamples.

    Args:
        positive: Which rows are, `(n_rows,)`; there must be rows of both kinds.
        p: Scores of the same shape.
        n_resamples: How often the rows are drawn anew.
        seed: Of the draws.
    """
    places, n_values = _placed(p)
    sides = [places[positive], places[~positive]]
    rng = np.random.default_rng(seed)
    areas: list[NDArray[np.float64]] = []
    n_at_once = max(_CELLS_AT_ONCE // max(len(p), n_values), 1)
    for begin in range(0, n_resamples, n_at_once):
        n_drawn = min(n_at_once, n_resamples - begin)
        areas.append(_areas(*(_drawn(rng, side, n_drawn, n_values) for side in sides)))
    return between(auc(positive, p), np.concatenate(areas))


def _placed(p: NDArray[np.floating]) -> tuple[NDArray[np.intp], int]:
    """Number the distinct scores in rising order: all that ranking needs to know of them."""
    values, places = np.unique(p, return_inverse=True)
    return places, len(values)


def _drawn(rng: np.random.Generator, places: NDArray[np.intp], n_resamples: int, n_values: int) -> NDArray[np.intp]:
    """Draw rows with replacement and count them by score, `(n_resamples, n_values)`."""
    drawn = places[rng.integers(0, len(places), (n_resamples, len(places)))]
    drawn += np.arange(n_resamples)[:, None] * n_values
    return np.bincount(drawn.ravel(), minlength=n_resamples * n_values).reshape(n_resamples, n_values)


def _areas(yes: NDArray[Any], no: NDArray[Any]) -> NDArray[np.float64]:
    below = np.cumsum(no, axis=1) - no / 2
    return np.asarray((yes * below).sum(axis=1) / (yes.sum(axis=1) * no.sum(axis=1)), dtype=np.float64)
