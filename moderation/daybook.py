"""Reading the numbers of the desk: days that are over are counted once, and a whole page serves for a minute."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from moderation import policies, tallies
from moderation.desk import Role
from moderation.numbers import Numbers, Telling, period
from moderation.store import agreement, delivery_figures, moderators, site_statuses, sites, threads
from moderation.store import figures as store
from moderation.store.figures import Asked

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable
    from datetime import datetime

    from sqlalchemy import Connection

    from moderation.desk import Moderator
    from moderation.numbers import Period
    from moderation.store.database import Database

KEPT_SECONDS = 60.0
"""How long the numbers of someone's last look serve again."""

N_ARTICLES = 10
N_THREADS = 6
MOST_DISAGREEMENTS = 1_000

MOST_DAYS_OF_MESSAGES = 7
"""How far back it is told what became of messages: retries go on for three days, so that no day is over soon."""

SETTLED_AFTER = timedelta(hours=1)
"""So long after a day is over nothing changes any more in what is counted of it."""

SAMPLE = 50_000
"""Of so many comments the times of policy's decisions are taken, where there are more."""

_MOST_DAYS = 2_000
_DAY = timedelta(days=1)


class _Slotted(Protocol):
    @property
    def slot(self) -> datetime: ...


_Row = TypeVar("_Row", bound=_Slotted)


@dataclass
class Daybook:
    """What was counted before; one for each process."""

    monotonic: Callable[[], float] = time.monotonic
    _days: OrderedDict[Hashable, list[Any]] = field(default_factory=OrderedDict)
    _pages: dict[Hashable, tuple[float, Numbers]] = field(default_factory=dict)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def look(self, database: Database, who: Moderator, days: int, site_id: int | None, now: datetime) -> Numbers:
        """Tell someone the numbers of the last days, a minute old at most; `site_id` None is every site they see."""
        key = (who.id, who.role, who.site_ids, who.sections, days, site_id)
        with self._turn:  # whoever else asks meanwhile waits for this count instead of counting the same
            kept = self._pages.get(key)
            if kept is not None and self.monotonic() - kept[0] < KEPT_SECONDS:
                return kept[1]
            with database.reading() as tx:
                found = self._read(tx, who, period(days, now), site_id)
            at = self.monotonic()
            self._pages = {other: page for other, page in self._pages.items() if at - page[0] < KEPT_SECONDS}
            self._pages[key] = (at, found)
        return found

    def _read(self, tx: Connection, who: Moderator, over: Period, site_id: int | None) -> Numbers:
        asked = Asked(who, site_id, over.since, over.until, over.by_hour)
        arrived = self.rows(store.arrived, tx, asked)
        sampled = max(1, sum(row.n for row in arrived) // SAMPLE)
        numbers = tallies.numbers(
            over,
            arrived,
            self.rows(store.decided, tx, asked, day_by_day=True),
            self.rows(store.waited, tx, replace(asked, sampled=sampled), day_by_day=True),
            store.n_waiting(tx, asked),
        )
        turned = self.rows(store.turned, tx, asked, day_by_day=True)
        pairs = agreement.pairs(tx, who, site_id, over.since)
        names = {one.id: one.name for one in moderators.everyone(tx)}
        people = tallies.people(names, self.rows(store.worked, tx, asked), turned, pairs)
        if not who.role.may(Role.EDITOR):
            return replace(numbers, people=tuple(one for one in people if one.id == who.id))
        tops = tallies.most_rejected(self.rows(store.rejected, tx, asked, day_by_day=True), N_ARTICLES)
        rough = threads.roughest(tx, who, site_id, over.until, N_THREADS)
        pieces = threads.pieces(tx, {*tops, *(thread.article_id for thread in rough)})
        return replace(
            numbers,
            people=tuple(people),
            reversals=tallies.reversals(turned),
            agreements=tuple(tallies.agreements(pairs, _titles(tx, who, site_id))),
            articles=tuple((pieces[article_id], n) for article_id, n in tops.items()),
            weather=tuple(tallies.outlook(thread, pieces[thread.article_id]) for thread in rough),
            telling=self._telling(tx, who, over, site_id),
        )

    def _telling(self, tx: Connection, who: Moderator, over: Period, site_id: int | None) -> Telling:
        lately = period(min(over.days, MOST_DAYS_OF_MESSAGES), over.until)
        sent = delivery_figures.sent(tx, Asked(who, site_id, lately.since, lately.until, lately.by_hour))
        n_disagreeing = site_statuses.n_disagreeing(tx, who, site_id, over.until, MOST_DISAGREEMENTS)
        return tallies.telling(lately, sent, delivery_figures.health(tx, who, site_id), n_disagreeing)

    def rows(
        self,
        count: Callable[[Connection, Asked], list[_Row]],
        tx: Connection,
        asked: Asked,
        *,
        day_by_day: bool = False,
    ) -> list[_Row]:
        """Count by slot, but days that are over from memory.

        Some counts SQLite does quicker one day at a time: it sorts what it groups. PostgreSQL hashes, and wants it all.
        """
        if asked.by_hour:
            return count(tx, asked)
        day_by_day = day_by_day and tx.dialect.name == "sqlite"
        of_whom = (count.__name__, asked.who.site_ids, asked.who.sections, asked.site_id)
        days = [asked.since + _DAY * n for n in range(math.ceil((asked.until - asked.since) / _DAY))]
        found: list[_Row] = []
        for is_kept, some in groupby(days, lambda day: (*of_whom, day) in self._days):
            run = list(some)
            if not is_kept:
                for first, last in [(day, day) for day in run] if day_by_day else [(run[0], run[-1])]:
                    part = replace(asked, since=first, until=min(last + _DAY, asked.until))
                    self._keep(of_whom, part, count(tx, part))
            for day in run:
                found += self._days[*of_whom, day]
                self._days.move_to_end((*of_whom, day))
                if day + _DAY + SETTLED_AFTER > asked.until:
                    del self._days[*of_whom, day]
        while len(self._days) > _MOST_DAYS:
            self._days.popitem(last=False)
        return found

    def _keep(self, of_whom: tuple[Any, ...], asked: Asked, counted: Iterable[_Slotted]) -> None:
        day = asked.since
        while day < asked.until:
            self._days[*of_whom, day] = []
            day += _DAY
        for row in counted:
            self._days[*of_whom, row.slot].append(row)


def _titles(tx: Connection, who: Moderator, site_id: int | None) -> dict[str, str]:
    """Tell what guidelines are called, by id; where sites call them differently, as the first of them does."""
    titles: dict[str, str] = {}
    for site in sites.everyone(tx):
        is_asked = site_id in {None, site.id} and (who.site_ids is None or site.id in who.site_ids)
        for guideline in policies.current(tx, site.id).members if is_asked else ():
            titles.setdefault(guideline.id, guideline.title)
    return titles
