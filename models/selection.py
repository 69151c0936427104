"""Active selection: which comments teach a head most if a person decides them next.

Comments are drawn, not picked: the more uncertain the head is of one, the likelier it is drawn, but none is impossible.
So a head's blind spots are met too, and each label comes with the probability that its comment was chosen, by which
training and measuring can weigh it. Diversity comes from the order of the draw: comments that are alike stand side by
side, and a draw at even steps along them takes from every kind what is its due.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models.errors import UnevenCandidates

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FLOOR = 0.2
_MOST_KINDS = 32
_N_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was drawn.

    Attributes:
        rows: Of the candidates, `(n_chosen,)`, rising.
        probabilities: How likely each was to be drawn, of the same shape; in (0, 1].
    """

    rows: NDArray[np.intp]
    probabilities: NDArray[np.float64]


def choose(
    p: NDArray[np.floating], states: NDArray[np.floating] | None, n: int, *, floor: float = _FLOOR, seed: int = 0
) -> Chosen:
    """Draw `n` candidates, the uncertain ones more often, and of every kind; all where there are no more.

    The same arguments draw the same. See: Deville and Tillé 2004, "Efficient Balanced Sampling", for why an even draw
    along an order in which like stands by like balances what it draws.

    Args:
        p: Probabilities of the head that is to learn, `(n_candidates,)`.
        states: What tells candidates apart, such as the encoder's states, `(n_candidates, width)`; None where nothing
            does, and then they are ordered by what the head makes of them alone.
        n: How many to draw.
        floor: What a candidate counts for of which the head is certain, beside 1 for one of which it knows nothing. At
            1 all count alike, and the draw is random but for its diversity.
        seed: Of the draw.

    Raises:
        UnevenCandidates: There is not one state for each probability.
    """
    if states is not None and len(states) != len(p):
        raise UnevenCandidates(len(p), len(states))
    n = min(n, len(p))
    if n <= 0:
        return Chosen(np.zeros(0, dtype=np.intp), np.zeros(0))
    rng = np.random.default_rng(seed)
    probabilities = _inclusion(uncertainty(p) * (1 - floor) + floor, n)
    order = np.lexsort((p, _kinds(states, min(_MOST_KINDS, max(n // 2, 1))))) if states is not None else np.argsort(p)
    drawn = order[_evenly(probabilities[order], n, float(rng.random()))]
    rows = np.sort(drawn)
    return Chosen(rows, probabilities[rows])


def uncertainty(p: NDArray[np.floating]) -> NDArray[np.float64]:
    """Say how uncertain a head is: 1 where both answers are even, 0 where it is certain (twice the deviation)."""
    exact = np.clip(np.asarray(p, dtype=np.float64), 0, 1)
    return np.asarray(2 * np.sqrt(exact * (1 - exact)))


def _inclusion(size: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Give the probability of each that `n` are drawn in proportion to size, none more than once."""
    is_certain = np.zeros(len(size), dtype=bool)
    while True:
        rest = ~is_certain
        probabilities = np.ones(len(size))
        total = size[rest].sum()
        probabilities[rest] = (n - is_certain.sum()) * (size[rest] / total if total > 0 else 1 / max(rest.sum(), 1))
        over = rest & (probabilities >= 1)
        if not over.any():
            return probabilities
        is_certain |= over


def _evenly(probabilities: NDArray[np.float64], n: int, start: float) -> NDArray[np.intp]:
    """Draw at even steps along the sum of probabilities, which are `n` together: systematic sampling."""
    reached = np.cumsum(probabilities) * (n / probabilities.sum())
    # What is certain spans a whole step, so rounding must not let a step fall on its neighbour twice.
    places = np.searchsorted(reached, start + np.arange(n), side="right").clip(max=len(reached) - 1)
    return np.unique(places)


def _kinds(states: NDArray[np.floating], n_kinds: int) -> NDArray[np.intp]:
    """Put candidates into kinds by direction: spherical k-means from the candidates farthest from each other."""
    length = np.linalg.norm(states, axis=1, keepdims=True)
    unit = np.asarray(states / np.where(length > 0, length, 1), dtype=np.float64)
    first = int(np.argmax(unit @ unit.mean(axis=0)))
    centres, nearest = [first], unit @ unit[first]
    while len(centres) < n_kinds:
        centres.append(int(np.argmin(nearest)))
        nearest = np.maximum(nearest, unit @ unit[centres[-1]])
    directions = unit[centres]
    kinds = np.argmax(unit @ directions.T, axis=1)
    for _ in range(_N_ROUNDS):
        for kind in range(n_kinds):
            members = unit[kinds == kind]
            middle = members.sum(axis=0)
            directions[kind] = middle / max(float(np.linalg.norm(middle)), np.finfo(float).tiny)
        kinds = np.argmax(unit @ directions.T, axis=1)
    return np.asarray(kinds)
