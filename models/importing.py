"""Bringing labelled comments that people have into the one form that training and evaluation read."""

from __future__ import annotations

import json
import math
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from models import columns as places
from models import languages as tongues
from models.columns import LABELS, Form
from models.errors import MissingExtra, OutputExists, UnreadableData
from models.files import RowFile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from models.columns import Columns
    from models.evaluation import Progress
    from models.files import Row

REFUSED_SUFFIX = ".refused.jsonl"
"""Behind the output's name: the rows that were refused, with the reason."""

_TEXT_COLUMNS = ("text", "article_title", "parent_text", "language", "source", "licence", "group", "spans")
_UNKNOWN = frozenset({"", "nan", "na", "n/a", "null", "none"})
_WORDS = {"true": 1.0, "yes": 1.0, "false": 0.0, "no": 0.0}
_NOBODY_LOOKED = -1.0
_TOLD_EVERY = 1000


@dataclass(frozen=True, slots=True)
class Origin:
    """Where rows come from, for those that do not say.

    Attributes:
        source: The name of the collection.
        licence: Under what terms.
        language: Of the rows without one, as a BCP 47 tag; None to judge each by its words.
    """

    source: str
    licence: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of the rows of all files.

    Attributes:
        n_rows: How many were written.
        refused: How many were not, by reason.
        labelled: How many rows carry each attribute, and how many of them show it.
        path: The Parquet file.
        refused_path: The refused rows and why, JSON lines; None when none was.
    """

    n_rows: int
    refused: Mapping[str, int]
    labelled: Mapping[str, tuple[int, int]]
    path: Path
    refused_path: Path | None


class _Refused(Exception):
    """A row cannot be used. `kind` counts such rows; the message says it of this one."""

    def __init__(self, kind: str, why: str) -> None:
        super().__init__(why)
        self.kind = kind


@dataclass(slots=True)
class _Gathered:
    """The rows so far, column by column: a million dictionaries would fill the memory."""

    texts: dict[str, list[str | None]] = field(default_factory=lambda: {name: [] for name in _TEXT_COLUMNS})
    labels: dict[str, list[float | None]] = field(default_factory=lambda: {name: [] for name in LABELS})
    refused: Counter[str] = field(default_factory=Counter)

    def __len__(self) -> int:
        return len(self.texts["text"])

    def add(self, texts: Mapping[str, str | None], labels: Mapping[str, float]) -> None:
        for name, column in self.texts.items():
            column.append(texts.get(name))
        for name, values in self.labels.items():
            values.append(labels.get(name))


def bring(
    paths: Sequence[Path],
    to: Path,
    origin: Origin,
    *,
    form: Form = Form.AUTO,
    text: str | None = None,
    labels: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> Imported:
    """Read labelled comments from files and write them as one Parquet file, whole or not at all.

    Nothing is lost: a row that cannot be used goes with its reason to the output's name with `.refused.jsonl` behind.

    Args:
        paths: The files.
        to: The Parquet file to write.
        origin: Where the rows come from.
        form: How the files are laid out; AUTO tells by name and columns.
        text: The column of the comments, if the form does not say.
        labels: Columns and the attribute each is a label of; by default those named like attributes.
        progress: Told how far each file is read.

    Raises:
        MissingExtra: The packages for training are not installed.
        OutputExists: There is such a file already.
        UnknownAttribute: A label is to be of what nobody can label.
        UnreadableData: A file cannot be read, lacks a column, or no row can be used.
    """
    try:
        import polars as pl  # noqa: PLC0415  (training only: nothing else may need it)
    except ImportError as error:
        raise MissingExtra from error
    refused_path = to.with_name(f"{to.name}{REFUSED_SUFFIX}")
    for path in (to, refused_path):
        if path.exists():
            raise OutputExists(str(path))
    # Every file is looked at before the first is read: whoever misspelt a column should not wait to hear it.
    opened = [RowFile(path, form) for path in paths]
    chosen = [
        places.chosen(str(path), form, file.columns, text, labels) for path, file in zip(paths, opened, strict=True)
    ]
    gathered = _Gathered()
    to.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{to.name}.", dir=to.parent) as aside:
        with (Path(aside) / "refused").open("w", encoding="utf-8", errors="backslashreplace") as refuse:
            for path, file, columns in zip(paths, opened, chosen, strict=True):
                _read(path, file, columns, origin, gathered, refuse, progress)
        if not len(gathered):
            why = "; ".join(f"{reason}: {n}" for reason, n in gathered.refused.most_common()) or "there is none"
            raise UnreadableData(", ".join(map(str, paths)), f"no row can be used ({why})")
        frame = pl.DataFrame(
            {**gathered.texts, **{name.lower(): column for name, column in gathered.labels.items()}},
            schema={
                **dict.fromkeys(_TEXT_COLUMNS, pl.String),
                **{name.lower(): pl.Float32 for name in LABELS},
            },
        )
        frame.write_parquet(Path(aside) / "rows")
        (Path(aside) / "rows").rename(to)
        if gathered.refused:
            (Path(aside) / "refused").rename(refused_path)
    labelled = {name: [value for value in column if value is not None] for name, column in gathered.labels.items()}
    return Imported(
        n_rows=len(gathered),
        refused=dict(gathered.refused.most_common()),
        labelled={
            name: (len(values), sum(value >= 0.5 for value in values))  # noqa: PLR2004  (more than half say so)
            for name, values in labelled.items()
            if values
        },
        path=to,
        refused_path=refused_path if gathered.refused else None,
    )


def _read(
    path: Path,
    file: RowFile,
    columns: Columns,
    origin: Origin,
    gathered: _Gathered,
    refuse: IO[str],
    progress: Progress | None,
) -> None:
    for row in file.rows():
        try:
            gathered.add(*_convert(row, columns, origin))
        except _Refused as error:
            gathered.refused[error.kind] += 1
            line = {"file": str(path), "row": row.number, "reason": str(error), "record": row.record}
            refuse.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")
        if progress is not None and row.number % _TOLD_EVERY == 0:
            progress(f"{path.name} ({file.unit})", row.n_done, file.size)
    if progress is not None:
        progress(f"{path.name} ({file.unit})", file.size, file.size)


def _convert(row: Row, columns: Columns, origin: Origin) -> tuple[dict[str, str | None], dict[str, float]]:
    if row.wrong is not None:
        raise _Refused("no record", f"row {row.number}: {row.wrong}")
    record: Mapping[str, Any] = row.record
    text = record.get(columns.text)
    if not isinstance(text, str) or not text.strip():
        raise _Refused("no text", f"row {row.number}: no text in column {columns.text!r}")
    labels = {}
    for column, attribute in columns.labels.items():
        value = _label(record.get(column), row.number, column, minus_is_unknown=columns.minus_is_unknown)
        if value is not None:
            labels[attribute] = value
    if not labels:
        raise _Refused("nothing labelled", f"row {row.number}: nothing labelled")
    texts = {ours: _written(record.get(name)) for ours, name in columns.carried.items()} | {"text": text}
    if not all(map(_is_unicode, filter(None, texts.values()))):
        raise _Refused("half a character", f"row {row.number}: half a character, as of an emoji cut in two")
    spans = texts.get("spans")
    if spans is not None and not _is_list(spans):
        raise _Refused("unreadable spans", f"row {row.number}: 'spans' is no JSON list")
    language = _base(texts.get("language") or origin.language) or tongues.of(text, None)
    return {**texts, "language": language, "source": origin.source, "licence": origin.licence}, labels


def _label(value: Any, number: int, column: str, *, minus_is_unknown: bool) -> float | None:
    if isinstance(value, str):
        word = value.strip().lower()
        if word in _UNKNOWN:
            return None
        value = _WORDS.get(word, word)
    if value is None:
        return None
    try:
        label = float(value)
    except (TypeError, ValueError):
        raise _Refused("label is no number", f"row {number}: {column} is {value!r}, which is no number") from None
    if math.isnan(label) or (minus_is_unknown and label == _NOBODY_LOOKED):
        return None
    if not 0 <= label <= 1:
        raise _Refused("label outside 0 to 1", f"row {number}: {column} is {label:g}, which is outside 0 to 1")
    return label


def _written(value: Any) -> str | None:
    if value is None or value == "":
        return None
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_list(spans: str) -> bool:
    try:
        return isinstance(json.loads(spans), list)
    except ValueError:
        return False


def _base(tag: str | None) -> str | None:
    return (tag or "").replace("_", "-").split("-")[0].strip().lower() or None
