"""Sentences, and places in a text as JavaScript counts them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.domain import Span
from service.compat.sentences import in_utf16, sentences


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        (" \n ", []),
        ("One", ["One"]),
        ("One. Two!? Three…", ["One.", "Two!?", "Three…"]),
        ('He said "no." Then 3.5 more.', ['He said "no."', "Then 3.5 more."]),
        (" A line\r\n\r\nanother ", ["A line", "another"]),
        ("他来了。我走。", ["他来了。", "我走。"]),
        ("see a.b.c", ["see a.b.c"]),
    ],
)
def test_a_text_is_cut_where_a_sentence_ends(text: str, found: list[str]) -> None:
    assert [text[span.begin : span.end] for span in sentences(text, 50)] == found


def test_of_too_many_sentences_several_make_a_stretch() -> None:
    text = " ".join(f"Number {n}." for n in range(103))
    found = sentences(text, 10)
    assert [text[span.begin : span.end].count(".") for span in found] == [10, 11, 10, 10, 11, 10, 10, 10, 11, 10]
    assert (found[0].begin, found[-1].end) == (0, len(text))


@given(st.text(alphabet="ab😀é. !\n", max_size=60), st.integers(1, 5))
def test_stretches_are_in_order_and_places_fit_the_text_in_utf16(text: str, most: int) -> None:
    found = sentences(text, most)
    assert len(found) <= most
    assert all(one.end <= two.begin for one, two in pairwise(found))
    encoded = text.encode("utf-16-le")
    for span in [*found, Span(0, len(text))]:
        begin, end = in_utf16(text, span)
        assert encoded[2 * begin : 2 * end].decode("utf-16-le") == text[span.begin : span.end]
