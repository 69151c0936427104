"""A vocabulary is read in one way, for scores and for reasons."""

from __future__ import annotations

import numpy as np
import pytest

from models import text
from models.features import NgramTfidf
from models.reader import Reader, Vocabulary

TEXTS = ["The ferry is late again", "the ferry, the ferry!", "Trams are never late", "", "\U0001f600 late trams"]


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return NgramTfidf(min_texts=1).fit(TEXTS).vocabulary()


def test_weighing_gives_the_same_matrix_as_reading(vocabulary: Vocabulary) -> None:
    reader = Reader(vocabulary)
    tokens = [text.split(one) for one in TEXTS]
    matrix, places = reader.weigh(reader.occurrences(tokens))
    np.testing.assert_array_equal(matrix.toarray(), reader.matrix(tokens).toarray())
    assert places.max() == matrix.nnz - 1


def test_a_word_without_end_is_read_and_not_remembered(vocabulary: Vocabulary) -> None:
    reader = Reader(vocabulary, n_remembered=4)
    first, again = reader.matrix([["ferry" * 4000]]), reader.matrix([["ferry" * 4000]])
    np.testing.assert_array_equal(first.toarray(), again.toarray())
    assert reader._features_of.cache_info().currsize == 0
