"""Where Alembic enters: it migrates the connection that it is given."""

from alembic import context
from sqlalchemy import Connection, create_engine

from moderation import compat_tables, desk_tables, learning_tables, settings

KNOWN = (compat_tables, desk_tables, learning_tables)
"""Importing them puts their tables beside those of the core."""


def migrate(connection: Connection) -> None:
    """Run the migrations asked for, in the connection's transaction."""
    context.configure(
        connection=connection, target_metadata=desk_tables.moderators.metadata, render_as_batch=True, compare_type=True
    )
    with context.begin_transaction():
        context.run_migrations()


if (given := context.config.attributes.get("connection")) is not None:
    migrate(given)
else:
    with create_engine(settings.read().database_url).begin() as opened:
        migrate(opened)
