"""What the children get: the caller's own parts where given, ours where not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from moderation.errors import InvalidSetting
from service.embedded import environment, keys

if TYPE_CHECKING:
    from pathlib import Path

OWN_DATABASE = {"DATABASE_URL": "postgresql://ombuds@db.example/ombuds"}
OWN_REDIS = {"REDIS_URL": "redis://cache.example:6379/0"}
OWN_SECRET = {"OMBUDS_SECRET": "s" * 40}


def test_with_nothing_given_everything_is_embedded(tmp_path: Path) -> None:
    composed = environment.compose({}, tmp_path, tmp_path / "valkey.sock")
    assert composed.is_embedded
    assert composed.variables["DATABASE_URL"] == f"sqlite:///{tmp_path}/ombuds.sqlite3"
    assert composed.variables["REDIS_URL"] == f"unix://{tmp_path}/valkey.sock"
    assert composed.variables["OMBUDS_SECRET"] == keys.server_secret(tmp_path)
    assert [str(network) for network in composed.settings.webhook_allow] == ["127.0.0.0/8", "::1/128"]


def test_what_is_given_is_used_and_loopback_is_not_opened(tmp_path: Path) -> None:
    composed = environment.compose(OWN_DATABASE | OWN_REDIS | OWN_SECRET, tmp_path, None)
    assert not composed.is_embedded
    assert not composed.provides_secret
    assert composed.settings.redis_url == OWN_REDIS["REDIS_URL"]
    assert composed.settings.webhook_allow == ()
    assert not (tmp_path / keys.FOLDER).exists()


def test_a_database_of_ones_own_without_a_secret_gets_the_development_secret(tmp_path: Path) -> None:
    composed = environment.compose(OWN_DATABASE | OWN_REDIS, tmp_path, None)
    assert composed.provides_secret
    assert composed.settings.secret == keys.server_secret(tmp_path)


def test_a_list_of_networks_given_is_left_as_it_is(tmp_path: Path) -> None:
    composed = environment.compose({"OMBUDS_WEBHOOK_ALLOW": "10.0.0.0/8"}, tmp_path, tmp_path / "valkey.sock")
    assert [str(network) for network in composed.settings.webhook_allow] == ["10.0.0.0/8"]


def test_a_url_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "url").write_text(OWN_REDIS["REDIS_URL"])
    assert not environment.embeds_valkey({"REDIS_URL_FILE": str(tmp_path / "url")})
    assert environment.embeds_valkey({})


def test_nonsense_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match="OMBUDS_PORT"):
        environment.compose({"OMBUDS_PORT": "eighty"}, tmp_path, tmp_path / "valkey.sock")


def test_another_port_is_told_to_the_children_and_to_us(tmp_path: Path) -> None:
    composed = environment.compose({}, tmp_path, tmp_path / "valkey.sock").on_port(9_000)
    assert composed.variables["OMBUDS_PORT"] == "9000"
    assert composed.settings.port == 9_000
