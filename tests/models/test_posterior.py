"""A head moves as far as labels outweigh what was believed, and no further."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from models import posterior
from models.posterior import Belief


def belief(coef: list[float], precision: float = 1.0, constant: float = 1.0) -> Belief:
    return Belief(np.array(coef), 0.0, np.full(len(coef), precision), constant)


@pytest.fixture
def X() -> np.ndarray:  # noqa: N802  (the rows of the arguments)
    return np.array([[1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.5, 0.0]] * 5)


LABELS = np.array([1.0, 0.7, 0.0, 0.0] * 5)
ONES = np.ones(20)


def test_the_most_probable_head_is_found(X: np.ndarray) -> None:
    before = belief([0.5, -0.5, 2.0], 3.0)
    found = posterior.update(before, X, LABELS, ONES)
    residue = LABELS - 1 / (1 + np.exp(-found.log_odds(X)))
    # Where it is most probable, what the labels pull is what the belief holds back.
    np.testing.assert_allclose(X.T @ residue, 3.0 * (found.coef - before.coef), atol=1e-3)
    assert residue.sum() == pytest.approx(found.intercept - before.intercept, abs=1e-3)


def test_sparse_rows_teach_the_same_as_dense_ones(X: np.ndarray) -> None:
    dense = posterior.update(belief([0.5, -0.5, 2.0]), X, LABELS, ONES)
    few = posterior.update(belief([0.5, -0.5, 2.0]), sparse.csr_matrix(X, dtype=np.float32), LABELS, ONES)
    np.testing.assert_allclose(few.coef, dense.coef, atol=1e-3)
    np.testing.assert_allclose(few.precision, dense.precision, atol=1e-3)


def test_a_feature_that_no_row_has_keeps_its_number(X: np.ndarray) -> None:
    found = posterior.update(belief([0.5, -0.5, 2.0]), sparse.csr_matrix(X), LABELS, ONES)
    assert found.coef[2] == 2.0
    assert found.precision[2] == 1.0
    assert (found.precision[:2] > 1.0).all()


def test_the_surer_it_was_the_less_it_moves(X: np.ndarray) -> None:
    moved = [
        float(np.abs(posterior.update(belief([0.0, 0.0, 0.0], sure, sure), X, LABELS, ONES).coef).sum())
        for sure in (0.1, 1.0, 10.0, 1e9)
    ]
    assert moved == sorted(moved, reverse=True)
    assert moved[-1] < 1e-6


def test_twice_the_weight_is_the_row_twice(X: np.ndarray) -> None:
    once = posterior.update(belief([0.0, 0.0, 0.0]), X, LABELS, 2 * ONES)
    twice = posterior.update(belief([0.0, 0.0, 0.0]), np.vstack([X, X]), np.tile(LABELS, 2), np.ones(40))
    np.testing.assert_allclose(once.coef, twice.coef, atol=1e-3)


def test_hearing_in_two_parts_ends_near_hearing_it_at_once(X: np.ndarray) -> None:
    at_once = posterior.update(belief([0.0, 0.0, 0.0]), X, LABELS, ONES)
    first = posterior.update(belief([0.0, 0.0, 0.0]), X[:12], LABELS[:12], ONES[:12])
    later = posterior.update(first, X[12:], LABELS[12:], ONES[12:])
    np.testing.assert_allclose(later.coef, at_once.coef, atol=0.25)


def test_nothing_heard_is_nothing_changed(X: np.ndarray) -> None:
    before = belief([0.5, -0.5, 2.0])
    assert posterior.update(before, X, LABELS, np.zeros(20)) is before


@pytest.mark.parametrize(
    ("weights", "counts"),
    [
        pytest.param([1, 1, 1, 1], 4.0, id="careful labels count one each"),
        pytest.param([0.25, 0.25, 0.25, 0.25], 1.0, id="weak ones stay weak"),
        pytest.param([1, 1, 0.5, 0.5], 3.0, id="weak ones stay weak among others"),
        pytest.param([100, 100, 100, 100], 4.0, id="standing for a hundred each is no more than was read"),
        pytest.param([100, 1, 1, 1], 103**2 / 10_003, id="one that stands for many is little more than one"),
        pytest.param([0, 0], 0.0, id="nothing"),
        pytest.param([], 0.0, id="no rows"),
    ],
)
def test_weights_count_for_what_was_read(weights: list[float], counts: float) -> None:
    assert posterior.counted(np.array(weights)).sum() == pytest.approx(counts)
