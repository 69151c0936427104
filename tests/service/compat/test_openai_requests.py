"""Long texts are cut into pieces that the classifier takes, and no character is lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from moderation.domain import MAX_TEXT_BYTES
from service.compat.openai_requests import pieces


@given(st.text(st.sampled_from("aé \n🙂"), max_size=12), st.integers(0, 6_000))
def test_pieces_are_the_text_and_fit(unit: str, n: int) -> None:
    text = unit * n
    cut = list(pieces(text))
    assert "".join(cut) == text
    assert all(len(piece.encode()) <= MAX_TEXT_BYTES for piece in cut)


def test_words_stay_whole_where_they_can() -> None:
    first, second = pieces("well said " * 3_000)
    assert first.endswith("said")
    assert second.startswith(" well")
