"""The classifier of many attributes: one linear head each, learning only from the rows that label it."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.special import expit, logit
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

_SURE = 1e-4
"""A head that only ever saw one answer says so with this much doubt."""


class AttributeClassifier(BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Logistic regressions side by side, one an attribute, on one shared matrix.

    Labels are shares in [0, 1]: a row labelled 0.7 counts as seven tenths of a yes and three tenths of a no. NaN is unknown, and such a row
    teaches that head nothing. Labels outside the range are taken as the nearer end.

    Args:
        C: Inverse strength of the penalty.
        max_iter: Most steps of the solver. Stopping early is a penalty too, and is not warned of.
        progress: Told the number of each head that has been fitted.

    Attributes:
        coef_: `(n_features, n_attributes)` float32, so that scoring is one product.
        intercept_: `(n_attributes,)` float32.
    """

    def __init__(self, C: float = 1.0, max_iter: int = 60, progress: Callable[[int], None] | None = None) -> None:
        self.C = C
        self.max_iter = max_iter
        self.progress = progress

    def fit(self, X: Any, y: ArrayLike, sample_weight: ArrayLike | None = None) -> AttributeClassifier:
        """Fit each head on its labelled rows.

        Args:
            X: `(n_rows, n_features)`, sparse or dense.
            y: `(n_rows, n_attributes)`, or `(n_rows,)` for one attribute.
            sample_weight: `(n_rows,)`, or one column an attribute. Scaled to a mean of 1 over each head's labelled rows.
        """
        X, y = validate_data(self, X, y, accept_sparse="csr", dtype=[np.float32, np.float64], multi_output=True, y_numeric=True, ensure_all_finite=True) if False else _validated(self, X, y)
        labels = y.reshape(len(y), -1)
        if sample_weight is not None and np.ndim(sample_weight) == 2:  # noqa: PLR2004  (rows and attributes)
            weights = np.asarray(sample_weight, dtype=X.dtype)
        else:
            weights = np.repeat(_check_sample_weight(sample_weight, X, dtype=X.dtype)[:, None], labels.shape[1], axis=1)
        self.coef_ = np.zeros((X.shape[1], labels.shape[1]), dtype=np.float32)
        self.intercept_ = np.zeros(labels.shape[1], dtype=np.float32)
        for head in range(labels.shape[1]):
            self.coef_[:, head], self.intercept_[head] = self._fit_head(X, labels[:, head], weights[:, head])
            if self.progress is not None:
                self.progress(head)
        return self

    def decision_function(self, X: Any) -> NDArray[np.float32]:
        """Give the log-odds of each attribute, `(n_rows, n_attributes)`."""
        check_is_fitted(self)
        X = validate_data(self, X, accept_sparse="csr", dtype=[np.float32, np.float64], reset=False)
        return np.asarray(X @ self.coef_ + self.intercept_)

    def predict_proba(self, X: Any) -> NDArray[np.float32]:
        """Give each attribute's probability before calibration, `(n_rows, n_attributes)`."""
        return np.asarray(expit(self.decision_function(X)))
