"""Fitting Perspective's scale: laying its scores and ours of the same texts side by side, rank by rank."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import spearmanr

from models.moving_over import THRESHOLDS
from models.perspective import Scale

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

FEWEST = 200
"""Texts with both scores that an attribute's mapping is fitted on at least."""

_STEPS = np.concatenate([np.linspace(0, 0.5, 11), np.linspace(0.52, 0.9, 20), np.linspace(0.91, 1, 10)])
"""Quantiles at which the two scales are laid side by side, closer where thresholds are."""


def fit(ours: NDArray[np.floating], theirs: NDArray[np.floating]) -> NDArray[np.float64] | None:
    """Lay the two scales side by side by rank; None with too few texts.

    The ends are 0 to 0 and 1 to 1, so that nothing is mapped out of [0, 1].

    Args:
        ours: Our probabilities of some texts, `(n_texts,)`.
        theirs: Perspective's scores of the same, NaN where there is none.
    """
    known = np.isfinite(theirs)
    if known.sum() < FEWEST:
        return None
    x, y = (np.quantile(scores[known], _STEPS) for scores in (ours, theirs))
    x, first = np.unique(np.concatenate([[0.0], x, [1.0]]), return_index=True)
    y = np.maximum.accumulate(np.concatenate([[0.0], y, [1.0]]))[first]
    return np.stack([x, y])


def learn(
    ours: Mapping[str, NDArray[np.floating]], theirs: Mapping[str, NDArray[np.floating]]
) -> tuple[Scale, dict[str, Any]]:
    """Fit a scale on all texts, and measure how well one that was fitted on half of them does on the other half.

    Args:
        ours: Our probabilities of some texts by attribute, `(n_texts,)` each, NaN where there is none.
        theirs: Perspective's scores of the same.

    Returns:
        The scale, and for the card by attribute: `n`, the rank correlation, the mean absolute difference before and
        after, and at each of `THRESHOLDS` the shares that Perspective flags, that we would flag, and that we flag once
        mapped.
    """
    knots: dict[str, NDArray[np.float64]] = {}
    told: dict[str, Any] = {}
    for name in ours.keys() & theirs.keys():
        known = np.isfinite(ours[name]) & np.isfinite(theirs[name])
        x, y = ours[name][known], theirs[name][known]
        whole, half = fit(x, y), fit(x[::2], y[::2])
        if whole is None or half is None:
            continue
        knots[name] = whole
        x, y = x[1::2], y[1::2]
        mapped = np.interp(x, *half)
        told[name] = {
            "n": int(known.sum()),
            "rank_correlation": _rounded(spearmanr(ours[name][known], theirs[name][known]).statistic),
            "difference_before": _rounded(np.abs(x - y).mean()),
            "difference_after": _rounded(np.abs(mapped - y).mean()),
            "theirs": [_rounded((y >= at).mean()) for at in THRESHOLDS],
            "before": [_rounded((x >= at).mean()) for at in THRESHOLDS],
            "after": [_rounded((mapped >= at).mean()) for at in THRESHOLDS],
        }
    return Scale({name: knots[name] for name in sorted(knots)}), {name: told[name] for name in sorted(told)}


def _rounded(value: Any) -> float:
    return round(float(value), 3)
