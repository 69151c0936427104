"""Figures about the desk, computed from counts: agreement, percentiles, shares, and threads that turn rough."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_CHANCE = 0.01
"""How likely a burst of rejects may be under the thread's former rate to be called rising."""

FEWEST_REJECTS = 5
"""A burst of fewer rejects is none."""

LEAST_GROWTH = 2.0
"""How many times its former rate a thread must reach: on a busy one, chance alone would call a tenth more a burst."""

_Z95 = 1.959964
_RULE_OF_THREE = 3.0


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two people's views of the same texts agree beyond chance.

    `kappa` is Cohen's, with its 95 % interval from `low` to `high`, all in [-1, 1]. They are None where kappa says
    nothing: no pairs, or both only ever took one and the same view.
    """

    n_pairs: int
    n_agreed: int
    kappa: float | None
    low: float | None
    high: float | None


def agreement(pairs: Mapping[tuple[str, str], int]) -> Agreement:
    """Compute Cohen's kappa from how often each first view met each second view.

    Where all pairs agree, its error would be zero however few they are: the lower bound is by the rule of three then.

    See: J. L. Fleiss, J. Cohen, B. S. Everitt, Large sample standard errors of kappa and weighted kappa, 1969.
    """
    n = sum(pairs.values())
    n_agreed = sum(count for (first, second), count in pairs.items() if first == second)
    if n == 0:
        return Agreement(0, 0, None, None, None)
    firsts: Counter[str] = Counter()
    seconds: Counter[str] = Counter()
    for (first, second), count in pairs.items():
        firsts[first] += count
        seconds[second] += count
    observed = n_agreed / n
    expected = sum(firsts[view] * seconds[view] for view in firsts) / n**2
    if expected == 1:
        return Agreement(n, n_agreed, None, None, None)
    kappa = (observed - expected) / (1 - expected)
    if n_agreed == n:
        return Agreement(n, n_agreed, 1.0, max(-1.0, 1 - _RULE_OF_THREE / n / (1 - expected)), 1.0)
    spread = 0.0
    for (first, second), count in pairs.items():
        if first == second:
            weight = (1 - expected) - (firsts[first] + seconds[first]) / n * (1 - observed)
        else:
            weight = (seconds[first] + firsts[second]) / n * (1 - observed)
        spread += count / n * weight**2
    spread -= (observed * expected - 2 * expected + observed) ** 2
    error = math.sqrt(max(spread, 0.0) / n) / (1 - expected) ** 2
    return Agreement(n, n_agreed, kappa, max(-1.0, kappa - _Z95 * error), min(1.0, kappa + _Z95 * error))


def percentile(counts: Mapping[float, int], part: float) -> float | None:
    """Find the smallest value that at least a `part` (in [0, 1]) of what was counted does not exceed."""
    rank = max(1, math.ceil(part * sum(counts.values())))
    for value in sorted(counts):
        rank -= counts[value]
        if rank <= 0:
            return value
    return None


def share(part: int, whole: int) -> float | None:
    """Tell what part of a whole it is, in [0, 1]; None where there is no whole."""
    return part / whole if whole else None


def chance_of_burst(n: int, minutes: float, n_before: int, minutes_before: float) -> float:
    """Tell how likely `n` events or more in some minutes are, if they come as often as they did before.

    A Poisson test. One event is added to what came before, so that a quiet past is no promise of silence.
    """
    if n == 0:
        return 1.0
    expected = (n_before + 1) / minutes_before * minutes
    fewer = term = math.exp(-expected)
    for k in range(1, n):
        term *= expected / k
        fewer += term
    return max(0.0, 1.0 - fewer)


def is_rising(n: int, minutes: float, n_before: int, minutes_before: float) -> bool:
    """Tell whether rejects under an article come so much faster than before that someone should look."""
    if n < FEWEST_REJECTS or n / minutes < LEAST_GROWTH * n_before / minutes_before:
        return False
    return chance_of_burst(n, minutes, n_before, minutes_before) < MOST_CHANCE
