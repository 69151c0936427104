"""Working a review queue: handfuls that nobody shares, and what everyone sees of the rest."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from moderation import decisions, moderator_decisions, review, site_decisions, urgency
from moderation.decisions import Draft
from moderation.desk import Moderator, Order, Queue, Role
from moderation.domain import Actor, Article, Decision, Reason, Status
from moderation.review import Board, Hand, Tally
from moderation.store import claims, comments, review_items
from moderation.store.waiting_items import Waiting, Wanted

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site

HELD = Wanted(Queue.HELD, Order.AGE)
LEASE = timedelta(minutes=10)
SECOND = timedelta(seconds=1)


@pytest.fixture
def hold_many(database: Database, accept: Callable[..., CommentRow], now: datetime) -> Callable[[int], list[int]]:
    """Have policy hold this many comments; answers with their ids."""

    def take_in(n: int) -> list[int]:
        ids = [accept(f"c-{number}").id for number in range(n)]
        reasons = (Reason("respectful", "INSULT", 0.7),)
        with database.writing() as tx:
            decisions.record(tx, [Draft(one, 1, Status.HELD, Actor.POLICY, reasons) for one in ids], now)
        return ids

    return take_in


@pytest.fixture
def take(database: Database, now: datetime) -> Callable[..., Hand]:
    def fill(who: Moderator, wanted: Wanted = HELD, at: datetime = now, size: int = 3) -> Hand:
        return review.take(database, who, wanted, at, size)

    return fill


def ids(hand: Hand) -> list[int]:
    return [item.comment_id for item in hand.items]


# Hands


def test_two_people_never_have_the_same_comment(
    hold_many: Callable[[int], list[int]], take: Callable[..., Hand], mara: Moderator, jonas: Moderator, now: datetime
) -> None:
    waiting = hold_many(5)
    first, second = take(mara), take(jonas)
    assert (ids(first), ids(second)) == (waiting[:3], waiting[3:])
    assert first.until == second.until == now + LEASE
    assert (first.others, second.others) == ((), ("Mara Lindqvist",))
    assert take(mara).others == ("Jonas Weber",)


def test_a_hand_holds_eight_unless_told_otherwise(
    database: Database, hold_many: Callable[[int], list[int]], mara: Moderator, now: datetime
) -> None:
    waiting = hold_many(9)
    assert ids(review.take(database, mara, HELD, now)) == waiting[:8]


def test_a_hand_that_is_taken_again_stays_and_is_filled_up(
    hold_many: Callable[[int], list[int]],
    take: Callable[..., Hand],
    decide_later: Callable[..., Decision],
    read: Callable[[int], CommentRow],
    mara: Moderator,
    now: datetime,
) -> None:
    waiting = hold_many(5)
    assert ids(take(mara)) == waiting[:3]
    again = take(mara, at=now + SECOND)
    assert (ids(again), again.until) == (waiting[:3], now + SECOND + LEASE)
    decide_later(read(waiting[0]))
    assert ids(take(mara)) == waiting[1:4]
    assert ids(take(mara, size=2)) == waiting[1:3]


def test_who_has_less_than_a_handful_gets_the_rest_in_the_wanted_order(
    scored: Callable[..., CommentRow], take: Callable[..., Hand], mara: Moderator
) -> None:
    mild = scored("mild", 0.5)
    wanted = Wanted(Queue.HELD, Order.SEVERITY)
    assert ids(take(mara, wanted)) == [mild.id]
    grave, graver = scored("grave", 0.8), scored("graver", 0.9)
    assert ids(take(mara, wanted)) == [mild.id, graver.id, grave.id]
    assert ids(take(mara, wanted)) == [graver.id, grave.id, mild.id]


def test_a_comment_that_waits_in_two_queues_is_in_one_hand(
    database: Database,
    scored: Callable[..., CommentRow],
    take: Callable[..., Hand],
    mara: Moderator,
    jonas: Moderator,
    now: datetime,
) -> None:
    comment = scored()
    with database.writing() as tx:
        review_items.enter(tx, [review_items.Entry(Queue.REPORTED, comment.id, urgency.of_scores(None), now)])
    assert ids(take(mara)) == [comment.id]
    assert ids(take(jonas, Wanted(Queue.REPORTED))) == []
    review.leave(database, mara, Queue.HELD)
    assert ids(take(jonas, Wanted(Queue.REPORTED))) == [comment.id]
    assert ids(take(mara)) == []


def test_what_is_not_kept_is_somebody_else_s_when_the_lease_ends(
    database: Database,
    hold_many: Callable[[int], list[int]],
    take: Callable[..., Hand],
    mara: Moderator,
    jonas: Moderator,
    now: datetime,
) -> None:
    waiting = hold_many(3)
    take(mara)
    assert review.keep(database, mara, Queue.HELD, now + LEASE - SECOND) == now + 2 * LEASE - SECOND
    assert ids(take(jonas, at=now + LEASE)) == []
    assert ids(take(jonas, at=now + 2 * LEASE - SECOND)) == waiting
    review.keep(database, mara, Queue.HELD, now + 2 * LEASE)
    assert ids(take(mara, at=now + 2 * LEASE)) == []


def test_what_is_let_go_is_at_once_somebody_else_s(
    database: Database,
    hold_many: Callable[[int], list[int]],
    take: Callable[..., Hand],
    mara: Moderator,
    jonas: Moderator,
) -> None:
    waiting = hold_many(3)
    take(mara)
    review.leave(database, mara, Queue.REPORTED)
    assert ids(take(jonas)) == []
    review.leave(database, mara, Queue.HELD)
    assert ids(take(jonas)) == waiting


def test_a_page_that_is_left_late_lets_go_of_nothing_that_was_renewed_since(
    database: Database,
    hold_many: Callable[[int], list[int]],
    take: Callable[..., Hand],
    mara: Moderator,
    jonas: Moderator,
    now: datetime,
) -> None:
    """A page that is loaded again takes its hand anew before the old page says that it is left."""
    waiting = hold_many(3)
    before = take(mara)
    take(mara, at=now + SECOND)
    review.leave(database, mara, Queue.HELD, before.until)
    assert ids(take(jonas)) == []
    review.leave(database, mara, Queue.HELD, before.until + SECOND)
    assert ids(take(jonas)) == waiting


def test_who_was_anticipated_looks_again(
    database: Database,
    hold_many: Callable[[int], list[int]],
    take: Callable[..., Hand],
    mara: Moderator,
    jonas: Moderator,
    now: datetime,
    eventually: Callable[..., None],
) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite has one writer")
    waiting = hold_many(4)
    found: list[int] = []
    second = threading.Thread(target=lambda: found.extend(ids(take(mara, size=2))))

    def waits() -> bool:
        with database.reading() as tx:
            return bool(tx.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar_one())

    with database.writing() as tx:
        claims.take(tx, jonas.id, Queue.HELD, waiting[:2], now, now + LEASE)
        second.start()
        eventually(waits)
    second.join(10)
    assert found == waiting[2:]


@pytest.mark.parametrize("n_people", [4])
def test_people_who_take_at_the_same_moment_get_full_hands_that_nobody_shares(
    database: Database,
    add_moderator: Callable[..., Moderator],
    hold_many: Callable[[int], list[int]],
    take: Callable[..., Hand],
    at_once: Callable[..., list[Any]],
    n_people: int,
) -> None:
    waiting = hold_many(3 * n_people)
    people = [add_moderator(f"m{number}@news.example", f"M {number}") for number in range(n_people)]
    for _ in range(5):
        hands = at_once(*[lambda who=who: take(who) for who in people])
        assert Counter(one for hand in hands for one in ids(hand)) == Counter(waiting)
        for who in people:
            review.leave(database, who, Queue.HELD)


def test_people_who_take_decide_and_withdraw_at_the_same_moment_never_wait_in_a_circle(
    database: Database,
    site: Site,
    add_moderator: Callable[..., Moderator],
    hold_many: Callable[[int], list[int]],
    take: Callable[..., Hand],
    now: datetime,
    at_once: Callable[..., list[Any]],
) -> None:
    waiting = hold_many(24)
    people = [add_moderator(f"m{number}@news.example", f"M {number}") for number in range(3)]

    def work(who: Moderator) -> list[int]:
        done = []
        while found := ids(take(who, size=2)):
            for one in found:
                act = moderator_decisions.Act(one, 1, Status.APPROVED)
                try:
                    moderator_decisions.decide(database, who, act, now, 10)
                except (moderator_decisions.Stale, moderator_decisions.CommentRemoved):
                    continue
                done.append(one)
        return done

    def withdraw() -> list[int]:
        for number in range(0, 24, 2):
            site_decisions.withdraw(database, site.id, f"c-{number}", now)
        return []

    made = at_once(*[lambda who=who: work(who) for who in people], withdraw)
    decided = [one for some in made for one in some]
    assert len(decided) == len(set(decided))
    assert set(waiting[1::2]) <= set(decided)


def test_taking_waits_for_nobody_who_decides(
    database: Database,
    hold_many: Callable[[int], list[int]],
    take: Callable[..., Hand],
    mara: Moderator,
    site: Site,
) -> None:
    """Else two could wait for each other: who takes has the item and wants the comment, who decides the reverse."""
    if database.is_sqlite:
        pytest.skip("SQLite has one writer")
    waiting = hold_many(1)
    found: list[int] = []
    second = threading.Thread(target=lambda: found.extend(ids(take(mara))))
    with database.writing() as tx:
        assert comments.find(tx, site.id, "c-0", lock=True) is not None
        assert comments.find_by_id(tx, waiting[0], lock=True) is not None
        comments.lock(tx, waiting)
        second.start()
        second.join(10)
        is_done = not second.is_alive()
    second.join(10)
    assert is_done
    assert found == waiting


# What everyone sees of the rest


MARA = Moderator(1, "mara@news.example", "Mara", Role.MODERATOR)
EDDA = Moderator(2, "edda@news.example", "Edda", Role.EDITOR)
OF_SITE = Moderator(3, "s@news.example", "S", Role.MODERATOR, site_ids=frozenset({1}))
OF_SECTION = Moderator(4, "t@news.example", "T", Role.MODERATOR, sections=frozenset({"Sport"}))


@pytest.fixture
def sample(now: datetime) -> Board:
    hour = timedelta(hours=1)
    waiting = [
        Waiting(Queue.HELD, 1, "Sport", "en", is_escalated=False, n=5, oldest_at=now - hour),
        Waiting(Queue.HELD, 1, None, "de", is_escalated=False, n=3, oldest_at=now - 2 * hour),
        Waiting(Queue.HELD, 2, "Local", None, is_escalated=False, n=7, oldest_at=now - 3 * hour),
        Waiting(Queue.HELD, 1, "Sport", "en", is_escalated=True, n=1, oldest_at=now - 4 * hour),
        Waiting(Queue.REPORTED, 2, "Sport", "fr", is_escalated=False, n=2, oldest_at=now),
    ]
    return Board(waiting, {(Queue.HELD, 1): 4, (Queue.HELD, 2): 10, (Queue.APPEALED, 2): 1})


@pytest.mark.parametrize(
    ("who", "held", "reported", "n_appealed"),
    [
        pytest.param(MARA, (15, 3, 14), (2, 0, 0), 1, id="who sees everything"),
        pytest.param(EDDA, (16, 4, 14), (2, 0, 0), 1, id="an editor, what was escalated too"),
        pytest.param(OF_SITE, (8, 2, 4), (0, None, 0), 0, id="who sees one site"),
        pytest.param(OF_SECTION, (5, 1, 14), (2, 0, 0), 1, id="who sees one section"),
    ],
)
def test_each_queue_is_tallied_by_what_someone_sees(
    sample: Board,
    now: datetime,
    who: Moderator,
    held: tuple[int, int, int],
    reported: tuple[int, int | None, int],
    n_appealed: int,
) -> None:
    seen = sample.seen_by(who)
    assert list(seen) == list(Queue)
    for queue, (n, hours, n_last_hour) in ((Queue.HELD, held), (Queue.REPORTED, reported)):
        oldest_at = None if hours is None else now - timedelta(hours=hours)
        assert seen[queue] == Tally(n, oldest_at, n_last_hour)
    assert seen[Queue.APPEALED] == Tally(0, None, n_appealed)
    assert seen[Queue.SAMPLED] == Tally()


def test_sections_and_languages_are_those_of_what_someone_sees(sample: Board) -> None:
    assert sample.sections(Queue.HELD, MARA) == ["Local", "Sport"]
    assert sample.sections(Queue.HELD, OF_SITE) == ["Sport"]
    assert sample.sections(Queue.APPEALED, MARA) == []
    assert sample.languages(Queue.HELD, MARA) == ["de", "en"]
    assert sample.languages(Queue.HELD, OF_SECTION) == ["en"]
    assert sample.languages(Queue.REPORTED, OF_SITE) == []


def test_the_board_counts_what_waits_and_what_came_within_the_hour(
    database: Database, scored: Callable[..., CommentRow], mara: Moderator, now: datetime
) -> None:
    scored("old", at=now - timedelta(hours=2))
    scored("new")
    tally = review.board(database, now).seen_by(mara)[Queue.HELD]
    assert tally == Tally(2, now - timedelta(hours=2), 1)


def test_what_is_new_for_someone_is_counted(
    database: Database, scored: Callable[..., CommentRow], add_moderator: Callable[..., Moderator], now: datetime
) -> None:
    ole = add_moderator("ole@news.example", "Ole", sections=("Sport",))
    scored("old", at=now - SECOND)
    scored("new")
    scored("match", article=Article("https://news.example/match", "The match", "Sport"))
    assert review.n_new(database, ole, HELD, now - SECOND, now) == 1
    assert review.n_new(database, ole, HELD, now, now) == 0


def test_people_are_told_what_somebody_else_decided_and_nothing_of_what_still_waits(
    database: Database,
    scored: Callable[..., CommentRow],
    decide_later: Callable[..., Decision],
    mara: Moderator,
    jonas: Moderator,
) -> None:
    waits, by_jonas, by_mara = (scored(f"c-{number}") for number in range(3))
    decide_later(by_jonas, Status.REJECTED, jonas)
    decide_later(by_mara, Status.REJECTED)
    found = review.fates(database, mara, [waits.id, by_jonas.id, by_mara.id])
    assert waits.id not in found
    assert (found[by_jonas.id].status, found[by_jonas.id].name) == (Status.REJECTED, "Jonas Weber")
    assert found[by_mara.id].by is Actor.POLICY
    assert review.fates(database, mara, []) == {}


def test_nobody_is_told_what_became_of_what_they_may_not_see(
    database: Database,
    scored: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    add_moderator: Callable[..., Moderator],
) -> None:
    match = scored("match", article=Article("https://news.example/match", "The match", "Sport"))
    bridge = scored("bridge")
    for one in (match, bridge):
        decide(one)
    ole = add_moderator("ole@news.example", "Ole", sections=("Sport",))
    assert set(review.fates(database, ole, [match.id, bridge.id])) == {match.id}
