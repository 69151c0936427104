"""JSON lines in, JSON lines out: what `ombuds model score` reads and writes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from models.scorer import Scorer

_AT_ONCE = 512
_FIELDS = ("article_title", "parent_text", "language")


@dataclass(frozen=True, slots=True)
class Passage:
    """A text to score, and what is known around it."""

    text: str
    language: str | None = None
    article_title: str | None = None
    parent_text: str | None = None


def read_passages(file: IO[bytes], language: str | None) -> Iterator[Passage]:
    """Read a JSON object a line; blank lines are passed over.

    Raises:
        ClickException: A line is no such object, or there is none at all. It says which line, and why.
    """
    n_passages = 0
    for number, line in enumerate(file, start=1):
        if line.strip():
            n_passages += 1
            yield _passage(number, line, language)
    if not n_passages:
        message = 'nothing to score: give lines such as {"text": "…"}, in a file or on standard input, or --text TEXT'
        raise click.UsageError(message)


def batched(passages: Iterable[Passage]) -> Iterator[list[Passage]]:
    """Group passages so that scoring is vectorised and memory stays small."""
    batch: list[Passage] = []
    for passage in passages:
        batch.append(passage)
        if len(batch) == _AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def answers(scorer: Scorer, passages: Sequence[Passage], *, with_spans: bool) -> list[str]:
    """Score passages; each answer is a line of JSON that names every attribute, null where it is unknown."""
    texts = [one.text for one in passages]
    contexts = [(one.article_title, one.parent_text) for one in passages]
    languages = [one.language for one in passages]
    scored = scorer.score(texts, languages, contexts, even_without_words=True)
    named = [list(one.values) for one in scored]
    spans = scorer.explain(texts, named, languages, contexts) if with_spans else [None] * len(texts)
    lines = []
    for one, stretches in zip(scored, spans, strict=True):
        answer: dict[str, Any] = {
            "scores": {name: one.values.get(name) for name in scorer.attributes},
            "language": one.language,
        }
        if stretches is not None:
            answer["spans"] = {
                name: [{"begin": begin, "end": end} for begin, end in found] for name, found in stretches.items()
            }
        lines.append(json.dumps(answer, ensure_ascii=False))
    return lines


def _passage(number: int, line: bytes, language: str | None) -> Passage:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise click.ClickException(f'line {number} is no JSON; a line is {{"text": "…"}}') from error
    if not isinstance(record, dict) or not isinstance(record.get("text"), str):
        raise click.ClickException(f"line {number} has no 'text' that is a string")
    for name in _FIELDS:
        if not isinstance(record.get(name), str | None):
            raise click.ClickException(f"line {number}: {name!r} is no string")
    return Passage(
        record["text"],
        record.get("language") or language,
        record.get("article_title") or None,
        record.get("parent_text") or None,
    )
