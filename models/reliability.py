"""Whether probabilities mean what they say: calibration error beside what chance alone would make of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from models.calibration import to_share
from models.ranking import N_RESAMPLES, Interval, between

if TYPE_CHECKING:
    from numpy.typing import NDArray

_N_BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Rows of like scores: the mean score, the share of positives, and how much of all the weight they make up."""

    mean: float
    share: float
    mass: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """How far probabilities lie from shares.

    Attributes:
        error: Expected calibration error over ten bins of equal mass.
        of_perfect: What a classifier whose probabilities are the truth would show on as many rows, by chance.
        bins: In rising order.
    """

    error: Interval
    of_perfect: float
    bins: tuple[Bin, ...]


def measure(
    labels: NDArray[np.floating],
    p: NDArray[np.floating],
    share: float,
    n_resamples: int = N_RESAMPLES,
    seed: int = 0,
) -> Reliability:
    """Measure probabilities on rows weighed so that `share` of them are positive.

    Args:
        labels: Shares in [0, 1], `(n_rows,)`; neither all 0 nor all 1.
        p: Probabilities of the same shape.
        share: The share of positives where the probabilities are used.
        n_resamples: How many resamples, and how many simulations of a perfect classifier.
        seed: Of both.
    """
    sides = to_share(labels, np.ones(len(labels)), share)
    weights = sides.sum(axis=1)
    bins = _bins(p, weights)
    rng = np.random.default_rng(seed)
    perfect = [_error_of_perfect(rng, p, weights, round(float(labels.sum()))) for _ in range(n_resamples)]
    resampled = []
    for _ in range(n_resamples):
        counts = np.bincount(_drawn(rng, labels), minlength=len(p)).astype(float)
        anew = to_share(labels, counts, share)
        resampled.append(calibration_error(p, anew[:, 1], anew.sum(axis=1)))
    masses, yes, scores = (
        np.bincount(bins, weights=one, minlength=_N_BINS) for one in (weights, sides[:, 1], weights * p)
    )
    return Reliability(
        error=between(calibration_error(p, sides[:, 1], weights), np.array(resampled)),
        of_perfect=float(np.mean(perfect)),
        bins=tuple(
            Bin(float(score / mass), float(one / mass), float(mass))
            for score, one, mass in zip(scores, yes, masses, strict=True)
            if mass
        ),
    )


def calibration_error(p: NDArray[np.floating], yes: NDArray[np.floating], weights: NDArray[np.floating]) -> float:
    """Give the expected calibration error over ten bins of equal mass.

    Args:
        p: Probabilities, `(n_rows,)`.
        yes: How much of each row's weight is positive, of the same shape.
        weights: How much each row counts, of the same shape.
    """
    return float(_error(p, yes, weights, _bins(p, weights)).sum())


def _error_of_perfect(
    rng: np.random.Generator, p: NDArray[np.floating], weights: NDArray[np.floating], n_positive: int
) -> float:
    """Simulate rows whose labels are drawn from their scores, chosen and weighed as the real ones were.

    The real rows are richer in positives than the site, and weighed back. Labels drawn for these very rows would be
    positive at random where weights are large, and a perfect classifier would look worse than it can be; so as many
    rows of each label are drawn as there are, each as likely as its score makes that label.
    """
    chances = np.stack([weights * (1 - p), weights * p])
    share = float(chances[1].sum() / chances.sum())
    labels = np.repeat([0.0, 1.0], [len(p) - n_positive, n_positive])
    drawn = np.concatenate(
        [
            rng.choice(p, n_rows, p=of_label / of_label.sum())
            for of_label, n_rows in zip(chances, (len(p) - n_positive, n_positive), strict=True)
        ]
    )
    sides = to_share(labels, np.ones(len(p)), share)
    return calibration_error(drawn, sides[:, 1], sides.sum(axis=1))


def _error(
    p: NDArray[np.floating], yes: NDArray[np.floating], weights: NDArray[np.floating], bins: NDArray[np.intp]
) -> NDArray[np.float64]:
    return np.asarray(np.abs(np.bincount(bins, weights=weights * p - yes, minlength=_N_BINS)) / weights.sum())


def _bins(p: NDArray[np.floating], weights: NDArray[np.floating]) -> NDArray[np.intp]:
    """Give each row the tenth of all the weight that its score falls into; rows of one score stay together."""
    values, places = np.unique(p, return_inverse=True)
    masses = np.bincount(places, weights=weights, minlength=len(values))
    middles = (np.cumsum(masses) - masses / 2) / masses.sum()
    bins: NDArray[np.intp] = np.minimum((middles * _N_BINS).astype(np.intp), _N_BINS - 1)[places]
    return bins


def _drawn(rng: np.random.Generator, labels: NDArray[Any]) -> NDArray[np.intp]:
    """Draw as many rows of each side as there are, so that every resample has both."""
    sides = (np.flatnonzero(labels >= 0.5), np.flatnonzero(labels < 0.5))  # noqa: PLR2004  (more than half say so)
    return np.concatenate([rng.choice(rows, len(rows)) for rows in sides if len(rows)])
