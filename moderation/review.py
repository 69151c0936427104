"""Working a review queue: a handful of comments claimed for one person, renewed, let go, and what became of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from moderation.desk import Moderator, Queue, Role
from moderation.store import claims, dossiers, waiting_items
from moderation.store import decisions as decision_store

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from moderation.store.database import Database
    from moderation.store.decisions import Fate
    from moderation.store.waiting_items import Item, Waiting, Wanted

HANDFUL = 8
"""Comments that one person has in hand at a time."""

LEASE = timedelta(minutes=10)
"""How long they are theirs."""

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Hand:
    """What someone has in hand of a queue, until when, and who else works it."""

    items: tuple[Item, ...]
    until: datetime
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """One queue as someone sees it: how much waits, since when, and how much came within the last hour."""

    n: int = 0
    oldest_at: datetime | None = None
    n_last_hour: int = 0


@dataclass(frozen=True, slots=True)
class Board:
    """Everything that waits at one time, from which each person's tallies are read."""

    waiting: Sequence[Waiting]
    arrivals: Mapping[tuple[Queue, int], int]

    def seen_by(self, who: Moderator) -> dict[Queue, Tally]:
        """Tally each queue for someone, by what they may see."""
        mine: dict[Queue, list[Waiting]] = defaultdict(list)
        for part in self._in_sight_of(who):
            mine[part.queue].append(part)
        return {queue: self._tally(queue, mine[queue], who) for queue in Queue}

    def sections(self, queue: Queue, who: Moderator) -> list[str]:
        """List the sections in which anything of a queue waits for someone."""
        return sorted({part.section for part in self._in_sight_of(who) if part.queue is queue and part.section})

    def languages(self, queue: Queue, who: Moderator) -> list[str]:
        """List the languages in which anything of a queue waits for someone."""
        return sorted({part.language for part in self._in_sight_of(who) if part.queue is queue and part.language})

    def _in_sight_of(self, who: Moderator) -> Iterator[Waiting]:
        for part in self.waiting:
            if who.sees(part.site_id, part.section) and (not part.is_escalated or who.role.may(Role.EDITOR)):
                yield part

    def _tally(self, queue: Queue, parts: Sequence[Waiting], who: Moderator) -> Tally:
        n_last_hour = sum(
            n
            for (of_queue, site_id), n in self.arrivals.items()
            if of_queue is queue and (who.site_ids is None or site_id in who.site_ids)
        )
        oldest_at = min((part.oldest_at for part in parts), default=None)
        return Tally(sum(part.n for part in parts), oldest_at, n_last_hour)


def take(database: Database, who: Moderator, wanted: Wanted, now: datetime, size: int = HANDFUL) -> Hand:
    """Fill someone's hand from a queue: what they have stays theirs, the rest is claimed in the wanted order.

    Nobody else is shown what is in it. All of it is theirs for ten minutes from now.
    """
    while True:
        with database.writing() as tx:
            hand, was_anticipated = _fill(tx, who, wanted, now, size)
        if not was_anticipated:
            return hand


def keep(database: Database, who: Moderator, queue: Queue, now: datetime) -> datetime:
    """Renew what someone has in hand; return until when."""
    with database.writing() as tx:
        claims.renew(tx, who.id, queue, now, now + LEASE)
    return now + LEASE


def leave(database: Database, who: Moderator, queue: Queue, until: datetime | None = None) -> None:
    """Let go of what someone has in hand of a queue; with `until`, only of what was theirs until then at most."""
    with database.writing() as tx:
        claims.let_go(tx, who.id, queue, until=until)


def n_new(database: Database, who: Moderator, wanted: Wanted, since: datetime, now: datetime) -> int:
    """Count what entered a queue for someone since a time."""
    with database.reading() as tx:
        return waiting_items.n_new(tx, who, wanted, since, now)


def board(database: Database, now: datetime) -> Board:
    """Read everything that waits; one reading serves everyone who looks."""
    with database.reading() as tx:
        return Board(waiting_items.everything_waiting(tx), waiting_items.arrivals_since(tx, now - _HOUR))


def fates(database: Database, who: Moderator, comment_ids: Collection[int]) -> dict[int, Fate]:
    """Tell which of these comments, as far as one may see them, somebody else decided by now, who, and how."""
    with database.reading() as tx:
        decided = set(comment_ids) - waiting_items.still_waiting(tx, comment_ids)
        if not decided:  # as at nearly every look of every open console
            return {}
        found = decision_store.fates(tx, decided, who.id)
        subjects = dossiers.subjects(tx, list(found))
    return {one.id: found[one.id] for one in subjects.values() if who.sees(one.site_id, one.article.section)}


def _fill(tx: Connection, who: Moderator, wanted: Wanted, now: datetime, size: int) -> tuple[Hand, bool]:
    """Fill a hand, and tell whether somebody else took any of it in the same moment, so that trying again helps."""
    until = now + LEASE
    claims.renew(tx, who.id, wanted.queue, now, until)
    held = waiting_items.in_hand_of(tx, who, wanted, now)[:size]
    beside = {item.comment_id for item in held}
    found = waiting_items.next_for(tx, who, wanted, now, size - len(held), beside) if len(held) < size else []
    taken = claims.take(tx, who.id, wanted.queue, [item.comment_id for item in found], now, until)
    items = (*held, *(item for item in found if item.comment_id in taken))
    others = tuple(name for name in claims.people_at(tx, wanted.queue, now) if name != who.name)
    return Hand(items, until, others), len(taken) < len(found)
