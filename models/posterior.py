"""What a head holds after it heard labels: logistic regression with a Gaussian belief about its coefficients before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TOLERANCE = 1e-3
_MOST_STEPS = 60
_SHORTEST = 1e-6


@dataclass(frozen=True, slots=True)
class Belief:
    """What is believed of one head: a mean and a precision (inverse variance) for each number of it.

    Attributes:
        coef: `(n_features,)` float64.
        intercept: Its constant.
        precision: Of the coefficients, `(n_features,)` float64, positive.
        intercept_precision: Of the constant, positive.
    """

    coef: NDArray[np.float64]
    intercept: float
    precision: NDArray[np.float64]
    intercept_precision: float

    def log_odds(self, X: Any) -> NDArray[np.float64]:
        """Give what the head says of `(n_rows, n_features)`, sparse or dense."""
        return np.asarray(X @ self.coef + self.intercept, dtype=np.float64)


def update(belief: Belief, X: Any, labels: NDArray[np.floating], weights: NDArray[np.floating]) -> Belief:
    """Give the belief after labels were heard: the most probable head, and how sure it is now.

    The most probable head is the maximum a posteriori of a weighted logistic regression; its precision is Laplace's
    approximation, of which only the diagonal is kept. A feature that no row has keeps its number exactly. The same
    arguments give the same bits on one thread.

    Args:
        belief: What is believed before.
        X: `(n_rows, n_features)`, CSR or dense.
        labels: Shares in [0, 1], none unknown, `(n_rows,)`.
        weights: How much each row counts, where a row of the data that the belief comes from counts 1; `(n_rows,)`.
    """
    heard = np.flatnonzero(weights > 0)
    if not len(heard):
        return belief
    y, counts = labels[heard].astype(np.float64), weights[heard].astype(np.float64)
    X, used = _narrowed(X[heard])
    X = _with_constant(X)
    coef = np.append(belief.coef[used], belief.intercept)
    precision = np.append(belief.precision[used], belief.intercept_precision)
    found = _most_probable(coef, precision, X, y, counts)
    p = _logistic(X @ found)
    precision += _squared(X).T @ (counts * p * (1 - p))
    coefs, precisions = belief.coef.copy(), belief.precision.copy()
    coefs[used], precisions[used] = found[:-1], precision[:-1]
    return Belief(coefs, float(found[-1]), precisions, float(precision[-1]))


def counted(weights: NDArray[np.floating]) -> NDArray[np.float64]:
    """Scale weights down so that together they count for no more rows than they are worth; never up.

    Inverse probabilities make rows stand for others, and so sum to more than was ever read. What they are worth is
    Kish's effective sample size. Rows that count less than 1 each, because nobody looked closely, stay as they are.
    """
    exact = np.asarray(weights, dtype=np.float64)
    total = float(exact.sum())
    if total <= 0:
        return exact
    worth = total**2 / float(np.square(exact).sum())
    return exact * min(1.0, worth / total)


def _most_probable(
    believed: NDArray[np.float64],
    precision: NDArray[np.float64],
    X: Any,
    labels: NDArray[np.float64],
    weights: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Find the top by Newton's steps, each solved by conjugate gradients no more exactly than it is worth."""
    squared = _squared(X)

    def loss(coef: NDArray[np.float64], z: NDArray[np.float64]) -> float:
        away = coef - believed
        return float((weights * (np.logaddexp(0, z) - labels * z)).sum() + away @ (precision * away) / 2)

    coef = believed.copy()
    z = X @ coef
    value = loss(coef, z)
    for _ in range(_MOST_STEPS):
        p = _logistic(z)
        pull = X.T @ (weights * (labels - p)) - precision * (coef - believed)
        curvature = weights * p * (1 - p)
        # Each number in units of its own sureness: frequent and rare features then need the same few steps.
        scale = 1 / np.sqrt(precision + squared.T @ curvature)
        scaled = scale * pull
        length = float(np.sqrt(scaled @ scaled))
        if length <= _TOLERANCE:
            break
        step = scale * _solved(X, curvature, precision, scale, scaled, min(0.1, np.sqrt(length)) * length)
        along = X @ step
        promised, portion = float(pull @ step), 1.0
        while (found := loss(coef + portion * step, z + portion * along)) > value - 1e-4 * portion * promised:
            portion /= 2
            if portion < _SHORTEST:
                return coef
        coef, z, value = coef + portion * step, z + portion * along, found
    return coef


def _solved(
    X: Any,
    curvature: NDArray[np.float64],
    precision: NDArray[np.float64],
    scale: NDArray[np.float64],
    target: NDArray[np.float64],
    near: float,
) -> NDArray[np.float64]:
    """Solve for one of Newton's steps, in units of `scale`, until what is left is no longer than `near`."""
    found = np.zeros(len(target))
    left, direction = target.copy(), target.copy()
    length = left @ left
    for _ in range(_MOST_STEPS):
        if np.sqrt(length) <= near:
            break
        unscaled = scale * direction
        turned = scale * (X.T @ (curvature * (X @ unscaled)) + precision * unscaled)
        portion = length / (direction @ turned)
        found += portion * direction
        left -= portion * turned
        before, length = length, left @ left
        direction = left + length / before * direction
    return found


def _with_constant(X: Any) -> Any:
    ones = np.ones((X.shape[0], 1))
    return sparse.hstack([X, ones], format="csr") if sparse.issparse(X) else np.column_stack([X, ones])


def _narrowed(X: Any) -> tuple[Any, NDArray[np.intp]]:
    """Keep the columns in which some row has anything: a newsroom's labels touch a tenth of the vocabulary."""
    if not sparse.issparse(X):
        return np.asarray(X, dtype=np.float64), np.arange(X.shape[1])
    used = np.flatnonzero(np.bincount(X.indices, minlength=X.shape[1]))
    return X[:, used].astype(np.float64), used


def _squared(X: Any) -> Any:
    return X.multiply(X) if sparse.issparse(X) else np.square(X)


def _logistic(z: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(0.5 + 0.5 * np.tanh(z / 2))
