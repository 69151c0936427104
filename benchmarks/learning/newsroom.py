"""Simulated newsrooms: comments in the order they came in, and decisions by a policy that no learner sees."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

SOURCES = {
    "civil-10k": 983,
    "civil-spans": 793,
    "fox-news": 64,
    "forum-insults": 2000,
    "gab": 1500,
    "globe-constructive": 656,
    "globe-unhealthy": 2000,
    "hatexplain": 600,
    "implicit-hate": 800,
    "jigsaw-wiki": 2400,
    "reddit-advertising": 412,
    "sbic": 300,
    "stormfront": 400,
    "youtube-spam": 346,
}
"""From where comments are drawn, and how many at most: English, news and talk before platforms."""

LABELS = (
    "toxicity",
    "severe_toxicity",
    "insult",
    "threat",
    "identity_attack",
    "profanity",
    "spam",
    "constructive",
)
"""What people said of them, and a policy may weigh."""

_MEAN_WEIGHTS = (1.5, 2.0, 1.2, 2.0, 1.5, 0.8, 1.5, -0.8)
_DRAWN = 7

HOUSE_RULES: dict[str, Callable[[str], bool]] = {
    "links": lambda text: "http" in text or "www." in text,
    "shouts": lambda text: len(text) > 20 and sum(map(str.isupper, text)) > 0.4 * sum(map(str.isalpha, text)),
    "party politics": re.compile(r"\b(trump|obama|clinton|trudeau|democrats?|republicans?)\b", re.IGNORECASE).search,
    "religion": re.compile(r"\b(god|church|muslims?|islam|christians?|jews?|pope|bible)\b", re.IGNORECASE).search,
    "a line without a thought": lambda text: len(text.split()) < 6,
    "talk of the moderators": re.compile(r"\b(moderat\w+|censor\w*|deleted?|banned|admins?)\b", re.IGNORECASE).search,
}
"""Rules of the house that no attribute stands for, of which each newsroom has two."""


@dataclass(frozen=True)
class Comments:
    """Comments in one order, and what people said of them.

    Attributes:
        texts: As published.
        labels: Shares in [0, 1], NaN where nobody says, `(n_comments, n_labels)` in the order of `LABELS`.
    """

    texts: list[str]
    labels: NDArray[np.float64]


@dataclass(frozen=True)
class Newsroom:
    """One newsroom: when each comment came in, and what became of it.

    Attributes:
        order: Rows of the comments, the first that came in first.
        rejected: What it decided of each comment, `(n_comments,)`, by row.
        told: What its policy is, for those who read the results.
    """

    order: NDArray[np.intp]
    rejected: NDArray[np.bool_]
    told: str


def read(folder: Path) -> Comments:
    """Read the held comments of `SOURCES`; the same each time."""
    frame = pl.read_parquet(folder / "dev.parquet").filter(pl.col("language") == "en")
    frame = frame.sample(fraction=1.0, shuffle=True, seed=_DRAWN)
    most = pl.col("source").replace_strict(SOURCES, default=0)
    frame = frame.filter(pl.int_range(pl.len()).over("source") < most)
    labels = [frame[name].cast(pl.Float64).fill_null(float("nan")).to_numpy() for name in LABELS]
    return Comments(frame["text"].to_list(), np.column_stack(labels))


def open_newsroom(comments: Comments, seed: int) -> Newsroom:
    """Make up a newsroom: what it minds, how much, how often its people slip, and the order of its comments.

    What people did not label counts as harmless. Two rules of the house count beside the labels, some labels may not
    count at all, a moderator's mood is added, and one decision in a hundred is the wrong way round.
    """
    rng = np.random.default_rng(seed)
    weights = np.array(_MEAN_WEIGHTS) * rng.lognormal(0, 0.5, len(LABELS)) * (rng.random(len(LABELS)) < 0.75)
    rules = rng.choice(len(HOUSE_RULES), 2, replace=False)
    names = [list(HOUSE_RULES)[rule] for rule in rules]
    minded = np.nan_to_num(comments.labels) @ weights
    for name in names:
        minded += rng.uniform(0.8, 1.6) * np.array([bool(HOUSE_RULES[name](one)) for one in comments.texts])
    minded += rng.normal(0, 0.4, len(minded))
    share = rng.uniform(0.06, 0.15)
    rejected = minded > np.quantile(minded, 1 - share)
    rejected ^= rng.random(len(rejected)) < 0.01
    told = ", ".join(f"{name} {weight:.1f}" for name, weight in zip(LABELS, weights, strict=True) if weight)
    return Newsroom(rng.permutation(len(rejected)), rejected, f"{told}; no {names[0]}, no {names[1]}")
