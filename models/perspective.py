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
