"""Judging: texts in, verdicts with reasons and spans out."""

from __future__ import annotations

from typing import Any

from moderation import guidelines
from moderation.domain import Passage, Span, Verdict
from moderation.judge import hold_unscored, judge

RULES = guidelines.default()


def test_texts_are_judged_in_one_call_and_in_their_order(tiny_scorer: Any) -> None:
    texts = ["You silly idiot", "Well said", "So silly", "Win at our casino"]
    judged = judge([Passage(text) for text in texts], tiny_scorer, RULES)
    assert [one.verdict for one in judged] == [Verdict.REJECT, Verdict.APPROVE, Verdict.HOLD, Verdict.REJECT]
    assert tiny_scorer.calls == [tuple(texts)]


def test_the_scorer_hears_what_a_text_stands_under(tiny_scorer: Any) -> None:
    judge([Passage("Well said", None, "Ferry sold", "Too cheap"), Passage("So silly")], tiny_scorer, RULES)
    assert tiny_scorer.contexts == [("Ferry sold", "Too cheap"), (None, None)]


def test_a_judgement_names_scores_and_versions(tiny_scorer: Any) -> None:
    (one,) = judge([Passage("Win at our casino")], tiny_scorer, RULES)
    assert one.scores["SPAM"] == 0.995
    assert (one.model_version, one.policy_version) == ("words-1", RULES.version)


def test_a_reason_says_which_words_weighed_most(tiny_scorer: Any) -> None:
    (one,) = judge([Passage("👋 idiot, you IDIOT")], tiny_scorer, RULES)
    (reason,) = one.reasons
    assert reason.spans == (Span(2, 7), Span(13, 18))


def test_nothing_is_explained_when_everything_is_approved(tiny_scorer: Any) -> None:
    tiny_scorer.explain = None
    (one,) = judge([Passage("Well said")], tiny_scorer, RULES)
    assert one.reasons == ()


def test_a_reason_that_no_word_stands_for_has_no_spans(tiny_scorer: Any) -> None:
    tiny_scorer.explain = lambda texts, *_asked: [{} for _ in texts]
    (one,) = judge([Passage("So silly")], tiny_scorer, RULES)
    assert one.reasons[0].spans == ()


def test_an_unsupported_language_is_held_and_says_so(tiny_scorer: Any) -> None:
    (one,) = judge([Passage("idiot", "xx")], tiny_scorer, RULES)
    assert one.verdict is Verdict.HOLD
    assert {reason.note for reason in one.reasons} == {"language not supported"}
    assert one.scores == {}


def test_no_texts_are_no_judgements(tiny_scorer: Any) -> None:
    assert judge([], tiny_scorer, RULES) == []


def test_what_could_not_be_scored_is_held_with_the_reason() -> None:
    one = hold_unscored("could not be scored", "words-1", RULES)
    assert one.verdict is Verdict.HOLD
    assert {reason.note for reason in one.reasons} == {"could not be scored"}
    assert (one.scores, one.model_version, one.policy_version) == ({}, "words-1", RULES.version)
