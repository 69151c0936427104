"""Carrying a champion's calibration over to refitted heads: kept where labels are few, moved carefully where not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from models.archive import Deep
    from models.calibration import Calibration

_SLOPE_SPREAD = 0.25
_SHIFT_SPREAD = 0.7
_BALANCE_SPREAD = 0.3
_LEAST = 0.05


@dataclass(frozen=True, slots=True)
class Held:
    """Rows by heads that did not learn from them, of one attribute.

    Attributes:
        labels: Shares in [0, 1], none unknown, `(n_rows,)`.
        weights: How much each row counts, of the same shape.
        languages: Of each row, as a base subtag.
    """

    labels: NDArray[np.float64]
    weights: NDArray[np.float64]
    languages: Sequence[str | None]

    def is_enough(self, fewest: float) -> bool:
        """Say whether there are enough of each answer, counted by weight, to move anything."""
        yes = float((self.weights * self.labels).sum())
        return min(yes, float(self.weights.sum()) - yes) >= fewest


def shift(calibration: Calibration, column: int, log_odds: NDArray[np.floating], held: Held) -> Calibration:
    """Move an attribute's lines by one line of Platt's on top of them all, believed to be no change at all before.

    Args:
        calibration: The champion's.
        column: Of the attribute.
        log_odds: Of the refitted heads, `(n_rows,)`.
        held: What people said of these rows.
    """
    slopes, constants = _lines(calibration, column, held.languages)
    z = slopes * log_odds + constants
    slope, moved = _most_probable(
        lambda line: line[0] * z + line[1],
        lambda residue: np.array([(residue * z).sum(), residue.sum()]),
        held,
        np.array([1.0, 0.0]),
        np.array([_SLOPE_SPREAD, _SHIFT_SPREAD]),
        [(_LEAST, None), (None, None)],
    )
    return _moved(calibration, column, float(slope), float(moved))


def rejoin(deep: Deep, column: int, fast: NDArray[np.floating], log_odds: NDArray[np.floating], held: Held) -> Deep:
    """Weigh the tiers anew and move the calibration of both, believed to stay as they are before.

    A greater slope of the calibration is more weight on both tiers, so the slopes themselves stay.

    Args:
        deep: The champion's deep tier.
        column: Of the attribute.
        fast: Log-odds of the refitted fast tier, `(n_rows,)`.
        log_odds: Of the deep heads, of the same shape.
        held: What people said of these rows.
    """
    slopes, constants = _lines(deep.calibration, column, held.languages)
    before = deep.joint[:, column]
    spread = _BALANCE_SPREAD * max(float(before[:2].sum()), _LEAST)
    of_fast, of_deep, moved = _most_probable(
        lambda w: slopes * (w[0] * fast + w[1] * log_odds + before[2]) + constants + w[2],
        lambda residue: np.array([(residue * slopes * fast).sum(), (residue * slopes * log_odds).sum(), residue.sum()]),
        held,
        np.array([before[0], before[1], 0.0]),
        np.array([spread, spread, _SHIFT_SPREAD]),
        [(0.0, None), (0.0, None), (None, None)],
    )
    joint = deep.joint.copy()
    joint[:2, column] = of_fast, of_deep
    return replace(deep, joint=joint, calibration=_moved(deep.calibration, column, 1.0, float(moved)))


def _most_probable(
    log_odds: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    pulled: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    held: Held,
    believed: NDArray[np.float64],
    spread: NDArray[np.float64],
    bounds: Sequence[tuple[float | None, float | None]],
) -> NDArray[np.float64]:
    def loss(numbers: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        z = log_odds(numbers)
        away = (numbers - believed) / spread
        value = (held.weights * (np.logaddexp(0, z) - held.labels * z)).sum() + away @ away / 2
        residue = held.weights * (0.5 + 0.5 * np.tanh(z / 2) - held.labels)
        return float(value), pulled(residue) + away / spread

    found = minimize(loss, believed, jac=True, method="L-BFGS-B", bounds=bounds)
    return np.asarray(found.x, dtype=np.float64)


def _lines(
    calibration: Calibration, column: int, languages: Sequence[str | None]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    row_of = {code: row for row, code in enumerate(calibration.languages)}
    rows = [row_of.get(code or "", len(calibration.languages)) for code in languages]
    return calibration.slopes[rows, column], calibration.intercepts[rows, column]


def _moved(calibration: Calibration, column: int, slope: float, moved: float) -> Calibration:
    slopes, intercepts = calibration.slopes.copy(), calibration.intercepts.copy()
    slopes[:, column] *= slope
    intercepts[:, column] = slope * intercepts[:, column] + moved
    return replace(calibration, slopes=slopes, intercepts=intercepts)
