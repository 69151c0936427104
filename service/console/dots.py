"""A spread drawn as dots: a hundred columns, each one line with round dashes, and what policy does drawn under it."""

from __future__ import annotations

from dataclasses import dataclass

from moderation.guidelines import Guideline, Threshold
from moderation.spreads import N_COLUMNS, Reach, Spread

HIGHEST = 60
"""Dots in a column at most; beyond, one dot stands for several."""

_LOWEST = 16
_STEP = 4.4
_WIDTH = 10
_EDGE = 3.4
_DOT = 0.1


@dataclass(frozen=True, slots=True)
class Column:
    """A column that is not empty, in the drawing's own units: 1000 wide, dots 4.4 apart."""

    number: int
    n: int
    x: float
    top: float
    is_in: bool


@dataclass(frozen=True, slots=True)
class Dots:
    """A spread, ready to be drawn. `per_dot` is what one dot stands for; `tens` the same counts for a table."""

    spread: Spread
    columns: tuple[Column, ...]
    height: float
    base: float
    per_dot: int

    @property
    def tens(self) -> list[tuple[float, int]]:
        """Count in ten steps, from which score on and how many."""
        width = N_COLUMNS // 10
        return [
            (begin / N_COLUMNS, sum(self.spread.counts[begin : begin + width])) for begin in range(0, N_COLUMNS, width)
        ]


@dataclass(frozen=True, slots=True)
class Bands:
    """What policy does by a score alone, as parts of the whole ruler."""

    approve_below: float
    reject_above: float

    @property
    def hold_width(self) -> float:
        """How wide the part is in which people decide."""
        return round(self.reject_above - self.approve_below, 4)


def dots(spread: Spread, reach: Reach | None = None, highest: int | None = None) -> Dots:
    """Draw a spread; the columns within a stretch are marked. Two that are compared share their `highest` column."""
    highest = max(spread.counts) if highest is None else highest
    per_dot = max(1, -(-highest // HIGHEST))
    height = max(_LOWEST, -(-highest // per_dot)) * _STEP + _EDGE
    base = height - _EDGE
    columns = tuple(
        Column(
            number,
            n,
            number * _WIDTH + _WIDTH / 2,
            round(base - (-(-n // per_dot) - 1) * _STEP - _DOT, 1),
            reach is not None and reach.low <= number < reach.high,
        )
        for number, n in enumerate(spread.counts)
        if n
    )
    return Dots(spread, columns, round(height, 1), round(base, 1), per_dot)


def bands(thresholds: list[Threshold]) -> Bands | None:
    """Tell what policy does where several guidelines use the same score: the strictest cut-offs count."""
    if not thresholds:
        return None
    return Bands(min(cut.approve_below for cut in thresholds), min(cut.reject_above for cut in thresholds))


def thresholds_of(name: str, members: tuple[Guideline, ...]) -> list[Threshold]:
    """List the cut-offs that stand for a measure: a guideline's own, or those of all that use an attribute."""
    return [one.threshold for one in members if one.id == name or name in one.attributes]


def hundredths(given: str | None, otherwise: int) -> int:
    """Read a score from an address or a form, `.78` or `0,78`, as whole hundredths in [0, 100]."""
    try:
        return round(min(max(float((given or "").replace(",", ".")), 0.0), 1.0) * N_COLUMNS)
    except ValueError:  # no number, or that which is called so
        return otherwise


def highest_tenth(spread: Spread) -> Reach:
    """Choose the stretch to begin with: from where the highest tenth of the scores begins, to the end."""
    left = max(1, spread.n // 10)
    for number in range(N_COLUMNS - 1, -1, -1):
        left -= spread.counts[number]
        if left <= 0:
            return Reach(number, N_COLUMNS)
    return Reach(N_COLUMNS // 2, N_COLUMNS)
