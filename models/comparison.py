"""Two versions on the same rows: how far their rankings differ, and whether that could be chance."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from models.ranking import N_RESAMPLES, Interval, auc, between

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

ALL = "all"
_FEWEST = 5


def compare(
    attributes: Sequence[str],
    labels: NDArray[np.floating],
    first: NDArray[np.floating],
    second: NDArray[np.floating],
    sources: NDArray[np.str_],
) -> dict[str, Any]:
    """Compare two versions by attribute and source, on the rows that both give a score.

    Args:
        attributes: Names of the columns.
        labels: `(n_rows, n_attributes)`, NaN where unknown.
        first: One version's probabilities, of the same shape, NaN where it gave none.
        second: The other's.
        sources: Where each row comes from, `(n_rows,)`.

    Returns:
        `{attribute: {source: {"n", "n_positive", "first", "second", "difference": {"value", "low", "high"}}}}`, all
        rows as the source "all"; what has fewer than five rows on a side is left out.
    """
    table: dict[str, Any] = {}
    for k, attribute in enumerate(attributes):
        known = np.isfinite(labels[:, k]) & np.isfinite(first[:, k]) & np.isfinite(second[:, k])
        for source in (ALL, *np.unique(sources[known]).tolist()):
            rows = known if source == ALL else known & (sources == source)
            positive = labels[rows, k] >= 0.5  # noqa: PLR2004  (more than half of the annotators)
            if min(positive.sum(), (~positive).sum()) < _FEWEST:
                continue
            p, q = first[rows, k], second[rows, k]
            table.setdefault(attribute, {})[source] = {
                "n": len(positive),
                "n_positive": int(positive.sum()),
                "first": round(auc(positive, p), 4),
                "second": round(auc(positive, q), 4),
                "difference": {name: round(value, 4) for name, value in asdict(difference(positive, p, q)).items()},
            }
    return table


def difference(
    positive: NDArray[np.bool_],
    first: NDArray[np.floating],
    second: NDArray[np.floating],
    n_resamples: int = N_RESAMPLES,
    seed: int = 0,
) -> Interval:
    """Give how much better the second ranks, in AUC, with the interval of a paired bootstrap.

    Both are measured on the same rows of each resample, so what makes rows easy or hard cancels out.
    """
    yes, no = np.flatnonzero(positive), np.flatnonzero(~positive)
    rng = np.random.default_rng(seed)
    found = np.empty(n_resamples)
    for place in range(n_resamples):
        rows = np.concatenate([rng.choice(yes, len(yes)), rng.choice(no, len(no))])
        found[place] = auc(positive[rows], second[rows]) - auc(positive[rows], first[rows])
    return between(auc(positive, second) - auc(positive, first), found)
