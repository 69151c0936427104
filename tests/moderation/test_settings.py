"""Settings: what the environment decides, and nonsense refused with the variable's name."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path

import pytest

from moderation import settings
from moderation.errors import InvalidSetting

GOOD = {
    "DATABASE_URL": "postgresql://ombuds@localhost/ombuds",
    "REDIS_URL": "redis://localhost:6379/0",
    "OMBUDS_SECRET": "s" * 32,
}


def test_three_variables_are_enough() -> None:
    read = settings.read(GOOD)
    assert read.database_url == "postgresql+psycopg://ombuds@localhost/ombuds"
    assert read.redis_url == "redis://localhost:6379/0"
    assert (read.host, read.port) == ("127.0.0.1", 8000)
    assert read.data == Path("var").absolute()
    assert read.webhook_allow == ()
    assert read.wants_tour
    assert not read.wants_json_logs


def test_the_process_s_own_environment_is_read_when_none_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**GOOD, "OMBUDS_DATA": "/srv/ombuds"}.items():
        monkeypatch.setenv(name, value)
    assert settings.read().secret == GOOD["OMBUDS_SECRET"]
    assert settings.data_folder() == Path("/srv/ombuds")
    assert settings.given("REDIS_URL") == GOOD["REDIS_URL"]


@pytest.mark.parametrize(
    ("name", "value", "field", "read"),
    [
        ("OMBUDS_HOST", "0.0.0.0", "host", "0.0.0.0"),  # noqa: S104  an example
        ("OMBUDS_HOST", "", "host", "127.0.0.1"),
        ("OMBUDS_PORT", "80", "port", 80),
        ("OMBUDS_PORT", "", "port", 8000),
        ("OMBUDS_DATA", "/srv/ombuds", "data", Path("/srv/ombuds")),
        ("OMBUDS_RATE_LIMIT", "0", "rate_limit_per_minute", 0),
        ("OMBUDS_PROXIES", "1", "n_proxies", 1),
        ("OMBUDS_CLAIM_SECONDS", "5", "claim_seconds", 5),
        ("OMBUDS_THREADS", "2", "n_threads", 2),
        ("OMBUDS_PROCESSES", "3", "n_processes", 3),
        ("OMBUDS_SCORE_WORKERS", "2", "n_score_workers", 2),
        ("OMBUDS_SCORING", "deep", "scoring", "deep"),
        ("OMBUDS_SCORING", "", "scoring", None),
        ("OMBUDS_MODELS", "/srv/versions", "models_folder", Path("/srv/versions")),
        ("OMBUDS_MODELS", "/srv/versions", "models_address", None),
        ("OMBUDS_MODELS", "file:///srv/versions", "models_folder", Path("/srv/versions")),
        ("OMBUDS_MODELS", "s3://bucket/folder/", "models_folder", Path("var/models").absolute()),
        ("OMBUDS_MODELS", "s3://bucket/folder/", "models_address", "s3://bucket/folder"),
        ("OMBUDS_CORAL_JOIN_HOURS", "0", "coral_join_hours", 0),
        ("OMBUDS_CORAL_JOIN_HOURS", "", "coral_join_hours", 72),
        ("OMBUDS_TOUR", "0", "wants_tour", False),
        ("OMBUDS_JSON_LOGS", "1", "wants_json_logs", True),
        ("OMBUDS_WEBHOOK_ALLOW", "127.0.0.0/8, ::1,", "webhook_allow", (ip_network("127.0.0.0/8"), ip_network("::1"))),
        ("DATABASE_URL", "postgres://db/o", "database_url", "postgresql+psycopg://db/o"),
        ("DATABASE_URL", "postgresql+psycopg://db/o", "database_url", "postgresql+psycopg://db/o"),
        ("DATABASE_URL", "postgresql:///o?host=/run/pg", "database_url", "postgresql+psycopg:///o?host=/run/pg"),
        ("DATABASE_URL", "sqlite:////srv/o.db", "database_url", "sqlite:////srv/o.db"),
        ("REDIS_URL", "unix:///run/valkey.sock", "redis_url", "unix:///run/valkey.sock"),
        ("REDIS_URL", "rediss://cache:6380/1", "redis_url", "rediss://cache:6380/1"),
    ],
)
def test_a_variable_decides_its_field(name: str, value: str, field: str, read: object) -> None:
    assert getattr(settings.read({**GOOD, name: value}), field) == read


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("OMBUDS_PORT", "http", "'http' is not a whole number"),
        ("OMBUDS_PORT", "80.5", "not a whole number"),
        ("OMBUDS_PORT", "65536", "65536 is not between 0 and 65535"),
        ("OMBUDS_PORT", "-1", "not between"),
        ("OMBUDS_RATE_LIMIT", "many", "not a whole number"),
        ("OMBUDS_CLAIM_SECONDS", "0", "not between 1 and"),
        ("OMBUDS_THREADS", "1", "not between 2 and"),
        ("OMBUDS_PROCESSES", "0", "not between 1 and"),
        ("OMBUDS_SCORE_WORKERS", "0", "not between 1 and"),
        ("OMBUDS_MODELS", "s3://", "'s3://' is neither a folder nor an address"),
        ("OMBUDS_GATE_AUC_LOSS", "1.5", "1.5 is not between 0 and 1"),
        ("OMBUDS_GATE_GROUP_AUC", "much", "'much' is not a number"),
        ("OMBUDS_SCORING", "slow", "'slow' is not one of fast, cascade, deep"),
        ("OMBUDS_TOUR", "yes", "'yes' is not 0 or 1"),
        ("OMBUDS_JSON_LOGS", "true", "not 0 or 1"),
        ("OMBUDS_WEBHOOK_ALLOW", "localhost", "comma-separated list of networks"),
        ("OMBUDS_WEBHOOK_ALLOW", "10.0.0.1/8", "comma-separated list of networks"),
        ("DATABASE_URL", "", "not set; for example postgresql://"),
        ("DATABASE_URL", "mysql://db/o", "'mysql' is not a database we know"),
        ("DATABASE_URL", "postgresql://db:port/o", "not a URL"),
        ("REDIS_URL", "", "not set; for example redis://"),
        ("REDIS_URL", "http://cache", "must begin with redis://"),
        ("REDIS_URL", "redis://cache:many", "not a URL"),
        ("REDIS_URL", "redis://[cache", "not a URL"),
        ("OMBUDS_SECRET", "", "not set; for example the output of: openssl rand -hex 32"),
        ("OMBUDS_SECRET", "s" * 31, "has 31 characters, needs at least 32"),
    ],
)
def test_nonsense_is_refused_with_the_variable_s_name(name: str, value: str, words: str) -> None:
    with pytest.raises(InvalidSetting, match=name) as refused:
        settings.read({**GOOD, name: value})
    assert refused.value.name == name
    assert words in refused.value.detail


def test_a_short_secret_is_not_repeated() -> None:
    with pytest.raises(InvalidSetting) as refused:
        settings.read({**GOOD, "OMBUDS_SECRET": "hunter2"})
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("name", GOOD)
def test_a_file_can_hold_what_is_secret(name: str, tmp_path: Path) -> None:
    file = tmp_path / "value"
    file.write_text(GOOD[name] + "\n")
    env = {**GOOD, f"{name}_FILE": str(file)}
    del env[name]
    assert settings.read(env) == settings.read(GOOD)


def test_a_variable_and_its_file_together_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match="not both"):
        settings.read({**GOOD, "OMBUDS_SECRET_FILE": str(tmp_path)})


def test_an_empty_file_is_as_good_as_none(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    assert settings.given("OMBUDS_SECRET", {"OMBUDS_SECRET_FILE": str(tmp_path / "empty")}) is None


@pytest.mark.parametrize(
    ("made", "words"), [(None, "No such file"), (b"\xff\xfe\x00", "codec can't decode")], ids=["no file", "not UTF-8"]
)
def test_a_file_that_cannot_be_read_is_named(made: bytes | None, words: str, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    if made is not None:
        file.write_bytes(made)
    with pytest.raises(InvalidSetting, match="OMBUDS_SECRET_FILE") as refused:
        settings.given("OMBUDS_SECRET", {"OMBUDS_SECRET_FILE": str(file)})
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"OMBUDS_HOST": "0.0.0.0", "OMBUDS_PORT": "9000"}, "http://127.0.0.1:9000"),  # noqa: S104  only named
        ({"OMBUDS_HOST": "::1"}, "http://[::1]:8000"),
        ({"OMBUDS_URL": "https://desk.news.example/"}, "https://desk.news.example"),
    ],
)
def test_people_reach_the_console_where_it_listens_unless_told_otherwise(given: dict[str, str], url: str) -> None:
    assert settings.public_url(given) == url


@pytest.mark.parametrize("given", ["desk.news.example", "ftp://desk.news.example", "https://", "http://a:99999999"])
def test_a_public_address_that_is_none_is_refused(given: str) -> None:
    with pytest.raises(InvalidSetting, match="OMBUDS_URL"):
        settings.public_url({"OMBUDS_URL": given})


OIDC = {
    "OMBUDS_OIDC_ISSUER": "https://sso.news.example",
    "OMBUDS_OIDC_CLIENT_ID": "ombuds",
    "OMBUDS_OIDC_CLIENT_SECRET": "hush",
}


def test_single_sign_on_is_three_variables_or_none(tmp_path: Path) -> None:
    without = settings.read(GOOD)
    assert (without.oidc_issuer, without.oidc_client_id, without.oidc_client_secret) == (None, None, None)
    read = settings.read(GOOD | OIDC)
    assert (read.oidc_issuer, read.oidc_client_id, read.oidc_client_secret) == tuple(OIDC.values())
    (tmp_path / "secret").write_text("from a file\n")
    from_file = {name: value for name, value in OIDC.items() if not name.endswith("SECRET")}
    from_file["OMBUDS_OIDC_CLIENT_SECRET_FILE"] = str(tmp_path / "secret")
    assert settings.read(GOOD | from_file).oidc_client_secret == "from a file"


@pytest.mark.parametrize("name", ["OMBUDS_OIDC_CLIENT_ID", "OMBUDS_OIDC_CLIENT_SECRET"])
def test_a_part_of_single_sign_on_alone_is_refused(name: str) -> None:
    for env in ({name: "x"}, {other: value for other, value in OIDC.items() if other != name}):
        with pytest.raises(InvalidSetting) as refused:
            settings.read(GOOD | env)
        assert refused.value.name == name


@pytest.mark.parametrize("issuer", ["sso.news.example", "http://sso.news.example", "https://", "https://a:b:c/"])
def test_an_issuer_is_a_safe_address(issuer: str) -> None:
    with pytest.raises(InvalidSetting) as refused:
        settings.read(GOOD | OIDC | {"OMBUDS_OIDC_ISSUER": issuer})
    assert refused.value.name == "OMBUDS_OIDC_ISSUER"


def test_an_issuer_on_this_machine_may_do_without_tls() -> None:
    read = settings.read(GOOD | OIDC | {"OMBUDS_OIDC_ISSUER": "http://127.0.0.1:9000"})
    assert read.oidc_issuer == "http://127.0.0.1:9000"


def test_learning_has_settings_of_its_own() -> None:
    assert settings.read(GOOD).learning == settings.Learning(0, 500, 0.01, 0.9, 0.05, 100)
    chosen = {"OMBUDS_RETRAIN_DAYS": "7", "OMBUDS_RETRAIN_LABELS": "0", "OMBUDS_GATE_LABELS": "20"}
    read = settings.read({**GOOD, **chosen, "OMBUDS_GATE_CALIBRATION": "0.1"}).learning
    assert (read.every_days, read.every_labels, read.fewest_labels, read.calibration_error) == (7, 0, 20, 0.1)
