"""`ombuds webhook`: where a site hears of decisions."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from moderation import endpoints, sites
from moderation.store import webhooks as store
from service.embedded import keys

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from moderation.store.database import Database
    from moderation.store.webhooks import Endpoint

    Run = Callable[..., Result]

HOOK = "https://news.example/hooks/ombuds"
OF_SITE = ("--site", "example-news")


@pytest.fixture(autouse=True)
def _site(run: Run) -> None:
    assert run("site", "add", "example-news").exit_code == 0


@pytest.fixture
def kept(record: Database) -> Callable[[], list[Endpoint]]:
    """The site's endpoints in the record."""

    def ask() -> list[Endpoint]:
        site = sites.find(record, "example-news")
        with record.reading() as tx:
            return store.of_site(tx, site.id)

    return ask


def test_the_secret_that_is_printed_signs(run: Run, kept: Callable[[], list[Endpoint]], data: Path) -> None:
    ran = run("webhook", "add", HOOK, *OF_SITE, "--json")
    assert ran.exit_code == 0
    told = json.loads(ran.stdout)
    (endpoint,) = kept()
    assert told.keys() == {"id", "secret"}
    assert (told["id"], endpoint.url) == (endpoint.id, HOOK)
    assert endpoints.signing_secrets(endpoint, keys.server_secret(data), datetime.now(UTC)) == [told["secret"]]


def test_without_json_the_secret_alone_is_on_stdout(run: Run) -> None:
    ran = run("webhook", "add", HOOK, *OF_SITE)
    assert ran.stdout.startswith("whsec_")
    assert ran.stdout.count("\n") == 1
    assert "not shown again" in ran.stderr


@pytest.mark.parametrize(
    ("chosen", "heard"),
    [
        pytest.param((), endpoints.ALL_EVENTS, id="all if none is chosen"),
        pytest.param(("comment.held",), ("comment.held",), id="one"),
        pytest.param(("comment.held", "comment.held"), ("comment.held",), id="one, named twice"),
    ],
)
def test_an_endpoint_hears_the_events_that_were_chosen(
    chosen: tuple[str, ...], heard: tuple[str, ...], run: Run, kept: Callable[[], list[Endpoint]]
) -> None:
    run("webhook", "add", HOOK, *OF_SITE, *[part for event in chosen for part in ("--event", event)])
    assert kept()[0].events == heard


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/hook", "http://[::1]:9/hook"])
def test_with_embedded_parts_a_receiver_on_this_machine_may_be_called(url: str, run: Run) -> None:
    assert run("webhook", "add", url, *OF_SITE).exit_code == 0


def test_the_list_shows_endpoints_and_no_secret(run: Run, record: Database) -> None:
    told = json.loads(run("webhook", "add", HOOK, *OF_SITE, "--event", "comment.held", "--json").stdout)
    assert run("webhook", "list", *OF_SITE).stdout == f"{told['id']}  {HOOK}  comment.held  on\n"
    site = sites.find(record, "example-news")
    nothing = {"url": None, "events": None, "allowed": [], "now": datetime.now(UTC)}
    endpoints.change(record, site.id, told["id"], is_enabled=False, **nothing)
    assert "off: by the site" in run("webhook", "list", *OF_SITE).stdout


def test_a_removed_endpoint_is_gone(run: Run, kept: Callable[[], list[Endpoint]]) -> None:
    added = json.loads(run("webhook", "add", HOOK, *OF_SITE, "--json").stdout)["id"]
    assert run("webhook", "remove", added, *OF_SITE).exit_code == 0
    assert kept() == []
    assert run("webhook", "remove", added, *OF_SITE).exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(("add", HOOK, "--site", "nobody"), "nobody", id="adding to nobody"),
        pytest.param(("list", "--site", "nobody"), "nobody", id="listing nobody's"),
        pytest.param(("remove", "wh_1", "--site", "nobody"), "nobody", id="removing of nobody"),
        pytest.param(("add", "ftp://news.example/", *OF_SITE), "https", id="neither http nor https"),
        pytest.param(("add", "news.example", *OF_SITE), "https", id="no address"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(
    arguments: tuple[str, ...], said: str, run: Run, kept: Callable[[], list[Endpoint]]
) -> None:
    ran = run("webhook", *arguments)
    assert ran.exit_code == 1
    assert ran.stderr.startswith("Error: ")
    assert said in ran.stderr
    assert ran.stderr.count("\n") == 1
    assert kept() == []


def test_an_unknown_event_is_refused(run: Run) -> None:
    assert run("webhook", "add", HOOK, *OF_SITE, "--event", "comment.liked").exit_code == 2
