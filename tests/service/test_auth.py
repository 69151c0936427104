"""Who may ask: site keys as bearer tokens, revocable, with scopes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from flask import Flask

from moderation import sites
from moderation.domain import Scope
from moderation.store import sites as store
from moderation.store.database import Database
from moderation.store.sites import Site
from service.keyring import Keyring
from service.parts import attach, parts

OPERATIONS = [
    ("POST", "/v1/comments", Scope.SUBMIT),
    ("POST", "/v1/comments:batch", Scope.SUBMIT),
    ("GET", "/v1/comments/c-1", Scope.READ),
    ("DELETE", "/v1/comments/c-1", Scope.SUBMIT),
    ("POST", "/v1/comments/c-1/reports", Scope.SUBMIT),
    ("POST", "/v1/comments/c-1/appeals", Scope.SUBMIT),
    ("POST", "/v1/comments/c-1/decisions", Scope.SUBMIT),
    ("PUT", "/v1/comments/c-1/site-status", Scope.SUBMIT),
    ("POST", "/v1/authors:erase", Scope.SUBMIT),
    ("GET", "/v1/decisions", Scope.READ),
    ("POST", "/v1/score", Scope.SUBMIT),
    ("GET", "/v1/webhooks", Scope.READ),
    ("POST", "/v1/webhooks", Scope.ADMIN),
    ("GET", f"/v1/webhooks/wh_{'0' * 32}", Scope.READ),
    ("PATCH", f"/v1/webhooks/wh_{'0' * 32}", Scope.ADMIN),
    ("DELETE", f"/v1/webhooks/wh_{'0' * 32}", Scope.ADMIN),
    ("POST", f"/v1/webhooks/wh_{'0' * 32}:rotate", Scope.ADMIN),
    ("GET", "/v1/deliveries", Scope.READ),
    ("POST", f"/v1/deliveries/msg_{'0' * 32}:replay", Scope.ADMIN),
]
OF_OTHERS = {"/v1/moderations"}
"""Routes of other services' clients, which have keys of their own kind and tests of their own."""

each_operation = pytest.mark.parametrize(("method", "path", "scope"), OPERATIONS)


def test_the_table_above_has_every_operation(app: Flask) -> None:
    rules = [
        rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/v1/") and ".compat" not in rule.endpoint
    ]
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/v1/") and rule.rule not in OF_OTHERS]
    assert len(OPERATIONS) == sum(len(rule.methods - {"HEAD", "OPTIONS"}) for rule in rules if rule.methods)


@each_operation
def test_no_operation_answers_without_a_key(app: Flask, client: Any, method: str, path: str, scope: Scope) -> None:
    answer = client(app, None)(method, path)
    assert answer.status_code == 401, scope
    assert answer.json["type"] == "urn:ombuds:problem:unauthorized"
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="ombuds"'


@each_operation
def test_each_operation_needs_its_scope_and_no_other(
    app: Flask, client: Any, key_with: Callable[..., str], method: str, path: str, scope: Scope
) -> None:
    lacking = client(app, key_with(*(set(Scope) - {scope})))(method, path)
    assert lacking.status_code == 403
    assert lacking.json["type"] == "urn:ombuds:problem:scope-missing"
    assert f"'{scope}'" in lacking.json["detail"]
    assert client(app, key_with(scope))(method, path).status_code not in {401, 403}


@pytest.mark.parametrize(
    ("header", "status"),
    [
        pytest.param("Bearer {key}", 200, id="as the specification has it"),
        pytest.param("bearer {key}", 200, id="in lower case"),
        pytest.param("BEARER   {key}  ", 200, id="with more spaces"),
        pytest.param("{key}", 401, id="without a scheme"),
        pytest.param("Bearer", 401, id="without a key"),
        pytest.param("Bearer ", 401, id="with an empty key"),
        pytest.param("Bearer{key}", 401, id="without a space"),
        pytest.param("Token {key}", 401, id="under another scheme"),
        pytest.param("Basic {key}", 401, id="under Basic"),
        pytest.param("Bearer {key}x", 401, id="with a letter more"),
        pytest.param("Bearer omb_unknown", 401, id="with an unknown key"),
        pytest.param("Bearer {key}, Bearer {key}", 401, id="with two keys"),
        pytest.param("Bearer ÿé", 401, id="with letters that are not ASCII"),
        pytest.param("Bearer {key}\x7f", 401, id="with a control character"),
    ],
)
def test_the_authorization_header_is_read_strictly(
    app: Flask, client: Any, site_key: str, header: str, status: int
) -> None:
    answer = client(app, None).get("/v1/decisions", headers={"Authorization": header.format(key=site_key)})
    assert answer.status_code == status


@pytest.mark.parametrize("name", ["key", "api_key", "access_token", "Authorization"])
def test_a_key_in_the_query_string_opens_nothing(app: Flask, client: Any, site_key: str, name: str) -> None:
    answer = client(app, None).get("/v1/webhooks", query_string={name: site_key})
    assert answer.status_code == 401


def test_a_revoked_key_is_refused_after_two_seconds_and_the_others_are_not(
    api: Any, app: Flask, client: Any, key_with: Callable[..., str], database: Database, site: Site, now: datetime
) -> None:
    clock = [0.0]
    with app.app_context():
        attach(app, replace(parts(), keyring=Keyring(clock=lambda: clock[0])))
    key = key_with(Scope.READ)
    with database.reading() as tx:
        newest = max(found.id for found in store.keys_of(tx, site.id))
    assert client(app, key).get("/v1/decisions").status_code == 200
    sites.revoke_key(database, site.name, newest, now)
    clock[0] = 2.0
    refused = client(app, key).get("/v1/decisions")
    assert refused.status_code == 401
    assert refused.json["detail"] == "the site key is missing, unknown or revoked"
    assert api.get("/v1/decisions").status_code == 200


def test_a_key_made_under_another_server_secret_opens_nothing(
    make_app: Callable[..., Flask], client: Any, site_key: str
) -> None:
    app = make_app(secret="another-secret-of-the-tests-and-nothing-else")
    assert client(app, site_key).get("/v1/decisions").status_code == 401


def test_an_unknown_address_and_a_wrong_method_need_no_key(app: Flask, client: Any) -> None:
    anyone = client(app, None)
    assert [anyone.get("/v1/nothing").status_code, anyone("PUT", "/v1/comments").status_code] == [404, 405]
