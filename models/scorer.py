"""The scorer: a loaded version of the classifier, ready to score and to explain."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from models import languages as tongues
from models import quotation, text, topic
from models.deep import DeepTier
from models.errors import NoDeepTier
from models.explain import Stretch, stretches, weigh
from models.reader import Reader
from models.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from scipy import sparse

    from models.archive import Classifier
    from models.topic import Context

NO_LANGUAGE = "language not supported"
NO_WORDS = "no words"

_BATCH = 512
_DIGITS = 4
_NO_CONTEXT = (None, None)


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
    """Scores comments with one version. Safe to share between threads; remembers the words and texts it read last.

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
        self._version = version
        self._measured = classifier.attributes
        self._topic = classifier.topic
        self._scale = classifier.scale
        self._languages = {name: frozenset(codes) for name, codes in classifier.languages.items()}
        self._reader = Reader(classifier.vocabulary)
        self._deep = (
            None
            if classifier.deep is None or self._mode is Mode.FAST
            else DeepTier(classifier.deep, self._reader.spelling)
        )
        self._coef = np.ascontiguousarray(classifier.heads.coef)
        self._intercept = classifier.heads.intercept
        self._calibration = classifier.calibration
        self._columns = {name: k for k, name in enumerate(self._measured)}
        self._spoken = {code for codes in self._languages.values() for code in codes}
        self._columns_of = {
            code: [k for k, name in enumerate(self._measured) if code in self._languages[name]] for code in self._spoken
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
        return self._measured if self._topic is None else (*self._measured, topic.OFF_TOPIC)

    @property
    def languages(self) -> Mapping[str, frozenset[str]]:
        """The languages in which each attribute is supported, as base subtags."""
        return self._languages

    def score(
        self,
        texts: Sequence[str],
        languages: Sequence[str | None],
        contexts: Sequence[Context] | None = None,
        *,
        even_without_words: bool = False,
        as_declared: bool = False,
        quickly: bool = False,
    ) -> list[Scored]:
        """Score `n` texts in one call; the answer has `n` members in the same order.

        Args:
            texts: Comments.
            languages: For each its BCP 47 tag, or None to judge by its letters and words.
            contexts: For each the title of its article and the text of the comment that it answers, where known.
                OFF_TOPIC needs one of them; what a comment quotes of them is not its own.
            even_without_words: Give numbers, such as they are, for a text without a word too.
            as_declared: Take each text to be in its declared language whatever it looks like, and give numbers for one
                without a word too.
            quickly: Leave to the n-grams even what they doubt.
        """
        scored: list[Scored] = []
        given = contexts if contexts is not None else [_NO_CONTEXT] * len(texts)
        asked = list(zip(texts, languages, given, strict=True))
        for begin in range(0, len(asked), _BATCH):
            scored += self._score(
                asked[begin : begin + _BATCH],
                even_without_words=even_without_words or as_declared,
                as_declared=as_declared,
                quickly=quickly,
            )
        return scored

    def tell_languages(self, texts: Sequence[str], expected: str | None = None) -> list[str | None]:
        """Name the language that each text speaks clearly, as a base subtag; None where it cannot be told.

        A language that is expected tips the scale for it.
        """
        return [tongues.told(one, expected) for one in texts]

    @property
    def scaled(self) -> frozenset[str]:
        """The attributes for which the version knows Perspective's scale."""
        return frozenset(self._scale.knots)

    def as_perspective(self, values: Mapping[str, float]) -> Mapping[str, float]:
        """Put scores onto Perspective's scale; they stay as they are in a version without a mapping to it."""
        return self._scale.apply(values)

    def explain(
        self,
        texts: Sequence[str],
        attributes: Sequence[Sequence[str]],
        languages: Sequence[str | None] | None = None,
        contexts: Sequence[Context] | None = None,
    ) -> list[Mapping[str, Sequence[Stretch]]]:
        """Name, for each text and each attribute asked of it, the stretches that weighed most.

        Languages and contexts are those that it was scored with: what a comment quotes did not weigh. An attribute that
        this version does not measure is not in the answer.
        """
        asked = [[name for name in names if name in self._columns] for names in attributes]
        if contexts is not None:
            texts = [quotation.blank(one, context) for one, context in zip(texts, contexts, strict=True)]
        located = [text.locate(one) for one in texts]
        weights = weigh(self._reader, self._coef, located, [[self._columns[name] for name in names] for names in asked])
        if self._deep is not None:
            deep = self._deep
            declared = [None] * len(texts) if languages is None else languages
            rows = [row for row, one in enumerate(texts) if asked[row] and deep.reads(tongues.of(one, declared[row]))]
            joined = deep.weigh(
                [texts[row] for row in rows], [located[row] for row in rows], [weights[row] for row in rows]
            )
            for row, of_text in zip(rows, joined, strict=True):
                weights[row] = of_text
        return [
            {name: stretches(tokens, of_text[self._columns[name]]) for name in names}
            for tokens, of_text, names in zip(located, weights, asked, strict=True)
        ]

    def _score(
        self,
        asked: Sequence[tuple[str, str | None, Context]],
        *,
        even_without_words: bool,
        as_declared: bool,
        quickly: bool,
    ) -> list[Scored]:
        contexts = [context for _, _, context in asked]
        texts = [quotation.blank(comment, context) for comment, _, context in asked]
        tokens = [text.split(comment) for comment in texts]
        matrix = self._reader.matrix(tokens)
        languages = [
            (tongues.base(declared) if as_declared else None) or tongues.of(comment, declared)
            for comment, declared, _ in asked
        ]
        p = np.round(self._probabilities(texts, matrix, languages, quickly=quickly), _DIGITS).tolist()
        off_topic = self._off_topic(matrix, tokens, contexts)
        has_words = [even_without_words or any(map(text.is_word, written)) for written in tokens]
        return [self._say(*one) for one in zip(languages, has_words, p, off_topic, strict=True)]

    def _probabilities(
        self, texts: Sequence[str], matrix: sparse.csr_matrix, languages: Sequence[str | None], *, quickly: bool
    ) -> NDArray[np.float64]:
        log_odds = matrix @ self._coef + self._intercept
        p = self._calibration.apply(log_odds, languages)
        if self._deep is not None and not quickly:
            chosen = np.array([self._deep.reads(language) for language in languages])
            if self._mode is Mode.CASCADE:
                chosen &= self._deep.doubts(p)
            rows: list[int] = np.flatnonzero(chosen).tolist()
            if rows:
                spoken = [languages[row] for row in rows]
                p[rows] = self._deep.probabilities([texts[row] for row in rows], log_odds[rows], spoken)
        return p

    def _off_topic(
        self, matrix: sparse.csr_matrix, tokens: Sequence[Sequence[str]], contexts: Sequence[Context]
    ) -> list[float | None]:
        known = [row for row, context in enumerate(contexts) if any(context)] if self._topic is not None else []
        found: list[float | None] = [None] * len(tokens)
        if known and self._topic is not None:
            n_words = [len(tokens[row]) for row in known]
            compared = topic.features(self._reader, matrix[known], n_words, [contexts[row] for row in known])
            for row, p in zip(known, self._topic.probabilities(compared), strict=True):
                found[row] = round(float(p), _DIGITS)
        return found

    def _say(self, language: str | None, has_words: bool, p: Sequence[float], off_topic: float | None) -> Scored:  # noqa: FBT001  (zipped)
        if not has_words:
            return Scored({}, NO_WORDS, language)
        columns = self._columns_of.get(language or "", [])
        values = {self._measured[k]: p[k] for k in columns}
        if off_topic is not None and columns:
            values[topic.OFF_TOPIC] = off_topic
        return Scored(values, None if len(columns) == len(self._measured) else NO_LANGUAGE, language)


def mode(name: str | None) -> Mode | None:
    """Give the mode of that name; None leaves the choice to the version."""
    return Mode(name) if name else None


def load(version: str | None = None, folder: Path | Registry | None = None, mode: Mode | None = None) -> Scorer:
    """Load a version's scorer: from a registry or its folder, or shipped; by default the newest shipped.

    Raises:
        ModelError: There is no such version, or it must not be used.
    """
    # The shipped version is the fallback, so a folder of ours must not be able to stand in its way.
    own = folder if isinstance(folder, Registry) else Registry(folder)
    registry = Registry() if version is None else own
    name = registry.newest_shipped() if version is None else version
    return Scorer(name, registry.load(name), mode)
