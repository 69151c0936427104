"""Dots: how high a column is, what one dot stands for, and policy's bands under them."""

from __future__ import annotations

import pytest

from moderation import guidelines
from moderation.guidelines import Threshold
from moderation.spreads import Reach, spread
from service.console.dots import Bands, bands, dots, highest_tenth, hundredths, thresholds_of


def test_a_column_is_one_line_with_as_many_dashes_as_comments() -> None:
    drawn = dots(spread({0: 1, 42: 3}), Reach(40, 50))
    assert [(one.number, one.x, one.is_in) for one in drawn.columns] == [(0, 5.0, False), (42, 425.0, True)]
    assert drawn.columns[0].top == pytest.approx(drawn.base - 0.1)
    assert drawn.columns[1].top == pytest.approx(drawn.base - 2 * 4.4 - 0.1)


@pytest.mark.parametrize(("highest", "per_dot"), [(0, 1), (1, 1), (60, 1), (61, 2), (120, 2), (121, 3), (6_000, 100)])
def test_beyond_sixty_high_a_dot_stands_for_several(highest: int, per_dot: int) -> None:
    drawn = dots(spread({50: highest}))
    assert drawn.per_dot == per_dot
    assert all(one.top >= 0 for one in drawn.columns)


def test_counts_in_ten_steps_are_complete() -> None:
    drawn = dots(spread({0: 1, 9: 1, 10: 5, 99: 2}))
    assert drawn.tens[0] == (0.0, 2)
    assert drawn.tens[1] == (0.1, 5)
    assert sum(n for _, n in drawn.tens) == 9


def test_the_strictest_cut_offs_are_policy_s() -> None:
    assert bands([Threshold(0.4, 0.9), Threshold(0.5, 0.8)]) == Bands(0.4, 0.8)
    assert Bands(0.4, 0.9).hold_width == 0.5
    assert bands([]) is None


def test_a_measure_has_the_cut_offs_of_those_that_use_it() -> None:
    members = guidelines.default().members
    assert thresholds_of("respectful", members) == [Threshold(0.4, 0.95)]
    assert thresholds_of("THREAT", members) == [Threshold(0.2, 0.99)]


@pytest.mark.parametrize(
    ("given", "found"), [(".78", 78), ("0,78", 78), ("1", 100), ("9", 100), ("-1", 0), ("x", 7), (None, 7), ("nan", 7)]
)
def test_scores_are_read_as_hundredths(given: str | None, found: int) -> None:
    assert hundredths(given, 7) == found


def test_the_highest_tenth_begins_where_a_tenth_stands_above() -> None:
    assert highest_tenth(spread({10: 90, 80: 6, 90: 4})) == Reach(80, 100)
    assert highest_tenth(spread({10: 1})) == Reach(10, 100)
    assert highest_tenth(spread({})) == Reach(50, 100)
