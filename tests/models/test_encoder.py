"""What the encoder makes of a text depends on that text alone, and its words' shares add up."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import pytest

from models.encoder import Encoder
from models.wordpieces import located_words

if TYPE_CHECKING:
    from models.archive import EncoderFiles

TEXTS = ["You are such an idiot about the bridge.", "My baker came", "", "\U0001f600", "word " * 5_000]


@pytest.fixture(scope="module")
def eyes(encoder: EncoderFiles) -> Encoder:
    return Encoder(encoder.graph, encoder.pieces)


def test_no_texts_have_no_states(eyes: Encoder) -> None:
    assert eyes.embed([]).shape == eyes.embed_on_all_cores([]).shape == (0, eyes.width)
    assert eyes.shares([], np.ones((eyes.width, 2), dtype=np.float32)) == []


def test_a_text_is_read_the_same_alone_together_and_in_any_thread(eyes: Encoder) -> None:
    together = eyes.embed(TEXTS)
    assert np.isfinite(together).all()
    np.testing.assert_array_equal(together, np.concatenate([eyes.embed([one]) for one in TEXTS]))
    np.testing.assert_array_equal(together, eyes.embed_on_all_cores(TEXTS))
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda _: eyes.embed(TEXTS), range(8)):
            np.testing.assert_array_equal(together, found)


def test_the_order_of_words_matters(eyes: Encoder) -> None:
    one, other = eyes.embed(["the mayor is a clown", "a clown is the mayor"])
    assert np.abs(one - other).max() > 0.01


def test_what_is_longer_than_the_most_pieces_is_cut_off(eyes: Encoder) -> None:
    np.testing.assert_array_equal(eyes.embed(["idiot " * 200]), eyes.embed(["idiot " * 3_000]))


def test_the_shares_of_words_add_up_to_the_answer_but_for_the_marks_at_both_ends(eyes: Encoder) -> None:
    coef = np.random.default_rng(1).normal(size=(eyes.width, 3)).astype(np.float32)
    located = [located_words(one) for one in TEXTS[:3]]
    shares = eyes.shares(located, coef)
    assert [one.shape for one in shares] == [(len(tokens), 3) for tokens in located]
    marks_only = eyes.shares([[]], coef)
    assert marks_only[0].shape == (0, 3)
    assert np.abs(shares[0].sum(axis=0) - (eyes.embed(TEXTS[:1]) @ coef)[0]).max() < np.abs(coef).sum()
