"""A champion's calibration moves only as far as held-out labels carry it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from models import recalibration
from models.calibration import Calibration
from models.recalibration import Held

if TYPE_CHECKING:
    from models.training import Trained

RNG = np.random.default_rng(11)
Z = RNG.normal(0, 2, 4000)


def calibration() -> Calibration:
    return Calibration(("en",), np.full((2, 2), 1.5), np.array([[-1.0, 0.5], [-2.0, 0.5]]))


def held(log_odds: np.ndarray, n: int = 4000) -> Held:
    yes = np.random.default_rng(3).random(n) < 1 / (1 + np.exp(-log_odds[:n]))
    return Held(yes.astype(float), np.ones(n), ["en"] * n)


def loss(p: np.ndarray, labels: np.ndarray) -> float:
    return float(-np.mean(labels * np.log(p) + (1 - labels) * np.log(1 - p)))


@pytest.mark.parametrize(
    ("yes", "no", "weight", "is_enough"),
    [(20, 20, 1.0, True), (19, 200, 1.0, False), (200, 19, 1.0, False), (60, 60, 0.25, False), (0, 0, 1.0, False)],
)
def test_both_answers_count_by_weight(yes: int, no: int, weight: float, is_enough: bool) -> None:  # noqa: FBT001
    labels = np.repeat([1.0, 0.0], [yes, no])
    assert Held(labels, np.full(len(labels), weight), ["en"] * len(labels)).is_enough(20.0) is is_enough


def test_many_labels_move_it_to_where_they_are() -> None:
    said = held(0.9 * Z - 2.5)
    found = recalibration.shift(calibration(), 0, Z, said)
    p = found.apply(np.column_stack([Z, Z]), said.languages)[:, 0]
    assert p.mean() == pytest.approx(said.labels.mean(), abs=0.01)
    assert loss(p, said.labels) < loss(1 / (1 + np.exp(-(0.9 * Z - 2.5))), said.labels) + 0.002
    assert found.slopes[:, 1].tolist() == [1.5, 1.5]


def test_few_labels_move_it_little() -> None:
    moved = [
        abs(recalibration.shift(calibration(), 0, Z[:n], held(1.5 * Z + 2.0, n)).intercepts[0, 0] + 1.0)
        for n in (4, 40, 4000)
    ]
    assert moved == sorted(moved)
    assert moved[0] < 0.9
    assert moved[-1] > 2.5


def test_every_language_moves_alike() -> None:
    found = recalibration.shift(calibration(), 0, Z, held(1.5 * Z - 3.0))
    assert found.slopes[0, 0] == found.slopes[1, 0]
    assert found.intercepts[1, 0] < found.intercepts[0, 0] < -1.0


def test_a_line_never_falls() -> None:
    found = recalibration.shift(calibration(), 0, Z, held(-3.0 * Z))
    assert (found.slopes[:, 0] > 0).all()


def test_tiers_are_weighed_by_what_they_know(deep: Trained) -> None:
    tier = deep.classifier.deep
    assert tier is not None
    noise = RNG.normal(0, 2, len(Z))
    said = held(2.0 * Z)
    to_fast = recalibration.rejoin(tier, 0, Z, noise, said).joint[:, 0]
    to_deep = recalibration.rejoin(tier, 0, noise, Z, said).joint[:, 0]
    assert to_fast[0] > 5 * to_fast[1] >= 0
    assert to_deep[1] > 5 * to_deep[0] >= 0
    assert to_fast[2] == tier.joint[2, 0]


def test_other_attributes_keep_their_joint(deep: Trained) -> None:
    tier = deep.classifier.deep
    assert tier is not None
    found = recalibration.rejoin(tier, 0, Z, Z, held(2.0 * Z))
    np.testing.assert_array_equal(found.joint[:, 1:], tier.joint[:, 1:])
    np.testing.assert_array_equal(found.calibration.slopes, tier.calibration.slopes)
    np.testing.assert_array_equal(found.calibration.intercepts[:, 1:], tier.calibration.intercepts[:, 1:])
