"""Trials: two versions on the same rows, weighted, with intervals of the same resamples."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from models import snapshot, trial
from models.suite.cases import cases
from models.trial import compare

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from models.snapshot import Snapshot


class Judge:
    """A version whose score is known: the number that a text holds, turned by whatever error it has."""

    def __init__(self, *attributes: str, error: float = 0.0) -> None:
        self._attributes = attributes
        self._error = error

    def score(self, texts: Sequence[str], _languages: Any, _contexts: Any = None) -> list[Any]:
        return [type("Scored", (), {"values": self._values(text)})() for text in texts]

    def _values(self, text: str) -> Mapping[str, float]:
        noise = (hash_of(text) - 0.5) * self._error
        p = float(text.split(maxsplit=1)[0]) if text[0].isdigit() else 0.5
        return dict.fromkeys(self._attributes, min(max(p + noise, 0.0), 1.0))


def hash_of(text: str) -> float:
    return sum(ord(letter) * (place + 1) * 7919 for place, letter in enumerate(text)) % 1000 / 1000


def weeks(n: int = 400, **changes: Any) -> Snapshot:
    """Rows whose share of a yes is the number that their text begins with."""
    rng = np.random.default_rng(5)
    p = rng.random(n) ** 2
    records = [
        {
            "comment_id": row,
            "text": f"{p[row]:.4f} {row}",
            "language": "en",
            "title": None,
            "parent_text": None,
            "said_at": f"2026-09-{1 + row % 28:02}T00:00:00+00:00",
            "said": {"TOXICITY": float(rng.random() < p[row])},
            "weights": {"TOXICITY": 1.0},
            "probability": None,
            "origin": None,
            **{name: value(row) for name, value in changes.items()},
        }
        for row in range(n)
    ]
    return snapshot.of_records(records, ("TOXICITY", "INSULT"))


def test_both_are_measured_on_the_same_rows_and_the_difference_has_bounds() -> None:
    later, told = weeks(), []
    found = compare(
        Judge("TOXICITY"),
        Judge("TOXICITY", error=0.9),
        later,
        progress=lambda *step: told.append(step),  # type: ignore[arg-type]
    )
    assert json.loads(json.dumps(found)) == found
    entry = found["attributes"]["TOXICITY"]
    exact = roc_auc_score(later.labels[:, 0], [float(text.split()[0]) for text in later.texts])
    assert entry["champion"]["auc"] == pytest.approx(exact, abs=1e-4)
    assert entry["champion"]["auc_low"] < entry["champion"]["auc"] < entry["champion"]["auc_high"]
    assert entry["difference"]["high"] < 0
    assert entry["n_yes"] + entry["n_no"] == found["n_texts"] == found["n_labels"] == len(later)
    assert found["attributes"]["INSULT"] == {
        "n_yes": 0, "n_no": 0, "champion": None, "challenger": None, "difference": None
    }  # fmt: skip
    assert {step for step, _, _ in told} == {
        "scoring as champion", "scoring as challenger", "comparing",
        "trying the suite on champion", "trying the suite on challenger",
    }  # fmt: skip
    assert all(done <= total for _, done, total in told)
    assert found["suite"]["champion"]["n_cases"] == len(cases())


def test_probabilities_that_are_the_truth_err_no_more_than_chance() -> None:
    exact, off = (
        compare(Judge("TOXICITY"), Judge("TOXICITY", error=error), weeks(1000))["attributes"]["TOXICITY"]["challenger"]  # type: ignore[arg-type]
        for error in (0.0, 0.0)
    )
    assert exact == off  # the same seed draws the same
    assert exact["calibration_error"] < exact["by_chance"] + 0.03
    shifted = weeks(1000, said=lambda row: {"TOXICITY": float(row % 10 < 1)})
    wrong = compare(Judge("TOXICITY"), Judge("TOXICITY"), shifted)["attributes"]["TOXICITY"]["challenger"]  # type: ignore[arg-type]
    assert wrong["calibration_error"] > wrong["by_chance"] + 0.1
    assert wrong["error_low"] <= wrong["calibration_error"] <= wrong["error_high"] + 0.01


def test_rare_rows_count_for_those_that_nobody_saw() -> None:
    def wrong_where_rare(row: int) -> dict[str, float]:
        return {"TOXICITY": float(row % 2)}

    later = weeks(400, said=wrong_where_rare, probability=lambda row: 0.05 if row < 100 else None)
    p = np.array([float(text.split()[0]) for text in later.texts])
    weights = np.where(np.arange(400) < 100, 20, 1)
    entry = compare(Judge("TOXICITY"), Judge("TOXICITY"), later)["attributes"]["TOXICITY"]  # type: ignore[arg-type]
    assert entry["challenger"]["auc"] == pytest.approx(
        roc_auc_score(later.labels[:, 0], p, sample_weight=weights), abs=1e-4
    )
    assert entry["difference"]["value"] == entry["difference"]["low"] == entry["difference"]["high"] == 0


def test_a_new_attribute_has_nothing_to_be_compared_with() -> None:
    entry = compare(Judge("SPAM"), Judge("TOXICITY"), weeks())["attributes"]["TOXICITY"]  # type: ignore[arg-type]
    assert (entry["champion"], entry["difference"]) == (None, None)
    assert entry["challenger"]["auc"] > 0.7


def test_a_label_in_doubt_counts_on_both_sides() -> None:
    later = weeks(200, said=lambda row: {"TOXICITY": 0.5 if row % 3 else float(row % 2)})
    areas = trial._areas(np.array([0.5, 0.5]), np.array([0.1, 0.9]), np.ones((1, 2)))
    assert areas.tolist() == [0.5]
    assert compare(Judge("TOXICITY"), Judge("TOXICITY"), later)["attributes"]["TOXICITY"]["n_yes"] > 100  # type: ignore[arg-type]


def test_nothing_to_measure_by_is_no_error() -> None:
    empty = weeks(10).rows(np.zeros(10, dtype=bool))
    found = compare(Judge("TOXICITY"), Judge("TOXICITY"), empty)  # type: ignore[arg-type]
    assert (found["n_texts"], found["since"]) == (0, None)
