"""The gate: each rule kept and broken, and what it says then."""

from __future__ import annotations

import json
from typing import Any

import pytest

from models.gate import Bounds, Rule, judge

APART = {"a": {"lowest": 0.4}, "b": {"lowest": 0.7}, "c": {"lowest": 0.7}}
SIDE = {"calibration_error": 0.02, "error_low": 0.01, "error_high": 0.03, "by_chance": 0.01}


def area(auc: float, **changes: float) -> dict[str, float]:
    return {"auc": auc, "auc_low": auc - 0.02, "auc_high": auc + 0.02, **SIDE, **changes}


def entry(**changes: Any) -> dict[str, Any]:
    return {
        "n_yes": 60,
        "n_no": 200,
        "champion": area(0.90),
        "challenger": area(0.91),
        "difference": {"value": 0.01, "low": -0.01, "high": 0.03},
        **changes,
    }


def trial(n_labels: int = 500, groups: Any = None, before: Any = None, **attributes: Any) -> dict[str, Any]:
    of_groups = {"TOXICITY": {"women": {"lowest": 0.97}, "men": {"lowest": 0.95}}} if groups is None else groups
    return {
        "n_labels": n_labels,
        "attributes": attributes or {"TOXICITY": entry()},
        "suite": {"challenger": {"groups": of_groups}, "champion": {"groups": of_groups if before is None else before}},
    }


def abroad(ours: float, theirs: float | None) -> dict[str, Any]:
    """A trial in which the version is measured on sentences about people in English and in German."""
    found = trial()
    for who, german in (("challenger", ours), ("champion", theirs)):
        told = {"en": {"auc": 0.5}, "de": {"auc": german}} if german is not None else {"en": {"auc": 0.99}}
        found["suite"][who]["languages"] = {"TOXICITY": told}
    return found


def why(found: dict[str, Any], **bounds: Any) -> list[str]:
    result = judge(found, Bounds(**bounds))
    assert result.is_passed == (not result.document()["why"])
    assert json.loads(json.dumps(result.document()))["passed"] is result.is_passed
    return [finding.words for finding in result.findings if not finding.is_kept]


def test_a_challenger_that_keeps_every_rule_passes() -> None:
    result = judge(trial(), Bounds())
    assert result.is_passed
    assert [finding.rule for finding in result.findings] == [Rule.LABELS, Rule.AUC, Rule.CALIBRATION, Rule.GROUPS]
    assert result.findings[3].words.endswith("the lowest is 0.950 (men).")


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (trial(n_labels=99), "The later weeks hold 99 labels; at least 100 are needed."),
        (trial(TOXICITY=entry(n_yes=19)), "No attribute has 20 labels of either kind in the later weeks"),
        (trial(TOXICITY={**entry(), "challenger": None, "n_yes": 0}), "No attribute has 20 labels of either kind"),
        (
            trial(TOXICITY=entry(difference={"value": -0.03, "low": -0.05, "high": -0.004})),
            "TOXICITY loses more than the 0.01 that is allowed, and more than chance explains",
        ),
        (
            trial(LIKELY_TO_REJECT=entry(champion=None, difference=None, challenger=area(0.51))),
            "LIKELY_TO_REJECT is new and may rank no better than chance: AUC 0.510 (0.490 to 0.530).",
        ),
        (
            trial(TOXICITY=entry(challenger=area(0.91, calibration_error=0.08))),
            "TOXICITY: probabilities lie 0.080 from shares, more than 0.05 beyond what chance shows (0.010).",
        ),
        (
            trial(groups={"TOXICITY": {"women": {"lowest": 0.85}}}, before={"TOXICITY": {"women": {"lowest": 0.97}}}),
            "TOXICITY on sentences about women: AUC 0.850 after 0.970, below 0.900.",
        ),
        (
            trial(groups={"TOXICITY": {"women": {"lowest": 0.85}}}, before={}),
            "TOXICITY on sentences about women: AUC 0.850, below 0.900.",
        ),
        (
            trial(groups={"LIKELY_TO_REJECT": APART}, before={}),
            "LIKELY_TO_REJECT on sentences about a: AUC 0.400, below 0.600.",
        ),
        (
            abroad(0.75, 0.87),
            "TOXICITY on sentences in German loses more than 0.1: AUC 0.750 after 0.870.",
        ),
    ],
)
def test_a_broken_rule_is_said_in_a_sentence(found: dict[str, Any], says: str) -> None:
    (said,) = why(found)
    assert said.startswith(says)


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(
            trial(TOXICITY=entry(difference={"value": -0.03, "low": -0.07, "high": 0.01})), id="a loss by chance"
        ),
        pytest.param(
            trial(TOXICITY=entry(difference={"value": -0.009, "low": -0.012, "high": -0.006})), id="a small loss"
        ),
        pytest.param(
            trial(
                TOXICITY=entry(champion=area(0.9, calibration_error=0.3), challenger=area(0.9, calibration_error=0.2))
            ),
            id="badly calibrated, but less so than the champion",
        ),
        pytest.param(
            trial(groups={"TOXICITY": {"men": {"lowest": 0.8}}}, before={"TOXICITY": {"men": {"lowest": 0.79}}}),
            id="a group that the champion wrongs more",
        ),
        pytest.param(
            trial(groups={"LIKELY_TO_REJECT": {"a": {"lowest": 0.62}, "b": {"lowest": 0.7}}}),
            id="what a newsroom rejects is its own affair",
        ),
        pytest.param(trial(groups={"TOXICITY": {}}), id="a version without a language of the suite"),
        pytest.param(abroad(0.78, 0.87), id="what a language may lose"),
        pytest.param(abroad(0.50, 0.65), id="a language in which the champion has little to lose"),
        pytest.param(abroad(0.50, None), id="a language in which the champion says nothing"),
        pytest.param(
            trial(
                groups={"TOXICITY": {"women": {"lowest": 0.97}, "Frauen": {"lowest": 0.5, "language": "de"}}},
                before={"TOXICITY": {"women": {"lowest": 0.97}, "Frauen": {"lowest": 0.6, "language": "de"}}},
            ),
            id="single groups in a language that no encoder reads",
        ),
        pytest.param(
            trial(INSULT=entry(n_no=3, difference={"value": -0.5, "low": -0.6, "high": -0.4}), TOXICITY=entry()),
            id="an attribute with too few labels is not judged",
        ),
        pytest.param(
            trial(LIKELY_TO_REJECT=entry(champion=None, difference=None)), id="a new attribute that ranks well"
        ),
    ],
)
def test_what_is_no_fault_of_the_challenger_lets_it_pass(found: dict[str, Any]) -> None:
    assert why(found) == []


def test_broken_rules_come_first() -> None:
    result = judge(trial(n_labels=3), Bounds())
    assert [finding.is_kept for finding in result.findings] == [False, True, True, True]


def test_the_bounds_are_those_asked_for() -> None:
    loss = trial(TOXICITY=entry(difference={"value": -0.03, "low": -0.05, "high": -0.004}))
    assert why(loss, auc_loss=0.05) == []
    assert len(why(trial(n_labels=100, before={}), fewest_labels=101, group_auc=0.96)) == 2
