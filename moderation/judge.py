"""The one path from texts to verdicts, for worker and service alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from moderation.domain import Judgement, Passage, Reason, Scorer, Span
from moderation.policy import conclude, unscored
from moderation.sampling import lot

if TYPE_CHECKING:
    from moderation.guidelines import Guidelines

_Spans = Mapping[str, Sequence[tuple[int, int]]]


def judge(passages: Sequence[Passage], scorer: Scorer, guidelines: Guidelines) -> list[Judgement]:
    """Judge texts in one vectorised call, in their order; a judgement carries scores, verdict, reasons and spans."""
    scored = scorer.score([p.text for p in passages], [p.language for p in passages], [_context(p) for p in passages])
    concluded = [conclude(text.values, text.missing, guidelines) for text in scored]
    spans = _explained(passages, [reasons for _, reasons in concluded], scorer)
    return [
        Judgement(
            verdict,
            tuple(_with_spans(reason, found) for reason in reasons),
            dict(text.values),
            scorer.version,
            guidelines.version,
            lot(verdict, text.values, guidelines),
        )
        for text, (verdict, reasons), found in zip(scored, concluded, spans, strict=True)
    ]


def hold_unscored(why: str, model_version: str, guidelines: Guidelines) -> Judgement:
    """Judge a text that could not be scored: it is held, and says why."""
    verdict, reasons = unscored(guidelines, why)
    return Judgement(verdict, reasons, {}, model_version, guidelines.version)


def _explained(passages: Sequence[Passage], reasons: Sequence[Sequence[Reason]], scorer: Scorer) -> list[_Spans]:
    asked = [[r.attribute for r in of_text if r.attribute is not None and r.score is not None] for of_text in reasons]
    needed = [place for place, attributes in enumerate(asked) if attributes]
    found: list[_Spans] = [{} for _ in passages]
    if needed:
        chosen = [passages[place] for place in needed]
        explained = scorer.explain(
            [p.text for p in chosen],
            [asked[place] for place in needed],
            [p.language for p in chosen],
            [_context(p) for p in chosen],
        )
        for place, spans in zip(needed, explained, strict=True):
            found[place] = spans
    return found


def _context(passage: Passage) -> tuple[str | None, str | None]:
    return passage.article_title, passage.parent_text


def _with_spans(reason: Reason, spans: _Spans) -> Reason:
    stretches = spans.get(reason.attribute or "", ())
    return replace(reason, spans=tuple(Span(begin, end) for begin, end in stretches)) if stretches else reason
