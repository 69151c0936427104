"""The delivery desk: what is in trouble, sending it again, and settling with a site that disagrees."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from moderation import endpoints, site_statuses
from moderation.domain import Status
from moderation.store import comments, outbox
from moderation.store import webhooks as endpoint_store
from moderation.store.outbox import Attempt, Outcome, State
from moderation.tables import audit

if TYPE_CHECKING:
    from collections.abc import Callable

    from redis import Redis

    from moderation.domain import Decision
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site
    from moderation.store.webhooks import Endpoint

URL = "https://hooks.news.example/ombuds?token=4711"


@pytest.fixture
def past() -> datetime:
    """A quarter of an hour ago: time enough to hear."""
    return datetime.now(UTC) - timedelta(minutes=15)


@pytest.fixture
def endpoint(database: Database, site: Site, secret: str, past: datetime) -> Endpoint:
    return endpoints.add(database, site.id, URL, endpoints.ALL_EVENTS, secret, [], past)[0]


@pytest.fixture
def failed(
    database: Database,
    endpoint: Endpoint,
    accept: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    past: datetime,
) -> Callable[..., str]:
    """Let a message about a comment fail; tells its id."""

    def fail(name: str = "c-1", state: State = State.DUE) -> str:
        decide(accept(name), Status.REJECTED, at=past)
        with database.writing() as tx:
            (sent,) = outbox.claim_due(tx, "token", {}, 9, past, timedelta(seconds=75))
            assert sent.webhook_id == endpoint.id
            tried = Attempt(sent.id, past, 1_204, 503, None)
            outbox.settle(tx, "token", [Outcome(tried, state, past + timedelta(hours=1))])
        return sent.id

    return fail


@pytest.fixture
def disputed(
    database: Database,
    site: Site,
    accept: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    past: datetime,
) -> CommentRow:
    """A comment that we rejected and that stands on its site."""
    comment = accept("c-9")
    decide(comment, Status.REJECTED, at=past)
    site_statuses.say(database, site.id, "c-9", Status.APPROVED, past)
    return comment


def stands(database: Database, site: Site, name: str) -> Status:
    with database.reading() as tx:
        found = comments.find(tx, site.id, name)
    assert found is not None
    return found.status


def test_what_fails_is_shown_with_its_attempts(signed_in: Callable[..., Any], failed: Callable[..., str]) -> None:
    failed()
    page = signed_in().get("/deliveries").text
    for words in ("Comment c-1", "hooks.news.example", "1 attempt", "last answered 503", "1,204 ms"):
        assert words in page
    assert "4711" not in page


@pytest.mark.parametrize(
    ("state", "empty"),
    [
        ("waiting", "Nothing waits to be sent."),
        ("failing", "No message is failing."),
        ("dead", "No message was given up."),
        ("disagreeing", "No site disagrees."),
        ("nonsense", "No message is failing."),
    ],
)
def test_an_empty_list_says_what_that_means(signed_in: Callable[..., Any], state: str, empty: str) -> None:
    page = signed_in().get(f"/deliveries?state={state}").text
    assert empty in page
    assert "No site has an endpoint." in page


def test_an_endpoint_that_is_switched_off_says_why(
    signed_in: Callable[..., Any], database: Database, endpoint: Endpoint, past: datetime
) -> None:
    with database.writing() as tx:
        endpoint_store.change(tx, endpoint.id, disabled_at=past, disabled_because="answered 410 Gone")
    page = signed_in().get("/deliveries").text
    assert "Switched off" in page
    assert "answered 410 Gone" in page


def test_a_message_is_sent_again_and_that_is_written_down(
    signed_in: Callable[..., Any], database: Database, site: Site, failed: Callable[..., str], redis: Redis
) -> None:
    browser = signed_in()
    message = failed(state=State.FAILED)
    redis.flushall()
    answer = browser.post(f"/deliveries/{message}/replay", data={"state": "dead", "site": site.id})
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/deliveries?state=dead&site={site.id}&did=replayed"
    assert "goes out again" in browser.get(answer.headers["Location"]).text
    with database.reading() as tx:
        found = outbox.find(tx, site.id, message)
        entry = tx.execute(select(audit.c.actor, audit.c.action).order_by(audit.c.id.desc()).limit(1)).one()
    assert found is not None
    assert (found.state, found.n_attempts) == (State.DUE, 0)
    assert entry == (browser.who.actor, "delivery.replayed")
    assert redis.llen("rq:queue:deliver") == 1


def test_a_message_to_an_endpoint_that_was_removed_stays(
    signed_in: Callable[..., Any],
    database: Database,
    site: Site,
    endpoint: Endpoint,
    failed: Callable[..., str],
    past: datetime,
) -> None:
    message = failed()
    endpoints.remove(database, site.id, endpoint.id, past)
    browser = signed_in()
    answer = browser.post(f"/deliveries/{message}/replay", data={"state": "dead"})
    assert "Its endpoint was removed" in browser.get(answer.headers["Location"]).text
    assert "Replay" not in browser.get("/deliveries?state=dead").text


def test_nobody_sends_again_what_they_may_not_see(
    signed_in: Callable[..., Any], add_site: Callable[[str], tuple[Site, str]], failed: Callable[..., str]
) -> None:
    message = failed()
    add_site("harbour-post")
    elsewhere = signed_in(site_names=["harbour-post"])
    assert elsewhere.post(f"/deliveries/{message}/replay").status_code == 404
    assert "c-1" not in elsewhere.get("/deliveries").text


def test_a_form_without_its_token_does_nothing(signed_in: Callable[..., Any], failed: Callable[..., str]) -> None:
    browser = signed_in()
    browser.token = None
    assert browser.post(f"/deliveries/{failed()}/replay").status_code == 403


@pytest.mark.usefixtures("disputed")
def test_a_disagreement_names_both_sides(signed_in: Callable[..., Any]) -> None:
    page = signed_in().get("/deliveries?state=disagreeing").text
    for words in (
        "The site says approved, we say rejected.",
        "Tell the site again",
        "Take the site\N{RIGHT SINGLE QUOTATION MARK}s word",
    ):
        assert words in page


def test_a_site_without_endpoints_cannot_be_told(signed_in: Callable[..., Any], disputed: CommentRow) -> None:
    answer = signed_in().post(f"/comments/{disputed.id}/site-status/tell", data={"state": "disagreeing"})
    assert answer.headers["Location"].endswith("did=nobody")


@pytest.mark.usefixtures("endpoint")
def test_a_site_is_told_again(
    signed_in: Callable[..., Any], database: Database, site: Site, disputed: CommentRow
) -> None:
    browser = signed_in()
    answer = browser.post(f"/comments/{disputed.id}/site-status/tell", data={"state": "disagreeing"})
    assert "The site is told again." in browser.get(answer.headers["Location"]).text
    assert stands(database, site, "c-9") is Status.REJECTED


def test_the_sites_word_is_taken(
    signed_in: Callable[..., Any], database: Database, site: Site, disputed: CommentRow
) -> None:
    browser = signed_in()
    form = {"state": "disagreeing", "status": "APPROVED"}
    answer = browser.post(f"/comments/{disputed.id}/site-status/take", data=form)
    page = browser.get(answer.headers["Location"]).text
    assert "word stands" in page
    assert "No site disagrees." in page
    assert stands(database, site, "c-9") is Status.APPROVED


@pytest.mark.parametrize("act", ["tell", "take"])
def test_what_changed_meanwhile_is_not_settled(
    signed_in: Callable[..., Any], database: Database, site: Site, disputed: CommentRow, act: str, past: datetime
) -> None:
    browser = signed_in()
    site_statuses.say(database, site.id, "c-9", Status.REJECTED, past)
    form = {"state": "disagreeing", "status": "APPROVED"}
    answer = browser.post(f"/comments/{disputed.id}/site-status/{act}", data=form)
    assert "nothing was recorded" in browser.get(answer.headers["Location"]).text
    assert stands(database, site, "c-9") is Status.REJECTED


@pytest.mark.parametrize("act", ["tell", "take"])
def test_nobody_settles_what_they_may_not_see(signed_in: Callable[..., Any], disputed: CommentRow, act: str) -> None:
    form = {"status": "APPROVED"}
    elsewhere = signed_in(sections=["Sport"])
    assert elsewhere.post(f"/comments/{disputed.id}/site-status/{act}", data=form).status_code == 404


def test_a_word_that_is_none_is_refused(signed_in: Callable[..., Any], disputed: CommentRow) -> None:
    answer = signed_in().post(f"/comments/{disputed.id}/site-status/take", data={"status": "LIKED"})
    assert answer.status_code == 400


def test_a_long_list_goes_on_on_further_pages(
    signed_in: Callable[..., Any], failed: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from service.console import deliveries  # noqa: PLC0415  only this test changes it

    monkeypatch.setattr(deliveries, "AT_ONCE", 1)
    monkeypatch.setattr(deliveries, "MOST", 2)
    for name in ("c-1", "c-2"):
        failed(name)
    browser = signed_in()
    first = browser.get("/deliveries").text
    assert "from=1" in first
    assert "2 and more" in first
    second = browser.get("/deliveries?from=1").text
    assert "from=2" not in second
    assert ("c-1" in first) != ("c-1" in second)
