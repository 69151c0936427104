"""What a head holds after it heard labels: logistic regression with a Gaussian belief about its coefficients before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse
from scipy.optimize import minimize

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TOLERANCE = 1e-6
_MOST_STEPS = 200


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
    labels, weights = labels[heard].astype(np.float64), weights[heard].astype(np.float64)
    X, used = _narrowed(X[heard])
    # In units of its own standard deviation each number is believed to be near 0 alike, so the solver needs few steps.
    scale = 1 / np.sqrt(belief.precision[used])
    constant_scale = 1 / np.sqrt(belief.intercept_precision)
    before = X @ belief.coef[used] + belief.intercept

    def loss(step: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        z = before + X @ (scale * step[:-1]) + constant_scale * step[-1]
        value = (weights * (np.logaddexp(0, z) - labels * z)).sum() + step @ step / 2
        residue = weights * (_logistic(z) - labels)
        return float(value), np.append(scale * (X.T @ residue), constant_scale * residue.sum()) + step

    found = minimize(
        loss,
        np.zeros(len(used) + 1),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": _MOST_STEPS, "ftol": 1e-10, "gtol": _TOLERANCE * max(1.0, float(weights.sum()))},
    )
    coef, precision = belief.coef.copy(), belief.precision.copy()
    coef[used] += scale * found.x[:-1]
    p = _logistic(X @ coef[used] + belief.intercept + constant_scale * found.x[-1])
    curvature = weights * p * (1 - p)
    precision[used] += _squared(X).T @ curvature
    return Belief(
        coef,
        belief.intercept + constant_scale * float(found.x[-1]),
        precision,
        belief.intercept_precision + float(curvature.sum()),
    )


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


def _narrowed(X: Any) -> tuple[Any, NDArray[np.intp]]:
    """Keep the columns in which some row has anything: a newsroom's labels touch a tenth of the vocabulary."""
    if not sparse.issparse(X):
        return np.asarray(X, dtype=np.float64), np.arange(X.shape[1])
    used = np.unique(X.indices)
    return X[:, used].astype(np.float64), used


def _squared(X: Any) -> Any:
    return X.multiply(X) if sparse.issparse(X) else np.square(X)


def _logistic(z: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(0.5 + 0.5 * np.tanh(z / 2))
