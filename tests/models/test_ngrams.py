"""Keys are stable names: a saved vocabulary must mean the same tomorrow."""

from __future__ import annotations

import numpy as np

from models import ngrams


def test_keys_never_change() -> None:
    assert ngrams.word_key("harbour") == 1_533_582_490
    assert ngrams.gram_keys("sea", 3, 5).tolist() == [
        1913225889,
        117859206,
        2048526406,
        1226056895,
        3987795763,
        3002824060,
    ]
    assert ngrams.pair_keys(np.array([1, 2, 3], dtype=np.uint32)).tolist() == [2895584594, 4164825689]


def test_a_word_has_the_ngrams_of_its_letters_and_edges() -> None:
    assert len(ngrams.gram_keys("sea", 3, 5)) == 3 + 2 + 1
    assert len(ngrams.gram_keys("a", 3, 5)) == 1
    assert len(ngrams.gram_keys("a" * 1000, 3, 5)) < 3 * (ngrams.LONGEST_WORD + 2)


def test_pairs_know_their_order() -> None:
    left, right = ngrams.word_key("dog"), ngrams.word_key("bites")
    forward = ngrams.pair_keys(np.array([left, right], dtype=np.uint32))
    backward = ngrams.pair_keys(np.array([right, left], dtype=np.uint32))
    assert forward.shape == (1,)
    assert forward[0] != backward[0]


def test_fewer_than_two_words_have_no_pairs() -> None:
    assert ngrams.pair_keys(np.array([7], dtype=np.uint32)).shape == (0,)
    assert ngrams.pair_keys(np.zeros(0, dtype=np.uint32)).shape == (0,)
