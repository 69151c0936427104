"""Moving over from Perspective: how far its recorded scores and ours agree, and where a threshold should stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from models.errors import UnreadableData
from models.files import RowFile

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

THRESHOLDS = (0.5, 0.7, 0.8, 0.9)
"""Where Perspective's users cut."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Texts with the scores that Perspective gave them, `(n_texts,)` float64; rows without a score are only counted."""

    texts: list[str]
    theirs: NDArray[np.float64]
    n_without_score: int = 0


@dataclass(frozen=True, slots=True)
class At:
    """One threshold: the shares flagged there before and after, and how often both say the same.

    From `same_share` on ours flags as many as Perspective did, or, where many texts have one score, the share nearest
    to that, which is `then`. Both are None where Perspective flagged nothing, as any threshold above all scores does.
    """

    threshold: float
    before: float
    after: float
    agreed: float
    same_share: float | None
    then: float | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two scales agree about the same texts. The rank correlation is None where one of them says one thing."""

    n: int
    rank_correlation: float | None
    difference: float
    thresholds: tuple[At, ...]


def read(path: Path, text: str, score: str) -> Kept:
    """Read texts and scores from CSV, JSON lines or Parquet.

    Raises:
        MissingExtra: It is Parquet, and the packages for training are not installed.
        UnreadableData: It is no such file, lacks a column, holds no score at all, or a row holds no text or a score
            outside [0, 1].
    """
    file = RowFile(path)
    for column in (text, score):
        if column not in file.columns:
            known = ", ".join(file.columns)
            raise UnreadableData(str(path), f"it has no column {column!r}; its columns are {known}")
    texts: list[str] = []
    scores: list[float] = []
    n_without_score = 0
    for row in file.rows():
        if row.wrong is not None:
            raise UnreadableData(str(path), f"row {row.number}: {row.wrong}")
        told = row.record.get(score)
        if told is None or told == "" or (isinstance(told, float) and np.isnan(told)):
            n_without_score += 1
            continue
        texts.append(_text(path, row.number, text, row.record.get(text)))
        scores.append(_score(path, row.number, score, told))
    if not texts:
        raise UnreadableData(str(path), f"it holds no row with a score in {score!r}")
    return Kept(texts, np.array(scores), n_without_score)


def compare(theirs: NDArray[np.floating], ours: NDArray[np.floating]) -> Agreement:
    """Compare two scores of the same texts, `(n_texts,)` each, none unknown."""
    at = []
    for threshold in THRESHOLDS:
        before, after = theirs >= threshold, ours >= threshold
        same, then = _nearest(ours, float(before.mean()))
        agreed = float((before == after).mean())
        at.append(At(threshold, float(before.mean()), float(after.mean()), agreed, same, then))
    return Agreement(len(theirs), _rank_correlation(theirs, ours), float(np.abs(theirs - ours).mean()), tuple(at))


def _nearest(scores: NDArray[np.floating], share: float) -> tuple[float | None, float | None]:
    """Choose the score from which on a share of all is flagged that is nearest to the one asked for, and tell which."""
    if share == 0:
        return None, None
    values, counts = np.unique(scores, return_counts=True)
    shares = counts[::-1].cumsum()[::-1] / len(scores)
    best = int(np.abs(shares - share).argmin())
    return float(values[best]), float(shares[best])


def _rank_correlation(a: NDArray[np.floating], b: NDArray[np.floating]) -> float | None:
    """Give Spearman's: the correlation of mean ranks."""
    x, y = _ranks(a), _ranks(b)
    return float(np.corrcoef(x, y)[0, 1]) if np.ptp(x) and np.ptp(y) else None


def _ranks(values: Sequence[float] | NDArray[np.floating]) -> NDArray[np.float64]:
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts - 1) / 2)[places], dtype=np.float64)


def _text(path: Path, number: int, column: str, value: Any) -> str:
    if not isinstance(value, str):
        raise UnreadableData(str(path), f"row {number}: {column!r} is no text")
    return value


def _score(path: Path, number: int, column: str, value: Any) -> float:
    try:
        score = float(value)
    except (TypeError, ValueError):
        score = float("nan")
    if isinstance(value, bool) or not 0 <= score <= 1:
        raise UnreadableData(str(path), f"row {number}: {column!r} is {value!r}, and no number from 0 to 1")
    return score
