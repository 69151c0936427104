"""Agreement is counted in characters, and nothing agrees with nothing."""

from __future__ import annotations

import pytest

from models import spans


@pytest.mark.parametrize(
    ("marked", "named", "expected"),
    [
        ([], [], 1.0),
        ([(0, 4)], [], 0.0),
        ([], [(0, 4)], 0.0),
        ([(0, 4)], [(0, 4)], 1.0),
        ([(0, 4)], [(2, 6)], 0.5),
        ([(0, 4), (2, 6), (0, 4)], [(0, 6)], 1.0),
    ],
)
def test_f1_is_of_characters(marked: list[tuple[int, int]], named: list[tuple[int, int]], expected: float) -> None:
    assert spans.f1(marked, named) == pytest.approx(expected)


def test_the_mean_counts_every_text_once() -> None:
    assert spans.mean_f1([[(0, 4)], []], [[(0, 4)], [(0, 1)]]) == 0.5


def test_what_people_marked_is_read_with_or_without_its_kind() -> None:
    assert spans.parse('[[3, 8, "Insult"], [0, 2]]') == [(3, 8), (0, 2)]
    assert spans.parse(None) == spans.parse("[]") == spans.parse("") == []
