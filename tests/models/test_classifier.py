"""Each head learns from its own rows, and shares count as shares."""

from __future__ import annotations

import numpy as np
from scipy.special import expit
from sklearn.utils.estimator_checks import parametrize_with_checks

from models.classifier import AttributeClassifier

X = np.array([[0.0, 1.0], [1.0, 0.0], [0.9, 0.1], [0.1, 0.9]] * 5)
YES = np.array([0.0, 1.0, 1.0, 0.0] * 5)


@parametrize_with_checks([AttributeClassifier()])
def test_it_is_an_estimator_as_scikit_learn_means_it(estimator: object, check: object) -> None:
    check(estimator)  # type: ignore[operator]


def test_an_unknown_label_teaches_nothing() -> None:
    unknown = np.where(np.arange(20) < 12, YES, np.nan)
    halved = AttributeClassifier().fit(X, np.column_stack([YES, unknown]))
    alone = AttributeClassifier().fit(X[:12], YES[:12])
    np.testing.assert_allclose(halved.coef_[:, 1], alone.coef_[:, 0], rtol=1e-4)


def test_a_share_counts_as_that_much_of_a_yes() -> None:
    same = np.ones((10, 2))
    p = expit(AttributeClassifier().fit(same, np.full(10, 0.7)).decision_function(same))
    np.testing.assert_allclose(p, 0.7, atol=0.01)


def test_a_row_without_weight_teaches_nothing() -> None:
    weights = np.column_stack([np.ones(20), np.arange(20) < 12])
    weighed = AttributeClassifier().fit(X, np.column_stack([YES, YES]), weights)
    alone = AttributeClassifier().fit(X[:12], YES[:12])
    np.testing.assert_allclose(weighed.coef_[:, 1], alone.coef_[:, 0], rtol=1e-4)
    assert not np.allclose(weighed.coef_[:, 0], weighed.coef_[:, 1])


def test_a_head_with_one_answer_gives_it_with_a_doubt() -> None:
    labels = np.column_stack([YES, np.zeros(20), np.full(20, np.nan)])
    p = expit(AttributeClassifier().fit(X, labels).decision_function(X))
    assert 0 < p[0, 1] < 0.01
    assert p[0, 2] == 0.5


def test_each_head_is_told() -> None:
    told: list[int] = []
    AttributeClassifier().fit(X, np.column_stack([YES, 1 - YES]), on_head=told.append)
    assert told == [0, 1]
