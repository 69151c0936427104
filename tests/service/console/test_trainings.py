"""Retraining at the console: who may ask for it, how far it is, and what the gate says of the result."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask

from moderation import trainings
from moderation.dispatch import Bell
from moderation.store.trainings import Training
from service.console import training_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from redis import Redis

    from moderation.store.database import Database
    from moderation.store.sites import Site

NOW = datetime.now(UTC)
LEASE = timedelta(minutes=1)
LIST = "/models/trainings?list=1"
BROKEN = {
    "rule": "groups",
    "is_kept": False,
    "words": "in English",
    "attribute": "TOXICITY",
    "group": "old people",
    "value": 0.8,
    "champion": 0.95,
    "bound": 0.9,
}


def taken(database: Database) -> Training:
    found = trainings.take(database, "t", datetime.now(UTC), LEASE)
    assert found is not None
    return found


def words(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)).split())


@pytest.fixture
def editor(enter: Callable[..., Any], add_moderator: Callable[..., Any]) -> Any:
    return enter(add_moderator("ed@news.example", "Ed Sand", "editor"))


def test_a_button_asks_and_rings_and_the_page_shows_how_far_it_is(
    editor: Any, database: Database, site: Site, redis: Redis
) -> None:
    assert "Nothing was retrained yet." in words(editor.get("/models/trainings"))
    answer = editor.post("/models/trainings", data={"site": site.name, "next": "/models"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/models")
    assert redis.llen(f"rq:queue:{Bell.RETRAIN}") == 1
    editor.post("/models/trainings", data={"site": site.name})  # a second click asks for nothing more
    shown = words(editor.get("/models/trainings"))
    assert shown.count("Waits for a worker") == 1
    assert "by Ed Sand" in shown
    run = taken(database)
    trainings.advance(database, run, "t", NOW, LEASE, step="heads", n_done=3, n_all=12)
    page = editor.get("/models/trainings").get_data(as_text=True)
    assert '<progress max="12" value="3" aria-label="Learning">' in page
    assert '<noscript><meta http-equiv="refresh"' in page


def test_a_page_that_is_open_is_told_only_of_what_changed(editor: Any, database: Database, site: Site) -> None:
    trainings.ask(database, site.id, "command line", NOW)
    first = editor.get(LIST)
    assert 'data-open="1"' in first.get_data(as_text=True)
    again = editor.get(LIST, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")
    run = taken(database)
    trainings.finish(database, run, "t", "2026-11-23-news-1", {"passed": False, "findings": [BROKEN]}, [], NOW)
    changed = editor.get(LIST, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert 'data-open="0"' in changed.get_data(as_text=True)
    assert "Done, but did not pass the gate" in words(changed)
    assert "sentences about old people: the AUC is 0.800 after 0.950, and may not fall below 0.900." in words(changed)


def test_a_failure_says_why(editor: Any, database: Database) -> None:
    trainings.ask(database, None, trainings.NEW_LABELS, NOW)
    trainings.fail(database, taken(database), "t", "7 rows hold too few labels", NOW)
    shown = words(editor.get("/models/trainings"))
    assert "All sites Failed" in shown
    assert "because of new labels" in shown
    assert "7 rows hold too few labels" in shown


def test_whoever_sees_some_sites_asks_for_these_and_sees_theirs(
    enter: Callable[..., Any],
    add_moderator: Callable[..., Any],
    add_site: Callable[[str], tuple[Site, str]],
    database: Database,
    site: Site,
) -> None:
    other, _ = add_site("elsewhere.example")
    browser = enter(add_moderator("lim@news.example", "Lim", "editor", site_names=(site.name,)))
    trainings.ask(database, other.id, "command line", NOW)
    trainings.ask(database, None, "command line", NOW)
    shown = words(browser.get("/models/trainings"))
    assert "elsewhere.example" not in shown
    assert "All sites" not in shown
    for name in (other.name, "*", "", "nowhere"):
        assert browser.post("/models/trainings", data={"site": name}).status_code == 404
    assert browser.post("/models/trainings", data={"site": site.name}).status_code == 302


def test_moderators_do_not_retrain(enter: Callable[..., Any], add_moderator: Callable[..., Any]) -> None:
    browser = enter(add_moderator("mo@news.example", "Mo"))
    assert browser.get("/models/trainings").status_code == 403
    assert browser.post("/models/trainings", data={"site": "*"}).status_code == 403


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"rule": "labels", "value": 12, "bound": 100}, "The later weeks hold 12 labels; at least 100 are needed."),
        ({"rule": "labels", "value": 120, "bound": 20}, "No attribute has 20 labels of either kind"),
        ({"rule": "auc"}, "TOXICITY ranks worse: its AUC on the later weeks is 0.800 after 0.950. It may lose 0.900."),
        ({"rule": "new"}, "TOXICITY is new and may rank no better than chance"),
        ({"rule": "calibration"}, "probabilities lie 0.800 from shares, more than 0.900 beyond"),
        (
            {"rule": "languages", "group": "de", "bound": 0.05},
            "TOXICITY on sentences in German: the AUC is 0.800 after 0.950. It may lose 0.050.",
        ),
        ({"champion": None}, "the AUC is 0.800, and may not be below 0.900."),
        ({"rule": "of tomorrow"}, "in English"),
        ({"is_kept": True}, "in English"),
    ],
)
def test_what_the_gate_finds_is_said_in_the_reader_s_language(app: Flask, changes: dict[str, Any], said: str) -> None:
    with app.test_request_context():
        assert said in training_words.said({**BROKEN, **changes})


def test_every_step_that_a_run_tells_has_a_name(app: Flask) -> None:
    with app.test_request_context():
        assert all(training_words.step_names().values())


def test_what_nobody_made_breaks_no_rule() -> None:
    assert training_words.broken_rules(None) == []
