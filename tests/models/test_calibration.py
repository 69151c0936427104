"""Calibrated scores never turn an order around, and mean shares on a news site."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import calibration
from models.attributes import NEWS_SHARE


@pytest.fixture(scope="module")
def made() -> tuple[np.ndarray, np.ndarray]:
    """Log-odds of two attributes that tell the truth about half the rows being positive."""
    chance = np.random.default_rng(1)
    z = chance.normal(0, 2, (4000, 2))
    return z, (chance.random((4000, 2)) < 1 / (1 + np.exp(-z))).astype(float)


def fit(z: np.ndarray, y: np.ndarray, languages: np.ndarray | None = None) -> calibration.Calibration:
    codes = np.array(["en"] * len(z)) if languages is None else languages
    return calibration.fit(z, y, np.ones(z.shape), codes, ("TOXICITY", "INSULT"))


@pytest.fixture(scope="module")
def wrong() -> calibration.Calibration:
    """Fitted to a head that is always wrong, which must not be turned around."""
    z = np.random.default_rng(2).normal(0, 1, (200, 2))
    return fit(z, (z < 0).astype(float))


@given(numbers=st.lists(st.floats(-50, 50), min_size=2, max_size=20))
def test_order_is_kept(wrong: calibration.Calibration, numbers: list[float]) -> None:
    rising = np.repeat(np.sort(numbers)[:, None], 2, axis=1)
    p = wrong.apply(rising, ["en"] * len(rising))
    assert np.all(np.diff(p, axis=0) >= 0)
    assert np.all((p >= 0) & (p <= 1))


def test_the_mean_score_is_the_share_on_a_news_site(made: tuple[np.ndarray, np.ndarray]) -> None:
    z, y = made
    p = fit(z, y).apply(z, ["en"] * len(z))
    for k, name in enumerate(("TOXICITY", "INSULT")):
        sides = calibration.to_share(y[:, k], np.ones(len(y)), NEWS_SHARE[name])
        assert sides.sum() == pytest.approx(1)
        assert (sides.sum(axis=1) * p[:, k]).sum() == pytest.approx(NEWS_SHARE[name], abs=0.002)


def test_a_language_has_its_own_line_where_it_has_labels(made: tuple[np.ndarray, np.ndarray]) -> None:
    z, y = made
    codes = np.where(np.arange(len(z)) % 2 == 0, "en", "de")
    few = np.where(np.arange(len(z)) < 40, "pt", codes)
    shifted = z + 3 * (few == "de")[:, None]
    fitted = fit(shifted, y, few)
    assert fitted.languages == ("de", "en", "pt")
    assert fitted.intercepts[0, 0] < fitted.intercepts[1, 0] - 1
    assert fitted.slopes[2].tolist() == fitted.slopes[-1].tolist()
    unknown = fitted.apply(np.zeros((2, 2)), ["fr", None])
    np.testing.assert_allclose(unknown, 1 / (1 + np.exp(-fitted.intercepts[[-1, -1]])))


def test_without_both_answers_nothing_is_changed() -> None:
    fitted = fit(np.zeros((5, 2)), np.column_stack([np.zeros(5), np.full(5, np.nan)]))
    np.testing.assert_array_equal(fitted.slopes, 1)
    np.testing.assert_array_equal(fitted.intercepts, 0)
