"""The scorer: a loaded version of the classifier, ready to score and to explain."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from models import languages as tongues
from models import text
from models.deep import DeepTier
from models.errors import NoDeepTier
from models.explain import Stretch, stretches, weigh
from models.reader import Reader
from models.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from models.archive import Classifier

NO_LANGUAGE = "language not supported"
NO_WORDS = "no words"

_BATCH = 512
_DIGITS = 4


class Mode(StrEnum):
    """Which tiers score: n-grams alone, the encoder where these are in doubt, or the encoder always."""

    FAST = "fast"
    CASCADE = "cascade"
    DEEP = "deep"


@dataclass(frozen=True, slots=True)
class Scored:
    """What the classifier says of one text.

    Attributes:
        values: Calibrated probabilities in [0, 1] by attribute. What is absent is unknown, never zero.
        missing: Why attributes are absent, or None when none is.
        language: What it was taken to be written in, as a base subtag; None where no script that we read prevails.
    """

    values: Mapping[str, float]
    missing: str | None = None
    language: str | None = None


class Scorer:
    """Scores comments with one version. Safe to share between threads; holds no text longer than its last words.

    Args:
        version: The version's name.
        classifier: What it holds.
        mode: Which tiers score; by default the cascade, and the fast tier alone in a version that has no other.

    Raises:
        NoDeepTier: The version has no encoder, and the mode asks for one.
    """

    def __init__(self, version: str, classifier: Classifier, mode: Mode | None = None) -> None:
        if classifier.deep is None and mode in {Mode.CASCADE, Mode.DEEP}:
            raise NoDeepTier(version, mode)
        self._mode = mode or (Mode.FAST if classifier.deep is None else Mode.CASCADE)
        self._deep = None if classifier.deep is None or self._mode is Mode.FAST else DeepTier(classifier.deep)
        self._version = version
        self._attributes = classifier.attributes
        self._languages = {name: frozenset(codes) for name, codes in classifier.languages.items()}
        self._reader = Reader(classifier.vocabulary)
        self._coef = np.ascontiguousarray(classifier.heads.coef)
        self._intercept = classifier.heads.intercept
        self._calibration = classifier.calibration
        self._columns = {name: k for k, name in enumerate(self._attributes)}
        self._spoken = {code for codes in self._languages.values() for code in codes}
        self._columns_of = {
            code: [k for k, name in enumerate(self._attributes) if code in self._languages[name]]
            for code in self._spoken
        }

    @property
    def version(self) -> str:
        """The immutable name of the version that scores."""
        return self._version

    @property
    def mode(self) -> Mode:
        """Which tiers score."""
        return self._mode

    @property
    def attributes(self) -> tuple[str, ...]:
        """What the version measures, in at least one language."""
        return self._attributes

    @property
    def languages(self) -> Mapping[str, frozenset[str]]:
        """The languages in which each attribute is supported, as base subtags."""
        return self._languages

    def score(
        self, texts: Sequence[str], languages: Sequence[str | None], *, even_without_words: bool = False
    ) -> list[Scored]:
        """Score `n` texts in one call; the answer has `n` members in the same order.

        Args:
            texts: Comments.
            languages: For each its BCP 47 tag, or None to judge by its letters and words.
            even_without_words: Give numbers, such as they are, for a text without a word too.
        """
        scored: list[Scored] = []
        pairs = list(zip(texts, languages, strict=True))
        for begin in range(0, len(pairs), _BATCH):
            scored += self._score(pairs[begin : begin + _BATCH], even_without_words=even_without_words)
        return scored

    def explain(
        self, texts: Sequence[str], attributes: Sequence[Sequence[str]]
    ) -> list[Mapping[str, Sequence[Stretch]]]:
        """Name, for each text and each attribute asked of it, the stretches that weighed most.

        An attribute that this version does not measure is not in the answer.
        """
        asked = [[name for name in names if name in self._columns] for names in attributes]
        located = [text.locate(one) for one in texts]
        weights = weigh(self._reader, self._coef, located, [[self._columns[name] for name in names] for names in asked])
        if self._deep is not None:
            deep = self._deep
            rows = [row for row, one in enumerate(texts) if asked[row] and deep.reads(tongues.of(one, None))]
            joined = deep.weigh(
                [texts[row] for row in rows], [located[row] for row in rows], [weights[row] for row in rows]
            )
            for row, of_text in zip(rows, joined, strict=True):
                weights[row] = of_text
        return [
            {name: stretches(tokens, of_text[self._columns[name]]) for name in names}
            for tokens, of_text, names in zip(located, weights, asked, strict=True)
        ]

    def _score(self, pairs: Sequence[tuple[str, str | None]], *, even_without_words: bool) -> list[Scored]:
        texts = [comment for comment, _ in pairs]
        tokens = [text.split(comment) for comment in texts]
        log_odds = self._reader.matrix(tokens) @ self._coef + self._intercept
        languages = [tongues.of(comment, declared) for comment, declared in pairs]
        p = self._calibration.apply(log_odds, languages)
        if self._deep is not None:
            chosen = np.array([self._deep.reads(language) for language in languages])
            if self._mode is Mode.CASCADE:
                chosen &= self._deep.doubts(p)
            rows = np.flatnonzero(chosen)
            if len(rows):
                spoken = [languages[row] for row in rows]
                p[rows] = self._deep.probabilities([texts[row] for row in rows], log_odds[rows], spoken)
        has_words = [even_without_words or any(map(text.is_word, written)) for written in tokens]
        return [self._say(*one) for one in zip(languages, has_words, np.round(p, _DIGITS).tolist(), strict=True)]

    def _say(self, language: str | None, has_words: bool, values: Sequence[float]) -> Scored:  # noqa: FBT001  (zipped)
        if not has_words:
            return Scored({}, NO_WORDS, language)
        columns = self._columns_of.get(language or "", [])
        return Scored(
            {self._attributes[k]: values[k] for k in columns},
            None if len(columns) == len(self._attributes) else NO_LANGUAGE,
            language,
        )


def load(version: str | None = None, folder: Path | None = None, mode: Mode | None = None) -> Scorer:
    """Load a version's scorer: from a registry's folder, or shipped; by default the newest shipped.

    Raises:
        ModelError: There is no such version, or it must not be used.
    """
    # The shipped version is the fallback, so a folder of ours must not be able to stand in its way.
    registry = Registry(folder) if version else Registry()
    name = version or registry.newest_shipped()
    return Scorer(name, registry.load(name), mode)
