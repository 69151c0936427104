"""Reading texts with a vocabulary: TF-IDF values, made fast by remembering the features of each word.

Scoring needs no more than this, so it stands apart from `features`, whose scikit-learn takes seconds to import.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from models import ngrams
from models.spelling import Speller

if TYPE_CHECKING:
    from collections.abc import Sequence, Sized

    from numpy.typing import NDArray

N_REMEMBERED = 1 << 15
"""Words whose features a reader remembers: about 20 MB."""

_LONGEST_REMEMBERED = 64  # so that nobody fills the memory with words of twenty thousand letters
_ABSENT = -1


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The features that texts are read for, numbered words first, then pairs of words, then letter n-grams.

    Attributes:
        word_keys: Sorted keys of words, `(n_words,)`; pairs in `pair_keys`, letter n-grams in `gram_keys`.
        idf: The weight of each feature, `(n_features,)`.
        shortest_gram: Letters in the shortest n-gram.
        longest_gram: Letters in the longest n-gram.
    """

    word_keys: NDArray[np.uint32]
    pair_keys: NDArray[np.uint32]
    gram_keys: NDArray[np.uint32]
    idf: NDArray[np.float32]
    shortest_gram: int
    longest_gram: int


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Where each feature was found in a batch of texts.

    Attributes:
        features: The feature of each occurrence, `(n_occurrences,)`.
        tokens: The token it was found in, counted through the whole batch, `(n_occurrences,)`.
        partners: The right word of a pair; for all else the token once more, `(n_occurrences,)`.
        n_tokens: How many tokens each text has, `(n_texts,)`.
    """

    features: NDArray[np.int64]
    tokens: NDArray[np.int64]
    partners: NDArray[np.int64]
    n_tokens: NDArray[np.int64]


class Reader:
    """Reads texts with a vocabulary, remembering the features of the words it met last."""

    def __init__(self, vocabulary: Vocabulary, n_remembered: int = N_REMEMBERED) -> None:
        self._words = vocabulary.word_keys
        self._pairs = vocabulary.pair_keys
        self._grams = vocabulary.gram_keys
        self._gram_lengths = (vocabulary.shortest_gram, vocabulary.longest_gram)
        self._idf = vocabulary.idf
        self._first_pair = len(self._words)
        self._first_gram = self._first_pair + len(self._pairs)
        self._speller = Speller(vocabulary.word_keys, vocabulary.idf[: self._first_pair])
        self._features_of = lru_cache(maxsize=n_remembered)(self._look_up)

    @property
    def n_features(self) -> int:
        """The width of the matrix."""
        return len(self._idf)

    @property
    def first_gram(self) -> int:
        """Where letter n-grams begin among the features."""
        return self._first_gram

    def spelling(self, written: str) -> str:
        """Give a token's normal form, with what was masked restored by the vocabulary; words parted by spaces."""
        return self._speller.spell(written)

    def occurrences(self, tokens: Sequence[Sequence[str]]) -> Occurrences:
        """Find the features of each text, given its tokens as written."""
        n_tokens = np.fromiter(map(len, tokens), dtype=np.int64, count=len(tokens))
        found = [
            self._features_of(written) if len(written) <= _LONGEST_REMEMBERED else self._look_up(written)
            for of_text in tokens
            for written in of_text
        ]
        if not found:
            nothing = np.zeros(0, dtype=np.int64)
            return Occurrences(nothing, nothing, nothing, n_tokens)
        keys_of_each, features_of_each = zip(*found, strict=True)
        features = np.concatenate(features_of_each)
        places = _numbered(features_of_each)
        # Tokens that say nothing have no key and do not part their neighbours.
        speaking = _numbered(keys_of_each)
        keys = np.fromiter(chain.from_iterable(keys_of_each), dtype=np.uint32, count=len(speaking))
        of_text = np.repeat(np.arange(len(tokens)), n_tokens)[speaking]
        pairs = _find(ngrams.pair_keys(keys), self._pairs)
        known = (pairs != _ABSENT) & (of_text[:-1] == of_text[1:])
        return Occurrences(
            np.concatenate([features, pairs[known] + self._first_pair]),
            np.concatenate([places, speaking[:-1][known]]),
            np.concatenate([places, speaking[1:][known]]),
            n_tokens,
        )

    def weigh(self, found: Occurrences) -> tuple[sparse.csr_matrix, NDArray[np.intp]]:
        """Count and weigh occurrences: the TF-IDF matrix, and for each occurrence its place in the matrix's data."""
        n_texts = len(found.n_tokens)
        of_text = np.repeat(np.arange(n_texts), found.n_tokens)[found.tokens]
        cells, places, counts = np.unique(
            of_text * self.n_features + found.features, return_inverse=True, return_counts=True
        )
        return self._tfidf(cells, counts, n_texts), places

    def matrix(self, tokens: Sequence[Sequence[str]]) -> sparse.csr_matrix:
        """Give the TF-IDF of texts, given the tokens of each as written; `(n_texts, n_features)`."""
        found = self.occurrences(tokens)
        of_text = np.repeat(np.arange(len(tokens)), found.n_tokens)[found.tokens]
        cells = of_text * self.n_features + found.features
        cells.sort()
        starts = np.flatnonzero(np.diff(cells, prepend=-1))
        counts = np.diff(starts, append=len(cells))
        return self._tfidf(cells[starts], counts, len(tokens))

    def _tfidf(self, cells: NDArray[np.int64], counts: NDArray[np.int64], n_texts: int) -> sparse.csr_matrix:
        rows, columns = np.divmod(cells, max(self.n_features, 1))
        values = (1 + np.log(counts, dtype=np.float32)) * self._idf[columns]
        block = 2 * rows + (columns >= self._first_gram)
        lengths = np.sqrt(np.bincount(block, weights=values * values, minlength=2 * n_texts))
        values /= lengths[block]
        ends = np.cumsum(np.bincount(rows, minlength=n_texts))
        starts = np.concatenate([[0], ends])
        return sparse.csr_matrix((values, columns, starts), shape=(n_texts, self.n_features), dtype=np.float32)

    def _look_up(self, written: str) -> tuple[list[int], NDArray[np.int64]]:
        keys, grams = keys_of(self._speller.spell(written), *self._gram_lengths)
        words = _find(np.array(keys, dtype=np.uint32), self._words)
        found = _find(grams, self._grams)
        return keys, np.concatenate([words[words != _ABSENT], found[found != _ABSENT] + self._first_gram])


def keys_of(form: str, shortest_gram: int, longest_gram: int) -> tuple[list[int], NDArray[np.uint32]]:
    """Give the keys of a normal form's words, none for what says nothing, and those of their letter n-grams."""
    words = form.split()
    grams = [ngrams.gram_keys(word, shortest_gram, longest_gram) for word in words]
    if len(grams) == 1:  # as nearly always
        return [ngrams.word_key(form)], grams[0]
    return list(map(ngrams.word_key, words)), np.concatenate([np.zeros(0, dtype=np.uint32), *grams])


def _numbered(members: Sequence[Sized]) -> NDArray[np.int64]:
    """Give each member's number as often as it has members of its own."""
    return np.repeat(np.arange(len(members)), np.fromiter(map(len, members), dtype=np.int64, count=len(members)))


def _find(keys: NDArray[np.uint32], vocabulary: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Give the place of each key in a sorted vocabulary, -1 where it is absent."""
    if not len(vocabulary):
        return np.full(len(keys), _ABSENT, dtype=np.int64)
    places = np.searchsorted(vocabulary, keys)
    places[places == len(vocabulary)] = 0
    return np.where(vocabulary[places] == keys, places, _ABSENT)
