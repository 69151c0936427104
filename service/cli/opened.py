"""What a command that works on the record needs: settings, the database, the time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import click
from sqlalchemy.exc import OperationalError

from moderation import settings
from moderation.errors import InvalidSetting, Unreachable
from moderation.settings import Settings
from moderation.store import schema
from moderation.store.database import Database
from service.embedded.environment import DATABASE, compose, embeds_valkey


@dataclass(frozen=True, slots=True)
class Opened:
    """A checked database, the settings it was opened by, and the time of the command."""

    settings: Settings
    database: Database
    now: datetime


@contextmanager
def opened() -> Iterator[Opened]:
    """Open the record for one command.

    Raises:
        InvalidSetting: the environment makes no sense.
        Unreachable: the database does not answer.
        NotMigrated: its schema is not this release's.
    """
    read = _settings()
    database = Database(read.database_url)
    try:
        schema.check(database)
        yield Opened(read, database, datetime.now(UTC))
    except OperationalError as error:
        raise Unreachable("the database", str(error.orig).strip().partition("\n")[0]) from error
    finally:
        database.close()


def _settings() -> Settings:
    """Read the environment; what it leaves out is what `ombuds up` keeps in the data folder."""
    data = settings.data_folder()
    if settings.given("DATABASE_URL") is None and not (data / DATABASE).exists():
        raise InvalidSetting(
            "DATABASE_URL", f"not set, and there is no {data / DATABASE}; start `ombuds up` first, or set it"
        )
    socket = data / "valkey" if embeds_valkey(os.environ) else None
    return compose(os.environ, data, socket).settings


def say(text: str) -> None:
    """Talk to the person at the terminal; results go to stdout instead."""
    click.echo(text, err=True)
