"""Sampling: which of policy's own verdicts people look at by chance, and how likely each is to be drawn."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from moderation.domain import Lot, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moderation.guidelines import Guidelines

STRATA = (("far", 0.4, 0.7), ("middle", 0.75, 2.0), ("near", 1.0, 5.0))
"""Strata by how close a verdict was to being another: each up to a closeness, with how many times the share is drawn.

Near its cut-off policy errs most, so that there the same work finds more. Far from it a verdict is still drawn seven
tenths as often as the share says, or the rare mistakes there would weigh too much in what is estimated.
"""

_ALL = 2**64


def lot(verdict: Verdict, scores: Mapping[str, float], guidelines: Guidelines) -> Lot | None:
    """Tell how likely a verdict is to be drawn; None where people look anyhow, or where nothing shall be drawn."""
    share = {Verdict.APPROVE: guidelines.sample.approved, Verdict.REJECT: guidelines.sample.rejected}.get(verdict, 0.0)
    if not share:
        return None
    closeness = closeness_of(verdict, scores, guidelines)
    name, _, factor = next(stratum for stratum in STRATA if closeness <= stratum[1])
    return Lot(name, min(1.0, share * factor))


def closeness_of(verdict: Verdict, scores: Mapping[str, float], guidelines: Guidelines) -> float:
    """Tell how close an approval or a rejection was to being none, from 0 for the surest to 1 at the cut-off."""
    found = 0.0 if verdict is Verdict.APPROVE else 1.0
    for guideline in guidelines.members:
        cut = guideline.threshold
        for score in (scores[name] for name in guideline.attributes if name in scores):
            if verdict is Verdict.APPROVE:
                found = max(found, min(1.0, score / cut.approve_below))
            elif score > cut.reject_above:
                found = min(found, (1.0 - score) / (1.0 - cut.reject_above))
    return found


def is_drawn(lot: Lot, site_id: int, external_id: str, revision: int) -> bool:
    """Draw by the comment's own name: whoever draws again, draws the same, and nobody's wish goes into it."""
    name = f"blind sample\0{site_id}\0{external_id}\0{revision}".encode()
    return int.from_bytes(hashlib.sha256(name).digest()[:8]) < lot.probability * _ALL
