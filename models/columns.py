"""Which columns of a file hold the text and the labels: our own names, and those of formats that people have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from models.attributes import ATTRIBUTES
from models.errors import UnknownAttribute, UnreadableData

LABELS: tuple[str, ...] = tuple(dict.fromkeys((*ATTRIBUTES, "SEXUALLY_EXPLICIT", "OFF_TOPIC", "CONSTRUCTIVE")))
"""What may be labelled: what a classifier can measure, and what is worth keeping for the day when one can."""

CARRIED = ("article_title", "parent_text", "language", "group", "spans")
"""Columns that are taken over where a file has them by our names."""


class Form(StrEnum):
    """How a file is laid out."""

    AUTO = "auto"
    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"
    JIGSAW = "jigsaw"
    CIVIL_COMMENTS = "civil-comments"


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a file holds what we read.

    Attributes:
        text: The column of the comments.
        labels: The columns of the labels, and the attribute that each is of.
        carried: Our names of what else is taken over, and the columns it stands in.
        minus_is_unknown: Whether -1 means that nobody looked.
    """

    text: str
    labels: Mapping[str, str]
    carried: Mapping[str, str]
    minus_is_unknown: bool = False


_JIGSAW: Mapping[str, str] = MappingProxyType(
    {
        "toxic": "TOXICITY",
        "severe_toxic": "SEVERE_TOXICITY",
        "obscene": "PROFANITY",
        "threat": "THREAT",
        "insult": "INSULT",
        "identity_hate": "IDENTITY_ATTACK",
    }
)
_CIVIL: Mapping[str, str] = MappingProxyType(
    {
        "target": "TOXICITY",
        "toxicity": "TOXICITY",
        "severe_toxicity": "SEVERE_TOXICITY",
        "obscene": "PROFANITY",
        "threat": "THREAT",
        "insult": "INSULT",
        "identity_attack": "IDENTITY_ATTACK",
        "sexual_explicit": "SEXUALLY_EXPLICIT",
    }
)


def chosen(
    path: str, form: Form, present: Sequence[str], text: str | None = None, labels: Mapping[str, str] | None = None
) -> Columns:
    """Choose the columns of one file.

    Args:
        path: The file, for errors.
        form: As what it is read; a container, or AUTO, leaves it to the names of the columns.
        present: The columns there are.
        text: The column of the comments, where a person named it.
        labels: Columns and their attributes, where a person named them; then no other column is a label.

    Raises:
        UnknownAttribute: A label is to be of what nobody can label.
        UnreadableData: A column that was named, or that the form has, is not there; or none is a label.
    """
    for attribute in (labels or {}).values():
        if attribute not in LABELS:
            raise UnknownAttribute(attribute, LABELS)
    if form is Form.AUTO and not labels:
        form = _recognized(present)
    if form is Form.JIGSAW:
        found = _of_form(path, present, _JIGSAW, text or "comment_text", minus_is_unknown=True)
    elif form is Form.CIVIL_COMMENTS:
        found = _civil(path, present, text)
    else:
        found = _named(path, present, text or "text", labels)
    _check(path, present, [found.text, *found.labels])
    return found


def _recognized(present: Sequence[str]) -> Form:
    if {"comment_text", *_JIGSAW} <= set(present):
        return Form.JIGSAW
    # Our own files name toxicity as Civil Comments does; 'obscene' and 'sexual_explicit' are theirs alone.
    if {"target", "toxicity"} & set(present) and {"obscene", "sexual_explicit"} & set(present):
        return Form.CIVIL_COMMENTS
    return Form.AUTO


def _civil(path: str, present: Sequence[str], text: str | None) -> Columns:
    written = text or ("comment_text" if "comment_text" in present else "text")
    toxicity = "target" if "target" in present else "toxicity"
    labels = {name: of for name, of in _CIVIL.items() if name == toxicity or (name in present and of != "TOXICITY")}
    found = _of_form(path, present, labels, written)
    # Comments under one article speak of the same things, so they stay together.
    group = {} if "group" in found.carried or "article_id" not in present else {"group": "article_id"}
    return Columns(found.text, found.labels, {**found.carried, **group})


def _of_form(
    path: str, present: Sequence[str], labels: Mapping[str, str], text: str, *, minus_is_unknown: bool = False
) -> Columns:
    _check(path, present, [text, *labels])
    return Columns(text, labels, _carried(present), minus_is_unknown)


def _named(path: str, present: Sequence[str], text: str, labels: Mapping[str, str] | None) -> Columns:
    if not labels:
        labels = {name: name.upper() for name in present if name.upper() in LABELS and name != text}
    if not labels:
        raise UnreadableData(
            path, f"no column is named like an attribute; say --label COLUMN=ATTRIBUTE; it has: {', '.join(present)}"
        )
    return Columns(text, labels, {ours: name for ours, name in _carried(present).items() if name not in labels})


def _carried(present: Sequence[str]) -> dict[str, str]:
    return {name: name for name in CARRIED if name in present}


def _check(path: str, present: Sequence[str], needed: Sequence[str]) -> None:
    absent = [name for name in needed if name not in present]
    if absent:
        noun = "columns" if len(absent) > 1 else "column"
        raise UnreadableData(path, f"no {noun} {', '.join(absent)}; it has: {', '.join(present) or 'none'}")
