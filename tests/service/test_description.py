"""The description is valid OpenAPI 3.1 and says what the generator could not know."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from flask import Flask

from moderation.domain import Scope
from service.description import guarded, operations


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is read and refused over HTTP is the same on every database."""
    return sqlite_url


@pytest.fixture
def spec(app: Flask) -> dict[str, Any]:
    """The description as clients get it."""
    told: dict[str, Any] = app.test_client().get("/openapi.json").get_json()
    return told


def test_it_is_valid_openapi_3_1(spec: dict[str, Any]) -> None:
    assert spec["openapi"] == "3.1.0"
    schemathesis.openapi.from_dict(spec).validate()


def test_it_has_every_operation_of_the_application(spec: dict[str, Any], app: Flask) -> None:
    described = {(path, method) for path, method, _ in operations(spec)}
    assert described == {(path, method) for path, method in guarded(app) if method not in {"head", "options"}}


def test_operations_have_short_names_of_their_own(spec: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(spec)]
    assert len(set(names)) == len(names)
    assert "comments_accept" in names


def test_every_problem_has_its_media_type_and_every_answer_its_words(spec: dict[str, Any]) -> None:
    for path, method, operation in operations(spec):
        for status, answer in operation["responses"].items():
            assert answer["description"].endswith("."), (path, method, status)
            if int(status) >= 400:
                assert list(answer["content"]) == ["application/problem+json"]
            assert int(status) != 204 or "content" not in answer


def test_every_operation_names_the_scope_it_needs(spec: dict[str, Any]) -> None:
    scopes = {operation["operationId"]: operation["security"] for _, _, operation in operations(spec)}
    assert scopes["comments_accept"] == [{"siteKey": [Scope.SUBMIT]}]
    assert scopes["decisions_read"] == [{"siteKey": [Scope.READ]}]
    assert scopes["webhooks_add"] == [{"siteKey": [Scope.ADMIN]}]


def test_headers_have_their_names_and_are_never_null(spec: dict[str, Any]) -> None:
    parameters = {one["name"]: one for one in spec["paths"]["/v1/comments"]["post"]["parameters"]}
    assert set(parameters) == {"Idempotency-Key", "Prefer"}
    for path, method, operation in operations(spec):
        for parameter in operation.get("parameters", []):
            assert "null" not in repr(parameter["schema"]), (path, method)
            assert "description" in parameter, (path, method, parameter["name"])


def test_batches_are_ndjson_both_ways(spec: dict[str, Any]) -> None:
    batch = spec["paths"]["/v1/comments:batch"]["post"]
    assert list(batch["requestBody"]["content"]) == ["application/x-ndjson"]
    assert list(batch["responses"]["200"]["content"]) == ["application/x-ndjson"]


def test_every_reference_and_link_leads_somewhere(spec: dict[str, Any]) -> None:
    names = {operation["operationId"] for _, _, operation in operations(spec)}

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if isinstance(reference := node.get("$ref"), str):
                found: Any = spec
                for step in reference.removeprefix("#/").split("/"):
                    found = found[step]
            for link in node.get("links", {}).values():
                assert link["operationId"] in names
            for member in node.values():
                walk(member)
        elif isinstance(node, list):
            for member in node:
                walk(member)

    walk(spec)


def test_bodies_that_come_in_allow_no_unknown_fields(spec: dict[str, Any]) -> None:
    schemas = {
        name: schema for name, schema in spec["components"]["schemas"].items() if name.endswith(("In", "Change"))
    }
    assert len(schemas) >= 8
    assert all(schema["additionalProperties"] is False for schema in schemas.values())
