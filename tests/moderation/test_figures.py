"""Figures about the desk, computed from counts."""

from __future__ import annotations

import math

import pytest

from moderation import figures
from moderation.figures import Agreement

A, R = "APPROVED", "REJECTED"


def test_kappa_is_what_the_textbook_computes() -> None:
    found = figures.agreement({(A, A): 45, (A, R): 15, (R, A): 25, (R, R): 15})
    assert (found.n_pairs, found.n_agreed) == (100, 60)
    assert found.kappa == pytest.approx(0.1304, abs=5e-5)  # (0.60 - 0.54) / (1 - 0.54)
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.kappa < found.high
    assert (found.high - found.low) / 2 / 1.96 == pytest.approx(0.0987, abs=1e-4)  # and so says resampling


def test_people_who_never_agree_have_a_kappa_of_minus_one() -> None:
    found = figures.agreement({(A, R): 10, (R, A): 10})
    assert (found.kappa, found.low) == (-1.0, -1.0)


def test_people_who_always_agree_are_no_surer_than_their_number_allows() -> None:
    few, many = (figures.agreement({(A, A): n, (R, R): n}) for n in (3, 300))
    assert (few.kappa, few.low, few.high) == (1.0, 0.0, 1.0)
    assert many.low == pytest.approx(0.99)
    assert figures.agreement({(A, A): 1, (R, R): 1}).low == -1.0


@pytest.mark.parametrize(
    ("pairs", "found"),
    [
        ({}, Agreement(0, 0, None, None, None)),
        ({(A, A): 9}, Agreement(9, 9, None, None, None)),
    ],
    ids=["nobody was asked", "both only ever approved"],
)
def test_kappa_says_nothing_where_chance_explains_all(pairs: dict[tuple[str, str], int], found: Agreement) -> None:
    assert figures.agreement(pairs) == found


@pytest.mark.parametrize(
    ("counts", "part", "found"),
    [
        ({}, 0.5, None),
        ({7.0: 1}, 0.5, 7.0),
        ({1.0: 5, 2.0: 5}, 0.5, 1.0),
        ({1.0: 5, 2.0: 6}, 0.5, 2.0),
        ({3.0: 1, 1.0: 8, 2.0: 1}, 0.9, 2.0),
        ({3.0: 2, 1.0: 8}, 0.9, 3.0),
        ({1.0: 3}, 0.0, 1.0),
    ],
)
def test_a_percentile_is_the_smallest_value_that_enough_do_not_exceed(
    counts: dict[float, int], part: float, found: float | None
) -> None:
    assert figures.percentile(counts, part) == found


def test_a_share_of_nothing_is_none() -> None:
    assert figures.share(1, 4) == 0.25
    assert figures.share(0, 0) is None


def test_the_chance_of_a_burst_is_the_tail_of_a_poisson_distribution() -> None:
    assert figures.chance_of_burst(0, 15, 3, 60) == 1.0
    assert figures.chance_of_burst(1, 15, 3, 60) == pytest.approx(1 - math.exp(-1))
    assert figures.chance_of_burst(3, 15, 3, 60) == pytest.approx(1 - math.exp(-1) * 2.5)
    assert figures.chance_of_burst(60, 15, 0, 15) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("what", "n", "n_before", "minutes_before", "is_rising"),
    [
        ("a calm thread", 0, 0, 1440, False),
        ("four rejects are no burst", 4, 0, 1440, False),
        ("five out of the blue", 5, 0, 1440, True),
        ("five under a new article", 5, 0, 15, True),
        ("five under a new article, after two", 5, 2, 15, False),
        ("a busy thread, busy as ever", 20, 1900, 1440, False),
        ("a busy thread, a little busier", 30, 1900, 1440, False),
        ("a busy thread, four times as busy", 80, 1900, 1440, True),
    ],
)
def test_rejects_rise_when_chance_does_not_explain_them(
    what: str,
    n: int,
    n_before: int,
    minutes_before: float,
    is_rising: bool,  # noqa: FBT001  a row of the table
) -> None:
    assert figures.is_rising(n, 15, n_before, minutes_before) is is_rising, what
