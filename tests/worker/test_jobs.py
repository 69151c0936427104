"""Jobs: what a failure of the classifier leads to."""

from __future__ import annotations

from typing import Any

import structlog
from structlog.testing import capture_logs

from moderation import guidelines
from moderation.domain import Passage, Verdict
from worker import jobs

RULES = guidelines.default()


def test_texts_are_judged(tiny_scorer: Any) -> None:
    judged = jobs.judge_or_none([Passage("You idiot")], tiny_scorer, RULES)
    assert judged is not None
    assert judged[0].verdict is Verdict.REJECT


def test_whatever_fails_is_none_and_logged_without_the_text(tiny_scorer: Any) -> None:
    structlog.reset_defaults()
    with capture_logs() as said:
        assert jobs.judge_or_none([Passage("crash of a reader's words")], tiny_scorer, RULES) is None
    assert said == [{"event": "comments.not_scored", "n": 1, "error": "ZeroDivisionError", "log_level": "error"}]


def test_a_classifier_that_answers_for_too_few_texts_has_failed(tiny_scorer: Any) -> None:
    tiny_scorer.score = lambda *_asked: []
    assert jobs.judge_or_none([Passage("Well said")], tiny_scorer, RULES) is None
