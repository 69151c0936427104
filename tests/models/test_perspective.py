"""Perspective's scale: the same share above each threshold, ranks untouched, nothing made up."""

from __future__ import annotations

import numpy as np
import pytest

from models import scale_fitting
from models.perspective import Scale
from models.scale_fitting import FEWEST

DRAW = np.random.default_rng(11)


def test_as_many_lie_above_each_threshold_as_there() -> None:
    theirs = DRAW.beta(0.5, 1.5, 4_000)
    ours = np.round(theirs**3, 4)  # the same ranks on a scale that sits lower
    knots = scale_fitting.fit(ours[::2], theirs[::2])
    assert knots is not None
    scale = Scale({"TOXICITY": knots})
    mapped = np.array([scale.apply({"TOXICITY": p})["TOXICITY"] for p in ours[1::2]])
    for threshold in (0.3, 0.5, 0.7, 0.8, 0.9):
        assert (mapped >= threshold).mean() == pytest.approx((theirs[1::2] >= threshold).mean(), abs=0.02)
    order = np.argsort(ours[1::2])
    assert (np.diff(mapped[order]) >= 0).all()


def test_the_ends_stay_where_they_are() -> None:
    scores = DRAW.uniform(0.2, 0.6, FEWEST)
    knots = scale_fitting.fit(scores, scores)
    assert knots is not None
    assert Scale({"INSULT": knots}).apply({"INSULT": 0.0}) == {"INSULT": 0.0}
    assert Scale({"INSULT": knots}).apply({"INSULT": 1.0}) == {"INSULT": 1.0}


def test_an_attribute_without_a_map_keeps_its_own() -> None:
    assert Scale().apply({"SPAM": 0.31}) == {"SPAM": 0.31}


def test_too_few_texts_make_no_map() -> None:
    scores = DRAW.uniform(0, 1, 1_000)
    theirs = np.where(np.arange(1_000) < FEWEST - 1, scores, np.nan)
    assert scale_fitting.fit(scores, theirs) is None


@pytest.mark.parametrize(
    "knots",
    [
        np.array([[0.0, 1.0]]),
        np.array([0.0, 1.0]),
        np.array([[0.0, 0.5, 0.5], [0.0, 0.5, 1.0]]),
        np.array([[0.0, 0.5, 1.0], [0.0, 0.6, 0.5]]),
        np.array([[0.0, np.nan], [0.0, 1.0]]),
    ],
    ids=["one scale", "a line", "ours does not rise", "theirs falls", "no number"],
)
def test_a_map_that_is_none_is_told(knots: np.ndarray) -> None:
    assert not Scale({"TOXICITY": knots}).is_sound


def test_what_is_told_was_measured_on_texts_that_the_scale_was_not_fitted_on() -> None:
    theirs = DRAW.beta(0.5, 1.5, 2_000)
    ours = {"TOXICITY": theirs**3, "THREAT": np.full(2_000, np.nan)}
    scale, told = scale_fitting.learn(ours, {"TOXICITY": theirs, "THREAT": theirs, "FLIRTATION": theirs})
    assert set(scale.knots) == set(told) == {"TOXICITY"}
    found = told["TOXICITY"]
    assert (found["n"], found["rank_correlation"]) == (2_000, 1.0)
    assert found["difference_after"] < found["difference_before"] / 5
    assert found["after"] == pytest.approx(found["theirs"], abs=0.02)
    assert scale.is_sound
