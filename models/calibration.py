"""Calibration: from a head's log-odds to probabilities that mean something on a news site."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models.attributes import NEWS_SHARE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_GENTLEST_SLOPE = 0.05
_STEEPEST_SLOPE = 10.0
_FEWEST = 50


@dataclass(frozen=True, slots=True)
class Calibration:
    """A straight line through the log-odds (Platt's scaling) for each language and attribute, never falling.

    Attributes:
        languages: The languages that have lines of their own, as base subtags.
        slopes: `(n_languages + 1, n_attributes)`, positive; the last row serves every other language.
        intercepts: Of the same shape.
    """

    languages: tuple[str, ...]
    slopes: NDArray[np.float64]
    intercepts: NDArray[np.float64]

    def apply(self, log_odds: NDArray[np.floating], languages: Sequence[str | None]) -> NDArray[np.float64]:
        """Turn `(n_texts, n_attributes)` log-odds, and each text's language, into probabilities of the same shape."""
        row_of = {code: row for row, code in enumerate(self.languages)}
        rows = [row_of.get(code or "", len(self.languages)) for code in languages]
        return _probabilities(log_odds * self.slopes[rows] + self.intercepts[rows])


def fit(
    log_odds: NDArray[np.floating],
    labels: NDArray[np.floating],
    weights: NDArray[np.floating],
    languages: NDArray[np.str_],
    attributes: Sequence[str],
) -> Calibration:
    """Fit lines on rows that the heads did not learn from.

    Args:
        log_odds: Held-out log-odds, `(n_rows, n_attributes)`.
        labels: Shares in [0, 1], NaN where unknown, of the same shape.
        weights: How much each row counts, of the same shape.
        languages: Base subtags, `(n_rows,)`. A language with few labels for an attribute shares the line of all.
        attributes: Names of the columns. Rows are weighed anew so that the share of positives is the attribute's
            `NEWS_SHARE`.
    """
    codes = tuple(str(code) for code in np.unique(languages))
    slopes, intercepts = np.ones((len(codes) + 1, len(attributes))), np.zeros((len(codes) + 1, len(attributes)))
    for k, name in enumerate(attributes):
        known = np.isfinite(labels[:, k])
        for row, code in enumerate((None, *codes)):
            rows = known if code is None else known & (languages == code)
            if code is not None and min(labels[rows, k].sum(), (1 - labels[rows, k]).sum()) < _FEWEST:
                line = slopes[-1, k], intercepts[-1, k]
            else:
                sides = to_share(labels[rows, k], weights[rows, k], NEWS_SHARE[name])
                line = _line(log_odds[rows, k], sides)
            slopes[row - 1, k], intercepts[row - 1, k] = line
    return Calibration(codes, slopes, intercepts)


def to_share(labels: NDArray[np.floating], weights: NDArray[np.floating], share: float) -> NDArray[np.float64]:
    """Weigh rows `(n_rows, 2)`, as a no and as a yes, so that the yes make up `share` of a total of 1."""
    yes, no = weights * labels, weights * (1 - labels)
    return np.column_stack(
        [no * (1 - share) / max(no.sum(), np.finfo(float).tiny), yes * share / max(yes.sum(), np.finfo(float).tiny)]
    )


def _line(log_odds: NDArray[np.floating], sides: NDArray[np.float64]) -> tuple[float, float]:
    if not sides.sum(axis=0).all():
        return 1.0, 0.0

    from scipy.optimize import minimize  # noqa: PLC0415  only fitting pays for it: it takes a third of a second

    def loss(line: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        z = line[0] * log_odds + line[1]
        value = (sides[:, 0] * np.logaddexp(0, z) + sides[:, 1] * np.logaddexp(0, -z)).sum()
        slope = sides.sum(axis=1) * _probabilities(z) - sides[:, 1]
        return float(value), np.array([(slope * log_odds).sum(), slope.sum()])

    found = minimize(
        loss, np.array([1.0, 0.0]), jac=True, method="L-BFGS-B", bounds=[(_GENTLEST_SLOPE, _STEEPEST_SLOPE), (-20, 20)]
    )
    return float(found.x[0]), float(found.x[1])


def _probabilities(log_odds: NDArray[np.floating]) -> NDArray[np.float64]:
    """Turn log-odds into probabilities. The logistic function as a tangent overflows nowhere."""
    return np.asarray(0.5 + 0.5 * np.tanh(log_odds / 2), dtype=np.float64)
