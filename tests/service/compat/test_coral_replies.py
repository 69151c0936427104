"""What Coral is answered: every judgement that there can be gives an answer that Coral does not drop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation import guidelines
from moderation.domain import Judgement, Reason, Verdict
from moderation.guidelines import Guideline, Guidelines, Threshold
from service.compat.coral_replies import HELD_UNSEEN, reply

if TYPE_CHECKING:
    from collections.abc import Callable

RULES = guidelines.default()
ATTRIBUTES = ["TOXICITY", "INSULT", "IDENTITY_ATTACK", "SPAM", "UNSUBSTANTIAL", "LIKELY_TO_REJECT", "SOMETHING_NEW"]


def judged(verdict: Verdict, *reasons: Reason) -> Judgement:
    return Judgement(verdict, reasons, {}, "words-1", RULES.version)


def test_an_approval_is_no_opinion() -> None:
    assert reply(judged(Verdict.APPROVE), RULES) is None


@pytest.mark.parametrize(
    ("attributes", "flags"),
    [
        pytest.param(["TOXICITY", "INSULT"], ["COMMENT_DETECTED_TOXIC"], id="one flag for two of a kind"),
        pytest.param(["SPAM"], ["COMMENT_DETECTED_SPAM"], id="spam"),
        pytest.param(["INSULT", "SPAM"], ["COMMENT_DETECTED_TOXIC", "COMMENT_DETECTED_SPAM"], id="both"),
    ],
)
def test_a_hold_is_withheld_with_the_flags_that_coral_has_a_word_for(attributes: list[str], flags: list[str]) -> None:
    held = reply(judged(Verdict.HOLD, *(Reason("respectful", name, 0.5, 0.4) for name in attributes)), RULES)
    assert held == {
        "status": "SYSTEM_WITHHELD",
        "actions": [{"actionType": "FLAG", "reason": flag} for flag in flags],
    }


@pytest.mark.parametrize(
    "reason",
    [
        pytest.param(Reason("respectful", "TOXICITY", None, None, "language not supported"), id="no score"),
        pytest.param(Reason("on-topic", "UNSUBSTANTIAL", 0.5, 0.4), id="no word of Coral's for it"),
        pytest.param(Reason("respectful"), id="no attribute"),
    ],
)
def test_a_hold_without_a_flag_is_plain_pre_moderation(reason: Reason) -> None:
    assert reply(judged(Verdict.HOLD, reason), RULES) == HELD_UNSEEN


@pytest.mark.parametrize(
    ("attribute", "code"),
    [
        ("INSULT", "ABUSIVE"),
        ("TOXICITY", "ABUSIVE"),
        ("THREAT", "ABUSIVE"),
        ("PROFANITY", "OFFENSIVE"),
        ("IDENTITY_ATTACK", "HATE_SPEECH"),
        ("ATTACK_ON_AUTHOR", "HARASSMENT_BULLYING"),
        ("SPAM", "SPAM"),
        ("OFF_TOPIC", "IRRELEVANT_CONTENT"),
        ("LIKELY_TO_REJECT", "OTHER"),
    ],
)
def test_a_rejection_has_the_code_of_its_gravest_reason(attribute: str, code: str) -> None:
    found = reply(judged(Verdict.REJECT, Reason("respectful", attribute, 0.99), Reason("no-spam", "SPAM", 0.98)), RULES)
    assert found is not None
    reason = found["moderationAction"]["rejectionReason"]
    assert reason["code"] == code
    assert reason["detailedExplanation"].splitlines() == [
        f"{rule.title}: {rule.wording}" for rule in (RULES.find("respectful"), RULES.find("no-spam")) if rule
    ]
    assert reason.get("customReason") == ("Be respectful" if code == "OTHER" else None)


_words = st.text(min_size=1).filter(str.strip).map(str.strip)
_reasons = st.builds(
    Reason,
    guideline=st.sampled_from(["a", "b", "gone"]),
    attribute=st.none() | st.sampled_from(ATTRIBUTES),
    score=st.none() | st.floats(0, 1),
)


def test_coral_takes_every_answer(coral_accepts: Callable[[Any], bool]) -> None:
    @given(st.sampled_from(Verdict), st.lists(_reasons, max_size=5), _words, _words)
    def check(verdict: Verdict, reasons: list[Reason], title: str, wording: str) -> None:
        members = tuple(Guideline(name, title, wording, ("TOXICITY",), Threshold(0.1, 0.9)) for name in ("a", "b"))
        answer = reply(judged(verdict, *reasons), Guidelines(members, "", "g-1"))
        assert (answer is None) is (verdict is Verdict.APPROVE)
        assert answer is None or coral_accepts(answer)

    check()


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param({"tags": []}, id="no tags"),
        pytest.param({"tags": ["NEWS"]}, id="a tag of our own"),
        pytest.param({"status": "rejected"}, id="a status in small letters"),
        pytest.param({"status": None}, id="null"),
        pytest.param({"actions": None}, id="null for actions"),
        pytest.param({"actions": [{"actionType": "FLAG", "reason": "COMMENT_DETECTED_LINKS"}]}, id="another flag"),
        pytest.param({"moderationAction": {"status": "REJECTED"}}, id="a notice without a status beside it"),
        pytest.param({"status": "PREMOD", "moderationAction": {"status": "PREMOD"}}, id="a notice of no rejection"),
        pytest.param(
            {"status": "REJECTED", "moderationAction": {"status": "REJECTED", "rejectionReason": {"code": "RUDE"}}},
            id="a code of our own",
        ),
        pytest.param(
            {
                "status": "REJECTED",
                "moderationAction": {"status": "REJECTED", "rejectionReason": {"customReason": ""}},
            },
            id="an empty explanation",
        ),
        pytest.param([], id="no object"),
    ],
)
def test_the_rules_themselves_refuse_what_coral_drops(answer: Any, coral_accepts: Callable[[Any], bool]) -> None:
    assert not coral_accepts(answer)


@pytest.mark.parametrize("answer", [{}, {"actions": []}, {"tags": ["STAFF"]}, {"status": "NONE", "else": None}])
def test_the_rules_themselves_take_what_coral_takes(answer: Any, coral_accepts: Callable[[Any], bool]) -> None:
    assert coral_accepts(answer)
