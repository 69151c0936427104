"""Lessons: what a newsroom's people said of texts, and what a version reads in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np
from scipy import sparse

from models import languages as tongues
from models import posterior, quotation, text
from models.encoder import Encoder
from models.errors import UnevenLessons
from models.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from models.archive import Classifier
    from models.topic import Context

    Progress = Callable[[str, int, int], None]

_AT_ONCE = 512


@dataclass(frozen=True, slots=True)
class Lessons:
    """What people said of texts.

    Attributes:
        texts: Comments.
        languages: For each the BCP 47 tag that was declared, or None.
        attributes: Of what the columns below speak. LIKELY_TO_REJECT may be among them: a site's own verdicts.
        labels: Shares in [0, 1], NaN where nobody says; `(n_texts, n_attributes)`.
        weights: How much each label counts, of the same shape: 1 for one that a person gave with care, less where
            nobody looked closely. What sums to more than was read counts for no more (see `posterior.counted`).
        contexts: For each the title of its article and the text of its parent, where known; by default for none.
        chances: How likely each text was to come before a person, in (0, 1], `(n_texts,)`; by default all alike.
            Calibration weighs by their inverse. Heads do not: they rank better by what they were most unsure of.
    """

    texts: Sequence[str]
    languages: Sequence[str | None]
    attributes: tuple[str, ...]
    labels: NDArray[np.floating]
    weights: NDArray[np.floating]
    contexts: Sequence[Context] | None = None
    chances: NDArray[np.floating] | None = None

    def check(self) -> None:
        """Raise `UnevenLessons` unless there is one language, label and weight for each text and attribute."""
        n_texts, n_attributes = len(self.texts), len(self.attributes)
        shapes = [(n_texts, n_attributes), (len(self.languages), n_attributes), self.labels.shape, self.weights.shape]
        if self.contexts is not None:
            shapes.append((len(self.contexts), n_attributes))
        if self.chances is not None:
            shapes.append((len(self.chances), n_attributes))
        if len(set(shapes)) > 1:
            raise UnevenLessons(shapes)


@dataclass(frozen=True, slots=True)
class Reading:
    """Texts as a version reads them. Labels play no part in it, so it can be kept while they come in.

    Attributes:
        matrix: What the fast tier makes of the texts, `(n_texts, n_features)` CSR.
        states: What the encoder makes of those it reads, `(n_texts, width)`, zero for others; None without a deep tier.
        is_read: Which texts the encoder reads, `(n_texts,)`.
        languages: What each text is taken to be written in.
        letters: A number for each text's letters, `(n_texts,)`: copies of a text have the same.
    """

    matrix: sparse.csr_matrix
    states: NDArray[np.float32] | None
    is_read: NDArray[np.bool_]
    languages: tuple[str | None, ...]
    letters: NDArray[np.int64]

    def at(self, rows: NDArray[np.intp]) -> Reading:
        """Give what was read of some of the texts."""
        return Reading(
            self.matrix[rows],
            None if self.states is None else self.states[rows],
            self.is_read[rows],
            tuple(self.languages[row] for row in rows),
            self.letters[rows],
        )

    def folds(self, n_folds: int, seed: int) -> NDArray[np.int64]:
        """Put each text into a part, `(n_texts,)`; the same text always into the same."""
        return np.array([crc32(b"%d" % letters, seed & 0xFFFFFFFF) % n_folds for letters in self.letters.tolist()])


def read(version: Classifier, lessons: Lessons, progress: Progress | None = None) -> Reading:
    """Read texts as the version does when it scores, on one core: most of a refit's time.

    Args:
        version: Its vocabulary and encoder read.
        lessons: Their texts, languages and contexts.
        progress: Told of each step.
    """
    tell = progress or (lambda _step, _done, _total: None)
    contexts = lessons.contexts if lessons.contexts is not None else [(None, None)] * len(lessons.texts)
    texts = [quotation.blank(one, context) for one, context in zip(lessons.texts, contexts, strict=True)]
    languages = tuple(map(tongues.of, texts, lessons.languages))
    reader = Reader(version.vocabulary)
    parts = [reader.matrix([])]
    for begin in range(0, len(texts), _AT_ONCE):
        parts.append(reader.matrix([text.split(one) for one in texts[begin : begin + _AT_ONCE]]))
        tell("reading", min(begin + _AT_ONCE, len(texts)), len(texts))
    is_read = np.zeros(len(texts), dtype=bool)
    states = None
    if version.deep is not None:
        encoder = Encoder(version.deep.graph, version.deep.pieces, reader.spelling)
        is_read = np.array([code in version.deep.languages for code in languages], dtype=bool)
        rows = np.flatnonzero(is_read)
        states = np.zeros((len(texts), encoder.width), dtype=np.float32)
        for begin in range(0, len(rows), _AT_ONCE):
            chosen = rows[begin : begin + _AT_ONCE]
            states[chosen] = encoder.embed([texts[row] for row in chosen])
            tell("embedding", min(begin + _AT_ONCE, len(rows)), len(rows))
    letters = np.array([_letters(one) for one in texts], dtype=np.int64)
    return Reading(sparse.vstack(parts, format="csr"), states, is_read, languages, letters)


def align(
    version: Classifier, lessons: Lessons, languages: Sequence[str | None]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Put labels and weights into the version's columns; what teaches nothing weighs nothing.

    Args:
        version: Its attributes are the columns, and it says in which languages each is supported.
        lessons: What people said.
        languages: What each text is taken to be written in.
    """
    labels = np.zeros((len(lessons.texts), len(version.attributes)))
    weights = np.zeros(labels.shape)
    for k, name in enumerate(version.attributes):
        if name not in lessons.attributes:
            continue
        given = lessons.attributes.index(name)
        is_supported = np.array([code in version.languages[name] for code in languages], dtype=bool)
        teaches = np.isfinite(lessons.labels[:, given]) & is_supported
        labels[teaches, k] = np.clip(lessons.labels[teaches, given], 0, 1)
        weights[teaches, k] = posterior.counted(lessons.weights[teaches, given])
    return labels, weights


def _letters(comment: str) -> int:
    return crc32("".join(filter(str.isalnum, comment.casefold())).encode())
