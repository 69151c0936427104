"""The TF-IDF of words, pairs of words and letters inside words, made fast by remembering each word's n-grams."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from models import ngrams, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

N_REMEMBERED = 1 << 15
"""Words whose features a reader remembers: about 20 MB."""

_LONGEST_REMEMBERED = 64  # so that nobody fills the memory with words of twenty thousand letters
_FIT_BATCH = 4096
_ABSENT = -1


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


class NgramTfidf(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Turn texts into rows of TF-IDF values, words and letters each of length one.

    Words and pairs of words are one block, letter n-grams (inside a word, its edges marked) the other. Term counts are
    damped by a logarithm. The vocabulary is kept as sorted 32-bit keys, not strings, so that a model is small and
    quick to load.

    Args:
        min_texts: A feature must occur in so many texts.
        max_words: The most words kept, those found in most texts first.
        max_pairs: The same for pairs of neighbouring words.
        max_grams: The same for letter n-grams.
        shortest_gram: Letters in the shortest n-gram.
        longest_gram: Letters in the longest n-gram.

    Attributes:
        word_keys_: Sorted keys of words, `(n_words,)`; pairs in `pair_keys_`, letter n-grams in `gram_keys_`. Features
            are numbered in this order.
        idf_: The weight of each feature, `(n_features,)`.
    """

    def __init__(
        self,
        *,
        min_texts: int = 3,
        max_words: int = 60_000,
        max_pairs: int = 80_000,
        max_grams: int = 110_000,
        shortest_gram: int = 3,
        longest_gram: int = 5,
    ) -> None:
        self.min_texts = min_texts
        self.max_words = max_words
        self.max_pairs = max_pairs
        self.max_grams = max_grams
        self.shortest_gram = shortest_gram
        self.longest_gram = longest_gram

    def fit(self, X: Iterable[str], y: object = None) -> NgramTfidf:  # noqa: ARG002  (scikit-learn's signature)
        """Choose the vocabulary and weigh it by rarity."""
        words: Counter[int] = Counter()
        pairs = _Tally()
        grams = _Tally()
        remembered = lru_cache(maxsize=None)(self._keys_of)
        n_texts = 0
        for batch in _batches(X, _FIT_BATCH):
            pair_rows: list[NDArray[np.uint32]] = []
            gram_rows: list[NDArray[np.uint32]] = []
            for one in batch:
                keyed = [keys for keys in map(remembered, text.split(one)) if keys is not None]
                words.update({key for key, _ in keyed})
                if keyed:
                    pair_rows.append(np.unique(ngrams.pair_keys(np.array([key for key, _ in keyed], dtype=np.uint32))))
                    gram_rows.append(np.unique(np.concatenate([grams_of for _, grams_of in keyed])))
            pairs.add(pair_rows)
            grams.add(gram_rows)
            n_texts += len(batch)
        self.word_keys_, word_counts = self._keep(*_as_arrays(words), self.max_words)
        self.pair_keys_, pair_counts = self._keep(*pairs.total(), self.max_pairs)
        self.gram_keys_, gram_counts = self._keep(*grams.total(), self.max_grams)
        n_with = np.concatenate([word_counts, pair_counts, gram_counts])
        self.idf_ = (np.log((1 + n_texts) / (1 + n_with)) + 1).astype(np.float32)
        return self

    def transform(self, X: Iterable[str]) -> sparse.csr_matrix:
        """Give the TF-IDF of each text, a sparse float32 matrix `(n_texts, n_features)`."""
        check_is_fitted(self)
        reader = Reader(self)
        parts = [reader.matrix([text.split(one) for one in batch]) for batch in _batches(X, _FIT_BATCH)]
        return sparse.vstack(parts, format="csr") if parts else reader.matrix([])

    def __sklearn_tags__(self) -> object:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        return tags

    def _keys_of(self, written: str) -> tuple[int, NDArray[np.uint32]] | None:
        form = text.normalise(written)
        if not form:
            return None
        return ngrams.word_key(form), ngrams.gram_keys(form, self.shortest_gram, self.longest_gram)

    def _keep(
        self, keys: NDArray[np.uint32], counts: NDArray[np.int64], n_most: int
    ) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
        often = counts >= self.min_texts
        keys, counts = keys[often], counts[often]
        if len(keys) > n_most:
            # Ties break by key, so that the same texts always give the same vocabulary.
            chosen = np.sort(np.lexsort((keys, -counts))[:n_most])
            keys, counts = keys[chosen], counts[chosen]
        return keys, counts


class Reader:
    """Reads texts with a fitted vocabulary, remembering the features of the words it met last."""

    def __init__(self, fitted: NgramTfidf, n_remembered: int = N_REMEMBERED) -> None:
        self._keys_of = fitted._keys_of  # noqa: SLF001  (two halves of one thing)
        self._words = fitted.word_keys_
        self._pairs = fitted.pair_keys_
        self._grams = fitted.gram_keys_
        self._idf = fitted.idf_
        self._first_pair = len(self._words)
        self._first_gram = self._first_pair + len(self._pairs)
        self._features_of = lru_cache(maxsize=n_remembered)(self._look_up)

    @property
    def n_features(self) -> int:
        """The width of the matrix."""
        return len(self._idf)

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
        features = np.concatenate([ids for _, ids in found])
        places = np.repeat(
            np.arange(len(found)), np.fromiter((len(ids) for _, ids in found), dtype=np.int64, count=len(found))
        )
        # Tokens that say nothing have no key and do not part their neighbours.
        speaking = np.fromiter((i for i, (key, _) in enumerate(found) if key is not None), dtype=np.int64)
        keys = np.fromiter((key for key, _ in found if key is not None), dtype=np.uint32, count=len(speaking))
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

    def _look_up(self, written: str) -> tuple[int | None, NDArray[np.int64]]:
        keys = self._keys_of(written)
        if keys is None:
            return None, np.zeros(0, dtype=np.int64)
        word, grams = keys
        words = _find(np.array([word], dtype=np.uint32), self._words)
        found = _find(grams, self._grams)
        return word, np.concatenate([words[words != _ABSENT], found[found != _ABSENT] + self._first_gram])


class _Tally:
    """Counts keys over many batches without holding every occurrence."""

    def __init__(self) -> None:
        self._keys = np.zeros(0, dtype=np.uint32)
        self._counts = np.zeros(0, dtype=np.int64)

    def add(self, rows: Sequence[NDArray[np.uint32]]) -> None:
        """Count keys, each at most once a row."""
        if not rows:
            return
        keys, counts = np.unique(np.concatenate(rows), return_counts=True)
        both = np.concatenate([self._keys, keys])
        self._keys, places = np.unique(both, return_inverse=True)
        self._counts = np.bincount(places, weights=np.concatenate([self._counts, counts])).astype(np.int64)

    def total(self) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
        """Give the keys, sorted, and how many rows had each."""
        return self._keys, self._counts


def _find(keys: NDArray[np.uint32], vocabulary: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Give the place of each key in a sorted vocabulary, -1 where it is absent."""
    if not len(vocabulary):
        return np.full(len(keys), _ABSENT, dtype=np.int64)
    places = np.searchsorted(vocabulary, keys)
    places[places == len(vocabulary)] = 0
    return np.where(vocabulary[places] == keys, places, _ABSENT)


def _as_arrays(counted: Counter[int]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    keys = np.fromiter(counted.keys(), dtype=np.uint32, count=len(counted))
    counts = np.fromiter(counted.values(), dtype=np.int64, count=len(counted))
    order = np.argsort(keys)
    return keys[order], counts[order]


def _batches(texts: Iterable[str], size: int) -> Iterator[list[str]]:
    remaining = iter(texts)
    while batch := list(islice(remaining, size)):
        yield batch
