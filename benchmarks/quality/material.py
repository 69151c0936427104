"""The material: labelled comments by source, read from the shared data, all or a sample of each."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.quality.measured import MEASURED
from models import fairness, spans
from models.explain import Stretch
from models.topic import Context

SEED = 7
ENGLISH = "en"


@dataclass(frozen=True)
class Comments:
    """Texts and what people say of them.

    Attributes:
        texts: The comments.
        languages: Base subtags.
        contexts: For each the title of its article and the comment that it answers, where known.
        sources: Where each comes from.
        labels: By attribute, shares in [0, 1], NaN where nobody says.
    """

    texts: list[str]
    languages: list[str]
    contexts: list[Context]
    sources: NDArray[np.str_]
    labels: dict[str, NDArray[np.float64]]

    def rows(self, source: str, attribute: str) -> NDArray[np.intp]:
        """Number a source's rows that carry a label."""
        return np.flatnonzero((self.sources == source) & np.isfinite(self.labels[attribute]))


@dataclass(frozen=True)
class Marked:
    """Texts with the stretches that people marked as toxic."""

    texts: list[str]
    spans: list[list[Stretch]]


def dev(folder: Path, sample: int | None) -> Comments:
    """Read the comments to measure on, at most `sample` of each source."""
    frame = _sampled(pl.read_parquet(folder / "dev.parquet"), "source", sample)
    return Comments(
        texts=frame["text"].to_list(),
        languages=frame["language"].to_list(),
        contexts=list(zip(frame["article_title"].to_list(), frame["parent_text"].to_list(), strict=True)),
        sources=np.array(frame["source"].to_list()),
        labels={
            name: frame[name.lower()].cast(pl.Float64).fill_null(float("nan")).to_numpy()
            for name in MEASURED
            if name.lower() in frame.columns
        },
    )


def english_training(folder: Path, limit: int) -> tuple[list[str], dict[str, NDArray[np.float64]]]:
    """Read English rows to fit the plain baseline on: half of the room shared evenly by sources, half by their size."""
    frame = pl.read_parquet(folder / "train.parquet").filter(pl.col("language") == ENGLISH)
    frame = frame.sample(fraction=1.0, shuffle=True, seed=SEED)
    sizes = frame.group_by("source").len()
    even, ratio = limit // (2 * len(sizes)), limit / (2 * len(frame))
    place, size = pl.int_range(pl.len()).over("source"), pl.len().over("source")
    frame = frame.filter(place < even + size * ratio)
    labels = {
        name: frame[name.lower()].cast(pl.Float64).fill_null(float("nan")).to_numpy()
        for name in MEASURED
        if name.lower() in frame.columns and frame[name.lower()].count()
    }
    return frame["text"].to_list(), labels


def madlibs(folder: Path, limit: int) -> tuple[list[str], NDArray[np.bool_]]:
    """Read templates filled with names of groups, about `limit` of them: texts, and which are toxic.

    Every term keeps its part of both, so that what is left is as hard as the whole.
    """
    frame = pl.read_parquet(folder / "bias-madlibs.parquet").sample(fraction=1.0, shuffle=True, seed=SEED)
    named = fairness.naming(frame["Text"].to_list())
    term = np.full(len(frame), "", dtype=object)
    for name, rows in named.items():
        term[rows] = name
    frame = frame.with_columns(pl.Series("term", term.tolist())).with_columns(
        pl.int_range(pl.len()).over("term", "Label").alias("place"), pl.len().over("term", "Label").alias("size")
    )
    frame = frame.filter(pl.col("place") < pl.col("size") * min(limit / len(frame), 1.0))
    return frame["Text"].to_list(), (frame["Label"] == "BAD").to_numpy()


def marked(folder: Path, name: str, sample: int | None) -> Marked:
    """Read comments with marked stretches from `dev` or `train`; an unmarked one counts only where it is harmless."""
    frame = pl.read_parquet(folder / f"{name}.parquet", columns=["text", "source", "spans", "toxicity"])
    frame = frame.filter(
        (pl.col("source") == "civil-spans") & (pl.col("spans").is_not_null() | (pl.col("toxicity") == 0))
    )
    frame = _sampled(frame, "source", sample)
    return Marked(frame["text"].to_list(), [spans.parse(one) for one in frame["spans"].to_list()])


def functional_tests(file: Path) -> tuple[list[str], NDArray[np.bool_]]:
    """Read the functional tests of hate speech detection: texts, and which are hateful."""
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    return [row["test_case"] for row in rows], np.array([row["label_gold"] == "hateful" for row in rows])


def letters(text: str) -> str:
    """Give a text's letters and digits, case folded: by these the same comment is known in two files."""
    return "".join(filter(str.isalnum, text.casefold()))


def known_by_letters(
    texts: Iterable[str], values: Iterable[dict[str, float]]
) -> Callable[[Sequence[str]], list[dict[str, float]]]:
    """Make a look-up of values by text."""
    table = dict(zip(map(letters, texts), values, strict=True))
    return lambda asked: [table.get(letters(one), {}) for one in asked]


def _sampled(frame: pl.DataFrame, by: str, n: int | None) -> pl.DataFrame:
    if n is None:
        return frame
    return frame.sample(fraction=1.0, shuffle=True, seed=SEED).filter(pl.int_range(pl.len()).over(by) < n)
