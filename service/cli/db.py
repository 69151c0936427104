"""`ombuds db`: the database's schema."""

from __future__ import annotations

import click

from moderation import settings
from moderation.store import schema
from moderation.store.database import Database
from service.cli.opened import opened, say


@click.group()
def db() -> None:
    """Bring the database to this release's schema."""


@db.command(epilog="\b\nExample:\n  DATABASE_URL=postgresql://ombuds@localhost/ombuds ombuds db upgrade\n")
def upgrade() -> None:
    """Migrate the database. Run once for a release, before its services start."""
    database = Database(settings.read().database_url)
    database.check()
    schema.upgrade(database)
    database.close()
    say("The database is at this release's schema.")


@db.command(epilog="\b\nExample:\n  ombuds db check\n")
def check() -> None:
    """Tell whether the database answers and is at this release's schema."""
    with opened():
        say("The database is at this release's schema.")
