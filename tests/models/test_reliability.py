"""Calibration error is the gap between scores and shares, and chance has its part in it."""

from __future__ import annotations

import numpy as np
import pytest

from models import reliability


def drawn(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows as a newsroom has them: true chances, a fifth positive."""
    chance = np.random.default_rng(seed)
    p = chance.beta(0.4, 1.6, n)
    return (chance.random(n) < p).astype(float), p


def enriched(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """As many positive rows as others, out of many such rows."""
    labels, p = drawn(20 * n, seed)
    rows = np.concatenate([np.flatnonzero(labels == side)[: n // 2] for side in (0, 1)])
    return labels[rows], p[rows]


def test_the_error_is_the_gap_between_score_and_share() -> None:
    yes = np.repeat([0.0, 1.0], 10)
    assert reliability.calibration_error(np.full(20, 0.3), yes, np.ones(20)) == pytest.approx(0.2)
    assert reliability.calibration_error(yes, yes, np.ones(20)) == 0


def test_bins_are_of_equal_mass() -> None:
    found = reliability.measure(*drawn(4000, 1), share=0.2)
    assert [one.mass for one in found.bins] == pytest.approx([0.1] * 10, abs=0.01)
    means = [one.mean for one in found.bins]
    assert means == sorted(means)


def test_rows_of_one_score_share_a_bin() -> None:
    found = reliability.measure(np.arange(100) % 2.0, np.full(100, 0.4), share=0.5)
    assert len(found.bins) == 1
    assert found.bins[0] == reliability.Bin(pytest.approx(0.4), pytest.approx(0.5), pytest.approx(1.0))


def test_true_chances_err_as_a_perfect_classifier_does_by_chance_also_where_rows_are_enriched() -> None:
    errors = []
    for seed in range(20):
        found = reliability.measure(*enriched(600, seed), share=0.2, n_resamples=20)
        errors.append(found.error.value - found.of_perfect)
    assert np.mean(errors) == pytest.approx(0, abs=0.006)


def test_scores_that_overstate_err_more_than_chance_makes_them() -> None:
    labels, p = drawn(2000, 2)
    found = reliability.measure(labels, np.sqrt(p), share=float(labels.mean()))
    assert found.error.low > found.of_perfect + 0.05
    assert found.error.low <= found.error.value <= found.error.high
