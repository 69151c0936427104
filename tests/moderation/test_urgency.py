"""Urgency: how grave a comment may be, and how little is certain about it."""

from __future__ import annotations

import pytest

from moderation import urgency
from moderation.domain import Reason
from moderation.urgency import Urgency

INSULT = Reason("respectful", "INSULT", 0.75, 0.4)
SPAM = Reason("no-spam", "SPAM", 0.5, 0.6)
UNKNOWN = Reason("no-threats", "THREAT", None, None, "language not supported")
HARMLESS = Reason("no-spam", "SPAM", 0.0, 0.6)


@pytest.mark.parametrize(
    ("reasons", "expected"),
    [
        pytest.param((), Urgency(0.5, 1.0, None, ()), id="no reason: neither grave nor harmless"),
        pytest.param((UNKNOWN,), Urgency(0.5, 1.0, None, ("no-threats",)), id="unknown: as uncertain as can be"),
        pytest.param((INSULT,), Urgency(0.75, 0.5, "INSULT", ("respectful",)), id="half-way certain"),
        pytest.param((SPAM,), Urgency(0.5, 1.0, "SPAM", ("no-spam",)), id="one half: wholly uncertain"),
        pytest.param((HARMLESS,), Urgency(0.0, 0.0, "SPAM", ("no-spam",)), id="zero is a score"),
        pytest.param((SPAM, INSULT), Urgency(0.75, 0.5, "INSULT", ("no-spam", "respectful")), id="the gravest leads"),
        pytest.param((INSULT, UNKNOWN), Urgency(0.75, 1.0, "INSULT", ("respectful", "no-threats")), id="one unknown"),
        pytest.param((INSULT, INSULT), Urgency(0.75, 0.5, "INSULT", ("respectful",)), id="a guideline counts once"),
    ],
)
def test_the_urgency_of_what_policy_held(reasons: tuple[Reason, ...], expected: Urgency) -> None:
    assert urgency.of_reasons(reasons) == expected


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        pytest.param(None, Urgency(0.5, 1.0, None, ()), id="never scored"),
        pytest.param({}, Urgency(0.5, 1.0, None, ()), id="no score is known"),
        pytest.param(
            {"SPAM": 0.25, "INSULT": 1.0}, Urgency(1.0, 0.0, "INSULT", ()), id="the highest, which is certain"
        ),
        pytest.param({"SPAM": 0.25}, Urgency(0.25, 0.5, "SPAM", ()), id="a low one"),
    ],
)
def test_the_urgency_of_what_readers_brought(scores: dict[str, float] | None, expected: Urgency) -> None:
    assert urgency.of_scores(scores) == expected
