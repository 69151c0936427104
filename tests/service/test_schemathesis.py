"""The API against its own description: generated requests, good and bad, each answer as it is documented."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from moderation import endpoints, intake, settings, site_decisions, sites
from moderation.domain import Article, Author, Scope, Status, Submission
from moderation.scorers import Scorers
from moderation.store import outbox
from moderation.store.database import Database
from service.app import create

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from schemathesis import Case
    from schemathesis.schemas import APIOperation

    from moderation.dispatch import Dispatcher
    from moderation.domain import Scorer

OPERATIONS = [
    ("POST", "/v1/comments"),
    ("POST", "/v1/comments:batch"),
    ("GET", "/v1/comments/{comment_id}"),
    ("DELETE", "/v1/comments/{comment_id}"),
    ("POST", "/v1/comments/{comment_id}/reports"),
    ("POST", "/v1/comments/{comment_id}/appeals"),
    ("POST", "/v1/comments/{comment_id}/decisions"),
    ("PUT", "/v1/comments/{comment_id}/site-status"),
    ("POST", "/v1/authors:erase"),
    ("GET", "/v1/decisions"),
    ("POST", "/v1/score"),
    ("GET", "/v1/webhooks"),
    ("POST", "/v1/webhooks"),
    ("GET", "/v1/webhooks/{webhook_id}"),
    ("PATCH", "/v1/webhooks/{webhook_id}"),
    ("DELETE", "/v1/webhooks/{webhook_id}"),
    ("POST", "/v1/webhooks/{webhook_id}:rotate"),
    ("GET", "/v1/deliveries"),
    ("POST", "/v1/deliveries/{delivery_id}:replay"),
]
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
RESTRAINED = hypothesis.settings(
    max_examples=10,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


GOOD_LINE = (
    '{"id": "c-9", "text": "Well.", "author": {"ref": "r"}, "article": {"url": "https://n.example", "title": ""}}'
)


@schemathesis.serializer("application/x-ndjson")
def as_lines(context: Any, value: Any) -> bytes:  # noqa: ARG001  Schemathesis' signature
    """Send a good line, and what was generated as another."""
    made = value if isinstance(value, str) else json.dumps(value)
    return f"{GOOD_LINE}\n{made}".encode(errors="replace")


@pytest.fixture
def database(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """A migrated SQLite: what is promised over HTTP is the same on both, and other tests show that."""
    (tmp_path / "ombuds.db").write_bytes(sqlite_template.read_bytes())
    opened = Database(f"sqlite:///{tmp_path / 'ombuds.db'}")
    yield opened
    opened.close()


@pytest.fixture
def known(database: Database, secret: str, now: datetime) -> dict[str, str]:
    """Things that are there: a key, and an id for each parameter of a path."""
    site, key = sites.add(database, "news.example", list(Scope), secret, now)
    endpoint, _ = endpoints.add(database, site.id, "https://news.example/hook", endpoints.ALL_EVENTS, secret, [], now)
    article = Article("https://news.example/bridge", "The bridge")
    for number, status in enumerate((Status.REJECTED, Status.APPROVED)):
        intake.accept(database, site.id, Submission(f"c-{number}", "Well.", Author("r"), article), now)
        site_decisions.decide(database, site.id, f"c-{number}", status, "respectful", now)
    with database.reading() as tx:
        delivery = outbox.of_site(tx, site.id, before=None, limit=1)[0]
    return {"key": key, "comment_id": "c-0", "webhook_id": endpoint.id, "delivery_id": delivery.id}


@pytest.fixture
def described(database: Database, valkey_url: str, dispatcher: Dispatcher, tiny_scorer: Scorer, secret: str) -> Any:
    """The description as the application gives it, and the application behind it."""
    read = settings.read(
        {
            "DATABASE_URL": f"sqlite:///{database.engine.url.database}",
            "REDIS_URL": valkey_url,
            "OMBUDS_SECRET": secret,
            "OMBUDS_RATE_LIMIT": "0",
        }
    )
    return schemathesis.openapi.from_wsgi(
        "/openapi.json", create(read, database, dispatcher, Scorers.only(tiny_scorer))
    )


def test_every_operation_is_tried(described: Any) -> None:
    found = {(operation.ok().method.upper(), operation.ok().path) for operation in described.get_all_operations()}
    assert found == set(OPERATIONS)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: f"{mode.value} data")
@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=lambda part: part)
def test_every_answer_is_as_described(
    method: str, path: str, mode: GenerationMode, described: Any, known: dict[str, str]
) -> None:
    operation: APIOperation = described[path][method]

    @RESTRAINED
    @given(case=operation.as_strategy(generation_mode=mode), is_known=st.booleans())
    def answers_as_described(case: Case, is_known: bool) -> None:  # noqa: FBT001  Hypothesis gives flags so
        if is_known:
            case.path_parameters |= {name: known[name] for name in case.path_parameters or {}}
        (case.headers or {}).pop("Prefer", None)  # nothing is decided here: waiting would take its time
        answer = case.call(headers={"Authorization": f"Bearer {known['key']}"})
        case.validate_response(answer, checks=CHECKS)

    try:
        answers_as_described()
    except hypothesis.errors.Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE, "an operation that takes anything can be asked rightly at least"
