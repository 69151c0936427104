"""Whatever is sent to Perspective's routes, the answer has Perspective's shape, and nothing of ours breaks."""

from __future__ import annotations

import json
from typing import Any

import hypothesis
import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given
from hypothesis import strategies as st
from schemathesis import GenerationMode

from moderation import sites
from moderation.domain import KeyKind, Scope
from moderation.store.database import Database
from moderation.store.sites import Site
from service.compat import discovery

METHODS = ["analyze", "suggestscore"]
RESTRAINED = hypothesis.settings(
    max_examples=100,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
NAMES = st.sampled_from(["TOXICITY", "INSULT_EXPERIMENTAL", "LIKELY_TO_REJECT", "FLIRTATION", ""])


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is sent decides, not where it is kept."""
    return sqlite_url


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.fixture
def address(app: Flask, database: Database, site: Site, secret: str, now: Any) -> str:
    """Where to send it, with a key that opens."""
    assert app
    key = sites.add_key(database, site.name, [Scope.SUBMIT], secret, now, KeyKind.PERSPECTIVE)
    return f"/v1alpha1/comments:{{}}?key={key}"


def as_openapi() -> dict[str, Any]:
    """Write what the description says of bodies in the form that Schemathesis reads."""
    described = discovery.document("http://ombuds.example/")
    moved = json.loads(json.dumps(described["schemas"]).replace('"$ref": "', '"$ref": "#/components/schemas/'))
    methods = described["resources"]["comments"]["methods"]
    paths = {
        f"/{method['path']}": {
            "post": {
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {"schema": {"$ref": f"#/components/schemas/{method['request']['$ref']}"}}
                    },
                },
                "responses": {"200": {"description": "A score."}},
            }
        }
        for method in methods.values()
    }
    for schema in moved.values():
        schema.pop("id")
    return {"openapi": "3.0.3", "info": {"title": "", "version": "1"}, "paths": paths, "components": {"schemas": moved}}


def check(answer: Any) -> None:
    """Insist on Perspective's shapes."""
    assert answer.status_code < 500, answer.text
    body = answer.get_json()
    if answer.status_code == 200:
        assert body.keys() <= {
            "attributeScores",
            "languages",
            "detectedLanguages",
            "requestedLanguages",
            "clientToken",
        }
        return
    error = body["error"]
    assert error.keys() == {"code", "message", "status", "details"}
    assert error["code"] == answer.status_code
    assert error["message"]
    assert all(one["@type"].startswith("type.googleapis.com/google.") for one in error["details"])
    assert error["details"][0].get("errorType") or error["details"][0].get("reason")


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: f"{mode.value} data")
@pytest.mark.parametrize("method", METHODS)
def test_what_the_description_allows_and_what_it_does_not(
    method: str, mode: GenerationMode, app: Flask, address: str
) -> None:
    schema = schemathesis.openapi.from_dict(as_openapi())
    operation = schema[f"/v1alpha1/comments:{method}"]["post"]
    client = app.test_client()

    few = hypothesis.settings(
        RESTRAINED, max_examples=20 if mode is GenerationMode.POSITIVE else 10
    )  # it is slow at it

    @few
    @given(case=operation.as_strategy(generation_mode=mode), data=st.data())
    def send(case: Any, data: st.DataObject) -> None:
        body = case.body
        if isinstance(body, dict) and data.draw(st.booleans()):  # else hardly one would get past its first mistake
            body = {**body, "comment": {"text": data.draw(st.text(min_size=1, max_size=30))}}
            for name in ("requestedAttributes", "attributeScores"):
                if isinstance(body.get(name), dict):
                    body[name] = {data.draw(NAMES): one for one in body[name].values()}
        sent = body if isinstance(body, bytes) else json.dumps(body, default=str).encode()
        check(client.post(address.format(method), data=sent))

    send()


@pytest.mark.parametrize("method", METHODS)
def test_bytes_of_any_kind(method: str, app: Flask, address: str) -> None:
    good = json.dumps(
        {
            "comment": {"text": "An 😀 idiot."},
            "requestedAttributes": {"TOXICITY": {"scoreThreshold": 0.1}},
            "attributeScores": {"TOXICITY": {"summaryScore": {"value": 1}}},
            "spanAnnotations": True,
            "languages": ["en"],
        },
        ensure_ascii=False,
    ).encode()
    client = app.test_client()

    @RESTRAINED
    @given(st.binary(max_size=40), st.integers(0, len(good)), st.integers(0, 8))
    def send(junk: bytes, at: int, n_cut: int) -> None:
        check(client.post(address.format(method), data=good[:at] + junk + good[at + n_cut :]))

    send()


@RESTRAINED
@given(
    st.sampled_from(["GET", "PUT", "POST", "DELETE", "PATCH"]),
    st.text(alphabet="/:abcv1%=&.;", max_size=12),
    st.text(max_size=8),
)
def test_addresses_of_any_kind(app: Flask, method: str, path: str, key: str) -> None:
    answer = app.test_client().open(f"/v1alpha1/{path}", method=method, query_string={"key": key}, data=b"{}")
    check(answer)
