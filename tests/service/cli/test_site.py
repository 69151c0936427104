"""`ombuds site`: publishers and their keys, on what `ombuds up` keeps and on a database that the caller names."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from moderation import sites
from moderation.domain import Scope
from moderation.errors import KeyRefused, ScopeMissing
from service.embedded import keys

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from moderation.store.database import Database

    Run = Callable[..., Result]


def may(record: Database, data: Path, key: str) -> set[Scope]:
    """Tell what a key may do."""
    found = set()
    for scope in Scope:
        try:
            sites.open_with(record, key, keys.server_secret(data), scope)
        except ScopeMissing:
            continue
        found.add(scope)
    return found


def test_a_site_comes_with_a_key_that_submits_and_reads(run: Run, record: Database, data: Path) -> None:
    ran = run("site", "add", "example-news", "--json")
    assert ran.exit_code == 0
    told = json.loads(ran.stdout)
    assert told.keys() == {"site", "key"}
    assert told["site"] == "example-news"
    assert may(record, data, told["key"]) == {Scope.SUBMIT, Scope.READ}


def test_without_json_the_key_alone_is_on_stdout(run: Run, record: Database, data: Path) -> None:
    ran = run("site", "add", "example-news", "--scope", "admin")
    assert may(record, data, ran.stdout.strip()) == {Scope.ADMIN}
    assert "not shown again" in ran.stderr


def test_a_site_has_as_many_keys_as_it_likes(run: Run, record: Database, data: Path) -> None:
    run("site", "add", "example-news")
    made = json.loads(run("site", "key", "add", "example-news", "--scope", "read", "--json").stdout)
    assert made["site"] == "example-news"
    assert may(record, data, made["key"]) == {Scope.READ}


def test_the_list_shows_hints_scopes_and_states_but_no_key(run: Run) -> None:
    key = json.loads(run("site", "add", "example-news", "--json").stdout)["key"]
    run("site", "key", "add", "example-news", "--scope", "admin")
    assert run("site", "key", "revoke", "example-news", "2").exit_code == 0
    listed = run("site", "list")
    first, second, third = listed.stdout.splitlines()
    assert first == "example-news"
    assert "read submit  in force" in second
    assert "admin  revoked 2" in third
    assert key not in listed.stdout


def test_a_revoked_key_opens_nothing_at_once(run: Run, record: Database, data: Path) -> None:
    key = json.loads(run("site", "add", "example-news", "--json").stdout)["key"]
    run("site", "key", "revoke", "example-news", "1")
    with pytest.raises(KeyRefused):
        may(record, data, key)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(("site", "add", "taken"), "taken", id="a name that is taken"),
        pytest.param(("site", "key", "add", "nobody"), "nobody", id="one more key of nobody"),
        pytest.param(("site", "key", "revoke", "nobody", "1"), "nobody", id="revoking of nobody"),
        pytest.param(("site", "key", "revoke", "taken", "99"), "99", id="revoking a key that is not there"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(arguments: tuple[str, ...], said: str, run: Run) -> None:
    run("site", "add", "taken")
    ran = run(*arguments)
    assert ran.exit_code == 1
    assert ran.stdout == ""
    assert ran.stderr.startswith("Error: ")
    assert said in ran.stderr
    assert ran.stderr.count("\n") == 1


def test_an_unknown_scope_is_refused(run: Run) -> None:
    assert run("site", "add", "example-news", "--scope", "everything").exit_code == 2


def test_before_the_first_up_it_says_what_to_do(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMBUDS_DATA", str(tmp_path / "elsewhere"))
    ran = run("site", "list")
    assert ran.exit_code == 1
    assert "ombuds up" in ran.stderr
    assert not (tmp_path / "elsewhere").exists()


def test_a_database_that_the_caller_names_is_used_instead(
    environment: dict[str, str], run: Run, monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert run("site", "add", "example-news").exit_code == 0
    assert sites.find(database, "example-news").name == "example-news"
