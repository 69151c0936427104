"""Curves keep their ends and their areas in few points."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from models import curves


def made(n: int) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(5)
    positive = chance.random(n) < 0.2
    return positive, np.round(np.clip(positive * 0.25 + chance.random(n) * 0.75, 0, 1), 3)


def test_fifty_points_keep_the_area() -> None:
    positive, p = made(20_000)
    found = curves.trace(positive, positive.astype(float), p, 0.2)
    roc, pr = found["roc"], found["precision_recall"]
    assert len(roc["recall"]) <= curves.N_POINTS + 1
    assert len(pr["recall"]) <= curves.N_POINTS + 1
    assert (roc["false_alarms"][0], roc["recall"][0]) == (0, 0)
    assert (roc["false_alarms"][-1], roc["recall"][-1]) == (1, 1)
    assert np.trapezoid(roc["recall"], roc["false_alarms"]) == pytest.approx(roc_auc_score(positive, p), abs=0.005)
    assert np.trapezoid(pr["precision"], pr["recall"]) == pytest.approx(average_precision_score(positive, p), abs=0.02)
    assert pr["precision"][-1] == pytest.approx(positive.mean(), abs=1e-4)


def test_every_row_is_in_the_histogram_and_in_one_bin() -> None:
    positive, p = made(500)
    found = curves.trace(positive, positive.astype(float), p, 0.2)
    assert sum(found["histogram"]["positive"]) == positive.sum()
    assert sum(found["histogram"]["other"]) == (~positive).sum()
    assert sum(found["reliability"]["n"]) == 500


def test_reliability_is_weighed_to_the_share_on_a_news_site() -> None:
    labels = np.repeat([0.0, 1.0], 50)
    found = curves.trace(labels >= 0.5, labels, np.full(100, 0.08), 0.08)["reliability"]
    assert (found["score"], found["share"], found["n"]) == ([0.08], [0.08], [100])


def test_one_score_for_all_is_the_diagonal() -> None:
    positive = np.array([True, False] * 5)
    found = curves.trace(positive, positive.astype(float), np.full(10, 0.4), 0.1)
    assert found["roc"] == {"false_alarms": [0, 1], "recall": [0, 1]}
    assert found["precision_recall"] == {"recall": [1], "precision": [0.5]}
