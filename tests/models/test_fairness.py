"""Bias against a group shows in the measure that is meant for it."""

from __future__ import annotations

import numpy as np
import pytest

from models import fairness

GROUPS = ("bakers", "gardeners")


def made() -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Twenty rows for each of two groups and twenty for none; half are positive, and scores are nearly right."""
    positive = np.arange(60) % 2 == 0
    p = np.where(positive, 0.8, 0.2) + np.linspace(-0.05, 0.05, 60)
    members = {group: np.arange(60) // 20 == place for place, group in enumerate(GROUPS)}
    return positive, p, members


def test_without_bias_every_measure_is_full() -> None:
    found = fairness.measure(*made())
    assert list(found) == list(GROUPS)
    assert found["bakers"] == fairness.Bias(20, 10, 1.0, 1.0, 1.0)


def test_a_group_that_looks_toxic_is_low_in_bpsn() -> None:
    positive, p, members = made()
    p[members["bakers"]] += 0.7
    found = fairness.measure(positive, p, members)
    assert found["bakers"].subgroup == 1
    assert found["bakers"].bpsn == 0
    assert found["gardeners"].bnsp is not None
    assert found["gardeners"].bnsp < 1
    assert fairness.worst(found)[1] == fairness.Worst("bpsn", "bakers", 0.0)


def test_a_group_whose_insults_are_missed_is_low_in_bnsp() -> None:
    positive, p, members = made()
    p[members["gardeners"]] -= 0.7
    assert fairness.measure(positive, p, members)["gardeners"].bnsp == 0


def test_too_few_rows_are_not_measured() -> None:
    positive, p, _ = made()
    found = fairness.measure(positive, p, {"few": np.arange(60) < 4})
    assert found["few"] == fairness.Bias(4, 2, None, None, None)
    assert fairness.worst(found) == []


def test_the_longest_term_that_is_a_word_of_its_own_is_named() -> None:
    texts = ["An African American baker", "american bread", "Americana", "The OLD and the young"]
    found = fairness.naming(texts)
    assert set(found) == {"african american", "american", "old", "young"}
    assert found["american"].tolist() == [False, True, False, False]
    assert found["old"].tolist() == [False, False, False, True]


@pytest.mark.parametrize("term", fairness.TERMS)
def test_each_term_is_found_in_a_sentence(term: str) -> None:
    assert list(fairness.naming([f"My neighbour is {term}."])) == [term]


def test_there_are_fifty_different_terms() -> None:
    assert len(set(fairness.TERMS)) == len(fairness.TERMS) == 50
