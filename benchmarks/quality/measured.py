"""What is measured of one system on one set of rows, and how a table shows it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from models.attributes import ATTRIBUTES
from models.ranking import Interval, auc_interval
from models.thresholds import crossed_f1

MEASURED = tuple(dict.fromkeys([*ATTRIBUTES, "OFF_TOPIC"]))
"""Attributes that a system may give and that people label."""

NOTHING = "–"  # noqa: RUF001  (a dash in a table, not a minus)
_FEWEST = 5


@dataclass(frozen=True)
class Cell:
    """A source's labels of one attribute, and how each system ranks them."""

    n: int
    n_positive: int
    by_system: dict[str, Measures]


@dataclass(frozen=True)
class Measures:
    """One system on one source and attribute.

    Attributes:
        n: Rows with a label, and a score.
        n_positive: How many of them are positive.
        auc: The area under the ROC curve; None, as all that follows, where there are fewer than five rows on a side.
        average_precision: The area under the precision-recall curve.
        f1: At the cut-off chosen on the other half of the rows.
        cut_off: What all rows would choose.
    """

    n: int
    n_positive: int
    auc: Interval | None = None
    average_precision: float | None = None
    f1: float | None = None
    cut_off: float | None = None


def measure(labels: NDArray[np.float64], p: NDArray[np.float64]) -> Measures:
    """Measure the rows that have both a label and a score."""
    known = np.isfinite(labels) & np.isfinite(p)
    positive, scores = labels[known] >= 0.5, p[known]
    n, n_positive = len(scores), int(positive.sum())
    if min(n_positive, n - n_positive) < _FEWEST:
        return Measures(n, n_positive)
    f1, cut_off = crossed_f1(positive, scores)
    return Measures(
        n, n_positive, auc_interval(positive, scores), float(average_precision_score(positive, scores)), f1, cut_off
    )


def decimal(value: float | None, digits: int = 3) -> str:
    """Show a share without its leading zero."""
    return NOTHING if value is None or np.isnan(value) else f"{value:.{digits}f}".replace("0.", ".", 1)


def bounds(interval: Interval, digits: int = 3) -> str:
    """Show where a measure lies."""
    return f"{decimal(interval.low, digits)}-{decimal(interval.high, digits)}"


def shown(found: Measures | None, n: int) -> str:
    """Show the measures in two lines; in a third, on how many rows, where a system did not score all of them."""
    if found is None or found.auc is None:
        return NOTHING
    few = f"\non {found.n:,} rows" if found.n < n else ""
    return (
        f"[bold]{decimal(found.auc.value)}[/] {bounds(found.auc)}\n"
        f"AP {decimal(found.average_precision)} F1 {decimal(found.f1)}{few}"
    )
