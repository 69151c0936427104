"""Disguised letters are read; words of other scripts are left in peace."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.disguise import HOLE, INVISIBLE, MARKS, fold
from models.lookalikes import STROKE


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("p\u0430int", "paint"),
        ("\u0420\u0430int", "paint"),
        ("tr\u00f8ll", "troll"),
        ("b\u0142ock", "block"),
        ("\U0001f170pple", "apple"),
        ("\u249cpple", "apple"),
        ("\uff41pple", "apple"),
        ("\u00e6on", "aeon"),
        ("s\u00a2arf", "scarf"),
        ("mo\u0661n", "mo1n"),
        ("wh\u026fat", f"wh{HOLE}at"),
        ("t\u16c1me", f"t{STROKE}me"),
        ("h\u10d7me", f"h{HOLE}me"),
    ],
)
def test_a_disguised_letter_is_read(written: str, folded: str) -> None:
    assert fold(written) == folded


@pytest.mark.parametrize(
    "written", ["\u0440\u0435\u043a\u0430\u0436", "\u03c0\u03bf\u03bb\u03b7", "\u5ddd", "\u5e8a\u30c8", "\u5ddda"]
)
def test_a_word_of_another_script_stays(written: str) -> None:
    assert fold(written) == written


def test_what_was_written_backwards_is_read_forwards() -> None:
    assert fold("a\u202eelpp\u202c") == "apple"


@given(st.text(alphabet=st.characters(categories=["Mn", "Cf", "Ll", "Lu", "Lo", "So"]), min_size=1, max_size=20))
def test_any_word_can_be_folded_twice(written: str) -> None:
    folded = fold(written)
    folded.encode()
    assert len(fold(folded)) <= len(folded)


def test_the_classes_hold_no_letters() -> None:
    fillers = {"\u115f", "\u1160", "\u3164", "\uffa0"}
    for inside in (INVISIBLE, MARKS):
        signs = set(inside.replace("-", ""))
        assert {sign for sign in signs if unicodedata.category(sign)[0] == "L"} <= fillers
