"""Policy: from scores to a verdict."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.domain import Reason, Verdict
from moderation.guidelines import Guideline, Guidelines, Threshold
from moderation.policy import conclude, unscored

RULES = Guidelines(
    (
        Guideline("kind", "Be kind", "Be kind.", ("TOXICITY", "INSULT"), Threshold(0.5, 0.9)),
        Guideline("clean", "Clean", "No spam.", ("SPAM",), Threshold(0.4, 0.8)),
    ),
    "",
    "g-1",
)
GRAVITY = [Verdict.APPROVE, Verdict.HOLD, Verdict.REJECT]


@pytest.mark.parametrize(
    ("told", "toxicity", "insult", "spam", "verdict"),
    [
        ("nothing is wrong", 0.0, 0.0, 0.0, Verdict.APPROVE),
        ("just below approval's cut-off", 0.4999, 0.4999, 0.3999, Verdict.APPROVE),
        ("a score reaches approve_below", 0.5, 0.0, 0.0, Verdict.HOLD),
        ("a score reaches reject_above, and does not exceed it", 0.9, 0.0, 0.0, Verdict.HOLD),
        ("a score exceeds reject_above", 0.9001, 0.0, 0.0, Verdict.REJECT),
        ("the second attribute counts as much", 0.0, 0.95, 0.0, Verdict.REJECT),
        ("the second guideline counts as much", 0.0, 0.0, 0.81, Verdict.REJECT),
        ("one to hold and one to reject", 0.6, 0.0, 0.81, Verdict.REJECT),
        ("a needed score is unknown", None, 0.0, 0.0, Verdict.HOLD),
        ("every score is unknown", None, None, None, Verdict.HOLD),
        ("one unknown and one to reject", None, 0.95, 0.0, Verdict.REJECT),
    ],
)
def test_scores_lead_to_a_verdict(
    told: str, toxicity: float | None, insult: float | None, spam: float | None, verdict: Verdict
) -> None:
    given_scores = {"TOXICITY": toxicity, "INSULT": insult, "SPAM": spam}
    scores = {name: score for name, score in given_scores.items() if score is not None}
    assert conclude(scores, None, RULES)[0] is verdict, told


def test_an_approval_needs_no_reasons() -> None:
    assert conclude({"TOXICITY": 0.1, "INSULT": 0.1, "SPAM": 0.1}, None, RULES) == (Verdict.APPROVE, ())


def test_reasons_are_those_of_the_verdict_the_gravest_first() -> None:
    _, reasons = conclude({"TOXICITY": 0.92, "INSULT": 0.6, "SPAM": 0.95}, None, RULES)
    assert reasons == (Reason("clean", "SPAM", 0.95, 0.8), Reason("kind", "TOXICITY", 0.92, 0.9))


def test_the_unknown_comes_after_what_is_known_and_says_why() -> None:
    _, reasons = conclude({"INSULT": 0.6, "SPAM": 0.1}, "no words", RULES)
    assert reasons == (Reason("kind", "INSULT", 0.6, 0.5), Reason("kind", "TOXICITY", None, None, "no words"))


def test_the_unknown_without_a_known_cause_says_so() -> None:
    _, (reason,) = conclude({"INSULT": 0.1, "SPAM": 0.1}, None, RULES)
    assert reason.note == "score unknown"


def test_a_text_that_the_classifier_failed_on_is_held_under_every_guideline() -> None:
    verdict, reasons = unscored(RULES, "could not be scored")
    assert verdict is Verdict.HOLD
    assert {(reason.attribute, reason.note) for reason in reasons} == {
        ("TOXICITY", "could not be scored"),
        ("INSULT", "could not be scored"),
        ("SPAM", "could not be scored"),
    }


scores = st.dictionaries(st.sampled_from(["TOXICITY", "INSULT", "SPAM"]), st.floats(0, 1))


@given(scores, st.sampled_from(["TOXICITY", "INSULT", "SPAM"]), st.floats(0, 1))
def test_raising_a_score_never_softens_the_verdict(given_scores: dict[str, float], raised: str, by: float) -> None:
    if raised in given_scores:
        higher = {**given_scores, raised: min(1.0, given_scores[raised] + by)}
        before, after = (conclude(one, None, RULES)[0] for one in (given_scores, higher))
        assert GRAVITY.index(after) >= GRAVITY.index(before)


@given(scores)
def test_nothing_is_approved_on_missing_scores(given_scores: dict[str, float]) -> None:
    verdict, reasons = conclude(given_scores, None, RULES)
    if len(given_scores) < 3:
        assert verdict is not Verdict.APPROVE
    assert bool(reasons) == (verdict is not Verdict.APPROVE)
