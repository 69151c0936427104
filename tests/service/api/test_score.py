"""Scoring at once: scores, verdict, reasons and spans; nothing of it is kept."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from moderation.domain import Status
from moderation.store.database import Database
from moderation.tables import comments


@pytest.mark.parametrize(
    ("text", "verdict"), [("A fair point.", "APPROVE"), ("A silly point.", "HOLD"), ("You idiot!", "REJECT")]
)
def test_a_text_is_scored_and_judged_by_the_sites_guidelines(api: Any, text: str, verdict: str) -> None:
    told = api.post("/v1/score", {"text": text}).json
    assert told["verdict"] == verdict
    assert set(told) == {"scores", "verdict", "reasons", "model_version", "policy_version"}
    assert all(0 <= score <= 1 for score in told["scores"].values())
    assert told["model_version"] == "words-1"


def test_spans_count_code_points(api: Any) -> None:
    text = "🙂é idiot"
    (reason, *_) = api.post("/v1/score", {"text": text}).json["reasons"]
    (span,) = reason["spans"]
    assert text[span["begin"] : span["end"]] == "idiot"
    assert (reason["attribute"], reason["score"]) == ("INSULT", 0.99)


def test_a_language_that_is_not_known_is_held_and_not_scored_as_zero(api: Any) -> None:
    told = api.post("/v1/score", {"text": "qapla'", "language": "xx"}).json
    assert (told["verdict"], told["scores"]) == ("HOLD", {})
    assert {reason["note"] for reason in told["reasons"]} == {"language not supported"}
    assert {reason["score"] for reason in told["reasons"]} == {None}


def test_nothing_is_stored(api: Any, database: Database) -> None:
    api.post("/v1/score", {"text": "You idiot!"})
    with database.reading() as tx:
        assert tx.execute(select(func.count()).select_from(comments)).scalar_one() == 0
    assert Status.PENDING not in api.get("/v1/decisions").get_data(as_text=True)
