"""What Coral is answered: nothing, a hold, or a rejection with its reason, by rules that keep Coral from dropping it.

Coral drops an answer whole for one empty list of tags, one null, one empty explanation or one word that it does not
know, and then goes on as if nothing had been said. So every answer is built here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from moderation.domain import Judgement, Reason, Verdict
from moderation.guidelines import Guideline, Guidelines

HELD_UNSEEN: dict[str, Any] = {"status": "PREMOD"}
"""A person has to look, and nothing was measured that a flag could name."""

OTHER = "OTHER"

_CODES = {
    "ATTACK_ON_AUTHOR": "HARASSMENT_BULLYING",
    "ATTACK_ON_COMMENTER": "HARASSMENT_BULLYING",
    "FLIRTATION": "OFFENSIVE",
    "IDENTITY_ATTACK": "HATE_SPEECH",
    "INCOHERENT": "IRRELEVANT_CONTENT",
    "INFLAMMATORY": "ABUSIVE",
    "INSULT": "ABUSIVE",
    "OBSCENE": "OFFENSIVE",
    "OFF_TOPIC": "IRRELEVANT_CONTENT",
    "PROFANITY": "OFFENSIVE",
    "SEVERE_TOXICITY": "ABUSIVE",
    "SEXUALLY_EXPLICIT": "OFFENSIVE",
    "SPAM": "SPAM",
    "THREAT": "ABUSIVE",
    "TOXICITY": "ABUSIVE",
    "UNSUBSTANTIAL": "IRRELEVANT_CONTENT",
}
"""Never ILLEGAL_CONTENT or MISINFORMATION: these say more than a score can, and the former wants legal grounds."""

_FLAGS = {
    "ABUSIVE": "COMMENT_DETECTED_TOXIC",
    "HARASSMENT_BULLYING": "COMMENT_DETECTED_TOXIC",
    "HATE_SPEECH": "COMMENT_DETECTED_TOXIC",
    "OFFENSIVE": "COMMENT_DETECTED_TOXIC",
    "SPAM": "COMMENT_DETECTED_SPAM",
}


def reply(judgement: Judgement, guidelines: Guidelines) -> dict[str, Any] | None:
    """Write the answer to a question of the phase; None is no opinion.

    An approval is no opinion: any status at all would end Coral's pipeline, and what comes after us with it, such as
    the first comments of new readers being held.
    """
    if judgement.verdict is Verdict.APPROVE:
        return None
    flags = _flags(judgement.reasons)
    if judgement.verdict is Verdict.HOLD:
        return {"status": "SYSTEM_WITHHELD", "actions": flags} if flags else dict(HELD_UNSEEN)
    return {
        "status": "REJECTED",
        **({"actions": flags} if flags else {}),
        "moderationAction": {"status": "REJECTED", "rejectionReason": _reason(judgement.reasons, guidelines)},
    }


def _flags(reasons: Iterable[Reason]) -> list[dict[str, str]]:
    """Name what was measured, as far as Coral has a word for it."""
    codes = {_CODES.get(reason.attribute or "", OTHER) for reason in reasons if reason.score is not None}
    flags = {_FLAGS[code]: None for code in sorted(codes) if code in _FLAGS}
    return [{"actionType": "FLAG", "reason": flag} for flag in flags]


def _reason(reasons: Sequence[Reason], guidelines: Guidelines) -> dict[str, str]:
    """Give the gravest reason's code, and in the newsroom's own words every guideline that the comment breaks."""
    code = next((_CODES.get(reason.attribute or "", OTHER) for reason in reasons), OTHER)
    named = dict.fromkeys(reason.guideline for reason in reasons)
    broken = [guideline for name in named if (guideline := guidelines.find(name)) is not None]
    explained = {"detailedExplanation": "\n".join(map(_worded, broken))} if broken else {}
    custom = {"customReason": broken[0].title} if code == OTHER and broken else {}
    return {"code": code, **custom, **explained}


def _worded(guideline: Guideline) -> str:
    return f"{guideline.title}: {guideline.wording}"
