"""The encoder reads words in their normal form, with the punctuation that quotes and parts them."""

from __future__ import annotations

import pytest

from models import text
from models.wordpieces import Cutter, form, located_words


@pytest.mark.parametrize(
    ("why", "written", "read"),
    [
        ("plain", "Mayor", "mayor"),
        ("with an apostrophe", "Don\u2019t", "don't"),
        ("an address", "https://example.org/a", "link"),
        ("someone's name on a platform", "@mayor", "someone"),
        ("a mail address", "ann@example.org", "address"),
        ("what says nothing", "RT", ""),
        ("remains of HTML", "&amp;", "&"),
        ("an emoji in HTML", "&#128545;", "pouting face"),
        ("an emoji", "\U0001f595", "reversed hand with middle"),
        ("drawn out", "stuuuupid", "stuupid"),
        ("a number", "2026", "2026"),
        ("a quotation mark", '"', '"'),
        ("many marks", "!!!!", "!!"),
    ],
)
def test_a_token_is_read_in_a_form_that_the_vocabulary_knows(why: str, written: str, read: str) -> None:
    assert form(written) == read, why


def test_punctuation_stands_between_the_words_in_its_place() -> None:
    comment = 'He said: "go away", twice.'
    assert [token.written for token in located_words(comment)] == [
        "He", "said", ":", '"', "go", "away", '"', ",", "twice", ".",
    ]  # fmt: skip
    assert all(comment[token.begin : token.end] == token.written for token in located_words(comment))


def test_every_token_of_the_n_grams_is_among_them() -> None:
    comment = "So… (what) \u201cnow\u201d? See https://example.org/a,b -- 50% off; me@example.org"
    begins = {token.begin for token in located_words(comment)}
    assert {token.begin for token in text.locate(comment)} <= begins


def test_pieces_know_their_token(encoder: object) -> None:
    cutter = Cutter(encoder.pieces)  # type: ignore[attr-defined]
    (pieces,) = cutter.cut([located_words("my baker came")])
    assert pieces.tokens.tolist() == [-1, 0, 1, 2, -1]
    assert len(pieces.ids) == 5
