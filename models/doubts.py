"""Doubts: labels that heads which did not learn from them hold for errors, so that a second person looks.

See: Northcutt, Jiang and Chuang 2021, "Confident Learning: Estimating Uncertainty in Dataset Labels".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_OF_AN_ATTRIBUTE = 0.02
"""Never is more than this share of an attribute's labels doubted: beyond, it is the head that is wrong."""

_YES = 0.5
_FEWEST = 10


@dataclass(frozen=True, slots=True)
class Doubt:
    """A label that may be an error.

    Attributes:
        row: Of the text.
        column: Of the attribute.
        said: What people said, a share in [0, 1].
        p: What the heads say, a probability.
    """

    row: int
    column: int
    said: float
    p: float


def doubted(
    labels: NDArray[np.floating], held_out: NDArray[np.floating], weights: NDArray[np.floating], *, most: int = 50
) -> list[Doubt]:
    """Name the labels that are most likely errors, the likeliest first.

    A label is doubted where the heads are as sure of the other answer as they are, on average, of those who were given
    that answer. Attributes with fewer than ten labels of an answer are left alone.

    Args:
        labels: Shares in [0, 1], `(n_texts, n_attributes)`.
        held_out: Probabilities by heads that did not learn from the row, of the same shape; NaN where there are none.
        weights: How much each label counts, of the same shape; one without weight is no label.
        most: At most so many are named.
    """
    found: list[tuple[float, Doubt]] = []
    for column in range(labels.shape[1]):
        rows = np.flatnonzero((weights[:, column] > 0) & np.isfinite(held_out[:, column] + labels[:, column]))
        said_yes, p = labels[rows, column] >= _YES, held_out[rows, column]
        if min(said_yes.sum(), (~said_yes).sum()) < _FEWEST:
            continue
        counts = weights[rows, column]
        sure_of_yes = np.average(p[said_yes], weights=counts[said_yes])
        sure_of_no = np.average(1 - p[~said_yes], weights=counts[~said_yes])
        is_yes = (p >= sure_of_yes) & ((p > 1 - p) | (1 - p < sure_of_no))
        is_no = (1 - p >= sure_of_no) & ~is_yes
        is_doubted = np.where(said_yes, is_no, is_yes)
        margin = np.where(said_yes, 1 - 2 * p, 2 * p - 1)
        chosen = np.flatnonzero(is_doubted)
        chosen = chosen[np.argsort(-margin[chosen], kind="stable")][: int(MOST_OF_AN_ATTRIBUTE * len(rows))]
        found += [
            (float(margin[at]), Doubt(int(rows[at]), column, float(labels[rows[at], column]), float(p[at])))
            for at in chosen.tolist()
        ]
    found.sort(key=lambda pair: (-pair[0], pair[1].row, pair[1].column))
    return [doubt for _, doubt in found[:most]]
