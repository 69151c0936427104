"""What a comment quotes is not held against its writer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.quotation import blank

PARENT = "You are all idiots and the harbour should be closed for good."


@pytest.mark.parametrize(
    ("why", "comment", "parent", "left"),
    [
        ("nothing quoted", "I disagree.", PARENT, "I disagree."),
        ("a quoted line", "> You are all idiots\nPlease stay polite.", None, "Please stay polite."),
        ("the parent's words", 'He wrote "you are all idiots and the harbour" here.', PARENT, 'He wrote "" here.'),
        ("the parent's words in another case", "YOU ARE ALL IDIOTS AND THE what?", PARENT, "what?"),
        ("a few words in common", "The harbour should stay open", PARENT, "The harbour should stay open"),
        ("only a repetition", PARENT, PARENT, PARENT),
        ("only a quoted line", "> You are all idiots", None, "> You are all idiots"),
        ("no word at all", "?!", PARENT, "?!"),
    ],
)
def test_quoted_words_are_blanked(why: str, comment: str, parent: str | None, left: str) -> None:
    blanked = blank(comment, [None, parent])
    assert len(blanked) == len(comment), why
    assert " ".join(blanked.split()).replace('" "', '""') == left, why


WORDS = st.lists(st.sampled_from(["you", "are", "idiots", ">", "\n", '"', "the", "harbour", "\U0001f600"]), max_size=40)


@given(WORDS.map(" ".join), WORDS.map(" ".join))
def test_every_other_letter_keeps_its_place(comment: str, parent: str) -> None:
    blanked = blank(comment, [parent])
    assert len(blanked) == len(comment)
    assert all(new in {old, " "} for new, old in zip(blanked, comment, strict=True))
