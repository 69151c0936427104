"""The fast TF-IDF is the TF-IDF."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from sklearn.exceptions import SkipTestWarning
from sklearn.utils.estimator_checks import parametrize_with_checks

from models.features import NgramTfidf
from models.reader import Reader

TEXTS = ["The ferry is late again", "the ferry, the ferry!", "Trams are never late", "", "\U0001f600 late trams"]


with warnings.catch_warnings():
    # Most checks want numbers, and scikit-learn says that it leaves them out for a reader of texts.
    warnings.simplefilter("ignore", SkipTestWarning)
    CHECKS = parametrize_with_checks([NgramTfidf()])


@CHECKS
def test_it_is_an_estimator_as_scikit_learn_means_it(estimator: object, check: object) -> None:
    check(estimator)  # type: ignore[operator]


@pytest.fixture(scope="module")
def fitted() -> NgramTfidf:
    return NgramTfidf(min_texts=1).fit(TEXTS)


def test_words_and_letters_are_each_of_length_one(fitted: NgramTfidf) -> None:
    X = fitted.transform(TEXTS)
    n_words = len(fitted.word_keys_) + len(fitted.pair_keys_)
    words, letters = X[:, :n_words].power(2).sum(axis=1), X[:, n_words:].power(2).sum(axis=1)
    np.testing.assert_allclose(np.ravel(words), [1, 1, 1, 0, 1], atol=1e-6)
    np.testing.assert_allclose(np.ravel(letters), [1, 1, 1, 0, 1], atol=1e-6)
    assert X.dtype == np.float32


def test_rare_features_weigh_more_than_common_ones(fitted: NgramTfidf) -> None:
    def idf(word: str) -> float:
        reader = Reader(fitted.vocabulary())
        return float(fitted.idf_[reader.occurrences([[word]]).features[0]])

    assert idf("never") > idf("late")


def test_a_text_reads_the_same_alone_and_in_a_batch(fitted: NgramTfidf) -> None:
    together = fitted.transform(TEXTS).toarray()
    alone = np.vstack([fitted.transform([one]).toarray() for one in TEXTS])
    np.testing.assert_array_equal(together, alone)


def test_the_same_texts_give_the_same_vocabulary() -> None:
    one, other = NgramTfidf(min_texts=1, max_grams=20).fit(TEXTS), NgramTfidf(min_texts=1, max_grams=20).fit(TEXTS)
    np.testing.assert_array_equal(one.gram_keys_, other.gram_keys_)
    assert len(one.gram_keys_) == 20


def test_an_unknown_text_is_an_empty_row(fitted: NgramTfidf) -> None:
    assert fitted.transform(["\u0416\u0416"]).nnz == 0
    assert fitted.transform([]).shape == (0, len(fitted.idf_))


def test_platform_marks_do_not_part_neighbours(fitted: NgramTfidf) -> None:
    with_mark, without = fitted.transform(["the RT ferry", "the ferry"]).toarray()
    np.testing.assert_array_equal(with_mark, without)
