"""What is uncertain is drawn more often, of every kind, with the probability that is told."""

from __future__ import annotations

import numpy as np
import pytest

from models import selection
from models.errors import UnevenCandidates

RNG = np.random.default_rng(2)
P = RNG.beta(0.6, 3, 300)
STATES = RNG.normal(size=(300, 8))


@pytest.mark.parametrize(
    ("p", "uncertain"), [(0.0, 0.0), (0.5, 1.0), (1.0, 0.0), (0.1, 0.6), (0.9, 0.6), (-0.1, 0.0), (1.1, 0.0)]
)
def test_a_head_is_most_uncertain_of_what_is_even(p: float, uncertain: float) -> None:
    assert selection.uncertainty(np.array([p]))[0] == pytest.approx(uncertain)


@pytest.mark.parametrize("states", [STATES, None, np.zeros((300, 8))])
@pytest.mark.parametrize("n", [1, 2, 25, 299, 300, 400])
def test_as_many_are_drawn_as_asked_none_twice(states: np.ndarray | None, n: int) -> None:
    found = selection.choose(P, states, n, seed=n)
    assert len(found.rows) == min(n, 300)
    assert len(set(found.rows.tolist())) == len(found.rows)
    assert ((found.probabilities > 0) & (found.probabilities <= 1)).all()


def test_each_is_drawn_as_often_as_its_probability_tells() -> None:
    n_draws, often, told = 800, np.zeros(300), np.zeros(300)
    for seed in range(n_draws):
        found = selection.choose(P, None, 30, seed=seed)
        often[found.rows] += 1
        told[found.rows] = found.probabilities
    is_told = told > 0
    assert is_told.sum() > 280
    spread = np.sqrt(told * (1 - told) / n_draws)
    assert (np.abs(often / n_draws - told)[is_told] < 5 * spread[is_told] + 1e-9).all()
    # Inverse probabilities give the whole back: what training and measuring rely on.
    totals = [
        (P[found.rows] / found.probabilities).sum()
        for found in (selection.choose(P, STATES, 30, seed=seed) for seed in range(100))
    ]
    assert np.mean(totals) == pytest.approx(P.sum(), rel=0.03)


def test_what_is_uncertain_is_drawn_more_often_and_nothing_is_left_out() -> None:
    p = np.repeat([0.5, 0.001], 50)
    found = selection.choose(p, None, 40, seed=1)
    assert (found.rows < 50).sum() > 2.5 * (found.rows >= 50).sum() > 0
    evenly = selection.choose(p, None, 40, floor=1.0, seed=1)
    assert np.ptp(evenly.probabilities) == 0
    (one,) = selection.choose(np.zeros(5), None, 1, floor=0.0).probabilities
    assert one == pytest.approx(0.2)


def test_every_kind_is_met() -> None:
    kinds = np.repeat(np.arange(10), [191, *[6] * 9])
    states = np.eye(10)[kinds] + RNG.normal(0, 0.02, (245, 10))
    met = [len(set(kinds[selection.choose(np.full(245, 0.3), states, 45, seed=seed).rows])) for seed in range(30)]
    assert np.mean(met) > 9
    blindly = [len(set(kinds[np.random.default_rng(seed).choice(245, 45, replace=False)])) for seed in range(30)]
    assert np.mean(blindly) < 7.5


def test_the_same_seed_draws_the_same() -> None:
    first, again, other = (selection.choose(P, STATES, 25, seed=seed).rows.tolist() for seed in (1, 1, 2))
    assert first == again != other


@pytest.mark.parametrize("n", [0, -1])
def test_nothing_asked_is_nothing_drawn(n: int) -> None:
    assert not len(selection.choose(P, STATES, n).rows)
    assert not len(selection.choose(np.zeros(0), None, 5).rows)


def test_each_candidate_needs_a_state() -> None:
    with pytest.raises(UnevenCandidates, match="give each of them both"):
        selection.choose(P, STATES[:-1], 5)
