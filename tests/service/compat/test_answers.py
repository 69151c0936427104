"""Answers at once: repeats come from memory, for as long as nothing that they depend on has changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from moderation import guidelines
from moderation.domain import Passage, Verdict
from service.compat import answers as module
from service.compat.answers import Answers

if TYPE_CHECKING:
    from typing import Any

IDIOT = Passage("What an idiot.", "en")


@pytest.fixture
def time() -> list[float]:
    return [0.0]


@pytest.fixture
def rules() -> list[guidelines.Guidelines]:
    return [guidelines.default()]


@pytest.fixture
def answers(tiny_scorer: Any, rules: list[guidelines.Guidelines], time: list[float]) -> Answers:
    return Answers(lambda _site: rules[0], lambda _site: tiny_scorer, lambda: time[0])


def test_a_text_is_judged_as_everywhere(answers: Answers) -> None:
    judgement = answers.judged(IDIOT, 1)
    assert (judgement.verdict, judgement.scores["INSULT"]) == (Verdict.REJECT, 0.99)
    assert judgement.reasons[0].spans
    assert answers.judged(Passage("Well said."), 1).verdict is Verdict.APPROVE


@pytest.mark.parametrize("ask", [lambda a, p: a.judged(p, 1), lambda a, p: a.scored([p], 1)], ids=["judged", "scored"])
def test_a_repeat_is_answered_from_memory_for_ten_minutes(
    answers: Answers, tiny_scorer: Any, time: list[float], ask: Callable[[Answers, Passage], object]
) -> None:
    first = ask(answers, IDIOT)
    time[0] = 599.9
    assert ask(answers, IDIOT) == first
    assert len(tiny_scorer.calls) == 1
    time[0] = 600.0
    ask(answers, IDIOT)
    assert len(tiny_scorer.calls) == 2


@pytest.mark.parametrize(
    "changed",
    [{"text": "Another"}, {"language": "de"}, {"article_title": "The bridge"}, {"parent_text": "Who?"}],
    ids=lambda changed: next(iter(changed)),
)
def test_what_differs_is_scored_anew(answers: Answers, tiny_scorer: Any, changed: dict[str, str]) -> None:
    answers.judged(IDIOT, 1)
    answers.judged(replace(IDIOT, **changed), 1)
    assert len(tiny_scorer.calls) == 2


def test_another_policy_or_version_makes_another_answer(
    answers: Answers, tiny_scorer: Any, rules: list[guidelines.Guidelines]
) -> None:
    answers.judged(IDIOT, 1)
    rules[0] = replace(rules[0], version="g-other")
    assert answers.judged(IDIOT, 1).policy_version == "g-other"
    tiny_scorer.version = "words-2"
    assert answers.judged(IDIOT, 1).model_version == "words-2"
    assert len(tiny_scorer.calls) == 3


def test_many_texts_are_scored_in_one_call_and_each_once(answers: Answers, tiny_scorer: Any) -> None:
    answers.scored([Passage("one")], 1)
    found = answers.scored([Passage(text) for text in ("one", "idiot", "two", "idiot")], 1)
    assert tiny_scorer.calls == [("one",), ("idiot", "two")]
    assert [one.values["INSULT"] for one in found] == [0.02, 0.99, 0.02, 0.99]
    assert answers.scored([Passage("x", "xx")], 1)[0].missing == "language not supported"


def test_the_oldest_answers_make_room_and_no_text_is_kept(answers: Answers, tiny_scorer: Any) -> None:
    texts = [Passage(f"text {n}") for n in range(module.MOST_KEPT)]
    answers.scored(texts, 1)
    answers.scored(texts[:1], 1)
    answers.scored([Passage("the last straw")], 1)
    answers.scored(texts[:1], 1)
    assert len(tiny_scorer.calls) == 2
    answers.scored(texts[1:2], 1)
    assert len(tiny_scorer.calls) == 3
    assert "text" not in json.dumps([repr(key) + repr(value) for key, value in list(answers._kept.items())[:50]])


def test_on_perspective_s_scale_a_language_is_believed_and_the_mapping_used(answers: Answers, tiny_scorer: Any) -> None:
    tiny_scorer.has_mapping = True
    passages = [IDIOT, Passage("Silly.", "de", "The bridge", "Who?")]
    assert [one.values["INSULT"] for one in answers.as_perspective(passages, 1)] == pytest.approx([0.99**0.5, 0.6**0.5])
    assert tiny_scorer.contexts == [(None, None), ("The bridge", "Who?")]
    answers.as_perspective(passages, 1)
    assert len(tiny_scorer.calls) == 1
    assert answers.scored([IDIOT], 1)[0].values["INSULT"] == 0.99
    assert not tiny_scorer.quick
    answers.as_perspective(passages, 1, quickly=True)  # what was asked of both tiers is no answer to this
    assert tiny_scorer.quick == [one.text for one in passages]


def test_many_texts_are_judged_in_one_call(answers: Answers, tiny_scorer: Any) -> None:
    answers.judged(IDIOT, 1)
    found = answers.judged_all([Passage("Well said."), IDIOT, Passage("How silly.")], 1)
    assert [one.verdict for one in found] == [Verdict.APPROVE, Verdict.REJECT, Verdict.HOLD]
    assert tiny_scorer.calls == [(IDIOT.text,), ("Well said.", "How silly.")]
    assert answers.judged_all([], 1) == []
