"""The schema's history: bringing a database to this release's revision, and telling where it is."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import SQLAlchemyError

from moderation.errors import NotMigrated, Unreachable

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from moderation.store.database import Database


def config(connection: Connection | None = None) -> Config:
    """Configure Alembic for the migrations that ship with this release."""
    made = Config()
    made.set_main_option("script_location", str(files("moderation").joinpath("migrations")))
    made.set_main_option("path_separator", "os")
    made.attributes["connection"] = connection
    return made


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the database to a revision, all of it or nothing. Run once for a release, never by each replica at boot."""
    with database.writing() as connection:
        command.upgrade(config(connection), revision)


def downgrade(database: Database, revision: str) -> None:
    """Take the database back to a former revision."""
    with database.writing() as connection:
        command.downgrade(config(connection), revision)


def check(database: Database) -> None:
    """Check that the database is at this release's revision.

    Raises:
        NotMigrated: it is at another one.
        Unreachable: it cannot be asked.
    """
    expected = ScriptDirectory.from_config(config()).get_current_head() or ""
    try:
        with database.reading() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
    except SQLAlchemyError as error:
        raise Unreachable("the database", str(error).partition("\n")[0]) from error
    if found != expected:
        raise NotMigrated(found, expected)
