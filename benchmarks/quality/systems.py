"""The systems that are compared: ours in each mode, two that others use or build, and Perspective's record."""

from __future__ import annotations

import sys
import time
import warnings
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.quality import material
from benchmarks.quality.measured import MEASURED
from benchmarks.quality.plain import Plain, learn
from models.errors import NoDeepTier
from models.explain import Stretch
from models.registry import Registry
from models.scorer import Mode, Scorer
from models.topic import Context

Asked = tuple[str, str, Context]
"""A text, its language, and what it stands under."""

Values = Mapping[str, float]
"""Scores by attribute."""

PERSPECTIVE = "Perspective"
_AT_ONCE = 512
_TELL_SECONDS = 10.0
_PERSPECTIVE_COLUMNS = {
    "TOXICITY@6": "TOXICITY",
    "SEVERE_TOXICITY@2": "SEVERE_TOXICITY",
    "INSULT": "INSULT",
    "THREAT": "THREAT",
    "IDENTITY_ATTACK": "IDENTITY_ATTACK",
    "PROFANITY": "PROFANITY",
    "SPAM": "SPAM",
}


class System(ABC):
    """Gives scores, and gives each text one time only."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._known: dict[Asked, Values] = {}

    @abstractmethod
    def answer(self, texts: Sequence[str], languages: Sequence[str], contexts: Sequence[Context]) -> Sequence[Values]:
        """Score texts; what is absent is unknown."""

    def scores(
        self,
        texts: Sequence[str],
        languages: Sequence[str] | None = None,
        contexts: Sequence[Context] | None = None,
    ) -> dict[str, NDArray[np.float64]]:
        """Score texts, English ones without a context where nothing else is given.

        Returns:
            By attribute `(n_texts,)`, NaN where it is unknown.
        """
        n = len(texts)
        asked = list(zip(texts, languages or [material.ENGLISH] * n, contexts or [(None, None)] * n, strict=True))
        new = [one for one in dict.fromkeys(asked) if one not in self._known]
        told_at = time.monotonic()
        for begin in range(0, len(new), _AT_ONCE):
            batch = new[begin : begin + _AT_ONCE]
            answers = self.answer([one[0] for one in batch], [one[1] for one in batch], [one[2] for one in batch])
            self._known |= zip(batch, answers, strict=True)
            if time.monotonic() - told_at > _TELL_SECONDS:
                told_at = time.monotonic()
                print(f"{self.name}: {begin + len(batch):,} of {len(new):,} texts", file=sys.stderr)
        found = [self._known[one] for one in asked]
        return {name: np.array([one.get(name, np.nan) for one in found], dtype=np.float64) for name in MEASURED}


class Ours(System):
    """One version of ours in one mode."""

    def __init__(self, scorer: Scorer) -> None:
        super().__init__(scorer.mode.value)
        self._scorer = scorer

    def answer(self, texts: Sequence[str], languages: Sequence[str], contexts: Sequence[Context]) -> Sequence[Values]:
        """Score texts; one without words too, as the others do."""
        return [one.values for one in self._scorer.score(texts, languages, contexts, even_without_words=True)]

    def explain(self, texts: Sequence[str], attribute: str) -> list[Sequence[Stretch]]:
        """Name the stretches that weighed most for an attribute."""
        named: list[Sequence[Stretch]] = []
        for begin in range(0, len(texts), _AT_ONCE):
            batch = texts[begin : begin + _AT_ONCE]
            explained = self._scorer.explain(batch, [[attribute]] * len(batch))
            named += [one.get(attribute, ()) for one in explained]
        return named


class ProfanityCheck(System):
    """alt-profanity-check, whose one number stands for every attribute but spam."""

    def __init__(self) -> None:
        super().__init__("alt-profanity-check")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its model was written by an older scikit-learn, which is its users' lot
            import profanity_check  # noqa: PLC0415  (of the benchmarks' own extra)
        self._predict = profanity_check.predict_prob

    def answer(self, texts: Sequence[str], languages: Sequence[str], contexts: Sequence[Context]) -> Sequence[Values]:
        """Score texts, English ones alone: it knows no other language."""
        del contexts
        names = [name for name in MEASURED if name not in {"SPAM", "OFF_TOPIC"}]
        return [
            dict.fromkeys(names, float(p)) if language == material.ENGLISH else {}
            for p, language in zip(self._predict(list(texts)), languages, strict=True)
        ]


class PlainTfidf(System):
    """TF-IDF and logistic regression, as anyone would begin."""

    def __init__(self, plain: Plain) -> None:
        super().__init__("TF-IDF")
        self._plain = plain

    def answer(self, texts: Sequence[str], languages: Sequence[str], contexts: Sequence[Context]) -> Sequence[Values]:
        """Score texts, English ones alone: it learned from no others."""
        del contexts
        p = self._plain.probabilities(texts)
        return [
            dict(zip(self._plain.attributes, map(float, row), strict=True)) if language == material.ENGLISH else {}
            for row, language in zip(p, languages, strict=True)
        ]


class Perspective(System):
    """What Perspective said, where the data has it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(PERSPECTIVE)
        natural = pl.read_parquet(folder / "perspective-wiki-gc.parquet")
        frame = recorded(folder)
        texts = [*natural["text"].to_list(), *frame["text"].to_list()]
        values = [*natural.select("TOXICITY").to_dicts(), *frame.drop("text").to_dicts()]
        self._look_up = material.known_by_letters(texts, values)

    def answer(self, texts: Sequence[str], languages: Sequence[str], contexts: Sequence[Context]) -> Sequence[Values]:
        """Look texts up."""
        del languages, contexts
        return self._look_up(texts)


def recorded(folder: Path) -> pl.DataFrame:
    """Read Perspective's own scores: `text`, and a column an attribute."""
    frame = pl.read_parquet(folder / "perspective-scores.parquet")
    return frame.select(
        pl.col("comment_text").alias("text"),
        *(pl.col(theirs).alias(ours) for theirs, ours in _PERSPECTIVE_COLUMNS.items()),
    )


def ours(version: str, registry: Path | None, modes: Sequence[Mode]) -> tuple[list[Ours], list[Mode]]:
    """Make a system of each mode that the version has; give the modes that it lacks apart. It need not be sealed.

    Raises:
        NoDeepTier: It has none of the modes.
    """
    classifier = Registry(registry).load(version, must_be_sealed=False)
    absent = [mode for mode in modes if mode is not Mode.FAST and classifier.deep is None]
    if len(absent) == len(modes):
        raise NoDeepTier(version, absent[0])
    return [Ours(Scorer(version, classifier, mode)) for mode in modes if mode not in absent], absent


def others(folder: Path, cache: Path, n_plain: int) -> list[System]:
    """Make the systems that ours are compared with."""
    return [ProfanityCheck(), PlainTfidf(learn(folder, cache, n_plain)), Perspective(folder)]
