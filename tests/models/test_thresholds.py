"""A threshold keeps its promise on rows that it was not chosen on, or is refused."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import beta

from models import thresholds
from models.errors import TooFewToChoose, UnreachablePrecision


def drawn(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows whose scores are true chances."""
    chance = np.random.default_rng(seed)
    p = np.round(chance.random(n), 3)
    return (chance.random(n) < p).astype(float), p


def test_the_promise_is_kept_on_other_rows() -> None:
    chosen = thresholds.choose(*drawn(4000, 1), 0.8)
    labels, p = drawn(40_000, 2)
    flagged = p >= chosen.cut_off
    assert labels[flagged].mean() >= 0.8
    assert chosen.precision.low >= 0.8
    assert chosen.precision.low <= chosen.precision.value <= chosen.precision.high
    assert chosen.recall.low <= labels[flagged].sum() / labels.sum() <= chosen.recall.high
    assert chosen.flagged.low <= flagged.mean() <= chosen.flagged.high


def test_no_lower_cut_off_is_promised_more_than_it_holds() -> None:
    assert thresholds.choose(*drawn(4000, 1), 0.6).cut_off < thresholds.choose(*drawn(4000, 1), 0.8).cut_off


def test_the_bound_is_that_of_clopper_and_pearson() -> None:
    labels = np.repeat([1.0, 0.0, 1.0, 0.0], [60, 3, 40, 97])
    p = np.repeat([0.9, 0.9, 0.1, 0.1], [60, 3, 40, 97])
    found = thresholds.choose(labels, p, 0.5, n_resamples=20_000)
    assert found.cut_off == 0.9
    # Weighing the two sides apart knows the share of positives, so the interval is no wider than the exact one.
    assert found.precision.low == pytest.approx(beta.ppf(0.025, 60, 4), abs=0.02)
    assert found.precision.high == pytest.approx(beta.ppf(0.975, 61, 3), abs=0.02)


def test_a_few_hits_without_a_false_alarm_prove_little() -> None:
    labels, p = np.repeat([1.0, 0.0], [20, 200]), np.repeat([0.9, 0.1], [20, 200])
    with pytest.raises(UnreachablePrecision) as refused:
        thresholds.choose(labels, p, 0.99)
    assert 0.7 < refused.value.best < 0.9


def test_positives_that_are_rarer_in_use_raise_the_cut_off() -> None:
    labels, p = drawn(4000, 3)
    assert thresholds.choose(labels, p, 0.6, share=0.2).cut_off > thresholds.choose(labels, p, 0.6).cut_off


def test_too_few_rows_are_refused() -> None:
    with pytest.raises(TooFewToChoose):
        thresholds.choose(np.repeat([1.0, 0.0], [19, 100]), np.linspace(1, 0, 119), 0.5)


def test_best_f1_never_parts_rows_of_one_score() -> None:
    positive, p = np.array([True, True, False, False, False]), np.array([0.9, 0.5, 0.5, 0.5, 0.5])
    assert thresholds.best_f1(positive, p) == 0.9  # the hit at 0.5 comes with three false alarms
    assert thresholds.best_f1(positive, np.full(5, 0.3)) == 0.3


def test_f1_is_counted_where_the_cut_off_was_not_chosen() -> None:
    positive = np.arange(100) % 2 == 0
    assert thresholds.crossed_f1(positive, positive * 0.8)[0] == 1
    noise = np.random.default_rng(4).random(100)
    at_best = positive[noise >= thresholds.best_f1(positive, noise)]
    optimistic = 2 * at_best.sum() / (len(at_best) + 50)
    assert thresholds.crossed_f1(positive, noise)[0] <= optimistic
