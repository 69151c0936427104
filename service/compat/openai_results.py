"""OpenAI's thirteen categories, from what our classifier measures and by the site's own thresholds.

A category is what OpenAI's words for it say. Where none of our attributes measures that, it scores 0, is never true,
and names no input as looked at. See: docs/openai-moderation.md
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from moderation.domain import Judgement, Verdict
from moderation.guidelines import Guidelines

CATEGORIES = (
    "harassment",
    "harassment/threatening",
    "hate",
    "hate/threatening",
    "illicit",
    "illicit/violent",
    "self-harm",
    "self-harm/intent",
    "self-harm/instructions",
    "sexual",
    "sexual/minors",
    "violence",
    "violence/graphic",
)

ANY_OF: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "harassment": ("TOXICITY", "SEVERE_TOXICITY", "INSULT"),
        "harassment/threatening": ("THREAT",),
        "hate": ("IDENTITY_ATTACK",),
        "sexual": ("SEXUALLY_EXPLICIT",),
        "violence": ("THREAT",),
    }
)
"""The attributes each of which shows a category; a version that does not measure one says nothing by it."""

ALL_OF: Mapping[str, tuple[str, ...]] = MappingProxyType({"hate/threatening": ("IDENTITY_ATTACK", "THREAT")})
"""The attributes that only together show a category: it can be no likelier than the least likely of them."""

_INPUT = "text"


def result(text: Sequence[str], judgements: Sequence[Judgement], guidelines: Guidelines) -> dict[str, Any]:
    """Write the result for a text, from the judgements of its pieces: what is in one of them is in the text.

    It is flagged where the site's guidelines would not let it be published unread.
    """
    scores = {
        name: max(one.scores[name] for one in judgements if name in one.scores)
        for name in {name for one in judgements for name in one.scores}
    }
    reached = _reached(scores, guidelines)
    is_unread = any(map(_waits, text, judgements))
    return {
        "flagged": bool(reached) or is_unread,
        "categories": {category: _is_shown(category, reached) for category in CATEGORIES},
        "category_scores": {category: _score(category, scores) for category in CATEGORIES},
        "category_applied_input_types": {
            category: [_INPUT] if _is_measured(category, scores) else [] for category in CATEGORIES
        },
    }


def _waits(piece: str, judgement: Judgement) -> bool:
    """Tell whether people have to read a piece. A row of emoji waits at our own desk; here there is nothing to tell."""
    return judgement.verdict is not Verdict.APPROVE and any(map(str.isalnum, piece))


def _reached(scores: Mapping[str, float], guidelines: Guidelines) -> frozenset[str]:
    """Name the attributes whose score is too high, under any guideline, to be approved without a person."""
    return frozenset(
        name
        for guideline in guidelines.members
        for name in guideline.attributes
        if name in scores and scores[name] >= guideline.threshold.approve_below
    )


def _is_shown(category: str, reached: frozenset[str]) -> bool:
    needed = ALL_OF.get(category)
    return reached.issuperset(needed) if needed else not reached.isdisjoint(ANY_OF.get(category, ()))


def _score(category: str, scores: Mapping[str, float]) -> float:
    needed = ALL_OF.get(category)
    if needed:
        return min(scores.get(name, 0.0) for name in needed)
    return max((scores.get(name, 0.0) for name in ANY_OF.get(category, ())), default=0.0)


def _is_measured(category: str, scores: Mapping[str, float]) -> bool:
    needed = ALL_OF.get(category)
    if needed:
        return all(name in scores for name in needed)
    return any(name in scores for name in ANY_OF.get(category, ()))
