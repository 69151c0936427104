"""OpenAI's categories: what shows which, at the site's thresholds, and what is never claimed."""

from __future__ import annotations

from typing import Any

import pytest

from moderation import guidelines
from moderation.domain import Judgement
from moderation.policy import conclude
from service.compat.openai_results import CATEGORIES, result

LOW = dict.fromkeys(("TOXICITY", "SEVERE_TOXICITY", "INSULT", "THREAT", "IDENTITY_ATTACK", "PROFANITY", "SPAM"), 0.01)


def judged(scores: dict[str, float], missing: str | None = None) -> Judgement:
    rules = guidelines.default()
    verdict, reasons = conclude(scores, missing, rules)
    return Judgement(verdict, reasons, scores, "m-1", rules.version)


def told(*scores: dict[str, float], text: str = "a word") -> dict[str, Any]:
    return result([text] * len(scores), [judged(one) for one in scores], guidelines.default())


@pytest.mark.parametrize(
    ("scores", "shown", "is_flagged"),
    [
        ({}, set(), False),
        ({"TOXICITY": 0.39}, set(), False),
        ({"TOXICITY": 0.40}, {"harassment"}, True),
        ({"SEVERE_TOXICITY": 0.25}, {"harassment"}, True),
        ({"THREAT": 0.25}, {"harassment/threatening", "violence"}, True),
        ({"IDENTITY_ATTACK": 0.9}, {"hate"}, True),
        (
            {"IDENTITY_ATTACK": 0.9, "THREAT": 0.3},
            {"hate", "hate/threatening", "harassment/threatening", "violence"},
            True,
        ),
        ({"SEXUALLY_EXPLICIT": 0.99}, set(), False),
        ({"PROFANITY": 0.9}, set(), True),
        ({"SPAM": 0.9}, set(), True),
    ],
)
def test_a_category_is_true_from_its_guideline_s_cut_off(
    scores: dict[str, float],
    shown: set[str],
    is_flagged: bool,  # noqa: FBT001
) -> None:
    found = told({**LOW, **scores})
    assert {name for name, is_true in found["categories"].items() if is_true} == shown
    assert found["flagged"] is is_flagged


def test_what_needs_two_is_no_likelier_than_either() -> None:
    found = told({**LOW, "IDENTITY_ATTACK": 0.9, "THREAT": 0.3})["category_scores"]
    assert (found["hate"], found["hate/threatening"], found["violence"]) == (0.9, 0.3, 0.3)


def test_pieces_of_one_text_are_taken_together() -> None:
    found = told({**LOW, "INSULT": 0.9}, {**LOW, "THREAT": 0.5})
    assert (found["category_scores"]["harassment"], found["category_scores"]["violence"]) == (0.9, 0.5)


def test_unknown_scores_flag_words_and_nothing_else() -> None:
    unknown = judged({}, "language not supported")
    rules = guidelines.default()
    for text, is_flagged in (("слово", True), ("🙂 …", False)):
        found = result([text], [unknown], rules)
        assert found["flagged"] is is_flagged
        assert set(found["category_scores"].values()) == {0.0}
        assert not any(found["category_applied_input_types"].values())
    nothing = result([], [], rules)
    assert nothing["flagged"] is False
    assert tuple(nothing["categories"]) == CATEGORIES
