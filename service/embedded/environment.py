"""The environment of the children: what the caller gave, and what `ombuds up` provides where nothing was given."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from moderation import settings
from service.embedded import keys, valkey

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from moderation.settings import Settings

DATABASE = "ombuds.sqlite3"
LOOPBACK = "127.0.0.0/8,::1/128"
"""Where webhooks may go if nobody said otherwise and all parts are embedded: a newcomer's receiver is right here."""


@dataclass(frozen=True, slots=True)
class Environment:
    """What the children get, and which of it is ours."""

    variables: Mapping[str, str]
    settings: Settings
    embeds_valkey: bool
    embeds_database: bool
    provides_secret: bool

    @property
    def is_embedded(self) -> bool:
        """No part is the caller's own."""
        return self.embeds_valkey and self.embeds_database

    def on_port(self, port: int) -> Environment:
        """Have the API listen on this port."""
        variables = {**self.variables, "OMBUDS_PORT": str(port)}
        on_it = replace(self.settings, port=port, url=settings.public_url(variables))
        return replace(self, variables=variables, settings=on_it)


def embeds_valkey(given: Mapping[str, str]) -> bool:
    """Tell whether Valkey is ours to start.

    Raises:
        InvalidSetting: REDIS_URL is given twice, or its file cannot be read.
    """
    return settings.given("REDIS_URL", given) is None


def compose(given: Mapping[str, str], data: Path, socket_path: Path | None) -> Environment:
    """Put the environment together. Makes the development server secret if none is given and none was made before.

    Raises:
        InvalidSetting: a variable makes no sense.
    """
    variables = {**given, "OMBUDS_DATA": str(data)}
    embeds_database = settings.given("DATABASE_URL", given) is None
    provides_secret = settings.given("OMBUDS_SECRET", given) is None
    if socket_path is not None:
        variables["REDIS_URL"] = valkey.url(socket_path)
    if embeds_database:
        variables["DATABASE_URL"] = f"sqlite:///{data / DATABASE}"
    if provides_secret:
        variables["OMBUDS_SECRET"] = keys.server_secret(data)
    if embeds_database and socket_path is not None:
        variables.setdefault("OMBUDS_WEBHOOK_ALLOW", LOOPBACK)
    return Environment(
        variables=variables,
        settings=settings.read(variables),
        embeds_valkey=socket_path is not None,
        embeds_database=embeds_database,
        provides_secret=provides_secret,
    )
