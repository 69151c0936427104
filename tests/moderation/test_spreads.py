"""Spreads: columns, stretches, and shares with what they speak for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation import guidelines
from moderation.spreads import Measure, Reach, measures, share, spread


def test_a_stretch_counts_its_columns_and_not_the_one_it_ends_before() -> None:
    waiting = spread({10: 2, 20: 3, 99: 5, None: 7})
    assert (waiting.n, waiting.n_unknown) == (10, 7)
    assert waiting.within(Reach(10, 20)) == 2
    assert waiting.within(Reach(20, 100)) == 8
    assert (Reach(10, 20).begin, Reach(10, 20).end) == (0.1, 0.2)


@pytest.mark.parametrize(
    ("n", "n_all", "low", "high"),
    [
        pytest.param(0, 10, 0.0, 0.278, id="none of ten"),
        pytest.param(10, 10, 0.722, 1.0, id="all of ten"),
        pytest.param(226, 318, 0.658, 0.758, id="seven in ten of three hundred"),
    ],
)
def test_a_share_says_how_much_it_speaks_for(n: int, n_all: int, low: float, high: float) -> None:
    found = share(n, n_all)
    assert found is not None
    assert (found.low, found.high) == (pytest.approx(low, abs=0.001), pytest.approx(high, abs=0.001))
    assert found.margin == pytest.approx((high - low) / 2, abs=0.001)


def test_no_share_is_told_of_nothing() -> None:
    assert share(0, 0) is None


@given(st.integers(1, 10_000).flatmap(lambda n_all: st.tuples(st.integers(0, n_all), st.just(n_all))))
def test_a_share_lies_within_its_interval(counts: tuple[int, int]) -> None:
    found = share(*counts)
    assert found is not None
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_comments_are_measured_by_attributes_and_by_guidelines_of_several() -> None:
    found = measures(guidelines.default())
    assert Measure("INSULT", ("INSULT",)) in found
    assert Measure("respectful", ("TOXICITY", "INSULT")) in found
    assert not any(one.name == "no-spam" for one in found)
    assert [one.is_guideline for one in found] == sorted(one.is_guideline for one in found)
