"""Areas and their intervals are those of the textbook, and fast ones at that."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from models import ranking


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=2, max_size=40))
def test_the_area_is_that_of_the_textbook_ties_included(rows: list[tuple[bool, int]]) -> None:
    positive, p = np.array([yes for yes, _ in rows]), np.array([score / 5 for _, score in rows])
    if positive.all() or not positive.any():
        return
    assert ranking.auc(positive, p) == pytest.approx(roc_auc_score(positive, p))


def drawn(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    positive = np.arange(n) % 5 == 0
    return positive, np.round(chance.normal(0, 1, n) + positive, 2)


def test_the_interval_holds_the_area_and_narrows_with_more_rows() -> None:
    few, many = (ranking.auc_interval(*drawn(n, 1)) for n in (60, 3000))
    assert few.low < few.value < few.high
    assert many.high - many.low < (few.high - few.low) / 3


def test_the_interval_is_as_wide_as_samples_differ() -> None:
    areas = [ranking.auc(*drawn(300, seed)) for seed in range(300)]
    found = ranking.auc_interval(*drawn(300, 1))
    assert found.high - found.low == pytest.approx(3.92 * np.std(areas), rel=0.3)


def test_the_same_seed_gives_the_same_interval_in_however_many_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    positive, p = drawn(100, 2)
    whole = ranking.auc_interval(positive, p)
    assert whole == ranking.auc_interval(positive, p)
    monkeypatch.setattr(ranking, "_CELLS_AT_ONCE", 1)
    in_parts = ranking.auc_interval(positive, p)
    assert in_parts.low == pytest.approx(whole.low, abs=0.05)
