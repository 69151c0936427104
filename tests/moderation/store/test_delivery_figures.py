"""Counting messages to sites, and how each endpoint does."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from moderation import endpoints
from moderation.desk import Moderator, Role
from moderation.store import delivery_figures, outbox
from moderation.store import webhooks as endpoint_store
from moderation.store.delivery_figures import Sent
from moderation.store.figures import Asked
from moderation.store.outbox import Attempt, Outcome, State

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.domain import Decision
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site

MARA = Moderator(1, "mara@news.example", "Mara Lindqvist", Role.EDITOR)


@pytest.fixture
def endpoint(database: Database, site: Site, secret: str, now: datetime) -> str:
    url = "https://hooks.news.example:8443/ombuds?token=4711"
    return endpoints.add(database, site.id, url, endpoints.ALL_EVENTS, secret, [], now)[0].id


@pytest.fixture
def settle(database: Database) -> Callable[..., None]:
    """Attempt every delivery that is due."""

    def attempt(at: datetime, state: State, then: timedelta = timedelta()) -> None:
        with database.writing() as tx:
            sent = outbox.claim_due(tx, "token", {}, 99, at, timedelta(seconds=75))
            outcomes = [Outcome(Attempt(one.id, at, 12, 204, None), state, at + then) for one in sent]
            outbox.settle(tx, "token", outcomes)

    return attempt


def counted(database: Database, now: datetime, **changes: Any) -> list[Sent]:
    asked = Asked(
        **{
            "who": MARA,
            "site_id": None,
            "since": now.replace(hour=0),
            "until": now + timedelta(hours=2),
            "by_hour": True,
            **changes,
        }
    )
    with database.reading() as tx:
        return sorted(delivery_figures.sent(tx, asked), key=str)


@pytest.mark.usefixtures("endpoint")
def test_messages_are_counted_by_what_became_of_them(
    database: Database,
    site: Site,
    accept: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    settle: Callable[..., None],
    now: datetime,
) -> None:
    second, hour = timedelta(seconds=1), timedelta(hours=1)
    decide(accept("c-1"))
    settle(now + 2 * second, State.DELIVERED)
    decide(accept("c-2"))
    settle(now + second, State.DUE, 41 * second)
    settle(now + 42 * second, State.DELIVERED)
    decide(accept("c-3"), at=now + hour)
    settle(now + hour, State.FAILED)
    decide(accept("c-4"), at=now + hour)
    assert counted(database, now) == [
        Sent(now, State.DELIVERED, False, 42.0, 1),  # noqa: FBT003  a dataclass' field
        Sent(now, State.DELIVERED, True, 2.0, 1),  # noqa: FBT003
        Sent(now + hour, State.DUE, False, None, 1),  # noqa: FBT003
        Sent(now + hour, State.FAILED, False, None, 1),  # noqa: FBT003
    ]
    assert sum(one.n for one in counted(database, now, by_hour=False)) == 4
    assert sum(one.n for one in counted(database, now, since=now + hour)) == 2
    assert counted(database, now, site_id=site.id + 1) == []
    town = Moderator(2, "jonas@news.example", "Jonas Behr", Role.EDITOR, None, frozenset({"Town"}))
    assert counted(database, now, who=town) == []


def test_an_endpoint_is_well_until_messages_fail_or_it_is_switched_off(
    database: Database,
    site: Site,
    endpoint: str,
    accept: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    settle: Callable[..., None],
    now: datetime,
) -> None:
    def look(site_id: int | None = None) -> list[delivery_figures.Health]:
        with database.reading() as tx:
            return delivery_figures.health(tx, MARA, site_id)

    decide(accept("c-1"))
    (one,) = look()
    assert (one.id, one.site_name, one.host) == (endpoint, site.name, "hooks.news.example:8443")
    assert (one.n_waiting, one.n_failing, one.oldest_at, one.is_well) == (1, 0, now, True)
    settle(now, State.DUE)
    (one,) = look(site.id)
    assert (one.n_waiting, one.n_failing, one.is_well) == (1, 1, False)
    settle(now, State.DELIVERED)
    with database.writing() as tx:
        endpoint_store.change(tx, endpoint, disabled_at=now, disabled_because="answered 410 Gone")
    (one,) = look()
    assert (one.n_waiting, one.oldest_at, one.disabled_because, one.is_well) == (0, None, "answered 410 Gone", False)
    assert look(site.id + 1) == []
