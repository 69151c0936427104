"""`ombuds moderator`: inviting, listing, linking and disabling people."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from moderation import moderators, sign_in
from moderation.desk import Role
from moderation.errors import LinkRefused
from service.embedded import keys

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from moderation.store.database import Database

    Run = Callable[..., Result]

IDA = ("moderator", "add", "ida@news.example", "--name", "Ida Holm")


def token(address: str) -> str:
    return address.strip().rpartition("/")[2]


def whose(record: Database, data: Path, address: str, purpose: str) -> str:
    secret = keys.server_secret(data)
    return sign_in.whose_link(record, token(address), purpose, secret, datetime.now(UTC)).email


def test_who_is_added_gets_an_invitation(run: Run, record: Database, data: Path) -> None:
    ran = run(*IDA, "--role", "admin")
    assert ran.exit_code == 0
    assert ran.stdout.startswith("http://127.0.0.1:8000/invitations/")
    assert "not shown again" in ran.stderr
    assert whose(record, data, ran.stdout, sign_in.INVITATION) == "ida@news.example"
    assert moderators.everyone(record)[0].role is Role.ADMIN


def test_links_carry_the_public_address(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMBUDS_URL", "https://desk.news.example/")
    assert json.loads(run(*IDA, "--json").stdout)["link"].startswith("https://desk.news.example/invitations/")


def test_someone_can_be_limited_to_sites_and_sections(run: Run, record: Database) -> None:
    run("site", "add", "example-news")
    assert run(*IDA, "--site", "example-news", "--section", "Sport").exit_code == 0
    (ida,) = moderators.everyone(record)
    assert (ida.sees(1, "Sport"), ida.sees(1, "City"), ida.sees(2, "Sport")) == (True, False, False)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((*IDA, "--site", "nowhere"), "there is no site 'nowhere'"),
        (("moderator", "add", "ida", "--name", "Ida"), "is not an e-mail address"),
        (("moderator", "link", "jo@news.example"), "there is no moderator 'jo@news.example'"),
        (("moderator", "disable", "jo@news.example"), "there is no moderator 'jo@news.example'"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(run: Run, arguments: tuple[str, ...], words: str) -> None:
    ran = run(*arguments)
    assert ran.exit_code == 1
    assert words in ran.stderr


def test_the_same_address_twice_is_refused_with_what_to_do(run: Run) -> None:
    run(*IDA)
    assert "ombuds moderator link ida@news.example" in run(*IDA).stderr


def test_a_link_signs_in_and_only_the_latest_does(run: Run, record: Database, data: Path) -> None:
    run(*IDA)
    first, second = (json.loads(run("moderator", "link", "ida@news.example", "--json").stdout) for _ in range(2))
    assert whose(record, data, second["link"], sign_in.SIGN_IN) == "ida@news.example"
    with pytest.raises(LinkRefused):
        whose(record, data, first["link"], sign_in.SIGN_IN)


def test_everyone_is_listed_and_the_disabled_are_marked(run: Run) -> None:
    run(*IDA)
    run("moderator", "add", "jo@news.example", "--name", "Jo")
    assert run("moderator", "disable", "jo@news.example").exit_code == 0
    assert "jo@news.example  Jo  moderator  disabled" in run("moderator", "list").stdout
    told = json.loads(run("moderator", "list", "--json").stdout)
    assert [(one["email"], one["is_disabled"]) for one in told] == [
        ("ida@news.example", False),
        ("jo@news.example", True),
    ]
    run("moderator", "enable", "jo@news.example")
    assert "disabled" not in run("moderator", "list").stdout


def test_the_development_admin_is_made_once_and_linked_each_time(run: Run, record: Database, data: Path) -> None:
    first, second = (run("moderator", "development").stdout for _ in range(2))
    assert first != second
    assert whose(record, data, second, sign_in.SIGN_IN) == "admin@localhost"
    assert len(moderators.everyone(record)) == 1
