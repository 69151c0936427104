"""Fields that anybody can write: read, or refused, and never the database's trouble."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from moderation.desk import Role
from service.console.fields import midnight, moment, whole, wholes

if TYPE_CHECKING:
    from collections.abc import Callable

NO_NUMBERS = ["", "-1", "1.5", "²", "a\0b", str(2**63), "9" * 5_000]


def test_a_number_is_read_as_far_as_databases_hold_it() -> None:
    assert [whole("0"), whole("007"), whole(str(2**63 - 1))] == [0, 7, 2**63 - 1]
    for given in NO_NUMBERS:
        with pytest.raises(ValueError, match=r"."):
            whole(given)
    assert wholes(["3", *NO_NUMBERS, "4"]) == [3, 4]


def test_a_time_is_in_utc_unless_it_says_otherwise() -> None:
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert moment("2026-03-01T12:00") == moment("2026-03-01T13:00+01:00") == noon
    assert midnight("2026-03-01") == datetime(2026, 3, 1, tzinfo=UTC)
    for given in ("", "noon", "2026-13-45", "9999-12-31T23:00:00-14:00", "0001-01-01T00:00+14:00"):
        with pytest.raises(ValueError, match=r"."):
            moment(given)
    for given in ("", "2026-02-30", "9999-12-31"):
        with pytest.raises(ValueError, match=r"."):
            midnight(given)


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(
    ("address", "status"),
    [
        (f"/comments/{2**70}", 404),
        (f"/batches/{2**70}/progress", 404),
        (f"/queues/held?article={2**70}&at={2**70}", 200),
        (f"/queues/held/pulse?have={2**70},²&since=0001-01-01T00:00:00%2B14:00", 200),
        ("/batches/new?from=inf&to=nan&lot=" + "9" * 5_000, 200),
        ("/guidelines/respectful/foretold?low=-inf&high=1e309", 200),
        ("/audit?day=9999-12-31", 200),
        ("/batches/peek?from=.5&to=1&seen=0001-01-05", 200),
        ("/audit?person=a%00b", 400),
        ("/authors/daily.example/a%00b", 400),
        ("/search?q=a&to=9999-12-31", 200),
        (f"/people/{2**70}", 404),
    ],
)
def test_what_no_database_holds_is_no_fault_of_ours(signed_in: Callable[..., Any], address: str, status: int) -> None:
    assert signed_in(role=Role.ADMIN).get(address).status_code == status


@pytest.mark.usefixtures("site")
def test_a_field_that_cannot_be_read_does_not_stand_for_all(signed_in: Callable[..., Any]) -> None:
    browser = signed_in(role=Role.ADMIN)
    browser.post("/me/sessions", data={"session": "x"})
    form = {"title": "Hello", "body": "Dear {author}"}
    for unknown in ("x", "999"):
        answer = browser.post("/templates", data={**form, "site": unknown})
        assert (answer.status_code, "Choose one of your sites." in answer.text) == (422, True)
    assert browser.post("/me/profile", data={"name": "M\0ra"}).status_code == 400
    promoted = browser.post("/models/promote", data={"version": "", "note": "why", "despite": "1"})
    assert "failed=" in promoted.headers["Location"]


def test_a_form_that_names_nothing_we_know_acts_on_nothing_else(signed_in: Callable[..., Any], site: Any) -> None:
    browser = signed_in(role=Role.ADMIN)
    form = {"act": "approve", "site": site.name, "queue": "held", "by": "INSULT", "from": "0", "to": "1"}
    for name, unknown in (("site", "elsewhere.example"), ("queue", "lost"), ("by", "NICENESS")):
        assert browser.post("/batches", data={**form, name: unknown}).status_code == 400
    shares = {"site": "elsewhere.example", "seen_approved": "0.005", "seen_rejected": "0.05", "approved": "9"}
    assert browser.post("/guidelines", data={**shares, "rejected": "9", "act": "save"}).status_code == 403


def test_what_nobody_types_is_refused_and_fails_nowhere(signed_in: Callable[..., Any]) -> None:
    browser = signed_in(role=Role.ADMIN)
    act = {"act": "approve", "comment": "1", "revision": "1"}
    for spans in ("[[Infinity, 1]]", "[" * 100_000):
        assert browser.post("/acts", data={**act, "spans": spans}).status_code == 400
    assert browser.post("/filters", data={"name": "mine", "address": "//["}).status_code == 400
    assert browser.get("/sign-in?next=/a%0Ab").headers["Location"].startswith("/")
    assert browser.post("/undo", data={"csrf": "é"}, headers={"X-CSRF-Token": "é"}).status_code == 403
