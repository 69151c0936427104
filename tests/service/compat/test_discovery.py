"""The description of Perspective's methods: whole, and under the address by which the client came."""

from __future__ import annotations

import json
import re

import pytest
from flask import Flask

from service.compat import discovery

PUBLIC = "https://ombuds.news.example"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """No database has a part in this."""
    return sqlite_url


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.mark.parametrize(
    ("asked", "forwarded", "root"),
    [
        ("http://ombuds.news.example/", None, f"{PUBLIC}/"),
        ("http://ombuds:8000/", None, "http://ombuds:8000/"),
        ("http://desk.news.example/", "https", "https://desk.news.example/"),
        ("http://desk.news.example/", "HTTPS, http", "https://desk.news.example/"),
        ("http://desk.news.example/", "http", "http://desk.news.example/"),
    ],
    ids=["the public host", "another, inside", "by a proxy", "by two", "by one that has no certificate"],
)
def test_the_root_is_where_the_client_reached_us(asked: str, forwarded: str | None, root: str) -> None:
    assert discovery.root(PUBLIC, asked, forwarded) == root


def test_every_schema_that_is_named_is_there() -> None:
    written = json.dumps(discovery.document("https://ombuds.news.example/"))
    assert set(re.findall(r'"\$ref": "(\w+)"', written)) <= discovery.document("x/")["schemas"].keys()


@pytest.mark.parametrize(
    "path",
    ["/$discovery/rest?version=v1alpha1", "/$discovery/rest", "/discovery/v1/apis/commentanalyzer/v1alpha1/rest"],
)
def test_it_is_told_without_a_key_and_for_one_version_alone(app: Flask, path: str) -> None:
    told = app.test_client().get(path, base_url="http://ombuds:8000").get_json()
    assert told["rootUrl"] == "http://ombuds:8000/"
    assert told["resources"]["comments"]["methods"]["analyze"]["path"] == "v1alpha1/comments:analyze"
    wrong_key = app.test_client().get("/$discovery/rest?version=v1alpha1&key=guessed")
    assert wrong_key.get_json()["error"]["message"] == "API key not valid. Please pass a valid API key."
    refused = app.test_client().get("/$discovery/rest?version=v2")
    assert (refused.status_code, refused.get_json()["error"]["status"]) == (400, "INVALID_ARGUMENT")
