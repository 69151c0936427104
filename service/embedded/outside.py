"""The parts that are the caller's own (DATABASE_URL, REDIS_URL): do they answer? Run as a program of its own.

The libraries that ask take a second to load, which a run with embedded parts need not spend.
"""

from __future__ import annotations

import sys

import click
import redis

from moderation import settings
from moderation.errors import OmbudsError, Unreachable
from moderation.store.database import Database

ANSWER_SECONDS = 3.0


def check() -> None:
    """Ask the database and Redis for a sign of life.

    Raises:
        InvalidSetting: a variable makes no sense.
        Unreachable: one of them gives none.
    """
    wanted = settings.read()
    check_redis(wanted.redis_url)
    database = Database(wanted.database_url)
    try:
        database.check()
    finally:
        database.close()


def check_redis(url: str) -> None:
    """Ask Redis for a sign of life.

    Raises:
        Unreachable: it gives none, or refuses us.
    """
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=ANSWER_SECONDS, socket_timeout=ANSWER_SECONDS) as client:
            client.ping()
    except (redis.RedisError, OSError, ValueError) as error:
        raise Unreachable("REDIS_URL", str(error).partition("\n")[0]) from error


def main() -> None:
    """Check, and say in one line what is wrong."""
    try:
        check()
    except OmbudsError as error:
        click.echo(str(error), err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
