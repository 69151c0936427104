"""Reading the review queues: what waits for whom, in what order, and how much."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from moderation import appeals, intake, reports, tables
from moderation.desk import Moderator, Order, Queue, Role
from moderation.domain import Actor, Article, Decision, Status, Submission
from moderation.store import claims, opinions, review_items, waiting_items
from moderation.store.review_items import Entry
from moderation.store.waiting_items import Wanted
from moderation.urgency import Urgency

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site

MINUTE = timedelta(minutes=1)
HELD = Wanted(Queue.HELD)


@pytest.fixture
def enter(database: Database, now: datetime) -> Callable[..., None]:
    """Let a comment enter a queue."""

    def put(
        comment: CommentRow,
        severity: float = 0.7,
        uncertainty: float = 0.6,
        guidelines: tuple[str, ...] = ("respectful",),
        queue: Queue = Queue.HELD,
        at: datetime = now,
        **more: Any,
    ) -> None:
        entry = Entry(queue, comment.id, Urgency(severity, uncertainty, "INSULT", guidelines), at, **more)
        with database.writing() as tx:
            review_items.enter(tx, [entry])

    return put


@pytest.fixture
def found(database: Database, now: datetime) -> Callable[..., list[str]]:
    """List what waits for someone, by the comments' own ids; check that it is counted so too."""

    def read(who: Moderator, wanted: Wanted = HELD, at: datetime = now, limit: int = 99) -> list[str]:
        with database.writing() as tx:
            items = waiting_items.next_for(tx, who, wanted, at, limit, ())
            assert limit < 99 or waiting_items.n_waiting(tx, who, wanted, at) == len(items)
            names = dict(tx.execute(select(tables.comments.c.id, tables.comments.c.external_id)).all())
        return [names[one.comment_id] for one in items]

    return read


def test_an_item_comes_with_what_the_queue_knows_of_it(
    database: Database, accept: Callable[..., CommentRow], enter: Callable[..., None], mara: Moderator, now: datetime
) -> None:
    comment = accept()
    enter(comment, 0.7, guidelines=("respectful", "no-spam"))
    with database.writing() as tx:
        (item,) = waiting_items.next_for(tx, mara, HELD, now, 9, ())
    assert (item.comment_id, item.queue, item.attribute) == (comment.id, Queue.HELD, "INSULT")
    assert (item.guidelines, item.severity) == (("respectful", "no-spam"), 0.7)
    assert (item.entered_at, item.escalated_at) == (now, None)


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (Order.SEVERITY, ["grave", "unsure", "old", "read"]),
        (Order.UNCERTAINTY, ["unsure", "read", "old", "grave"]),
        (Order.AGE, ["old", "grave", "unsure", "read"]),
        (Order.REACH, ["read", "unsure", "old", "grave"]),
    ],
)
def test_what_comes_first(
    accept: Callable[..., CommentRow],
    enter: Callable[..., None],
    found: Callable[..., list[str]],
    mara: Moderator,
    now: datetime,
    order: Order,
    expected: list[str],
) -> None:
    enter(accept("grave"), 0.9, 0.1)
    enter(accept("old"), 0.5, 0.2, at=now - MINUTE)
    enter(accept("unsure"), 0.6, 0.9)
    enter(accept("read", metadata={"reach": 9}), 0.1, 0.3)
    assert found(mara, Wanted(Queue.HELD, order)) == expected
    assert found(mara, Wanted(Queue.HELD, order), limit=2) == expected[:2]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        pytest.param({}, {"plain", "sport", "german", "spam"}, id="everything"),
        pytest.param({"section": "Sport"}, {"sport"}, id="a section"),
        pytest.param({"language": "de"}, {"german"}, id="a language"),
        pytest.param({"guideline": "no-spam"}, {"spam"}, id="a guideline"),
        pytest.param({"guideline": "spam"}, set(), id="part of a guideline's id is none"),
        pytest.param({"guideline": "%"}, set(), id="nothing stands for anything"),
        pytest.param({"section": "Sport", "language": "de"}, set(), id="both at once"),
        pytest.param({"queue": Queue.REPORTED}, {"reported"}, id="another queue"),
        pytest.param(
            {"only_escalated": True},
            {"plain", "sport", "german", "spam"},
            id="escalated, which are none of a moderator's",
        ),
    ],
)
def test_what_is_wanted(
    accept: Callable[..., CommentRow],
    enter: Callable[..., None],
    found: Callable[..., list[str]],
    mara: Moderator,
    choice: dict[str, Any],
    expected: set[str],
) -> None:
    enter(accept("plain"))
    enter(accept("sport", article=Article("https://news.example/match", "The match", "Sport")))
    enter(accept("german", language="de"))
    enter(accept("spam"), guidelines=("respectful", "no-spam"))
    enter(accept("reported"), queue=Queue.REPORTED)
    assert set(found(mara, Wanted(**{"queue": Queue.HELD, **choice}))) == expected


def test_a_site_and_an_article_can_be_wanted(
    database: Database,
    site: Site,
    add_site: Callable[[str], tuple[Site, str]],
    accept: Callable[..., CommentRow],
    submission: Callable[..., Submission],
    enter: Callable[..., None],
    found: Callable[..., list[str]],
    mara: Moderator,
    now: datetime,
) -> None:
    enter(accept("here"))
    enter(accept("match", article=Article("https://news.example/match", "The match")))
    other, _ = add_site("other.example")
    enter(intake.accept(database, other.id, submission("there"), now).comment)
    assert found(mara, Wanted(Queue.HELD, Order.AGE, site_id=site.id)) == ["here", "match"]
    assert found(mara, Wanted(Queue.HELD, site_id=other.id)) == ["there"]
    with database.reading() as tx:
        match = tx.execute(
            select(tables.comments.c.article_id).where(tables.comments.c.external_id == "match")
        ).scalar_one()
    assert found(mara, Wanted(Queue.HELD, article_id=match)) == ["match"]


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        pytest.param({}, {"here", "sport", "there"}, id="no limit"),
        pytest.param({"site_names": ("news.example",)}, {"here", "sport"}, id="a site"),
        pytest.param({"sections": ("Sport",)}, {"sport"}, id="a section"),
        pytest.param({"sections": ("Sport", "Local")}, {"sport", "there"}, id="sections"),
        pytest.param({"site_names": ("other.example",), "sections": ("Sport",)}, set(), id="a section of another site"),
    ],
)
def test_nobody_is_handed_what_is_out_of_their_sight(
    database: Database,
    add_site: Callable[[str], tuple[Site, str]],
    add_moderator: Callable[..., Moderator],
    accept: Callable[..., CommentRow],
    submission: Callable[..., Submission],
    enter: Callable[..., None],
    found: Callable[..., list[str]],
    now: datetime,
    limits: dict[str, Any],
    expected: set[str],
) -> None:
    enter(accept("here"))
    enter(accept("sport", article=Article("https://news.example/match", "The match", "Sport")))
    other, _ = add_site("other.example")
    local = submission("there", article=Article("https://other.example/fair", "The fair", "Local"))
    enter(intake.accept(database, other.id, local, now).comment)
    assert set(found(add_moderator(**limits))) == expected


def test_what_is_escalated_is_for_editors(
    database: Database,
    accept: Callable[..., CommentRow],
    enter: Callable[..., None],
    found: Callable[..., list[str]],
    add_moderator: Callable[..., Moderator],
    mara: Moderator,
    edda: Moderator,
    now: datetime,
) -> None:
    escalated = accept("escalated")
    enter(escalated)
    enter(accept("plain"), at=now + MINUTE)
    with database.writing() as tx:
        review_items.escalate(tx, escalated.id, now)
    ada = add_moderator("ada@news.example", "Ada Brandt", Role.ADMIN)
    wanted = Wanted(Queue.HELD, Order.AGE)
    only = Wanted(Queue.HELD, only_escalated=True)
    assert found(mara, wanted) == found(mara, only) == ["plain"]
    for who in (edda, ada):
        assert found(who, wanted) == ["escalated", "plain"]
        assert found(who, only) == ["escalated"]


def test_what_is_to_wait_a_while_is_handed_out_when_its_time_comes(
    accept: Callable[..., CommentRow],
    enter: Callable[..., None],
    found: Callable[..., list[str]],
    mara: Moderator,
    now: datetime,
) -> None:
    enter(accept(), not_before=now + MINUTE)
    assert found(mara, at=now) == []
    assert found(mara, at=now + MINUTE) == ["c-1"]


def test_who_asked_is_not_asked(
    accept: Callable[..., CommentRow],
    enter: Callable[..., None],
    found: Callable[..., list[str]],
    mara: Moderator,
    jonas: Moderator,
) -> None:
    enter(accept(), asked_by=mara.id)
    assert found(mara) == []
    assert found(jonas) == ["c-1"]


def test_what_is_in_another_s_hand_or_beside_in_one_s_own_does_not_come_next(
    database: Database,
    accept: Callable[..., CommentRow],
    enter: Callable[..., None],
    mara: Moderator,
    jonas: Moderator,
    now: datetime,
) -> None:
    comments = [accept(f"c-{number}") for number in range(4)]
    for one in comments:
        enter(one)
    mine, beside, another_s, over = (one.id for one in comments)
    with database.writing() as tx:
        claims.take(tx, mara.id, Queue.HELD, [mine, beside], now, now + MINUTE)
        claims.take(tx, jonas.id, Queue.HELD, [another_s], now, now + MINUTE)
        claims.take(tx, jonas.id, Queue.HELD, [over], now - MINUTE, now)
        items = waiting_items.next_for(tx, mara, HELD, now, 9, {beside})
        assert {one.comment_id for one in items} == {mine, over}
        in_hand = waiting_items.in_hand_of(tx, mara, Wanted(Queue.HELD, Order.AGE), now)
        assert [one.comment_id for one in in_hand] == [mine, beside]
        assert waiting_items.in_hand_of(tx, jonas, HELD, now + MINUTE) == []
        assert waiting_items.in_hand_of(tx, mara, Wanted(Queue.REPORTED), now) == []
        assert waiting_items.n_waiting(tx, mara, HELD, now) == 4


def test_what_is_new_is_counted(
    database: Database,
    accept: Callable[..., CommentRow],
    enter: Callable[..., None],
    mara: Moderator,
    now: datetime,
) -> None:
    for minutes in range(3):
        enter(accept(f"c-{minutes}"), at=now - minutes * MINUTE)
    with database.reading() as tx:
        assert [waiting_items.n_new(tx, mara, HELD, now - minutes * MINUTE, now) for minutes in range(4)] == [
            0,
            1,
            2,
            3,
        ]


def test_which_comments_still_wait_is_told(
    database: Database,
    scored: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    decide_later: Callable[..., Decision],
) -> None:
    waits, marked, gone, unasked = (scored(f"c-{number}") for number in range(4))
    decide(gone)
    decide_later(marked)
    with database.reading() as tx:
        assert waiting_items.still_waiting(tx, [waits.id, marked.id, gone.id]) == {waits.id}
        assert waiting_items.still_waiting(tx, []) == set()
        assert waiting_items.still_waiting(tx, [unasked.id, 404]) == {unasked.id}


def test_everything_that_waits_is_counted_by_where_it_stands(
    database: Database,
    site: Site,
    scored: Callable[..., CommentRow],
    decide_later: Callable[..., Decision],
    enter: Callable[..., None],
    now: datetime,
) -> None:
    match = Article("https://news.example/match", "The match", "Sport")
    scored("c-1", at=now - MINUTE)
    scored("c-2")
    scored("c-3", article=match, language="de")
    escalated, marked = scored("c-4"), scored("c-5")
    with database.writing() as tx:
        review_items.escalate(tx, escalated.id, now)
    decide_later(marked)
    enter(scored("c-6", status=Status.APPROVED), queue=Queue.REPORTED)
    with database.reading() as tx:
        found = waiting_items.everything_waiting(tx)
    told = {(one.queue, one.section, one.language, one.is_escalated): (one.n, one.oldest_at) for one in found}
    assert {one.site_id for one in found} == {site.id}
    assert told == {
        (Queue.HELD, None, None, False): (2, now - MINUTE),
        (Queue.HELD, "Sport", "de", False): (1, now),
        (Queue.HELD, None, None, True): (1, now),
        (Queue.REPORTED, None, None, False): (1, now),
    }
    assert len(found) == len(told)


def test_what_came_is_counted_by_queue_and_site_whatever_became_of_it(
    database: Database,
    site: Site,
    scored: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    mara: Moderator,
    now: datetime,
) -> None:
    scored("old", at=now - MINUTE)
    first, second = scored("c-1"), scored("c-2")
    decide(first)
    decide(second, Status.HELD, Actor.MODERATOR)
    reports.report(database, site.id, "c-1", "r-1", "Rude.", now)
    reports.report(database, site.id, "c-1", "r-2", "Rude.", now)
    reports.report(database, site.id, "c-2", "r-1", "Rude.", now - MINUTE)
    scored("rejected", status=Status.REJECTED)
    appeals.appeal(database, site.id, "rejected", "Why?", now)
    with database.writing() as tx:
        opinions.ask(tx, first.id, 1, mara.id, None, None, now)
        opinions.ask(tx, second.id, 1, mara.id, None, None, now)
        assert waiting_items.arrivals_since(tx, now - MINUTE) == {
            (Queue.HELD, site.id): 2,
            (Queue.REPORTED, site.id): 1,
            (Queue.APPEALED, site.id): 1,
            (Queue.SECOND_OPINION, site.id): 2,
        }
        assert waiting_items.arrivals_since(tx, now) == {}
