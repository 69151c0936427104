"""What charts of a classifier are drawn from: few points of each curve, so that a card can be drawn anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from models.calibration import to_share

if TYPE_CHECKING:
    from numpy.typing import NDArray

N_POINTS = 50
N_BINS = 10
N_BARS = 20


def trace(positive: NDArray[np.bool_], labels: NDArray[np.floating], p: NDArray[np.floating], share: float) -> Any:
    """Trace one attribute's curves.

    Args:
        positive: Which rows are, `(n_rows,)`; there must be rows of both kinds.
        labels: Shares in [0, 1], of the same shape.
        p: Probabilities of the same shape.
        share: The share of positives on a news site, to which rows are weighed for `reliability`.

    Returns:
        JSON: `roc` as columns `false_alarms` and `recall`, `precision_recall` as `recall` and `precision`, about fifty
        points each; `reliability` as the mean score, the share of positives and the rows of ten bins, empty ones left
        out; `histogram` as counts of positive and other rows in twenty bins.
    """
    order = np.argsort(-p, kind="stable")
    ends = np.flatnonzero(np.append(p[order][1:] != p[order][:-1], True))  # rows of one score go together
    hits = np.concatenate([[0], np.cumsum(positive[order])[ends]])
    flagged = np.concatenate([[0], ends + 1])
    recall, alarms = hits / positive.sum(), (flagged - hits) / (~positive).sum()
    precision = hits[1:] / flagged[1:]
    roc = _along(recall + alarms)
    # The share that the first flagged comments show is nearly chance; it stands for a recall of none, too.
    pr = _along(recall[1:] + np.concatenate([[0], np.cumsum(np.abs(np.diff(precision)))]) / 2)
    return {
        "roc": {"false_alarms": _short(alarms[roc]), "recall": _short(recall[roc])},
        "precision_recall": {"recall": _short(recall[1:][pr]), "precision": _short(precision[pr])},
        "reliability": _reliability(labels, p, share),
        "histogram": {
            "positive": np.histogram(p[positive], N_BARS, (0, 1))[0].tolist(),
            "other": np.histogram(p[~positive], N_BARS, (0, 1))[0].tolist(),
        },
    }


def _along(length: NDArray[np.floating]) -> NDArray[np.intp]:
    """Choose points that lie about evenly along a curve, the first and the last among them."""
    marks = np.linspace(length[0], length[-1], N_POINTS)
    return np.unique(np.concatenate([[0], np.searchsorted(length, marks).clip(max=len(length) - 1), [len(length) - 1]]))


def _reliability(labels: NDArray[np.floating], p: NDArray[np.floating], share: float) -> dict[str, list[Any]]:
    sides = to_share(labels, np.ones(len(labels)), share)
    weights = sides.sum(axis=1)
    bins = np.minimum((p * N_BINS).astype(int), N_BINS - 1)
    mass = np.bincount(bins, weights, N_BINS)
    n_rows = np.bincount(bins, minlength=N_BINS)
    filled = mass > 0
    return {
        "score": _short(np.bincount(bins, weights * p, N_BINS)[filled] / mass[filled]),
        "share": _short(np.bincount(bins, sides[:, 1], N_BINS)[filled] / mass[filled]),
        "n": n_rows[filled].tolist(),
    }


def _short(numbers: NDArray[np.floating]) -> list[float]:
    found: list[float] = np.round(numbers, 4).tolist()
    return found
