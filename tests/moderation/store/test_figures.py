"""Counting what became of comments, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from moderation import appeals, decisions, intake
from moderation.decisions import Draft
from moderation.desk import Moderator, Role
from moderation.domain import Actor, Article, Status
from moderation.store import figures
from moderation.store.figures import Arrived, Asked, Decided, Rejected, Turned, Waited, Worked
from moderation.tables import comments

if TYPE_CHECKING:
    from collections.abc import Callable

    from moderation.domain import Submission
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site

MARA = Moderator(1, "mara@news.example", "Mara Lindqvist", Role.EDITOR)
TOWN_ONLY = Moderator(2, "jonas@news.example", "Jonas Behr", Role.MODERATOR, None, frozenset({"Town"}))
SATURDAY = datetime(2026, 2, 28, tzinfo=UTC)
SUNDAY = datetime(2026, 3, 1, tzinfo=UTC)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
TOWN = Article("https://news.example/bridge", "The bridge", "Town")
SPORT = Article("https://news.example/rovers", "Rovers lose", "Sport")

Came = Any


@pytest.fixture
def came(database: Database, site: Site, submission: Callable[..., Submission]) -> Callable[..., CommentRow]:
    """Take a comment in at a time."""

    def take_in(at: datetime, name: str, article: Article = TOWN) -> CommentRow:
        return intake.accept(database, site.id, submission(name, article=article), at).comment

    return take_in


@pytest.fixture
def record(database: Database) -> Callable[..., None]:
    """Record a decision at a time; by a moderator, if one is named."""

    def decide(comment: CommentRow, status: Status, at: datetime, moderator_id: int | None = None, **more: Any) -> None:
        by = more.pop("by", Actor.POLICY if moderator_id is None else Actor.MODERATOR)
        with database.writing() as tx:
            draft = Draft(comment.id, comment.revision, status, by, moderator_id=moderator_id, **more)
            assert decisions.record(tx, [draft], at)

    return decide


@pytest.fixture
def counted(database: Database) -> Callable[..., list[Any]]:
    """Count over both days, by day unless told otherwise; the answer is sorted."""

    def count(what: Callable[..., list[Any]], who: Moderator = MARA, **changes: Any) -> list[Any]:
        asked = Asked(
            **{"who": who, "site_id": None, "since": SATURDAY, "until": NOON + HOUR, "by_hour": False, **changes}
        )
        with database.reading() as tx:
            return sorted(what(tx, asked), key=str)

    return count


def test_comments_are_counted_by_day_and_by_hour(came: Came, counted: Callable[..., list[Any]]) -> None:
    for n, at in enumerate((SATURDAY - MINUTE, SATURDAY, SUNDAY - MINUTE, SUNDAY, NOON, NOON + MINUTE)):
        came(at, f"c-{n}")
    assert counted(figures.arrived) == [Arrived(SATURDAY, 2), Arrived(SUNDAY, 3)]
    by_hour = counted(figures.arrived, by_hour=True, since=SUNDAY)
    assert by_hour == [Arrived(SUNDAY, 1), Arrived(NOON, 2)]
    assert counted(figures.arrived, since=NOON + HOUR, until=NOON + 2 * HOUR) == []


def test_only_what_someone_sees_is_counted(site: Site, came: Came, counted: Callable[..., list[Any]]) -> None:
    came(NOON, "c-1", TOWN)
    came(NOON, "c-2", SPORT)
    assert counted(figures.arrived, site_id=site.id) == [Arrived(SUNDAY, 2)]
    assert counted(figures.arrived, site_id=site.id + 1) == []
    assert counted(figures.arrived, TOWN_ONLY) == [Arrived(SUNDAY, 1)]


def test_what_came_in_and_still_waits_is_counted(database: Database, came: Came, record: Callable[..., None]) -> None:
    came(SATURDAY - HOUR, "c-0")
    came(NOON, "c-1")
    record(came(NOON, "c-2"), Status.HELD, NOON)
    record(came(NOON, "c-3"), Status.APPROVED, NOON)
    with database.reading() as tx:
        assert figures.n_waiting(tx, Asked(MARA, None, SATURDAY, NOON + HOUR, by_hour=False)) == 2


def test_decisions_are_counted_by_who_made_them_and_how(
    came: Came, record: Callable[..., None], counted: Callable[..., list[Any]]
) -> None:
    held, fine = came(SUNDAY - MINUTE, "c-1"), came(NOON, "c-2")
    record(held, Status.HELD, SUNDAY - MINUTE)
    record(fine, Status.APPROVED, NOON)
    record(held, Status.REJECTED, NOON, moderator_id=1)
    record(fine, Status.HELD, NOON, by=Actor.SITE)
    undone = came(NOON, "c-3")
    record(undone, Status.APPROVED, NOON, moderator_id=1, release_at=NOON + MINUTE)
    assert counted(figures.decided) == [
        Decided(SATURDAY, Actor.POLICY, Status.HELD, True, 1),  # noqa: FBT003  a dataclass' field
        Decided(SUNDAY, Actor.MODERATOR, Status.REJECTED, False, 1),  # noqa: FBT003
        Decided(SUNDAY, Actor.POLICY, Status.APPROVED, True, 1),  # noqa: FBT003
        Decided(SUNDAY, Actor.SITE, Status.HELD, False, 1),  # noqa: FBT003
    ]
    assert counted(figures.decided, since=SUNDAY, until=NOON) == []


def test_a_day_alone_counts_as_it_does_among_others(
    came: Came, record: Callable[..., None], counted: Callable[..., list[Any]]
) -> None:
    record(came(SUNDAY - MINUTE, "c-1"), Status.REJECTED, SUNDAY - MINUTE)
    record(came(NOON, "c-2"), Status.REJECTED, NOON + MINUTE)
    for what in (figures.arrived, figures.decided, figures.waited, figures.rejected):
        saturday, sunday = counted(what)
        assert counted(what, until=SUNDAY) == [saturday]
        assert counted(what, since=SUNDAY) == [sunday]


@pytest.mark.parametrize(
    ("after", "seconds"),
    [
        (timedelta(milliseconds=420), 0.42),
        (timedelta(seconds=7), 7.0),
        (timedelta(seconds=413), 410.0),
        (timedelta(hours=10), 36_000.0),
        (timedelta(seconds=-3), 0.0),
    ],
)
def test_the_wait_for_a_decision_is_told_with_two_digits(
    came: Came,
    record: Callable[..., None],
    counted: Callable[..., list[Any]],
    after: timedelta,
    seconds: float,
) -> None:
    record(came(SUNDAY + HOUR, "c-1"), Status.APPROVED, SUNDAY + HOUR + after)
    (found,) = counted(figures.waited)
    assert (found.by, found.n) == (Actor.POLICY, 1)
    assert found.seconds == pytest.approx(seconds, rel=0.05)


def test_people_are_measured_by_what_waited_for_them_alone(
    came: Came, record: Callable[..., None], counted: Callable[..., list[Any]]
) -> None:
    held, fine = came(NOON, "c-1"), came(NOON, "c-2")
    record(held, Status.HELD, NOON)
    record(fine, Status.APPROVED, NOON)
    record(held, Status.APPROVED, NOON + 5 * MINUTE, moderator_id=1)
    record(fine, Status.REJECTED, NOON + 9 * MINUTE, moderator_id=1)
    assert counted(figures.waited) == [
        Waited(SUNDAY, Actor.MODERATOR, 300.0, 1),
        Waited(SUNDAY, Actor.POLICY, 0.0, 2),
    ]


def test_of_very_many_a_sample_tells_as_well(
    came: Came, record: Callable[..., None], counted: Callable[..., list[Any]]
) -> None:
    for n in range(8):
        record(came(NOON, f"c-{n}"), Status.APPROVED, NOON)
    assert counted(figures.waited, sampled=4) == [Waited(SUNDAY, Actor.POLICY, 0.0, 8)]


def test_what_people_decided_is_counted_hour_by_hour(
    came: Came, record: Callable[..., None], counted: Callable[..., list[Any]]
) -> None:
    rows = [came(SATURDAY, f"c-{n}") for n in range(5)]
    record(rows[0], Status.APPROVED, NOON, moderator_id=1)
    record(rows[1], Status.APPROVED, NOON + MINUTE, moderator_id=1)
    record(rows[2], Status.REJECTED, NOON + MINUTE, moderator_id=1, batch_id=7)
    record(rows[3], Status.APPROVED, NOON, moderator_id=2)
    record(rows[4], Status.APPROVED, SATURDAY, by=Actor.SITE)
    record(rows[4], Status.REJECTED, SUNDAY, moderator_id=1)
    assert counted(figures.worked) == [
        Worked(SUNDAY, 1, 1, 1),
        Worked(SUNDAY, 1, 3, 2),
        Worked(SUNDAY, 2, 1, 1),
    ]
    by_hour = counted(figures.worked, by_hour=True)
    assert [one.slot for one in by_hour] == [SUNDAY, NOON, NOON]


def test_what_people_turned_around_is_counted_by_who_had_decided(
    database: Database, site: Site, came: Came, record: Callable[..., None], counted: Callable[..., list[Any]]
) -> None:
    hers, policys, confirmed, held = (came(SATURDAY, f"c-{n}") for n in range(4))
    record(hers, Status.REJECTED, SATURDAY, moderator_id=1)
    appeals.appeal(database, site.id, hers.external_id, "I meant no harm.", SATURDAY + MINUTE)
    record(hers, Status.HELD, SATURDAY + HOUR, moderator_id=2)
    record(hers, Status.APPROVED, NOON, moderator_id=2)
    record(policys, Status.APPROVED, SATURDAY)
    record(policys, Status.REJECTED, NOON, moderator_id=2)
    record(confirmed, Status.APPROVED, SATURDAY)
    record(confirmed, Status.APPROVED, NOON, moderator_id=2)
    record(held, Status.HELD, SATURDAY)
    record(held, Status.REJECTED, NOON, moderator_id=2)
    assert counted(figures.turned) == [
        Turned(SUNDAY, Actor.MODERATOR, 1, True, 1),  # noqa: FBT003  a dataclass' field
        Turned(SUNDAY, Actor.POLICY, None, False, 1),  # noqa: FBT003
    ]


def test_another_revision_is_another_text_and_no_reversal(
    database: Database,
    site: Site,
    submission: Callable[..., Submission],
    came: Came,
    record: Callable[..., None],
    counted: Callable[..., list[Any]],
) -> None:
    record(came(SATURDAY, "c-1"), Status.APPROVED, SATURDAY, moderator_id=1)
    edited = intake.accept(database, site.id, submission("c-1", "Worse words.", article=TOWN), NOON).comment
    record(edited, Status.REJECTED, NOON, moderator_id=2)
    assert counted(figures.turned) == []


def test_rejects_are_counted_by_article(
    came: Came, record: Callable[..., None], counted: Callable[..., list[Any]]
) -> None:
    rows = [came(SATURDAY, "c-1", TOWN), came(SATURDAY, "c-2", TOWN), came(SATURDAY, "c-3", SPORT)]
    for row in rows:
        record(row, Status.REJECTED, NOON)
    record(rows[0], Status.REJECTED, NOON, moderator_id=1)
    found = counted(figures.rejected)
    assert sorted(one.n for one in found) == [1, 2]
    assert counted(figures.rejected, TOWN_ONLY) == [Rejected(SUNDAY, found[0].article_id, 2)]


def test_the_first_row_of_a_time_is_found_by_halving(
    database: Database, came: Came, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "_SLACK", 0)
    with database.reading() as tx:
        assert figures.first_since(tx, comments.c.id, comments.c.accepted_at, NOON) == 0
    ids = [came(NOON + n * MINUTE, f"c-{n}").id for n in range(9)]
    with database.reading() as tx:
        for n, first in enumerate(ids):
            assert figures.first_since(tx, comments.c.id, comments.c.accepted_at, NOON + n * MINUTE) == first
        assert figures.first_since(tx, comments.c.id, comments.c.accepted_at, NOON + HOUR) == ids[-1]
