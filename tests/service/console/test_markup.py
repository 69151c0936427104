"""Texts cut where words weigh: no character is lost or doubled, whatever the spans say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.domain import Reason, Span
from service.console.markup import MASKED, Piece, is_masked, pieces, preview, weighing


def reason(attribute: str, score: float | None, *spans: tuple[int, int]) -> Reason:
    return Reason("respectful", attribute, score, 0.4, spans=tuple(Span(begin, end) for begin, end in spans))


def test_a_text_is_cut_where_words_weigh() -> None:
    assert pieces("You silly man", [reason("INSULT", 0.6, (4, 9))]) == [
        Piece("You "),
        Piece("silly", "INSULT"),
        Piece(" man"),
    ]


def test_grave_words_are_masked() -> None:
    (masked,) = pieces("idiot", [reason("INSULT", 0.99, (0, 5))])
    assert masked == Piece("idiot", "INSULT", is_masked=True)


@pytest.mark.parametrize("attribute", sorted(MASKED))
def test_a_mask_begins_at_its_attributes_score(attribute: str) -> None:
    assert is_masked(reason(attribute, MASKED[attribute]))
    assert not is_masked(reason(attribute, MASKED[attribute] - 0.001))
    assert not is_masked(reason(attribute, None))


def test_spam_and_what_has_no_attribute_is_never_masked() -> None:
    assert not is_masked(reason("SPAM", 1.0))
    assert not is_masked(Reason("respectful", None, 1.0, 0.4))


def test_where_stretches_overlap_the_graver_reason_has_it() -> None:
    cut = pieces("abcdef", [reason("THREAT", 0.9, (2, 4)), reason("INSULT", 0.5, (0, 6))])
    assert [(piece.text, piece.attribute) for piece in cut] == [("ab", "INSULT"), ("cd", "THREAT"), ("ef", "INSULT")]


def test_white_space_at_the_ends_of_a_stretch_does_not_weigh() -> None:
    cut = pieces("a  bad  word", [reason("INSULT", 0.5, (1, 7), (7, 8))])
    assert [(piece.text, piece.attribute) for piece in cut] == [("a  ", None), ("bad", "INSULT"), ("  word", None)]


@given(
    st.text(max_size=30),
    st.lists(st.tuples(st.sampled_from(sorted(MASKED)), st.integers(-5, 40), st.integers(-5, 40)), max_size=5),
)
def test_no_character_is_lost_or_doubled(text: str, spans: list[tuple[str, int, int]]) -> None:
    cut = pieces(text, [reason(attribute, 0.9, (begin, end)) for attribute, begin, end in spans])
    assert "".join(piece.text for piece in cut) == text
    assert all(piece.text for piece in cut)
    assert "".join(piece.text for piece in preview(cut, 1_000)).split() == text.split()


def test_a_preview_is_short_and_its_white_space_even() -> None:
    cut = [Piece("One\n\n  two "), Piece("three", "INSULT", is_masked=True), Piece("\tfour")]
    assert preview(cut) == [Piece("One two "), Piece("three", "INSULT", is_masked=True), Piece(" four")]
    assert preview(cut, 10) == [Piece("One two "), Piece("th…", "INSULT", is_masked=True)]
    assert preview(cut, 13) == [*preview(cut)[:2], Piece("…")]
    assert preview([]) == []


def test_what_weighs_is_listed_once() -> None:
    bad = Piece("bad", "INSULT")
    assert weighing([Piece("A "), bad, Piece(" and "), bad, Piece("worse", "THREAT")]) == [
        bad,
        Piece("worse", "THREAT"),
    ]
