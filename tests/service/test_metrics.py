"""Numbers for Prometheus."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from moderation import alarms
from moderation.drift import FEWEST, Tally
from moderation.store import drift as drift_store
from moderation.store.database import Database
from moderation.store.sites import Site


def _samples(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def _count(text: str, route: str, method: str, status: str) -> float:
    labels = (("method", method), ("route", route), ("status", status))
    return _samples(text).get(("ombuds_request_seconds_count", labels), 0)


def test_answers_are_counted_by_route_and_never_by_address(api: Any) -> None:
    before = api.get("/metrics").get_data(as_text=True)
    for id_ in ("secret-1", "secret-2"):
        api.get(f"/v1/comments/{id_}?q=hidden")
    after = api.get("/metrics").get_data(as_text=True)
    labels = ("/v1/comments/<string:comment_id>", "GET", "404")
    assert _count(after, *labels) - _count(before, *labels) == 2
    assert "secret" not in after
    assert "hidden" not in after


def test_methods_that_nobody_knows_are_counted_together(api: Any) -> None:
    before = _count(api.get("/metrics").get_data(as_text=True), "none", "other", "404")
    for method in ("BREW", "WHEN", "PROPFIND"):
        api(method, "/nothing")
    text = api.get("/metrics").get_data(as_text=True)
    assert _count(text, "none", "other", "404") - before == 3
    assert "BREW" not in text


def test_what_waits_is_counted_as_the_record_has_it(
    api: Any, posted: Callable[..., Any], judged: Callable[..., Any]
) -> None:
    api.post("/v1/webhooks", {"url": "https://news.example/hook"})
    for id_ in ("c-1", "c-2", "c-3"):
        posted(id_)
    judged("c-1")
    samples = _samples(api.get("/metrics").get_data(as_text=True))
    names = ("ombuds_comments_pending", "ombuds_comments_held", "ombuds_deliveries_due")
    assert [samples[name, ()] for name in names] == [2, 0, 1]


def test_the_other_numbers_are_there_while_the_database_is_gone(
    make_app: Callable[..., Flask], client: Any, logged: list[dict[str, Any]]
) -> None:
    gone = Database("postgresql+psycopg://nobody@127.0.0.1:1/none?connect_timeout=1")
    answer = client(make_app(database=gone), None).get("/metrics")
    assert answer.status_code == 200
    assert "ombuds_request_seconds" in answer.get_data(as_text=True)
    assert "ombuds_comments_pending" not in answer.get_data(as_text=True)
    assert [entry["event"] for entry in logged] == ["metrics.partial"]


def test_a_scraper_gets_the_media_type_it_reads(api: Any) -> None:
    assert api.get("/metrics").content_type.startswith("text/plain; version=")


def test_drift_is_told_by_site_with_the_alarms_that_are_on(
    api: Any, database: Database, site: Site, now: datetime
) -> None:
    first, tallies = now - timedelta(days=20), (Tally(), Tally())
    for tally, score in zip(tallies, (0.05, 0.95), strict=True):
        for _ in range(FEWEST):
            tally.judged({"INSULT": score}, "en", is_unscored=False)
    with database.writing() as tx:
        days = {(first, "words-1"): tallies[0], (datetime.now(UTC), "words-1"): tallies[1]}
        drift_store.count_on(tx, site.id, 0, 1, days)
    assert alarms.look(database, datetime.now(UTC))
    found = _samples(api.get("/metrics").get_data(as_text=True))
    labels = (("attribute", "INSULT"), ("kind", "scores"), ("site", site.name))
    assert found["ombuds_drift", labels] > 0.25
    assert found["ombuds_alarms", (("site", site.name),)] == 1
