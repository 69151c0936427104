"""What the classifier can measure, and how common each is on a news site."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

NEWS_SHARE: Mapping[str, float] = MappingProxyType(
    {
        "TOXICITY": 0.08,
        "SEVERE_TOXICITY": 0.005,
        "INSULT": 0.08,
        "THREAT": 0.01,
        "IDENTITY_ATTACK": 0.15,
        "PROFANITY": 0.014,
        "SPAM": 0.02,
    }
)
"""The share of a news site's comments that show each attribute; probabilities are calibrated to it.

Rounded shares in the whole of Civil Comments (two million comments on some fifty news sites); the extracts that we
learn from are far richer. TOXICITY is the 8 % that newsrooms report. SPAM is a guess: no such count is known to us.
IDENTITY_ATTACK is a choice: the share among comments that speak of a group of people, where the question arises, so
that half stands for even odds there. Among all comments it is near 2 %, and scores of the others are next to nothing.

See: Borkan et al. 2019, "Nuanced Metrics for Measuring Unintended Bias".
"""

ATTRIBUTES: tuple[str, ...] = tuple(NEWS_SHARE)
"""In the order of every array's columns."""

LIKELY_TO_REJECT = "LIKELY_TO_REJECT"
"""What one newsroom rejects, whatever the guideline; only versions that learned from its verdicts measure it."""
