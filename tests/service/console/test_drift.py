"""Drift in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask import Flask, render_template

from moderation import alarms
from moderation.drift import FEWEST, Tally
from moderation.store import drift as store
from service.console import drift

if TYPE_CHECKING:
    from moderation.store.database import Database
    from moderation.store.sites import Site


def tally(n: int, score: float = 0.05, language: str = "en", *, agrees: bool = True) -> Tally:
    made = Tally()
    for _ in range(n):
        made.judged({"INSULT": score}, language, is_unscored=not agrees)
        made.answered({"INSULT": 0.9}, is_rejected=agrees)
    return made


def shown(app: Flask, site: Site) -> tuple[dict[str, Any], str]:
    with app.test_request_context("/"):
        found = drift.drift_of(site.id)
        return found, render_template("console/drift.html", drift=found)


def test_what_is_too_early_to_tell_says_what_is_lacking(app: Flask, database: Database, site: Site) -> None:
    assert shown(app, site)[0]["too_early"] == "No comment was scored yet."
    with database.writing() as tx:
        store.count_on(tx, site.id, 0, 1, {(datetime.now(UTC), "words-1"): tally(7)})
    found, page = shown(app, site)
    assert "7 comments of the first fortnight and 0 after it" in found["too_early"]
    assert found["too_early"] in page


def test_what_has_moved_is_told_with_its_bound_and_what_rings(app: Flask, database: Database, site: Site) -> None:
    today = datetime.now(UTC)
    days = {
        (today - timedelta(days=20), "words-1"): tally(FEWEST),
        (today, "words-1"): tally(FEWEST, 0.95, "de", agrees=False),
    }
    with database.writing() as tx:
        store.count_on(tx, site.id, 0, 1, days)
    alarms.look(database, today)
    found, page = shown(app, site)
    assert [(one["name"], one["bound"], one["is_alarming"]) for one in found["findings"]] == [
        ("Scores of INSULT", ".25", True),
        ("Languages", ".25", True),
        ("Comments that could not be scored", "10 points", True),
        ("Agreement of moderators with the scores", "5 points", True),
    ]
    for words in (
        "INSULT is spread otherwise than it was.",
        "Comments come in other languages than they did.",
        "More comments cannot be scored than before.",
        "Moderators agree less with the scores than they did.",
    ):
        assert words in page
