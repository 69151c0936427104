"""Label files: what a newsroom's own labelled texts may say, in CSV or JSON lines, and what is wrong with them."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from moderation.domain import MAX_TEXT_BYTES, Status
from moderation.errors import InvalidLabelFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

REJECTS = "LIKELY_TO_REJECT"
"""The attribute that a status stands for."""

MOST_PROBLEMS = 20
"""So many problems of a file are told at most."""

_TOLD = ("text", "language", "id", "author", "weight", "status", "attribute", "value")
_SILENT = {"source", "chosen_by", "probability", "origin", "licence", "said_at", "spans", "moderator_id"}
"""What an export tells beside that, and an import gives anew."""

_ATTRIBUTE = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_VALUES = {"true": 1.0, "yes": 1.0, "false": 0.0, "no": 0.0}
_STATUSES = {Status.APPROVED.value: 0.0, Status.REJECTED.value: 1.0}
_LONGEST = {"language": 35, "id": 200, "author": 200}
_LONGEST_FIELD = 1_000_000


class Form(StrEnum):
    """How a file is laid out."""

    CSV = "csv"
    JSONL = "jsonl"


@dataclass(frozen=True, slots=True)
class Given:
    """A text of a file and what the file says of it: from 0 to 1 by attribute."""

    text: str
    said: Mapping[str, float]
    language: str | None = None
    id: str | None = None
    author: str | None = None
    weight: float = 1.0


def check(lines: Iterable[str], form: Form) -> int:
    """Count the texts of a file.

    Raises:
        InvalidLabelFile: with what is wrong, line by line.
    """
    problems: list[str] = []
    n = 0
    try:
        for number, row in _rows(lines, form):
            found = _problem(row)
            if found is not None:
                problems.append(f"line {number}: {found}")
            n += 1
            if len(problems) == MOST_PROBLEMS:
                break
    except UnicodeDecodeError as error:
        raise InvalidLabelFile(["not UTF-8"]) from error
    except csv.Error as error:
        raise InvalidLabelFile([f"not CSV: {error}"]) from error
    if not n:
        problems.append("there is no text in it")
    if problems:
        raise InvalidLabelFile(problems)
    return n


def read(lines: Iterable[str], form: Form) -> Iterator[Given]:
    """Read a file that was checked."""
    for _, row in _rows(lines, form):
        names = [name for name in row if _ATTRIBUTE.fullmatch(name)]
        said = {name: _value(row[name]) for name in names}
        if _is_told(row.get("attribute")):
            said[str(row["attribute"])] = _value(row.get("value"))
        if _is_told(row.get("status")):
            said[REJECTS] = _STATUSES[str(row["status"]).upper()]
        yield Given(
            str(row["text"]),
            {name: value for name, value in said.items() if value is not None},
            _fact(row, "language"),
            _fact(row, "id"),
            _fact(row, "author"),
            float(row["weight"]) if _is_told(row.get("weight")) else 1.0,
        )


def _rows(lines: Iterable[str], form: Form) -> Iterator[tuple[int, dict[str, Any]]]:
    if form is Form.CSV:
        csv.field_size_limit(_LONGEST_FIELD)
        reader = csv.DictReader(lines, strict=True)
        yield from ((reader.line_num, row) for row in reader)
        return
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield number, _object(line)


def _object(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        found = None
    return found if isinstance(found, dict) else {"": line}


def _problem(row: Mapping[Any, Any]) -> str | None:
    """Tell the first thing that is wrong with a row; None where all is well."""
    if None in row:
        return "more fields than the head has columns"
    if "" in row:
        return "not an object of JSON, or a column without a name"
    names = [name for name in row if name is not None]
    for name in names:
        if name not in {*_TOLD, *_SILENT} and not _ATTRIBUTE.fullmatch(name):
            return f"unknown column {name!r}: there are {', '.join(_TOLD)}, and attributes such as TOXICITY"
    return _problem_of_text(row) or _problem_of_facts(row) or _problem_of_labels(row)


def _problem_of_text(row: Mapping[Any, Any]) -> str | None:
    text = row.get("text")
    if not isinstance(text, str) or not text.strip():
        return "text is missing"
    if "\0" in text:
        return "text holds a NUL character"
    try:
        n_bytes = len(text.encode())
    except UnicodeEncodeError:
        return "text holds half a character (a lone surrogate)"
    return f"text has {n_bytes} bytes: at most {MAX_TEXT_BYTES}" if n_bytes > MAX_TEXT_BYTES else None


def _problem_of_facts(row: Mapping[Any, Any]) -> str | None:
    for name, most in _LONGEST.items():
        if len(str(row.get(name) or "")) > most or "\0" in str(row.get(name) or ""):
            return f"{name} is longer than {most} characters, or holds a NUL character"
    language = row.get("language")
    if _is_told(language) and not _LANGUAGE.fullmatch(str(language)):
        return f"language {language!r} is no tag such as en or pt-BR"
    weight = row.get("weight")
    if _is_told(weight) and not _value(weight):
        return f"weight {weight!r} is no number above 0 and up to 1"
    status = row.get("status")
    if _is_told(status) and str(status).upper() not in _STATUSES:
        return f"status {status!r} is neither approved nor rejected"
    return None


def _problem_of_labels(row: Mapping[Any, Any]) -> str | None:
    said = {name: value for name, value in row.items() if name is not None and _ATTRIBUTE.fullmatch(name)}
    attribute = row.get("attribute")
    if _is_told(attribute):
        if not _ATTRIBUTE.fullmatch(str(attribute)):
            return f"attribute {attribute!r} is no name such as TOXICITY"
        said[str(attribute)] = row.get("value")
    told = {name: value for name, value in said.items() if _is_told(value)}
    for name, value in told.items():
        if _value(value) is None:
            return f"{name} is {value!r}: say a number from 0 to 1, or nothing where nobody knows"
    if not told and not _is_told(row.get("status")):
        return "it says nothing: give a status (approved, rejected) or an attribute's value"
    return None


def _fact(row: Mapping[Any, Any], name: str) -> str | None:
    return str(row[name]) if _is_told(row.get(name)) else None


def _is_told(value: Any) -> bool:
    return value is not None and value != ""


def _value(given: Any) -> float | None:
    """Read a value in [0, 1]; None for anything else."""
    if isinstance(given, bool):
        return float(given)
    if isinstance(given, str) and given.strip().lower() in _VALUES:
        return _VALUES[given.strip().lower()]
    try:
        value = float(given)
    except (TypeError, ValueError):
        return None
    return value if 0 <= value <= 1 else None
