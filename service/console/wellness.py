"""What spares the moderator: easy texts between hard ones, and how much was severe this hour, for their eyes only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import zip_longest

from moderation.desk import Moderator
from moderation.moderator_decisions import SEVERE
from moderation.store import exposures
from service.console.cards import Card
from service.parts import parts

BREAK_AFTER = 12
"""Severe texts within an hour after which a break is suggested, unless someone chose otherwise."""

_HOUR = timedelta(hours=1)
_N_BARS = 5


@dataclass(frozen=True, slots=True)
class Exposure:
    """How many severe texts someone read within the last hour, of how many that they want to stop for a break."""

    n: int
    limit: int

    @property
    def n_bars(self) -> int:
        """How many of the meter's five bars are full."""
        return min(_N_BARS, -(-self.n * _N_BARS // self.limit)) if self.limit else 0

    @property
    def wants_break(self) -> bool:
        """Tell whether it is time for one."""
        return bool(self.limit) and self.n >= self.limit


def exposure(who: Moderator) -> Exposure:
    """Count for someone what they alone are shown."""
    with parts().database.reading() as tx:
        n = exposures.n_since(tx, who.id, datetime.now(UTC) - _HOUR)
    return Exposure(n, int(who.preferences.get("break_after", BREAK_AFTER)))


def arranged(cards: Sequence[Card], who: Moderator) -> list[Card]:
    """Put an easy text after each hard one, for who wants that; else leave the queue's order."""
    if not who.preferences.get("interleave"):
        return list(cards)
    hard = [one for one in cards if _is_hard(one)]
    easy = [one for one in cards if not _is_hard(one)]
    mixed = [one for pair in zip_longest(hard, easy) for one in pair if one is not None]
    return mixed if hard and easy else list(cards)


def _is_hard(card: Card) -> bool:
    return card.item is not None and card.item.severity >= SEVERE
