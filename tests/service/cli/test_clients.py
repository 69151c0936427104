"""What is printed for each kind of client: its key, its address, and lines that do what they say."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import akismet
import httpx
import openai
import pytest

from moderation import coral_secrets, sites
from moderation.domain import KeyKind, Scope
from service.cli.clients import address, clients
from service.embedded import keys

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from moderation.store.database import Database

    Run = Callable[..., Result]

URL = "https://ombuds.news.example"
FOREIGN = [kind for kind in KeyKind if kind is not KeyKind.OMBUDS]


@pytest.mark.parametrize("kind", FOREIGN)
def test_a_site_for_clients_of_another_service_comes_with_their_key_and_address(
    kind: KeyKind, run: Run, record: Database, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMBUDS_URL", URL)
    told = json.loads(run("site", "add", "news", "--for", kind.value, "--language", "de", "--json").stdout)
    assert told == {"site": "news", "key": told["key"], "address": address(kind, URL, told["key"])}
    secret = keys.server_secret(data)
    assert sites.open_with(record, told["key"], secret, Scope.SUBMIT, kind).kind is kind
    assert sites.find(record, "news").language == "de"
    ran = run("site", "key", "add", "news", "--for", kind.value)
    key = ran.stdout.split()[1]
    assert sites.open_with(record, key, secret, Scope.SUBMIT, kind).kind is kind
    assert f"address  {address(kind, URL, key)}\n" in ran.stdout
    assert "not shown again" in ran.stderr
    assert "https" not in ran.stderr


def test_an_address_without_https_is_told_to_be_of_no_use_elsewhere(run: Run) -> None:
    assert "is not https" in run("site", "add", "news", "--for", "coral").stderr


@pytest.mark.parametrize("kind", FOREIGN)
def test_every_client_is_told_its_key_or_its_address(kind: KeyKind) -> None:
    for client in clients(kind, URL, "the-key", "news"):
        assert any(part in "\n".join(client.lines) for part in (URL, "the-key", "docs/", "news")), client


def test_the_lines_for_python_are_python_that_points_here() -> None:
    """They are run as they are printed, up to the request."""
    names: dict[str, Any] = {
        "akismet": akismet,
        "httpx": httpx,
        "OpenAI": openai.OpenAI,
        "BLOG": "https://news.example",
    }
    of_akismet = next(one for one in clients(KeyKind.AKISMET, URL + ":8443", "k" * 12, "news") if "Python" in one.name)
    exec("\n".join(of_akismet.lines), names)  # noqa: S102
    request = httpx.Request("POST", "https://rest.akismet.com/1.1/verify-key")
    names["to_ombuds"](request)
    assert str(request.url) == f"{URL}:8443/1.1/verify-key"
    of_openai = next(one for one in clients(KeyKind.OPENAI, URL, "the-key", "news") if "Python" in one.name)
    made = eval(of_openai.lines[0], names)  # noqa: S307
    assert str(made.base_url) == f"{URL}/v1/"
    assert made.api_key == "the-key"


def test_coral_s_secrets_come_in_by_the_input_and_are_seen_by_their_beginnings(
    run: Run, record: Database, data: Path
) -> None:
    run("site", "add", "news", "--for", "coral")
    for given in ("empsec_one_and_only\n", "whsec_another_one_"):
        assert "counts within" in run("site", "coral-secret", "add", "news", given=given).stderr
    listed = run("site", "coral-secret", "list", "news").stdout
    assert [line.split()[:3] for line in listed.splitlines()] == [
        ["secret", "1", "empsec_one…"],
        ["secret", "2", "whsec_anot…"],
    ]
    assert run("site", "coral-secret", "remove", "news", "1").exit_code == 0
    secret = keys.server_secret(data)
    assert coral_secrets.in_force(record, sites.find(record, "news").id, secret) == ("whsec_another_one_",)


@pytest.mark.parametrize(
    ("arguments", "given", "said"),
    [
        pytest.param(("add", "news"), "too short", "paste it whole", id="what cannot be a secret"),
        pytest.param(("add", "news"), "empsec_testsecret", "there already", id="the same again"),
        pytest.param(("add", "nobody"), "empsec_testsecret", "nobody", id="of no site"),
        pytest.param(("remove", "news", "9"), "", "'9'", id="removing what is not there"),
    ],
)
def test_what_cannot_be_done_with_a_secret_is_one_clear_line(
    arguments: tuple[str, ...], given: str, said: str, run: Run
) -> None:
    run("site", "add", "news", "--for", "coral")
    run("site", "coral-secret", "add", "news", given="empsec_testsecret")
    ran = run("site", "coral-secret", *arguments, given=given)
    assert ran.exit_code == 1
    assert said in ran.stderr
    assert ran.stderr.count("\n") == 1
