"""The table of look-alikes keeps to its half of Unicode, so that the other half can measure it."""

from __future__ import annotations

import string

from models.lookalikes import LETTER_OF, STROKE, is_known


def test_no_sign_is_of_the_half_that_must_stay_unseen() -> None:
    assert [sign for sign in LETTER_OF if not is_known(sign)] == []


def test_the_halves_never_change() -> None:
    assert [is_known(sign) for sign in "\u0430\u0435\u0456"] == [True, False, True]


def test_a_sign_looks_like_one_letter() -> None:
    assert set(LETTER_OF.values()) <= {*string.ascii_lowercase, STROKE}
    assert all(len(sign) == 1 and not sign.isascii() for sign in LETTER_OF)
