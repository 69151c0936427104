"""Labels that are the wrong way round are doubted, and few others."""

from __future__ import annotations

import numpy as np
import pytest

from models import doubts

RNG = np.random.default_rng(3)
TRUE = RNG.random(2000) < 0.2
P = np.clip(np.where(TRUE, 0.8, 0.1) + RNG.normal(0, 0.1, 2000), 0.001, 0.999)
ONES = np.ones((2000, 1))


def labelled(slips: np.ndarray) -> np.ndarray:
    labels = TRUE.astype(float)
    labels[slips] = 1 - labels[slips]
    return labels[:, None]


def test_slips_are_found_the_plainest_first() -> None:
    slips = RNG.choice(2000, 30, replace=False)
    found = doubts.doubted(labelled(slips), P[:, None], ONES)
    assert len(found) <= 40
    assert np.mean([one.row in slips for one in found]) > 0.9
    assert {one.row for one in found} >= set(slips[np.abs(P[slips] - TRUE[slips]) < 0.05].tolist())
    margins = [abs(one.said - one.p) for one in found]
    assert margins == sorted(margins, reverse=True)


def test_where_nothing_speaks_against_them_few_are_doubted() -> None:
    found = doubts.doubted(labelled(np.array([], dtype=int)), P[:, None], ONES)
    assert len(found) < 5


def test_never_more_than_two_in_a_hundred() -> None:
    slips = RNG.choice(2000, 400, replace=False)
    assert len(doubts.doubted(labelled(slips), P[:, None], ONES, most=1000)) == 40
    assert len(doubts.doubted(labelled(slips), P[:, None], ONES, most=7)) == 7


@pytest.mark.parametrize("unknown", ["labels", "held_out", "weights"])
def test_what_is_no_label_is_not_doubted(unknown: str) -> None:
    given = {"labels": labelled(np.arange(30)), "held_out": P[:, None].copy(), "weights": ONES.copy()}
    given[unknown][:15] = 0.0 if unknown == "weights" else np.nan
    assert {one.row for one in doubts.doubted(**given)} & set(range(30)) <= set(range(15, 30))


def test_attributes_with_few_answers_of_a_kind_are_left_alone() -> None:
    labels = np.zeros((2000, 2))
    labels[:9, 0] = 1.0
    labels[:, 1] = labelled(np.arange(30))[:, 0]
    found = doubts.doubted(labels, np.column_stack([P, P]), np.ones((2000, 2)))
    assert found
    assert {one.column for one in found} == {1}


def test_heads_that_know_nothing_doubt_nothing_with_a_margin() -> None:
    assert all(
        one.p > 0.5 or one.said >= 0.5
        for one in doubts.doubted(labelled(np.arange(100)), np.full((2000, 1), 0.2), ONES)
    )
