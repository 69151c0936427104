"""The outbox: what is due to whom, and who has claimed it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from moderation import endpoints
from moderation.endpoints import ALL_EVENTS
from moderation.store import outbox
from moderation.store.outbox import Attempt, Delivery, Outcome, State

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from moderation.domain import Decision
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site

LEASE = timedelta(seconds=75)


@pytest.fixture
def listen(database: Database, site: Site, secret: str, now: datetime) -> Callable[[], str]:
    """Add an endpoint."""
    url = "https://news.example/hook"
    return lambda: endpoints.add(database, site.id, url, ALL_EVENTS, secret, [], now)[0].id


@pytest.fixture
def claim(database: Database, now: datetime) -> Callable[..., list[Delivery]]:
    def claim_due(
        token: str = "t",  # noqa: S107  it names who claims
        places: Mapping[str, int] | None = None,
        default: int = 100,
        at: datetime = now,
    ) -> list[Delivery]:
        with database.writing() as tx:
            return outbox.claim_due(tx, token, places or {}, default, at, LEASE)

    return claim_due


@pytest.fixture
def settle(database: Database, now: datetime) -> Callable[..., None]:
    def record(token: str, state: State, *sent: Delivery, due_at: datetime = now, status_code: int = 200) -> None:
        with database.writing() as tx:
            outcomes = [Outcome(Attempt(one.id, now, 12, status_code, None), state, due_at) for one in sent]
            outbox.settle(tx, token, outcomes)

    return record


@pytest.fixture
def look(database: Database, site: Site) -> Callable[[Delivery], Delivery]:
    def find(delivery: Delivery) -> Delivery:
        with database.reading() as tx:
            found = outbox.find(tx, site.id, delivery.id)
        assert found is not None
        return found

    return find


@pytest.fixture
def decided(accept: Callable[..., CommentRow], decide: Callable[..., Decision]) -> Callable[[int], list[Decision]]:
    """Make a number of decisions."""
    return lambda n: [decide(accept(f"c-{number}")) for number in range(n)]


def test_a_delivery_tells_all_about_itself(
    listen: Callable[[], str],
    claim: Callable[..., list[Delivery]],
    decided: Callable[[int], list[Decision]],
    site: Site,
    now: datetime,
) -> None:
    webhook_id = listen()
    (decision,) = decided(1)
    (due,) = claim()
    assert due.id.startswith("msg_")
    assert due == Delivery(
        due.id, webhook_id, site.id, decision.id, 1, "comment.approved", State.DUE, now, 0, now, None
    )


def test_each_endpoint_is_given_at_most_its_free_places(
    listen: Callable[[], str], claim: Callable[..., list[Delivery]], decided: Callable[[int], list[Decision]]
) -> None:
    full, busy, idle = listen(), listen(), listen()
    decided(5)
    claimed = claim(places={full: 0, busy: 2}, default=3)
    assert [one.webhook_id for one in claimed].count(busy) == 2
    assert [one.webhook_id for one in claimed].count(idle) == 3
    assert {one.webhook_id for one in claimed} == {busy, idle}
    assert [one.sequence for one in claimed if one.webhook_id == idle] == [1, 2, 3]


def test_what_is_not_due_yet_is_not_claimed(
    database: Database,
    listen: Callable[[], str],
    claim: Callable[..., list[Delivery]],
    decided: Callable[[int], list[Decision]],
    now: datetime,
) -> None:
    listen()
    decided(1)
    before = now - timedelta(seconds=1)
    assert claim(at=before) == []
    with database.reading() as tx:
        assert not outbox.has_due(tx, before)
        assert outbox.has_due(tx, now)


def test_what_is_claimed_is_nobody_else_s_until_the_lease_ends(
    listen: Callable[[], str],
    claim: Callable[..., list[Delivery]],
    decided: Callable[[int], list[Decision]],
    now: datetime,
) -> None:
    listen()
    decided(1)
    assert len(claim("first")) == 1
    assert claim("second", at=now + LEASE - timedelta(milliseconds=1)) == []
    assert len(claim("second", at=now + LEASE)) == 1


def test_two_claimers_at_once_get_different_deliveries(
    listen: Callable[[], str],
    claim: Callable[..., list[Delivery]],
    decided: Callable[[int], list[Decision]],
    at_once: Callable[..., list[Any]],
) -> None:
    listen()
    listen()
    decided(10)
    claims = at_once(*[lambda token=token: claim(token, default=4) for token in "abc"])
    ids = [one.id for claimed in claims for one in claimed]
    while more := claim("d", default=4):
        ids += [one.id for one in more]
    assert len(ids) == len(set(ids)) == 20


def test_a_claim_keeps_its_limit_however_the_database_plans_it(
    database: Database, listen: Callable[[], str], decided: Callable[[int], list[Decision]], now: datetime
) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite locks no rows")
    listen()
    decided(20)
    with database.writing() as tx:
        for plan in ("hashjoin", "mergejoin", "hashagg", "sort", "material", "indexscan", "bitmapscan"):
            tx.execute(text(f"SET LOCAL enable_{plan} = off"))
        assert len(outbox.claim_due(tx, "t", {}, 3, now, LEASE)) == 3


def test_an_attempt_is_recorded_and_ends_the_delivery_or_makes_it_due_later(
    database: Database,
    listen: Callable[[], str],
    claim: Callable[..., list[Delivery]],
    settle: Callable[..., None],
    look: Callable[[Delivery], Delivery],
    decided: Callable[[int], list[Decision]],
    now: datetime,
) -> None:
    listen()
    decided(2)
    good, bad = claim()
    later = now + timedelta(seconds=5)
    settle("t", State.DELIVERED, good)
    settle("t", State.DUE, bad, due_at=later, status_code=503)
    assert (look(good).state, look(good).finished_at, look(good).n_attempts) == (State.DELIVERED, now, 1)
    assert (look(bad).state, look(bad).finished_at, look(bad).due_at) == (State.DUE, None, later)
    assert claim("u") == []
    assert [one.id for one in claim("u", at=later)] == [bad.id]
    with database.reading() as tx:
        tried = outbox.attempts_at(tx, [good.id, bad.id, "msg_404"])
    assert tried == {
        good.id: [Attempt(good.id, now, 12, 200, None)],
        bad.id: [Attempt(bad.id, now, 12, 503, None)],
        "msg_404": [],
    }


def test_only_who_holds_the_claim_settles_but_every_attempt_is_recorded(
    database: Database,
    listen: Callable[[], str],
    claim: Callable[..., list[Delivery]],
    settle: Callable[..., None],
    look: Callable[[Delivery], Delivery],
    decided: Callable[[int], list[Decision]],
    now: datetime,
) -> None:
    listen()
    decided(1)
    (slow,) = claim("slow")
    (quick,) = claim("quick", at=now + LEASE)
    settle("slow", State.FAILED, slow)
    assert look(slow).state is State.DUE
    settle("quick", State.DELIVERED, quick)
    assert (look(quick).state, look(quick).n_attempts) == (State.DELIVERED, 1)
    with database.reading() as tx:
        assert len(outbox.attempts_at(tx, [quick.id])[quick.id]) == 2


def test_settling_nothing_is_no_error(settle: Callable[..., None]) -> None:
    settle("t", State.DELIVERED)


def test_what_is_given_back_is_due_at_once(
    database: Database,
    listen: Callable[[], str],
    claim: Callable[..., list[Delivery]],
    decided: Callable[[int], list[Decision]],
) -> None:
    listen()
    decided(3)
    mine = claim("mine", default=1)
    theirs = claim("theirs", default=1)
    with database.writing() as tx:
        outbox.give_back(tx, "mine")
    assert {one.id for one in claim("u")} & {mine[0].id, theirs[0].id} == {mine[0].id}


def test_disabled_and_removed_endpoints_are_not_sent_to(
    database: Database,
    site: Site,
    listen: Callable[[], str],
    claim: Callable[..., list[Delivery]],
    decided: Callable[[int], list[Decision]],
    now: datetime,
) -> None:
    off, gone = listen(), listen()
    decided(1)
    endpoints.change(database, site.id, off, url=None, events=None, is_enabled=False, allowed=[], now=now)
    endpoints.remove(database, site.id, gone, now)
    assert claim() == []
    endpoints.change(database, site.id, off, url=None, events=None, is_enabled=True, allowed=[], now=now)
    assert [one.webhook_id for one in claim()] == [off]


def test_a_replay_keeps_the_webhook_id_and_starts_the_schedule_anew(
    database: Database,
    listen: Callable[[], str],
    claim: Callable[..., list[Delivery]],
    settle: Callable[..., None],
    look: Callable[[Delivery], Delivery],
    decided: Callable[[int], list[Decision]],
    now: datetime,
) -> None:
    listen()
    decided(1)
    (sent,) = claim()
    settle("t", State.FAILED, sent)
    with database.writing() as tx:
        outbox.replay(tx, sent.id, now)
    assert look(sent) == sent
    assert claim("u") == [sent]


def test_a_site_s_deliveries_are_listed_newest_first_page_by_page(
    database: Database,
    site: Site,
    listen: Callable[[], str],
    claim: Callable[..., list[Delivery]],
    settle: Callable[..., None],
    decided: Callable[[int], list[Decision]],
) -> None:
    first, second = listen(), listen()
    decided(3)
    settle("t", State.DELIVERED, *[one for one in claim() if one.webhook_id == first])
    with database.reading() as tx:
        page = outbox.of_site(tx, site.id, before=None, limit=4)
        rest = outbox.of_site(tx, site.id, before=page[-1], limit=4)
        of_first = outbox.of_site(tx, site.id, before=None, limit=9, webhook_id=first)
        due = outbox.of_site(tx, site.id, before=None, limit=9, state=State.DUE)
        assert outbox.of_site(tx, site.id + 1, before=None, limit=9) == []
        assert outbox.find(tx, site.id + 1, page[0].id) is None
    assert [one.sequence for one in page] == [3, 3, 2, 2]
    assert [one.sequence for one in rest] == [1, 1]
    assert {one.webhook_id for one in of_first} == {first}
    assert {one.webhook_id for one in due} == {second}
