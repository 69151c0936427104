"""A masked word becomes what the vocabulary makes likeliest; ordinary words stay what they are."""

from __future__ import annotations

import time
from math import log

import numpy as np
import pytest

from models import text
from models.ngrams import word_key
from models.spelling import Speller

TEXTS_WITH = {
    "a": 900,
    "you": 500,
    "so": 300,
    "as": 400,
    "is": 500,
    "here": 300,
    "and": 900,
    "ass": 20,
    "black": 40,
    "idiot": 30,
    "stupid": 30,
    "still": 60,
    "dont": 90,
    "donut": 4,
    "1st": 20,
    "lost": 40,
    "last": 60,
    "soo": 3,
    "usa": 30,
    "harbour": 9,
    "dumb": 9,
    "u**y": 5,
}


@pytest.fixture(scope="module")
def speller() -> Speller:
    cost_of = {word_key(word): 1 - log(n / 1000) for word, n in TEXTS_WITH.items()}
    words = np.array(sorted(cost_of), dtype=np.uint32)
    return Speller(words, np.array([cost_of[int(key)] for key in words], dtype=np.float32))


@pytest.mark.parametrize(
    ("why", "written", "spelled"),
    [
        ("one mask", "id*ot", "idiot"),
        ("two masks", "st##id", "stupid"),
        ("a question mark", "id?ot", "idiot"),
        ("an exclamation mark", "st!ll", "still"),
        ("leading digits", "5tup1d", "stupid"),
        ("a digit that is an l", "b1ack", "black"),
        ("a name that is a word", "@nd", "and"),
        ("an unknown sign", "id\u10d7ot", "idiot"),
        ("many unknown signs are too many", "\u10d7\u10d8\u10d9ot", "\u10d7\u10d8\u10d9ot"),
        ("the likelier word", "l*st", "last"),
        ("a lost apostrophe", "don\ufffdt", "dont"),
        ("drawn out", "stuuuuupid", "stupid"),
        ("a double end drawn out", "asssss", "ass"),
        ("a single end drawn out", "sooooo", "so"),
        ("v for u", "dvmb", "dumb"),
        ("letters apart", "i d i o t", "idiot"),
        ("words apart", "a.i.d.i.o.t", "a idiot"),
        ("letters apart, and a digit", "i d 1 o t", "idiot"),
        ("one low line", "stu_pid", "stupid"),
        ("initials", "U S A", "usa"),
    ],
)
def test_a_disguised_word_is_restored(speller: Speller, why: str, written: str, spelled: str) -> None:
    assert text.split(written) == [written], why
    assert speller.spell(written) == spelled


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("harbour", "harbour"),
        ("Scunthorpe", "scunthorpe"),
        ("1st", "1st"),
        ("2012", "0000"),
        ("$500", "$000"),
        ("A55", "a55"),
        ("@someone", text.NAME),
        ("here!is", "here ! is"),
        ("is?a", "is ? a"),
        ("and|you", "and you"),
        ("id***", "id**"),
        ("u**y", "u**y"),
        ("\u0440\u0435\u043a\u0430", "\u0440\u0435\u043a\u0430"),
        ("&gt;", ""),
        ("!!!", "!!"),
    ],
)
def test_an_ordinary_word_stays(speller: Speller, written: str, spelled: str) -> None:
    assert speller.spell(written) == spelled


def test_without_a_vocabulary_nothing_is_restored() -> None:
    empty = Speller(np.zeros(0, dtype=np.uint32), np.zeros(0, dtype=np.float32))
    assert [empty.spell(written) for written in ("id*ot", "5tupid", "i d i o t")] == ["id*ot", "5tupid", "idiot"]


@pytest.mark.parametrize(
    "written", ["a_" * 10_240, "*a" * 10_240, "a " * 10_240, "a\u10d7" * 5_000, "abc***d", "a1" * 20]
)
def test_no_word_takes_long(speller: Speller, written: str) -> None:
    began = time.process_time()
    for token in text.split(written):
        speller.spell(token)
    assert time.process_time() - began < 2
