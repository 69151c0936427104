"""Signs of life: the process alone, and all that it needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask

from moderation.dispatch import Bell, Dispatcher
from moderation.store.database import Database


def test_a_process_that_answers_is_alive_whatever_else_is_gone(
    make_app: Callable[..., Flask], client: Any, absent_redis: Dispatcher
) -> None:
    answer = client(make_app(dispatcher=absent_redis), None).get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_it_is_ready_when_database_redis_workers_and_champion_are_there(
    app: Flask, client: Any, dispatcher: Dispatcher
) -> None:
    for bell in Bell:
        dispatcher.beat(bell)
    answer = client(app, None).get("/readyz")
    assert answer.status_code == 200
    assert answer.json["status"] == "ready"
    assert set(answer.json["checks"].values()) == {"ok"}
    assert answer.json["champion"] == "words-1"


def test_a_worker_that_is_not_there_is_named(app: Flask, client: Any, dispatcher: Dispatcher) -> None:
    dispatcher.beat(Bell.SCORE)
    answer = client(app, None).get("/readyz")
    assert (answer.status_code, answer.json["status"]) == (503, "not ready")
    failing = {name for name, outcome in answer.json["checks"].items() if outcome != "ok"}
    assert failing == {"deliver_worker"}


def test_a_redis_that_is_gone_is_named(make_app: Callable[..., Flask], client: Any, absent_redis: Dispatcher) -> None:
    answer = client(make_app(dispatcher=absent_redis), None).get("/readyz")
    assert answer.status_code == 503
    assert answer.json["checks"]["redis"].startswith("Redis cannot be reached")
    assert answer.json["checks"]["database"] == "ok"


def test_a_database_without_our_schema_is_named(
    make_app: Callable[..., Flask], client: Any, empty_database: Database
) -> None:
    answer = client(make_app(database=empty_database), None).get("/readyz")
    assert answer.status_code == 503
    assert "ombuds db upgrade" in answer.json["checks"]["database"]
