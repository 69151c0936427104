"""Perspective's scale: what a probability of ours corresponds to there, so that thresholds can be kept.

Ours mean what they say on news comments; Perspective's mean what its annotators agreed on, and sit higher. Ranks are
not touched: the mapping only stretches the scale, so that as many comments lie above a threshold as Perspective flags.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEWEST = 200
"""Texts with both scores that an attribute's mapping is fitted on at least."""

_STEPS = np.concatenate([np.linspace(0, 0.5, 11), np.linspace(0.52, 0.9, 20), np.linspace(0.91, 1, 10)])
"""Quantiles at which the two scales are laid side by side, closer where thresholds are."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Monotone, piecewise linear maps from our probabilities to Perspective's scores, by attribute.

    Attributes:
        knots: For each attribute ours, rising, and Perspective's at the same ranks, rising: `(2, n_knots)` float64.
    """

    knots: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)

    @property
    def is_sound(self) -> bool:
        """Tell whether the maps are what they should be: whoever made a version by hand may have erred."""
        return all(
            one.ndim == 2  # noqa: PLR2004  (two scales)
            and len(one) == 2  # noqa: PLR2004
            and bool(np.isfinite(one).all() and (np.diff(one[0]) > 0).all() and (np.diff(one[1]) >= 0).all())
            for one in self.knots.values()
        )

    def apply(self, values: Mapping[str, float]) -> dict[str, float]:
        """Map probabilities; an attribute without a map keeps its own."""
        return {name: self._mapped(name, p) for name, p in values.items()}

    def _mapped(self, name: str, p: float) -> float:
        found = self.knots.get(name)
        return p if found is None else round(float(np.interp(p, found[0], found[1])), 4)


def fit(ours: NDArray[np.floating], theirs: NDArray[np.floating]) -> NDArray[np.float64] | None:
    """Lay the two scales side by side by rank; None with too few texts.

    The ends are 0 to 0 and 1 to 1, so that nothing is mapped out of [0, 1].

    Args:
        ours: Our probabilities of some texts, `(n_texts,)`.
        theirs: Perspective's scores of the same, NaN where there is none.
    """
    known = np.isfinite(theirs)
    if known.sum() < FEWEST:
        return None
    x, y = (np.quantile(scores[known], _STEPS) for scores in (ours, theirs))
    x, first = np.unique(np.concatenate([[0.0], x, [1.0]]), return_index=True)
    y = np.maximum.accumulate(np.concatenate([[0.0], y, [1.0]]))[first]
    return np.stack([x, y])
