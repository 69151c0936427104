"""The classifier of many attributes: one linear head each, learning only from the rows that label it."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse
from scipy.special import expit, logit
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.utils.validation import (
    _check_sample_weight,
    check_array,
    check_consistent_length,
    check_is_fitted,
    validate_data,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

_DOUBT = 1e-3
"""A head that only ever saw one answer gives it with this much doubt."""

_TOLERANCE = 1e-4


class AttributeClassifier(BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Logistic regressions side by side, one an attribute, on one shared matrix.

    Labels are shares in [0, 1]: a row labelled 0.7 counts as seven tenths of a yes and three tenths of a no. NaN is
    unknown, and such a row teaches that head nothing. A label outside the range counts as the nearer end.

    Args:
        C: Inverse strength of the penalty.
        max_iter: Most steps of the solver. Stopping early is a penalty of its own, so it is not warned of.

    Attributes:
        coef_: `(n_features, n_attributes)` float32, so that scoring is one product.
        intercept_: `(n_attributes,)` float32.
    """

    def __init__(self, C: float = 1.0, max_iter: int = 80) -> None:
        self.C = C
        self.max_iter = max_iter

    def fit(
        self,
        X: Any,
        y: Any = None,
        sample_weight: Any = None,
        on_head: Callable[[int], None] | None = None,
    ) -> AttributeClassifier:
        """Fit each head on its labelled rows.

        Args:
            X: `(n_rows, n_features)`, sparse or dense.
            y: `(n_rows, n_attributes)`, or `(n_rows,)` for one attribute.
            sample_weight: `(n_rows,)`, or one column an attribute. The heavier a row, the less the penalty counts.
            on_head: Told the number of each head when it has been fitted.
        """
        if y is None:
            msg = "AttributeClassifier requires y to be passed, but the target y is None"
            raise ValueError(msg)
        X = validate_data(self, X, accept_sparse="csr", dtype=[np.float32, np.float64], ensure_min_samples=2)
        labels = check_array(y, ensure_2d=False, ensure_all_finite="allow-nan", dtype=np.float64)
        check_consistent_length(X, labels)
        labels = np.clip(labels.reshape(len(labels), -1), 0, 1)
        weights = _weights(sample_weight, X, labels.shape[1])
        self.coef_ = np.zeros((X.shape[1], labels.shape[1]), dtype=np.float32)
        self.intercept_ = np.zeros(labels.shape[1], dtype=np.float32)
        for head in range(labels.shape[1]):
            self.coef_[:, head], self.intercept_[head] = self._fit_head(X, labels[:, head], weights[:, head])
            if on_head is not None:
                on_head(head)
        return self

    def decision_function(self, X: Any) -> NDArray[np.float32]:
        """Give the log-odds of each attribute, `(n_rows, n_attributes)`."""
        check_is_fitted(self)
        X = validate_data(self, X, accept_sparse="csr", dtype=[np.float32, np.float64], reset=False)
        return np.asarray(X @ self.coef_ + self.intercept_)

    def precision(self, X: Any, y: NDArray[np.floating], sample_weight: NDArray[np.float64]) -> NDArray[np.float32]:
        """Tell how sure each coefficient is, given what it was fitted on: its inverse variance, of `coef_`'s shape.

        The diagonal of the Hessian of what was minimised: the penalty's share, and what the rows say of a feature.

        Args:
            X: As in `fit`.
            y: As in `fit`, `(n_rows, n_attributes)`.
            sample_weight: Of the same shape.
        """
        check_is_fitted(self)
        p = expit(self.decision_function(X)).astype(np.float64)
        told = np.where(np.isfinite(y), sample_weight * p * (1 - p), 0.0)
        squared = X.multiply(X) if sparse.issparse(X) else np.square(X)
        return np.asarray(squared.T @ told + 1 / self.C, dtype=np.float32)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.target_tags.required = True
        tags.target_tags.multi_output = True
        return tags

    def _fit_head(
        self, X: Any, labels: NDArray[np.float64], weights: NDArray[np.float64]
    ) -> tuple[NDArray[np.float32], float]:
        # scikit-learn takes classes, not shares: a row in doubt stands on both sides, with its share as weight.
        yes = np.flatnonzero((labels > 0) & (weights > 0))
        no = np.flatnonzero((labels < 1) & (weights > 0))
        if not len(yes) or not len(no):
            share = 0.5 if len(yes) == len(no) else float(len(yes) > 0)
            return np.zeros(X.shape[1], dtype=np.float32), float(logit(np.clip(share, _DOUBT, 1 - _DOUBT)))
        rows = np.concatenate([yes, no])
        answers = np.repeat([1, 0], [len(yes), len(no)])
        sides = np.concatenate([weights[yes] * labels[yes], weights[no] * (1 - labels[no])])
        head = LogisticRegression(C=self.C, max_iter=self.max_iter, tol=_TOLERANCE)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            head.fit(X[rows], answers, sides.astype(X.dtype))
        return head.coef_[0].astype(np.float32), float(head.intercept_[0])


def _weights(sample_weight: Any, X: Any, n_attributes: int) -> NDArray[np.float64]:
    if isinstance(sample_weight, np.ndarray) and sample_weight.shape == (X.shape[0], n_attributes):
        return sample_weight.astype(np.float64)
    one_column = _check_sample_weight(sample_weight, X, dtype=np.float64)
    return np.repeat(one_column[:, None], n_attributes, axis=1)
