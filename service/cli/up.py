"""`ombuds up`: everything in one supervised process tree, for a newcomer and for a small newsroom."""

from __future__ import annotations

import contextlib
import os

import click

from service.embedded import launch


@click.command(
    epilog="""\b
Examples:
  ombuds up
  OMBUDS_PORT=9000 OMBUDS_TOUR=0 ombuds up
  DATABASE_URL=postgresql://ombuds@localhost/ombuds REDIS_URL=redis://localhost:6379/0 ombuds up
"""
)
def up() -> None:
    """Run the API, the workers and the sweep until Ctrl-C.

    Brings its own SQLite database and Valkey, kept in the data folder (OMBUDS_DATA, else ./var), unless DATABASE_URL or
    REDIS_URL name others. Makes development keys on the first run, and shows a short live tour unless OMBUDS_TOUR=0.
    """
    launch.run(os.environ, _show, _say)


def _show(text: str) -> None:
    with contextlib.suppress(OSError):  # whoever read us may be gone; the service goes on
        click.echo(text)


def _say(text: str) -> None:
    with contextlib.suppress(OSError):
        click.echo(text, err=True)
