"""The TF-IDF of words, pairs of words and letters inside words, as an estimator: it chooses the vocabulary."""

from __future__ import annotations

from collections import Counter
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from models import ngrams, text
from models.reader import Reader, Vocabulary, keys_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

_FIT_BATCH = 4096


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

        @cache
        def remembered(written: str) -> tuple[list[int], NDArray[np.uint32]]:
            return keys_of(text.normalise(written), self.shortest_gram, self.longest_gram)

        n_texts = 0
        for batch in _batches(X, _FIT_BATCH):
            pair_rows: list[NDArray[np.uint32]] = []
            gram_rows: list[NDArray[np.uint32]] = []
            for one in batch:
                keyed = [keys for keys in map(remembered, text.split(one)) if len(keys[0])]
                if keyed:
                    of_words = [key for keys, _ in keyed for key in keys]
                    words.update(set(of_words))
                    pair_rows.append(np.unique(ngrams.pair_keys(np.array(of_words, dtype=np.uint32))))
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
        reader = Reader(self.vocabulary())
        parts = [reader.matrix([text.split(one) for one in batch]) for batch in _batches(X, _FIT_BATCH)]
        return sparse.vstack(parts, format="csr") if parts else reader.matrix([])

    def vocabulary(self) -> Vocabulary:
        """Give what was learned, as readers and files want it."""
        check_is_fitted(self)
        return Vocabulary(
            self.word_keys_, self.pair_keys_, self.gram_keys_, self.idf_, self.shortest_gram, self.longest_gram
        )

    def __sklearn_tags__(self) -> object:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        return tags

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


def _as_arrays(counted: Counter[int]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    keys = np.fromiter(counted.keys(), dtype=np.uint32, count=len(counted))
    counts = np.fromiter(counted.values(), dtype=np.int64, count=len(counted))
    order = np.argsort(keys)
    return keys[order], counts[order]


def _batches(texts: Iterable[str], size: int) -> Iterator[list[str]]:
    remaining = iter(texts)
    while batch := list(islice(remaining, size)):
        yield batch
