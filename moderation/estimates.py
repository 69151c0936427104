"""Estimates: what a blind sample says of all that policy decides by itself, with intervals that hold their promise.

Each sampled verdict stands for as many as its stratum has for each of its answers: weights by the inverse of the
probability to be drawn, with the stratum's true size where it is counted (Horvitz and Thompson, post-stratified). What
is not answered yet is taken to be like what is, within a stratum.

A bootstrap would claim certainty where no mistake was found: all its resamples agree. The intervals are Wilson's at the
effective sample size instead: the size of a simple random sample that would know as much. The variance that tells this
size is taken with half a mistake more in each stratum, for a stratum in which none was found is not one without any.

See: `benchmarks/blind_sample.py`, which measures how often the intervals hold the truth; E. B. Wilson, Probable
inference, 1927; E. L. Korn and B. I. Graubard, Confidence intervals for proportions with small expected number of
positive counts estimated from survey data, 1998; A. Donner and G. Y. Zou, Closed-form confidence intervals for
functions of the normal mean and standard deviation, 2012 (the ratio).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FEWEST = 20
"""With fewer answers than these, nothing is said."""

HALF = 0.5
"""Mistakes that are added to each stratum before its variance is told."""

_Z = 1.959964
_FEWEST_IN_STRATUM = 2


@dataclass(frozen=True, slots=True)
class Cell:
    """A stratum: it holds `size` verdicts, people answered about `n` of them, and found `x` to be what is counted."""

    size: float
    n: int
    x: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share in [0, 1] with its 95 % interval, from `n` answers of which `x` count.

    `n_effective` is how many answers of a simple random sample would know as much.
    """

    share: float
    low: float
    high: float
    n: int
    x: int
    n_effective: float


@dataclass(frozen=True, slots=True)
class Rates:
    """What the sample says of policy's own verdicts; None where it says too little.

    `missed` is the share of what policy approved that people reject, `wrong` the share of what it rejected that they
    approve. `precision` is the other side of that. `recall` is the share that policy rejected of all that people would
    reject, among what it decided by itself.
    """

    missed: Estimate | None
    wrong: Estimate | None
    precision: Estimate | None
    recall: Estimate | None


def share(cells: Iterable[Cell], fewest: int = FEWEST) -> Estimate | None:
    """Estimate a share over all strata; None with too few answers.

    Args:
        cells: In the order in which strata are alike: one with hardly an answer is put together with its neighbour.
        fewest: Answers that are needed.
    """
    strata = _collapsed(cells)
    n, x = sum(one.n for one in strata), sum(one.x for one in strata)
    if n < max(fewest, 1):
        return None
    all_ = sum(one.size for one in strata)
    weights = [one.size / all_ for one in strata]
    found = sum(weight * one.x / one.n for weight, one in zip(weights, strata, strict=True))
    n_effective = _n_effective(weights, strata, (x + HALF) / (n + 1))
    low, high = wilson(found, n_effective)
    return Estimate(found, low, high, n, x, n_effective)


def rates(approved: Sequence[Cell], rejected: Sequence[Cell], fewest: int = FEWEST) -> Rates:
    """Estimate everything at once; a cell's `x` counts the answers that differ from policy's verdict."""
    missed, wrong = share(approved, fewest), share(rejected, fewest)
    precision = None if wrong is None else _other_side(wrong)
    recall = None
    if missed is not None and precision is not None:
        sizes = sum(one.size for one in approved), sum(one.size for one in rejected)
        recall = _recall(missed, precision, *sizes)
    return Rates(missed, wrong, precision, recall)


def wilson(found: float, n: float) -> tuple[float, float]:
    """Give Wilson's 95 % interval of a share that was found in a sample of this (effective) size."""
    square = _Z * _Z / n
    middle = (found + square / 2) / (1 + square)
    reach = _Z / (1 + square) * math.sqrt(max(found * (1 - found), 0.0) / n + square / (4 * n))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def _collapsed(cells: Iterable[Cell]) -> list[Cell]:
    """Put strata with hardly an answer together with the one before, the first ones with the one after."""
    strata: list[Cell] = []
    for cell in cells:
        if strata and min(cell.n, strata[-1].n) < _FEWEST_IN_STRATUM:
            last = strata.pop()
            strata.append(Cell(last.size + cell.size, last.n + cell.n, last.x + cell.x))
        else:
            strata.append(cell)
    return [one for one in strata if one.n]


def _n_effective(weights: Sequence[float], strata: Sequence[Cell], pooled: float) -> float:
    shares = [(one.x + HALF) / (one.n + HALF / pooled) for one in strata]
    middle = sum(weight * part for weight, part in zip(weights, shares, strict=True))
    variance = sum(
        weight * weight * part * (1 - part) / one.n for weight, part, one in zip(weights, shares, strata, strict=True)
    )
    return middle * (1 - middle) / variance


def _other_side(of: Estimate) -> Estimate:
    return Estimate(1 - of.share, 1 - of.high, 1 - of.low, of.n, of.n - of.x, of.n_effective)


def _recall(missed: Estimate, precision: Estimate, n_approved: float, n_rejected: float) -> Estimate | None:
    """Put together what was caught and what was missed: an interval of their ratio from the intervals of both."""
    caught, c_low, c_high = (n_rejected * part for part in (precision.share, precision.low, precision.high))
    lost, l_low, l_high = (n_approved * part for part in (missed.share, missed.low, missed.high))
    if caught + lost == 0:
        return None
    high = 1 / (1 + _ratio_end(lost, l_low, caught, c_high, -1))
    low = 1 / (1 + _ratio_end(lost, l_high, caught, c_low, 1))
    n, x = missed.x + precision.x, precision.x
    found = caught / (caught + lost)
    return Estimate(found, min(low, found), max(high, found), n, x, float(n))


def _ratio_end(top: float, top_end: float, bottom: float, bottom_end: float, side: int) -> float:
    """Find one end of the interval of a ratio from the ends of the intervals above and below."""
    above, below = top_end * (2 * top - top_end), bottom_end * (2 * bottom - bottom_end)
    if below <= 0:  # so little is known of what is below that only the ends themselves are sure
        return top_end / bottom_end if bottom_end else math.inf
    root = math.sqrt(max(0.0, (top * bottom) ** 2 - above * below))
    return max(0.0, (top * bottom + side * root) / below)
