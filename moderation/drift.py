"""Drift: how far what comes in now is from what a version was first trusted with, in numbers and in alarms."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

EDGES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9)
"""Where the ten bins of scores part: most comments are harmless, so they are narrow where these are."""

FEWEST = 500
"""Comments on either side; with fewer, chance alone moves the index."""

FEWEST_ANSWERED = 100
"""Decisions of moderators on either side, to compare how often they agree with the champion."""

MOST_PSI = 0.25
"""The population stability index from which on a distribution counts as another one, by custom."""

MOST_MORE_UNSCORED = 0.10
"""How much the share of comments that could not be scored may grow."""

MOST_LESS_AGREED = 0.05
"""How much less moderators may agree with the champion, beyond what chance explains."""

_LEANS_FROM = 0.5
_HALF = 0.5
_EASES = 0.8
_Z95 = 1.959964


class Kind(StrEnum):
    """What an alarm is about."""

    SCORES = "scores"
    LANGUAGES = "languages"
    UNSCORED = "unscored"
    AGREEMENT = "agreement"


@dataclass(slots=True)
class Tally:
    """What was counted of some days of a site under one version.

    `scores` holds, by attribute, how many fell into each bin; `n_answered` counts the comments that moderators approved
    or rejected, `n_agreed` those of them where the champion leaned the same way.
    """

    n: int = 0
    n_unscored: int = 0
    n_answered: int = 0
    n_agreed: int = 0
    scores: dict[str, list[int]] = field(default_factory=dict)
    languages: Counter[str] = field(default_factory=Counter)

    def judged(self, scores: Mapping[str, float], language: str | None, *, is_unscored: bool) -> None:
        """Count a comment that policy judged."""
        self.n += 1
        self.n_unscored += is_unscored
        self.languages[(language or "und").partition("-")[0].lower()] += 1
        for attribute, score in scores.items():
            bins = self.scores.setdefault(attribute, [0] * (len(EDGES) + 1))
            bins[bisect_right(EDGES, score)] += 1

    def answered(self, scores: Mapping[str, float], *, is_rejected: bool) -> None:
        """Count a comment that a moderator decided, and whether the champion leaned that way."""
        if scores:
            self.n_answered += 1
            self.n_agreed += (max(scores.values()) >= _LEANS_FROM) is is_rejected

    def add(self, other: Tally) -> None:
        """Count another tally in."""
        self.n += other.n
        self.n_unscored += other.n_unscored
        self.n_answered += other.n_answered
        self.n_agreed += other.n_agreed
        self.languages.update(other.languages)
        for attribute, bins in other.scores.items():
            mine = self.scores.setdefault(attribute, [0] * len(bins))
            self.scores[attribute] = [a + b for a, b in zip(mine, bins, strict=True)]

    def as_document(self) -> dict[str, Any]:
        """Write it as JSON."""
        return {
            "n": self.n,
            "unscored": self.n_unscored,
            "answered": self.n_answered,
            "agreed": self.n_agreed,
            "scores": self.scores,
            "languages": dict(self.languages),
        }


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was compared: its value, the most that it may be, and whether there is enough to tell."""

    kind: Kind
    subject: str
    value: float
    bound: float

    @property
    def is_alarming(self) -> bool:
        """Tell whether it is beyond what it may be."""
        return self.value > self.bound

    @property
    def is_calm(self) -> bool:
        """Tell whether it is so far below that an alarm may end: what hovers about the bound does not ring anew."""
        return self.value <= _EASES * self.bound


def read(document: Mapping[str, Any]) -> Tally:
    """Read what `Tally.as_document` wrote."""
    return Tally(
        document["n"],
        document["unscored"],
        document["answered"],
        document["agreed"],
        {attribute: list(bins) for attribute, bins in document["scores"].items()},
        Counter(document["languages"]),
    )


def together(tallies: Iterable[Tally]) -> Tally:
    """Add tallies up."""
    total = Tally()
    for tally in tallies:
        total.add(tally)
    return total


def psi(expected: Sequence[int], found: Sequence[int]) -> float:
    """Compute the population stability index of two distributions over the same bins, each with half a count added.

    The sum over bins of (share found - share expected) x ln(share found / share expected); 0 where they are equal.
    See: B. Yurdakul, J. Naranjo, Statistical properties of the population stability index, 2020.
    """
    n_expected, n_found = (sum(counts) + _HALF * len(counts) for counts in (expected, found))
    index = 0.0
    for before, now in zip(expected, found, strict=True):
        a, b = (before + _HALF) / n_expected, (now + _HALF) / n_found
        index += (b - a) * math.log(b / a)
    return index


def compare(reference: Tally, lately: Tally) -> list[Finding]:
    """Compare what comes in lately with the reference; what has too few comments to be told is left out."""
    found: list[Finding] = []
    if min(reference.n, lately.n) >= FEWEST:
        for attribute in sorted(reference.scores.keys() & lately.scores.keys()):
            before, now = reference.scores[attribute], lately.scores[attribute]
            if min(sum(before), sum(now)) >= FEWEST:
                found.append(Finding(Kind.SCORES, attribute, psi(before, now), MOST_PSI))
        spoken = sorted(reference.languages.keys() | lately.languages.keys())
        index = psi([reference.languages[code] for code in spoken], [lately.languages[code] for code in spoken])
        found.append(Finding(Kind.LANGUAGES, "", index, MOST_PSI))
        more = lately.n_unscored / lately.n - reference.n_unscored / reference.n
        found.append(Finding(Kind.UNSCORED, "", max(0.0, more), MOST_MORE_UNSCORED))
    if min(reference.n_answered, lately.n_answered) >= FEWEST_ANSWERED:
        then, today = (one.n_agreed / one.n_answered for one in (reference, lately))
        chance = _Z95 * math.sqrt(then * (1 - then) / reference.n_answered + today * (1 - today) / lately.n_answered)
        found.append(Finding(Kind.AGREEMENT, "", max(0.0, then - today - chance), MOST_LESS_AGREED))
    return found
