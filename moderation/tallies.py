"""Putting counts together into the numbers of the desk."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from moderation import figures
from moderation.domain import Actor, Status
from moderation.numbers import Agreed, Messages, Numbers, Outlook, Pace, Person, Reversals, Telling, Volume
from moderation.store.outbox import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from moderation.numbers import Period
    from moderation.store.agreement import Pair
    from moderation.store.delivery_figures import Health, Sent
    from moderation.store.figures import Arrived, Decided, Rejected, Turned, Waited, Worked
    from moderation.store.threads import Piece, Thread

_MINUTES_NOW = 15


def numbers(
    over: Period, arrived: Iterable[Arrived], decided: Iterable[Decided], waited: Sequence[Waited], n_waiting: int
) -> Numbers:
    """Put together what everyone may know.

    Who is told to have decided is who decided first: policy, unless it held a comment for people. The site's own
    decisions count with people's.
    """
    came = Counter({row.slot: row.n for row in arrived})
    first: dict[tuple[datetime, Status], int] = Counter()
    by_people: dict[tuple[datetime, Status], int] = Counter()
    for row in decided:
        if row.by is Actor.POLICY:
            first[row.slot, row.status] += row.n if row.is_first else 0
        else:
            by_people[row.slot, row.status] += row.n
    by_slot: dict[datetime, list[Waited]] = defaultdict(list)
    for one in waited:
        if one.by is not Actor.POLICY:
            by_slot[one.slot].append(one)
    volumes = tuple(
        Volume(
            slot,
            came[slot],
            first[slot, Status.APPROVED],
            first[slot, Status.REJECTED],
            first[slot, Status.HELD],
            by_people[slot, Status.APPROVED],
            by_people[slot, Status.REJECTED],
            by_people[slot, Status.REMOVED],
        )
        for slot in over.slots
    )
    n = sum(volume.n for volume in volumes)
    n_waiting = min(n, n_waiting)
    n_policy = min(n - n_waiting, sum(volume.policy_approved + volume.policy_rejected for volume in volumes))
    return Numbers(
        as_of=over.until,
        period=over,
        n=n,
        n_policy=n_policy,
        n_people=n - n_waiting - n_policy,
        n_waiting=n_waiting,
        volumes=volumes,
        paces=tuple((slot, pace(by_slot[slot])) for slot in over.slots),
        people_pace=pace(row for row in waited if row.by is not Actor.POLICY),
        policy_pace=pace(row for row in waited if row.by is Actor.POLICY),
    )


def pace(rows: Iterable[Waited | Sent]) -> Pace:
    """Tell how long half, and nine in ten, of what was counted took."""
    counts: Counter[float] = Counter()
    for row in rows:
        if row.seconds is not None:
            counts[row.seconds] += row.n
    return Pace(figures.percentile(counts, 0.5), figures.percentile(counts, 0.9))


def people(
    names: Mapping[int, str], worked: Iterable[Worked], turned: Iterable[Turned], pairs: Iterable[Pair]
) -> list[Person]:
    """List what each person did, by name."""
    n: Counter[int] = Counter()
    singles: Counter[int] = Counter()
    hours: Counter[int] = Counter()
    for row in worked:
        n[row.moderator_id] += row.n
        singles[row.moderator_id] += row.n_single
        hours[row.moderator_id] += row.n_single > 0
    n_turned: Counter[int | None] = Counter()
    for former in turned:
        n_turned[former.moderator_id] += former.n
    opinions = Counter(pair.answered_by for pair in pairs)
    found = [
        Person(
            who,
            names.get(who, f"#{who}"),
            n[who],
            hours[who],
            figures.share(singles[who], hours[who]),
            n_turned[who],
            opinions[who],
        )
        for who in {*n, *opinions, *(who for who in n_turned if who is not None)}
    ]
    return sorted(found, key=lambda person: (person.name.casefold(), person.id))


def reversals(rows: Iterable[Turned]) -> Reversals:
    """Sum up what was turned around."""
    of_people = of_policy = after_appeal = 0
    for row in rows:
        of_policy += row.n if row.by is Actor.POLICY else 0
        of_people += row.n if row.by is not Actor.POLICY else 0
        after_appeal += row.n if row.was_appealed else 0
    return Reversals(of_people, of_policy, after_appeal)


def agreements(pairs: Iterable[Pair], titles: Mapping[str, str]) -> list[Agreed]:
    """Tell how far people agree on everything, and then under each guideline by its title."""
    everything: Counter[tuple[str, str]] = Counter()
    by_guideline: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for pair in pairs:
        everything[pair.first, pair.second] += 1
        for guideline in pair.guidelines:
            by_guideline[guideline][pair.first, pair.second] += 1
    told = [Agreed(one, titles.get(one, one), figures.agreement(met)) for one, met in by_guideline.items()]
    whole = Agreed(None, None, figures.agreement(everything))
    return [whole, *sorted(told, key=lambda agreed: (agreed.title or "").casefold())]


def most_rejected(rows: Iterable[Rejected], limit: int) -> dict[int, int]:
    """Find the articles with the most rejects: how many, by article, the most first."""
    n: Counter[int] = Counter()
    for row in rows:
        n[row.article_id] += row.n
    return dict(n.most_common(limit))


def outlook(thread: Thread, piece: Piece) -> Outlook:
    """Tell whether rejects under an article are rising."""
    return Outlook(
        piece,
        thread.by_minute,
        thread.n_now / _MINUTES_NOW,
        thread.n_before / thread.minutes_before,
        figures.is_rising(thread.n_now, _MINUTES_NOW, thread.n_before, thread.minutes_before),
    )


def telling(over: Period, rows: Sequence[Sent], endpoints: Sequence[Health], n_disagreeing: int) -> Telling:
    """Put together how well sites are told. What was superseded never needed telling."""
    at_once: Counter[datetime] = Counter()
    others: Counter[tuple[datetime, State]] = Counter()
    for row in rows:
        if row.is_first_time:
            at_once[row.slot] += row.n
        else:
            others[row.slot, row.state] += row.n
    slots = tuple(
        Messages(
            slot,
            at_once[slot],
            others[slot, State.DELIVERED],
            others[slot, State.FAILED],
            others[slot, State.DUE],
        )
        for slot in over.slots
    )
    n_ended = sum(one.at_once + one.later + one.dead for one in slots)
    return Telling(over, slots, figures.share(at_once.total(), n_ended), pace(rows), tuple(endpoints), n_disagreeing)
