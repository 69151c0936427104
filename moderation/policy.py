"""Policy: from scores to a verdict with its reasons, by the site's guidelines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation.domain import Reason, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from moderation.guidelines import Guidelines


def conclude(
    scores: Mapping[str, float], missing: str | None, guidelines: Guidelines
) -> tuple[Verdict, tuple[Reason, ...]]:
    """Conclude what should happen to a text.

    REJECT if any score exceeds its guideline's `reject_above`; else HOLD if any reaches `approve_below` or a score that
    a guideline needs is unknown; else APPROVE. The reasons are those that led to the verdict, the gravest first; an
    approval has none.

    Args:
        scores: attribute to calibrated probability. An absent attribute is unknown, never zero.
        missing: why scores are absent, if any are.
        guidelines: the site's own.
    """
    rejecting = tuple(_reasons_to_reject(scores, guidelines))
    if rejecting:
        return Verdict.REJECT, _gravest_first(rejecting)
    holding = tuple(_reasons_to_hold(scores, missing, guidelines))
    if holding:
        return Verdict.HOLD, _gravest_first(holding)
    return Verdict.APPROVE, ()


def unscored(guidelines: Guidelines, why: str) -> tuple[Verdict, tuple[Reason, ...]]:
    """Conclude about a text that the classifier failed on: people must look."""
    return conclude({}, why, guidelines)


def _reasons_to_reject(scores: Mapping[str, float], guidelines: Guidelines) -> Iterator[Reason]:
    for guideline in guidelines.members:
        for attribute in guideline.attributes:
            score = scores.get(attribute)
            if score is not None and score > guideline.threshold.reject_above:
                yield Reason(guideline.id, attribute, score, guideline.threshold.reject_above)


def _reasons_to_hold(scores: Mapping[str, float], missing: str | None, guidelines: Guidelines) -> Iterator[Reason]:
    for guideline in guidelines.members:
        for attribute in guideline.attributes:
            score = scores.get(attribute)
            if score is None:
                yield Reason(guideline.id, attribute, None, None, missing or "score unknown")
            elif score >= guideline.threshold.approve_below:
                yield Reason(guideline.id, attribute, score, guideline.threshold.approve_below)


def _gravest_first(reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
    return tuple(sorted(reasons, key=lambda reason: -1.0 if reason.score is None else reason.score, reverse=True))
