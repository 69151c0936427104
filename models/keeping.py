"""Which versions are kept: a plain rule, so that nobody wonders where one went."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from models.registry import Listed

N_NEWEST = 5
"""So many of the newest versions are kept, whoever uses them."""


def superfluous(
    listed: Sequence[Listed], in_use: Collection[str], bases: Mapping[str, str], n_newest: int = N_NEWEST
) -> list[str]:
    """Name the versions that may go, the oldest first.

    Kept is what is shipped, what is a candidate still (somebody works at it), what is in use, the newest few, and
    whatever one of these was refitted from.

    Args:
        listed: Every version there is.
        in_use: What decides or decided lately, is in shadow, or is named by a decision that people may still ask about.
        bases: By version, what it was refitted from.
        n_newest: How many of the newest are kept.
    """
    sealed = sorted((one for one in listed if one.is_sealed and not one.is_shipped), key=lambda one: one.created_at)
    newest = {one.version for one in sealed[max(len(sealed) - n_newest, 0) :]}
    kept = newest | set(in_use) | {one.version for one in listed if one.is_shipped or not one.is_sealed}
    kept |= {bases[version] for version in kept if version in bases}
    return [one.version for one in sealed if one.version not in kept]
