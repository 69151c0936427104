"""The environment, read once: a field per variable, nonsense refused with the variable's name."""

from __future__ import annotations

import os
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from moderation.errors import InvalidSetting

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Network = IPv4Network | IPv6Network
_T = TypeVar("_T")

SHORTEST_SECRET = 32
"""Characters; a shorter server secret is refused."""

SCORING = ("fast", "cascade", "deep")
"""Which tiers of the classifier may score: n-grams alone, the encoder where these are in doubt, or it always."""


@dataclass(frozen=True, slots=True)
class Learning:
    """When the classifier is retrained without being asked, and what its gate asks of a challenger.

    Attributes:
        every_days: Days between two retrainings; 0: never by the calendar.
        every_labels: New labels after which it is retrained; 0: never for that.
        auc_loss: How much AUC no attribute may lose on the later weeks.
        group_auc: What no group of people may fall below on the shipped suite.
        calibration_error: How far probabilities may lie from shares.
        fewest_labels: Labels of the later weeks without which nothing can be said.
    """

    every_days: int
    every_labels: int
    auc_loss: float
    group_auc: float
    calibration_error: float
    fewest_labels: int


@dataclass(frozen=True, slots=True)
class Settings:
    """All that the environment decides.

    `url` is where people reach the console. `database_url` is an SQLAlchemy URL, `redis_url` a redis:// or unix:// one.
    `secret` hashes site keys and seals webhook secrets; whoever changes it makes both useless. `scoring` is one of
    `SCORING`; None: the version chooses. Versions of the classifier are kept in `models_folder`, or, with
    `models_address`, in a store that machines share; the folder then holds what was made and fetched here. A moderator
    can undo a decision for `undo_seconds`. With `oidc_issuer`, people may sign in at the console by OpenID
    Connect; then `oidc_client_id` and `oidc_client_secret` are there, too. Who asks is told from the headers of the
    last `n_proxies` proxies, and from the connection where there are none. `learning` says when to retrain, and what
    the gate asks. What Coral's phase asks about is kept for `coral_join_hours`; 0: not at all.
    """

    data: Path
    host: str
    port: int
    url: str
    database_url: str
    redis_url: str
    secret: str
    webhook_allow: tuple[Network, ...]
    rate_limit_per_minute: int
    claim_seconds: int
    n_threads: int
    n_processes: int
    n_score_workers: int
    scoring: str | None
    models_folder: Path
    models_address: str | None
    undo_seconds: int
    n_proxies: int
    oidc_issuer: str | None
    oidc_client_id: str | None
    oidc_client_secret: str | None
    wants_tour: bool
    wants_json_logs: bool
    learning: Learning
    coral_join_hours: int


def read(environment: Mapping[str, str] | None = None) -> Settings:
    """Read every setting.

    Raises:
        InvalidSetting: a variable is missing or makes no sense; its name is in the error.
    """
    env = os.environ if environment is None else environment
    return Settings(
        data=data_folder(env),
        host=env.get("OMBUDS_HOST") or "127.0.0.1",
        port=_number(env, "OMBUDS_PORT", 8000, most=65_535),
        url=public_url(env),
        database_url=_database_url(env),
        redis_url=_redis_url(env),
        secret=_secret(env),
        webhook_allow=_networks(env, "OMBUDS_WEBHOOK_ALLOW"),
        rate_limit_per_minute=_number(env, "OMBUDS_RATE_LIMIT", 6_000),
        claim_seconds=_number(env, "OMBUDS_CLAIM_SECONDS", 60, least=1),
        n_threads=_number(env, "OMBUDS_THREADS", 16, least=2),
        n_processes=_number(env, "OMBUDS_PROCESSES", 1, least=1),
        n_score_workers=_number(env, "OMBUDS_SCORE_WORKERS", 1, least=1),
        scoring=_choice(env, "OMBUDS_SCORING", SCORING),
        models_folder=models_place(env)[0],
        models_address=models_place(env)[1],
        undo_seconds=_number(env, "OMBUDS_UNDO_SECONDS", 8, most=3_600),
        n_proxies=_number(env, "OMBUDS_PROXIES", 0, most=9),
        oidc_issuer=_issuer(env),
        oidc_client_id=_with_issuer(env, "OMBUDS_OIDC_CLIENT_ID", env.get("OMBUDS_OIDC_CLIENT_ID") or None),
        oidc_client_secret=_with_issuer(env, "OMBUDS_OIDC_CLIENT_SECRET", given("OMBUDS_OIDC_CLIENT_SECRET", env)),
        wants_tour=_claim(env, "OMBUDS_TOUR", default=True),
        wants_json_logs=_claim(env, "OMBUDS_JSON_LOGS", default=False),
        learning=Learning(
            every_days=_number(env, "OMBUDS_RETRAIN_DAYS", 0, most=3_650),
            every_labels=_number(env, "OMBUDS_RETRAIN_LABELS", 500),
            auc_loss=_share(env, "OMBUDS_GATE_AUC_LOSS", 0.01),
            group_auc=_share(env, "OMBUDS_GATE_GROUP_AUC", 0.9),
            calibration_error=_share(env, "OMBUDS_GATE_CALIBRATION", 0.05),
            fewest_labels=_number(env, "OMBUDS_GATE_LABELS", 100, least=1),
        ),
        coral_join_hours=_number(env, "OMBUDS_CORAL_JOIN_HOURS", 72, most=8_760),
    )


def data_folder(environment: Mapping[str, str] | None = None) -> Path:
    """Tell where files of ours live (`OMBUDS_DATA`, else `var`), as an absolute path. Needs no other setting."""
    env = os.environ if environment is None else environment
    return Path(env.get("OMBUDS_DATA") or "var").absolute()


def models_place(environment: Mapping[str, str] | None = None) -> tuple[Path, str | None]:
    """Tell where versions of the classifier are kept (`OMBUDS_MODELS`): in a folder, or in a store with an address.

    Without it, or with an address, the folder is `models` in the data folder. Needs no other setting.

    Raises:
        InvalidSetting: it is an address that names no store.
    """
    env = os.environ if environment is None else environment
    own, place = data_folder(env) / "models", env.get("OMBUDS_MODELS") or ""
    if "://" not in place:
        return (Path(place).absolute() if place else own), None
    parts = urlsplit(place)
    if parts.scheme == "file" and parts.path:
        return Path(parts.path), None
    if not parts.scheme or not parts.netloc:
        raise InvalidSetting(
            "OMBUDS_MODELS", f"{place!r} is neither a folder nor an address such as s3://bucket/folder"
        )
    return own, place.rstrip("/")


def given(name: str, environment: Mapping[str, str] | None = None) -> str | None:
    """Read a variable or the file that `NAME_FILE` points to; None when neither is set.

    Raises:
        InvalidSetting: both are set, or the file cannot be read.
    """
    env = os.environ if environment is None else environment
    value, file = env.get(name), env.get(f"{name}_FILE")
    if value and file:
        raise InvalidSetting(name, f"set either {name} or {name}_FILE, not both")
    if not file:
        return value or None
    try:
        return Path(file).read_text(encoding="utf-8").strip() or None
    except (OSError, ValueError) as error:
        raise InvalidSetting(f"{name}_FILE", f"cannot read {file}: {getattr(error, 'strerror', error)}") from error


def _needed(env: Mapping[str, str], name: str, example: str) -> str:
    value = given(name, env)
    if value is None:
        raise InvalidSetting(name, f"not set; for example {example}. `ombuds up` provides it when run without")
    return value


def public_url(env: Mapping[str, str]) -> str:
    """Tell by which address people reach the console (`OMBUDS_URL`), else where the service listens.

    Raises:
        InvalidSetting: it is no address.
    """
    url = (env.get("OMBUDS_URL") or "").rstrip("/")
    if url:
        _check_port("OMBUDS_URL", url)
        if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).netloc:
            raise InvalidSetting("OMBUDS_URL", f"{url!r} is not an address such as https://ombuds.news.example")
        return url
    host = env.get("OMBUDS_HOST") or "127.0.0.1"
    reachable = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104  it listens everywhere: one is here
    return f"http://{reachable}:{_number(env, 'OMBUDS_PORT', 8000, most=65_535)}"


def _issuer(env: Mapping[str, str]) -> str | None:
    """Tell whose word to take for who someone is: an https address, or one on this machine."""
    issuer = env.get("OMBUDS_OIDC_ISSUER") or None
    if issuer is None:
        return None
    _check_port("OMBUDS_OIDC_ISSUER", issuer)
    parts = urlsplit(issuer)
    is_here = parts.scheme == "http" and parts.hostname in {"localhost", "127.0.0.1", "::1"}
    if not parts.netloc or not (parts.scheme == "https" or is_here):
        raise InvalidSetting("OMBUDS_OIDC_ISSUER", f"{issuer!r} is not an https:// address")
    return issuer


def _with_issuer(env: Mapping[str, str], name: str, value: str | None) -> str | None:
    if bool(env.get("OMBUDS_OIDC_ISSUER")) != (value is not None):
        raise InvalidSetting(name, "set all of OMBUDS_OIDC_ISSUER, OMBUDS_OIDC_CLIENT_ID and OMBUDS_OIDC_CLIENT_SECRET")
    return value


def _database_url(env: Mapping[str, str]) -> str:
    url = _needed(env, "DATABASE_URL", "postgresql://ombuds@localhost/ombuds")
    _check_port("DATABASE_URL", url)
    scheme, _, rest = url.partition("://")
    if scheme in {"postgresql", "postgres", "postgresql+psycopg"}:
        return f"postgresql+psycopg://{rest}"
    if scheme == "sqlite":
        return url
    raise InvalidSetting("DATABASE_URL", f"{scheme!r} is not a database we know; give a postgresql:// or sqlite:// URL")


def _redis_url(env: Mapping[str, str]) -> str:
    url = _needed(env, "REDIS_URL", "redis://localhost:6379/0")
    _check_port("REDIS_URL", url)
    if urlsplit(url).scheme not in {"redis", "rediss", "unix"}:
        raise InvalidSetting("REDIS_URL", "must begin with redis://, rediss:// or unix://")
    return url


def _check_port(name: str, url: str) -> None:
    try:
        _ = urlsplit(url).port
    except ValueError as error:
        raise InvalidSetting(name, f"not a URL: {error}") from error


def _secret(env: Mapping[str, str]) -> str:
    secret = _needed(env, "OMBUDS_SECRET", "the output of: openssl rand -hex 32")
    if len(secret) < SHORTEST_SECRET:
        raise InvalidSetting("OMBUDS_SECRET", f"has {len(secret)} characters, needs at least {SHORTEST_SECRET}")
    return secret


def _number(env: Mapping[str, str], name: str, default: int, *, least: int = 0, most: int = 10**9) -> int:
    number = _parsed(env, name, int, default, "a whole number")
    if not least <= number <= most:
        raise InvalidSetting(name, f"{number} is not between {least} and {most}")
    return number


def _share(env: Mapping[str, str], name: str, default: float) -> float:
    share = _parsed(env, name, float, default, "a number")
    if not 0 <= share <= 1:
        raise InvalidSetting(name, f"{share} is not between 0 and 1")
    return share


def _claim(env: Mapping[str, str], name: str, *, default: bool) -> bool:
    return _parsed(env, name, {"0": False, "1": True}.__getitem__, default, "0 or 1")


def _choice(env: Mapping[str, str], name: str, choices: Sequence[str]) -> str | None:
    value = env.get(name) or None
    if value is not None and value not in choices:
        raise InvalidSetting(name, f"{value!r} is not one of {', '.join(choices)}")
    return value


def _networks(env: Mapping[str, str], name: str) -> tuple[Network, ...]:
    def networks(text: str) -> tuple[Network, ...]:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())

    return _parsed(env, name, networks, (), "a comma-separated list of networks such as 10.0.0.0/8,fd00::/8")


def _parsed(env: Mapping[str, str], name: str, parse: Callable[[str], _T], default: _T, wanted: str) -> _T:
    text = env.get(name)
    if not text:
        return default
    try:
        return parse(text)
    except (ValueError, KeyError) as error:
        raise InvalidSetting(name, f"{text!r} is not {wanted}") from error
