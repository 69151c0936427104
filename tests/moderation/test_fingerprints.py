"""Fingerprints: close where texts are nearly the same, far apart where they are not."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.fingerprints import MOST_APART, bands, bits_apart, normalised, simhash

PIECES = [
    "The bridge was closed for eleven months and now they tell us it needs another inspection before spring.",
    "I drove past the harbour this morning: three cranes, no workers, and a sign that says opening last June.",
    "My grandmother swam in that river every summer, and nobody ever had to test the water for anything.",
    "Whoever planned this junction has never ridden a bicycle in the rain with two children on the back.",
    "Parking will cost twice as much from January, and the buses run half as often. Explain that to me.",
    "Good article. I had no idea that the library was built with bricks from the old brewery.",
    "Vote them out.",
    "Vote them all out, every single one.",
    "No way!",
    "No way?",
    "Yes",
]
LONG = " ".join(PIECES[:5])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(PIECES[0], PIECES[0].upper(), id="letter case"),
        pytest.param(PIECES[0], "  " + PIECES[0].replace(" ", "\n\t"), id="white space"),
        pytest.param(PIECES[0], PIECES[0].replace("bridge", "bri\u200bd\u00adge"), id="characters that nobody sees"),
        pytest.param(PIECES[0], PIECES[0].replace(",", " -").replace(".", "!!! 🎉"), id="punctuation"),
        pytest.param("Call 555 1234 for cheap tiles now", "Call 907 5 for cheap tiles now", id="numbers"),
        pytest.param("This is sooooo good, honestly", "This is soooooooooo good, honestly", id="drawn-out letters"),
        pytest.param("\uff26\uff52\uff45\uff45 tiles for everyone", "Free tiles for everyone", id="forms of letters"),
        pytest.param("Vote them out", "Vo\u0336te th\u0337em out", id="marks over letters"),
        pytest.param("Nein danke", "nein  DANKE", id="two words"),
        pytest.param(
            "今天天气很好我们去公园散步吧", "今天天气很好我们去公园散步吧\uff01", id="a script without spaces"
        ),
    ],
)
def test_what_makes_no_difference_to_a_reader_makes_none(one: str, other: str) -> None:
    assert simhash(one) == simhash(other)


@pytest.mark.parametrize("changed", ["The bridge", "a"])
def test_a_word_more_or_less_in_a_long_text_is_nearly_the_same(changed: str) -> None:
    assert bits_apart(simhash(LONG), simhash(LONG.replace("The bridge", changed, 1))) <= MOST_APART
    assert bits_apart(simhash(LONG), simhash(f"{LONG} So much for that")) <= MOST_APART


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(PIECES, 2)))
def test_different_texts_are_far_apart(one: str, other: str) -> None:
    assert bits_apart(simhash(one), simhash(other)) > MOST_APART


def test_characters_of_a_script_without_spaces_tell_texts_apart() -> None:
    assert bits_apart(simhash("今天天气很好我们去公园散步吧"), simhash("他昨天在公园说的话我们很不好")) > MOST_APART


def test_texts_of_which_nothing_can_be_seen_are_the_same() -> None:
    assert simhash("\u200b \ufeff") == simhash("")
    assert normalised("\u200b \ufeff") == ""


@given(st.text(max_size=200))
def test_any_text_has_a_signed_number_of_64_bits(text: str) -> None:
    assert -(2**63) <= simhash(text) < 2**63


@given(st.integers(-(2**63), 2**63 - 1), st.lists(st.integers(0, 63), max_size=MOST_APART))
def test_fingerprints_that_are_close_agree_in_a_band(fingerprint: int, flipped: list[int]) -> None:
    pattern = 0
    for bit in flipped:
        pattern |= 1 << bit
    other = fingerprint ^ (pattern - 2**64 if pattern >= 2**63 else pattern)
    assert bits_apart(fingerprint, other) == len(set(flipped))
    assert any(mine == theirs for mine, theirs in zip(bands(fingerprint), bands(other), strict=True))


def test_bands_are_the_quarters_from_the_highest_bits_down() -> None:
    assert bands(0x0001_0002_0003_FFFF) == (1, 2, 3, 0xFFFF)
    assert bands(-1) == (0xFFFF,) * 4
