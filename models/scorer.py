"""The scorer: a loaded version of the classifier, ready to score and to explain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models import languages as tongues
from models import text
from models.explain import Stretch, explain
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


@dataclass(frozen=True, slots=True)
class Scored:
    """What the classifier says of one text.

    Attributes:
        values: Calibrated probabilities in [0, 1] by attribute. What is absent is unknown, never zero.
        missing: Why attributes are absent, or None when none is.
    """

    values: Mapping[str, float]
    missing: str | None = None


class Scorer:
    """Scores comments with one version. Safe to share between threads; holds no text longer than its last words."""

    def __init__(self, version: str, classifier: Classifier) -> None:
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
    def attributes(self) -> tuple[str, ...]:
        """What the version measures, in at least one language."""
        return self._attributes

    @property
    def languages(self) -> Mapping[str, frozenset[str]]:
        """The languages in which each attribute is supported, as base subtags."""
        return self._languages

    def score(self, texts: Sequence[str], languages: Sequence[str | None]) -> list[Scored]:
        """Score `n` texts in one call; the answer has `n` members in the same order.

        Args:
            texts: Comments.
            languages: For each its BCP 47 tag, or None to judge by its script.
        """
        scored: list[Scored] = []
        pairs = list(zip(texts, languages, strict=True))
        for begin in range(0, len(pairs), _BATCH):
            scored += self._score(pairs[begin : begin + _BATCH])
        return scored

    def explain(
        self, texts: Sequence[str], attributes: Sequence[Sequence[str]]
    ) -> list[Mapping[str, Sequence[Stretch]]]:
        """Name, for each text and each attribute asked of it, the stretches that weighed most.

        An attribute that this version does not measure is not in the answer.
        """
        asked = [[name for name in names if name in self._columns] for names in attributes]
        found = explain(self._reader, self._coef, texts, [[self._columns[name] for name in names] for names in asked])
        return [dict(zip(names, stretches, strict=True)) for names, stretches in zip(asked, found, strict=True)]

    def _score(self, pairs: Sequence[tuple[str, str | None]]) -> list[Scored]:
        tokens = [text.split(comment) for comment, _ in pairs]
        log_odds = self._reader.matrix(tokens) @ self._coef + self._intercept
        languages = [tongues.of(comment, declared) for comment, declared in pairs]
        p = np.round(self._calibration.apply(log_odds, languages), _DIGITS).tolist()
        return [self._say(*one) for one in zip(languages, tokens, p, strict=True)]

    def _say(self, language: str | None, tokens: Sequence[str], values: Sequence[float]) -> Scored:
        if not any(map(text.is_word, tokens)):
            return Scored({}, NO_WORDS)
        columns = self._columns_of.get(language or "", [])
        return Scored(
            {self._attributes[k]: values[k] for k in columns},
            None if len(columns) == len(self._attributes) else NO_LANGUAGE,
        )


def load(version: str | None = None, folder: Path | None = None) -> Scorer:
    """Load a version's scorer: from a registry's folder, or shipped; by default the newest shipped.

    Raises:
        ModelError: There is no such version, or it must not be used.
    """
    # The shipped version is the fallback, so a folder of ours must not be able to stand in its way.
    registry = Registry(folder) if version else Registry()
    name = version or registry.newest_shipped()
    return Scorer(name, registry.load(name))
