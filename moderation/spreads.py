"""Spreads: how many comments stand at each score, in a hundred columns, and what share of some are of a kind."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moderation.guidelines import Guidelines

N_COLUMNS = 100
"""Columns of a spread. Column 42 holds the scores from .42 up to, and without, .43; the last one holds 1 as well."""

_Z_95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Measure:
    """What comments are measured by: an attribute, or a guideline, whose score is the highest of its attributes.

    `name` is the attribute's name or the guideline's id: the one is in capitals, the other is not.
    """

    name: str
    attributes: tuple[str, ...]

    @property
    def is_guideline(self) -> bool:
        """Tell whether it is a guideline's."""
        return not self.name.isupper()


@dataclass(frozen=True, slots=True)
class Reach:
    """A stretch of scores in hundredths: from `low` up to, and without, `high`; to 100 is to the end."""

    low: int
    high: int

    @property
    def begin(self) -> float:
        """The score that it begins at."""
        return self.low / N_COLUMNS

    @property
    def end(self) -> float:
        """The score that it ends before."""
        return self.high / N_COLUMNS


@dataclass(frozen=True, slots=True)
class Spread:
    """How many comments stand in each column. `n_unknown` have no such score."""

    counts: tuple[int, ...]
    n_unknown: int = 0

    @property
    def n(self) -> int:
        """How many have a score."""
        return sum(self.counts)

    def within(self, reach: Reach) -> int:
        """Count those within a stretch of scores."""
        return sum(self.counts[reach.low : reach.high])


@dataclass(frozen=True, slots=True)
class Share:
    """How many of some are of a kind, with the 95 % interval for the share that this speaks for; all in [0, 1]."""

    n: int
    n_all: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share itself."""
        return self.n / self.n_all

    @property
    def margin(self) -> float:
        """Half the width of the interval."""
        return (self.high - self.low) / 2


def spread(counts: Mapping[int | None, int]) -> Spread:
    """Put counts by column into a spread; those of None have no score, and those of 1 stand in the last column."""
    columns = [counts.get(column, 0) for column in range(N_COLUMNS)]
    columns[-1] += counts.get(N_COLUMNS, 0)
    return Spread(tuple(columns), counts.get(None, 0))


def share(n: int, n_all: int) -> Share | None:
    """Tell the share that `n` are of `n_all`, with Wilson's interval; None of none.

    See: Wilson, Journal of the American Statistical Association 22 (1927), 209-212.
    """
    if not n_all:
        return None
    value, z2 = n / n_all, _Z_95**2
    centre = value + z2 / (2 * n_all)
    half = _Z_95 * math.sqrt(value * (1 - value) / n_all + z2 / (4 * n_all**2))
    whole = 1 + z2 / n_all
    return Share(n, n_all, max(0.0, min(value, (centre - half) / whole)), min(1.0, max(value, (centre + half) / whole)))


def measures(guidelines: Guidelines) -> list[Measure]:
    """List what a site's comments can be measured by: its guidelines' attributes, then guidelines of several."""
    attributes = dict.fromkeys(name for guideline in guidelines.members for name in guideline.attributes)
    single = [Measure(name, (name,)) for name in attributes]
    return single + [Measure(one.id, one.attributes) for one in guidelines.members if len(one.attributes) > 1]
