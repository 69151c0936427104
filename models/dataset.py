"""Labelled comments read from a Parquet file. Needed for training and evaluation only."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from models.attributes import ATTRIBUTES
from models.errors import MissingExtra, UnreadableData

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl
    from numpy.typing import NDArray

_REQUIRED = ("text", "language", "source", "licence")
_ONE_IN = 10


@dataclass(frozen=True, slots=True)
class Dataset:
    """Labelled comments, one a row.

    Attributes:
        texts: The comments as published.
        languages: Base subtags, `(n_rows,)`.
        sources: Where each comes from, `(n_rows,)`.
        licences: Under what terms, `(n_rows,)`.
        groups: Rows of one group are never split between folds; numbers, `(n_rows,)`.
        labels: Shares in [0, 1] in the order of `ATTRIBUTES`, NaN where nobody says; `(n_rows, n_attributes)` float32.
        digest: SHA-256 of the file, in hexadecimal.
        is_kept_back: Whether the encoder never learns from a row, `(n_rows,)`.
        titles: The title of each comment's article, where known.
        parents: The text of the comment that each answers, where known.
    """

    texts: list[str]
    languages: NDArray[np.str_]
    sources: NDArray[np.str_]
    licences: NDArray[np.str_]
    groups: NDArray[np.int64]
    labels: NDArray[np.float32]
    digest: str
    is_kept_back: NDArray[np.bool_]
    titles: list[str | None]
    parents: list[str | None]

    def __len__(self) -> int:
        return len(self.texts)


def read(path: Path) -> Dataset:
    """Read labelled comments.

    The columns `text`, `language`, `source` and `licence` must be there; `group` may be. Labels stand in columns named
    like the attributes in lower case; a column that is absent is unknown throughout.

    Raises:
        MissingExtra: The packages for training are not installed.
        UnreadableData: The file is no Parquet file, lacks a column, or holds labels outside [0, 1].
    """
    try:
        import polars as pl  # noqa: PLC0415  (training only: scoring must neither need nor pay for it)
    except ImportError as error:
        raise MissingExtra from error
    try:
        frame = pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise UnreadableData(str(path), "no readable Parquet file") from error
    absent = [name for name in _REQUIRED if name not in frame.columns]
    if absent:
        raise UnreadableData(str(path), f"lacks the columns {', '.join(absent)}")
    columns = [
        frame[name.lower()].cast(pl.Float32).fill_null(float("nan")).to_numpy()
        if name.lower() in frame.columns
        else np.full(len(frame), np.nan, dtype=np.float32)
        for name in ATTRIBUTES
    ]
    labels = np.column_stack(columns).astype(np.float32)
    if np.any((labels < 0) | (labels > 1)):
        raise UnreadableData(str(path), "a label lies outside 0 to 1")
    texts = frame["text"].fill_null("").to_list()
    sources = frame["source"].to_list()
    groups = _column(frame, "group")
    return Dataset(
        texts=texts,
        languages=np.array(frame["language"].fill_null("und").to_list(), dtype=str),
        sources=np.array(sources, dtype=str),
        licences=np.array(frame["licence"].fill_null("not stated").to_list(), dtype=str),
        groups=_numbered(sources, groups),
        labels=labels,
        digest=hashlib.sha256(path.read_bytes()).hexdigest(),
        is_kept_back=np.array([is_kept_back(comment) for comment in texts], dtype=bool),
        titles=_column(frame, "article_title"),
        parents=_column(frame, "parent_text"),
    )


def _column(frame: pl.DataFrame, name: str) -> list[str | None]:
    return frame[name].to_list() if name in frame.columns else [None] * len(frame)


def is_kept_back(comment: str) -> bool:
    """Say whether a comment is in the tenth that the encoder never learns from.

    Calibration, and how much each tier counts, are fitted on this tenth; what was learned by heart would be trusted too
    much. Told by the comment's letters alone, so every copy of it falls on the same side, in any file.
    """
    letters = "".join(filter(str.isalnum, comment.casefold()))
    return crc32(letters.encode()) % _ONE_IN == 0


def _numbered(sources: list[str], groups: list[str | None]) -> NDArray[np.int64]:
    """Number the groups; a row without one is a group of its own."""
    names = [
        (source, group if group is not None else row)
        for row, (source, group) in enumerate(zip(sources, groups, strict=True))
    ]
    numbers: dict[tuple[str, str | int], int] = {}
    return np.array([numbers.setdefault(name, len(numbers)) for name in names], dtype=np.int64)
