"""Thresholds: the cut-off that a newsroom's promise asks for, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models.errors import TooFewToChoose, UnreachablePrecision
from models.ranking import N_RESAMPLES, Interval, between

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEWEST = 20
"""With fewer rows on a side no cut-off can be promised anything of."""

_POSITIVE_FROM = 0.5
_SURE_95 = 0.025


@dataclass(frozen=True, slots=True)
class Threshold:
    """A cut-off, and what becomes of the comments that score it or more.

    Attributes:
        cut_off: A score in [0, 1].
        precision: The share of them that are positive.
        recall: The share of the positive that are among them.
        flagged: The share of all comments that are among them.
    """

    cut_off: float
    precision: Interval
    recall: Interval
    flagged: Interval


def choose(
    labels: NDArray[np.floating],
    p: NDArray[np.floating],
    precision: float,
    share: float | None = None,
    n_resamples: int = N_RESAMPLES,
    seed: int = 0,
) -> Threshold:
    """Choose the lowest cut-off whose precision is at least what is asked, with 97.5 % confidence.

    Resamples are those of the Bayesian bootstrap, with an imaginary row on the other side: twenty hits and no false
    alarm are no proof of a precision of 1, which an ordinary bootstrap would take them for. On unweighted rows the
    bounds are Clopper and Pearson's. See: Rubin 1981, "The Bayesian Bootstrap".

    Args:
        labels: Shares in [0, 1], `(n_rows,)`, of rows that the classifier did not learn from; from 0.5 on a row counts
            as positive.
        p: Scores of the same shape.
        precision: What is asked, between 0 and 1.
        share: The share of positives where the cut-off will be used; by default that among these rows.
        n_resamples: How often the rows are weighed anew.
        seed: Of the weights.

    Raises:
        TooFewToChoose: There are fewer than twenty positive or twenty other rows.
        UnreachablePrecision: No cut-off is that precise, as far as these rows can tell.
    """
    positive = labels >= _POSITIVE_FROM
    n_positive, n_rows = int(positive.sum()), len(labels)
    if min(n_positive, n_rows - n_positive) < FEWEST:
        raise TooFewToChoose(n_positive, n_rows - n_positive, FEWEST)
    share = n_positive / n_rows if share is None else share
    cut_offs, places = np.unique(-p, return_inverse=True)  # falling scores
    counts = [np.bincount(places[rows], minlength=len(cut_offs)) for rows in (positive, ~positive)]
    hits, alarms = (np.cumsum(count) / count.sum() for count in counts)
    exact = share * hits / (share * hits + (1 - share) * alarms)

    rng = np.random.default_rng(seed)
    sides = [_reached(rng, count, n_resamples) for count in counts]
    low = np.quantile(_precision(share, sides[0][0], sides[1][1]), _SURE_95, axis=0)
    reached = np.flatnonzero(low >= precision)
    if not len(reached):
        raise UnreachablePrecision(precision, float(low.max()))
    at = int(reached[-1])
    high = np.quantile(_precision(share, sides[0][1], sides[1][0])[:, at], 1 - _SURE_95)
    recalls, false_alarms = sides[0][0][:, at], sides[1][0][:, at]
    return Threshold(
        cut_off=float(-cut_offs[at]),
        precision=Interval(float(exact[at]), float(low[at]), float(high)),
        recall=between(float(hits[at]), recalls),
        flagged=between(
            float(share * hits[at] + (1 - share) * alarms[at]), share * recalls + (1 - share) * false_alarms
        ),
    )


def crossed_f1(positive: NDArray[np.bool_], p: NDArray[np.floating], seed: int = 0) -> tuple[float, float]:
    """Give F1 at the cut-off that makes most of it, chosen on one half of the rows and counted on the other, both ways.

    Returns:
        F1 over all rows, and the cut-off that all rows together would choose.
    """
    order = np.random.default_rng(seed).permutation(len(p))
    order = order[np.argsort(positive[order], kind="stable")]  # so that both halves get their part of the positive
    n_hits = n_flagged = 0
    for chosen_on, counted_on in ((order[::2], order[1::2]), (order[1::2], order[::2])):
        flagged = p[counted_on] >= best_f1(positive[chosen_on], p[chosen_on])
        n_hits += int((flagged & positive[counted_on]).sum())
        n_flagged += int(flagged.sum())
    return 2 * n_hits / max(n_flagged + int(positive.sum()), 1), best_f1(positive, p)


def best_f1(positive: NDArray[np.bool_], p: NDArray[np.floating]) -> float:
    """Give the cut-off at which F1 is greatest on these rows."""
    order = np.argsort(-p, kind="stable")
    is_last = np.append(p[order][1:] != p[order][:-1], True)  # rows of one score go together
    f1 = 2 * np.cumsum(positive[order]) / (np.arange(1, len(p) + 1) + positive.sum())
    return float(p[order][np.argmax(np.where(is_last, f1, -1.0))])


def _reached(
    rng: np.random.Generator, counts: NDArray[np.intp], n_resamples: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weigh one side's rows anew, and give the share that each cut-off reaches, `(n_resamples, n_cut_offs)`.

    Once as it is, and once with the imaginary row, which every cut-off reaches.
    """
    reached = np.cumsum(rng.standard_gamma(counts, (n_resamples, len(counts))), axis=1)
    whole = reached[:, -1:]
    return reached / whole, (reached + rng.standard_exponential((n_resamples, 1))) / whole


def _precision(share: float, hits: NDArray[np.float64], alarms: NDArray[np.float64]) -> NDArray[np.float64]:
    return share * hits / np.maximum(share * hits + (1 - share) * alarms, np.finfo(float).tiny)
