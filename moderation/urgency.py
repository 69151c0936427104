"""How urgently a comment waits: how grave it may be, and how little is certain about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from moderation.domain import Reason

_UNKNOWN = 0.5
"""What a score that nobody knows counts as: neither grave nor harmless."""


@dataclass(frozen=True, slots=True)
class Urgency:
    """Both in [0, 1]. `attribute` is the one that weighs most; `guidelines` are the ids that stand behind it."""

    severity: float
    uncertainty: float
    attribute: str | None
    guidelines: tuple[str, ...]


UNTOLD = Urgency(_UNKNOWN, 1.0, None, ())
"""That of a comment about which people are to be told nothing."""


def of_reasons(reasons: Sequence[Reason]) -> Urgency:
    """Tell how urgent a comment is that policy held for these reasons.

    Severity is the highest score among them. Uncertainty is 1 where the leading score is one half and 0 where it is
    certain; a score that is unknown is as uncertain as can be.
    """
    guidelines = tuple(dict.fromkeys(reason.guideline for reason in reasons))
    known = [reason for reason in reasons if reason.score is not None]
    if not known:
        return Urgency(_UNKNOWN, 1.0, None, guidelines)
    leading = max(known, key=lambda reason: reason.score or 0.0)
    severity = leading.score or 0.0
    uncertainty = 1.0 if len(known) < len(reasons) else _uncertainty(severity)
    return Urgency(severity, uncertainty, leading.attribute, guidelines)


def of_scores(scores: Mapping[str, float] | None) -> Urgency:
    """Tell how urgent a comment is from its scores alone, where no reason of policy's stands behind it."""
    if not scores:
        return UNTOLD
    attribute = max(scores, key=lambda name: scores[name])
    return Urgency(scores[attribute], _uncertainty(scores[attribute]), attribute, ())


def _uncertainty(score: float) -> float:
    return 1.0 - abs(2.0 * score - 1.0)
