"""A difference is told with what chance would make of it."""

from __future__ import annotations

import numpy as np

from models import comparison


def made(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    chance = np.random.default_rng(11)
    positive = chance.random(n) < 0.3
    noise = chance.random(n)
    return positive, positive * 0.2 + noise, positive * 0.5 + noise


def test_the_better_ranking_is_told_with_its_interval() -> None:
    positive, worse, better = made(400)
    found = comparison.difference(positive, worse, better)
    assert 0 < found.low < found.value < found.high
    reverse = comparison.difference(positive, better, worse)
    assert reverse.value == -found.value


def test_the_same_scores_differ_by_nothing() -> None:
    positive, p, _ = made(100)
    found = comparison.difference(positive, p, p)
    assert (found.value, found.low, found.high) == (0, 0, 0)


def test_only_rows_that_both_score_are_compared_and_small_sources_are_left_out() -> None:
    positive, p, q = made(60)
    labels = positive.astype(float)[:, None]
    first, second = p[:, None].copy(), q[:, None].copy()
    first[:10] = np.nan
    sources = np.array(["a"] * 56 + ["b"] * 4)
    found = comparison.compare(("TOXICITY",), labels, first, second, sources)
    assert found["TOXICITY"].keys() == {"all", "a"}
    assert found["TOXICITY"]["all"]["n"] == 50
    assert found["TOXICITY"]["all"]["second"] > found["TOXICITY"]["all"]["first"]
