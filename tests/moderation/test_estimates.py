"""Estimates: what a sample says of all, and that its intervals hold the truth as often as they say."""

from __future__ import annotations

import random

import pytest

from moderation import estimates
from moderation.estimates import Cell, Estimate, rates, share

SIZES = (90_000.0, 8_000.0, 2_000.0)


def test_each_answer_stands_for_as_many_as_its_stratum_has() -> None:
    found = share([Cell(9_000, 90, 0), Cell(1_000, 50, 10)])
    assert found is not None
    assert found.share == pytest.approx(0.1 * 10 / 50)
    assert (found.n, found.x) == (140, 10)
    assert found.low < 0.02 < found.high


def test_a_simple_random_sample_has_wilson_s_interval() -> None:
    found = share([Cell(10_000, 400, 20)])
    assert found is not None
    assert found.n_effective == pytest.approx(400, rel=0.01)
    assert (found.low, found.high) == pytest.approx((0.0326, 0.0761), abs=0.0005)


def test_where_no_mistake_was_found_there_may_be_one() -> None:
    found = share([Cell(9_000, 60, 0), Cell(1_000, 60, 0)])
    assert found is not None
    assert (found.share, found.low) == (0.0, 0.0)
    assert 0.03 < found.high < 0.08
    assert (found.n_effective, found.n) == pytest.approx((73, 120), abs=1)


def test_a_stratum_with_hardly_an_answer_is_put_together_with_its_neighbour() -> None:
    cells = [Cell(9_000, 60, 3), Cell(900, 1, 1), Cell(100, 30, 6)]
    assert share(cells) == share([Cell(9_900, 61, 4), Cell(100, 30, 6)])
    assert share([Cell(9_000, 0, 0), Cell(1_000, 40, 4)]) == share([Cell(10_000, 40, 4)])
    assert share([Cell(9_000, 1, 0)], fewest=1) is not None


@pytest.mark.parametrize("cells", [[], [Cell(9_000, 19, 1)], [Cell(9_000, 0, 0)]], ids=["none", "too few", "no answer"])
def test_too_few_answers_say_nothing(cells: list[Cell]) -> None:
    assert share(cells) is None


def test_precision_and_recall_follow() -> None:
    found = rates([Cell(9_000, 300, 3)], [Cell(1_000, 100, 10)])
    assert found.wrong is not None
    assert found.precision is not None
    assert found.precision.share == pytest.approx(0.9)
    assert found.precision.low == pytest.approx(1 - found.wrong.high)
    assert found.precision.x == 90
    assert found.recall is not None
    assert found.recall.share == pytest.approx(900 / (900 + 90))
    assert found.recall.low < found.recall.share < found.recall.high < 1
    assert (found.recall.n, found.recall.x) == (93, 90)


def test_recall_without_mistakes_and_without_catches() -> None:
    nothing_missed = rates([Cell(9_000, 300, 0)], [Cell(1_000, 100, 0)]).recall
    assert nothing_missed is not None
    assert (nothing_missed.share, nothing_missed.high) == (1.0, 1.0)
    assert 0.8 < nothing_missed.low < 0.95
    nothing_caught = rates([Cell(9_000, 300, 3)], [Cell(1_000, 100, 100)]).recall
    assert nothing_caught is not None
    assert (nothing_caught.share, nothing_caught.low) == (0.0, 0.0)
    assert nothing_caught.high > 0
    assert rates([Cell(9_000, 300, 0)], [Cell(1_000, 100, 100)]).recall is None
    assert rates([Cell(9_000, 5, 0)], [Cell(1_000, 100, 10)]).recall is None
    assert rates([Cell(9_000, 300, 0)], [Cell(1_000, 5, 0)]) == estimates.Rates(
        share([Cell(9_000, 300, 0)]), None, None, None
    )


def drawn(mistakes: tuple[float, ...], chances: tuple[float, ...], lots: random.Random) -> list[Cell]:
    """Answer a sample of a newsroom that errs so."""
    cells = []
    for size, mistake, chance in zip(SIZES, mistakes, chances, strict=True):
        n = round(lots.gauss(size * chance, (size * chance * (1 - chance)) ** 0.5))
        cells.append(Cell(size, n, sum(lots.random() < mistake for _ in range(n))))
    return cells


def held(found: Estimate | None, truth: float) -> bool:
    return found is not None and found.low <= truth <= found.high


@pytest.mark.parametrize("mistakes", [(0.02, 0.02, 0.02), (0.007, 0.025, 0.06)], ids=["everywhere", "near the cut-off"])
def test_the_intervals_hold_the_truth_in_93_to_97_of_a_hundred(mistakes: tuple[float, ...]) -> None:
    lots = random.Random(11)  # noqa: S311  a simulation, no secret
    truth = sum(size * part for size, part in zip(SIZES, mistakes, strict=True)) / sum(SIZES)
    chances, wrong = (0.0035, 0.01, 0.025), (0.05, 0.1, 0.3)
    caught = sum(size / 10 * (1 - part) for size, part in zip(SIZES, wrong, strict=True))
    recall = caught / (caught + truth * sum(SIZES))
    n_times, n_held, n_recall = 1_000, 0, 0
    for _ in range(n_times):
        found = rates(
            drawn(mistakes, chances, lots),
            [Cell(one.size / 10, one.n, one.x) for one in drawn(wrong, chances, lots)],
        )
        n_held += held(found.missed, truth)
        n_recall += held(found.recall, recall)
    assert 0.93 <= n_held / n_times <= 0.97
    assert 0.93 <= n_recall / n_times <= 0.98
