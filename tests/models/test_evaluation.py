"""Measures say what they claim, and say nothing where there is too little."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from models import evaluation
from models.scorer import Mode, Scorer

if TYPE_CHECKING:
    from models.dataset import Dataset
    from models.training import Trained


def test_a_perfect_ranking_is_perfect() -> None:
    labels = np.repeat([0.0, 1.0], 10)
    found = evaluation.measure(labels, labels * 0.9, 0.1)
    assert found["auc"] == found["average_precision"] == 1
    assert found["at"][0] == {"threshold": 0.5, "flagged": 0.5, "precision": 1, "recall": 1, "false_alarms": 0}


def test_calibration_error_is_the_gap_between_score_and_share() -> None:
    labels = np.repeat([0.0, 1.0], 10)
    found = evaluation.measure(labels, np.full(20, 0.3), 0.1)
    assert found["ece"] == pytest.approx(0.2)
    assert found["ece_at_news_share"] == pytest.approx(0.2)
    assert found["auc"] == 0.5
    assert found["at"][0]["precision"] is None


def test_few_rows_are_counted_and_not_measured() -> None:
    found = evaluation.measure(np.array([0.0, 1.0]), np.array([0.1, 0.9]), 0.1)
    assert (found["n"], found["n_positive"], found["auc"]) == (2, 1, None)


def test_the_interval_narrows_with_more_rows() -> None:
    chance = np.random.default_rng(3)

    def width(n: int) -> float:
        labels = (chance.random(n) < 0.3).astype(float)
        found = evaluation.measure(labels, np.clip(labels * 0.2 + chance.random(n) * 0.8, 0, 1), 0.1)
        assert found["auc_low"] <= found["auc"] <= found["auc_high"]
        return float(found["auc_high"] - found["auc_low"])

    assert width(5000) < width(100)


def test_every_attribute_is_measured_by_source_and_language(scorer: Scorer, data: Dataset) -> None:
    told: list[tuple[str, int, int]] = []
    found = evaluation.evaluate(scorer, data, lambda *step: told.append(step))
    assert found["n_texts"] == len(data)
    assert list(found["attributes"]) == ["TOXICITY", "INSULT", "SPAM"]
    assert found["attributes"]["TOXICITY"]["sources"].keys() == {"made-0", "made-1"}
    assert found["attributes"]["SPAM"]["languages"].keys() == {"en"}
    assert found["attributes"]["TOXICITY"]["all"]["auc"] > 0.9
    assert told[-1] == ("texts (fast)", len(data), len(data))
    assert found["mode"] == "fast"


def test_every_attribute_has_curves_over_all_rows(scorer: Scorer, data: Dataset) -> None:
    found = evaluation.evaluate(scorer, data)["attributes"]
    assert sum(found["SPAM"]["curves"]["histogram"]["positive"]) == found["SPAM"]["all"]["n_positive"]
    few = evaluation.tabulate(("TOXICITY",), np.array([[0.0], [1.0]]), np.array([[0.2], [0.3]]), {})
    assert few["TOXICITY"]["curves"] is None


def test_several_evaluations_stand_side_by_side(deep: Trained, data: Dataset) -> None:
    modes = {mode: evaluation.evaluate(Scorer("v", deep.classifier, mode), data) for mode in Mode}
    found = evaluation.side_by_side(modes)
    assert list(found["TOXICITY"]["all"]) == ["fast", "cascade", "deep"]
    assert found["TOXICITY"]["made-0"]["fast"] == modes[Mode.FAST]["attributes"]["TOXICITY"]["sources"]["made-0"]["auc"]
    assert found["SPAM"].keys() == {"all", "offers"}


def test_what_has_no_score_is_counted_apart() -> None:
    labels, p = np.array([[0.0], [1.0], [np.nan]]), np.array([[0.2], [np.nan], [0.3]])
    found = evaluation.tabulate(("TOXICITY",), labels, p, {"sources": np.array(["a", "b", "c"])})["TOXICITY"]
    assert found["n_without_score"] == 1
    assert found["sources"].keys() == {"a"}


def test_groups_that_texts_name_are_measured_apart() -> None:
    texts = ["gay and fine", "fine", "gay and vile", "vile"] * 6
    labels = np.array([[0.0], [0.0], [1.0], [1.0]] * 6)
    p = np.array([[0.6], [0.1], [0.9], [0.5]] * 6)
    found = evaluation.identities(texts, ("TOXICITY",), labels, p)["TOXICITY"]
    assert found["groups"]["gay"] == {"n": 12, "n_positive": 6, "subgroup": 1.0, "bpsn": 0.0, "bnsp": 1.0}
    assert found["worst"][1] == {"measure": "bpsn", "group": "gay", "auc": 0.0}
    assert evaluation.identities(texts, ("SPAM",), labels, p) == {}
    assert evaluation.identities(texts[:4], ("TOXICITY",), labels[:4], p[:4]) == {}
