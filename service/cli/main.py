"""The program `ombuds`: its groups, loaded when they are called for."""

from __future__ import annotations

from importlib import import_module

import click

from models.errors import ModelError
from moderation.errors import OmbudsError

_COMMANDS = {
    "up": ("service.cli.up:up", "Run the API, the workers and the sweep until Ctrl-C."),
    "serve": ("service.cli.run:serve", "Serve the API over HTTP."),
    "worker": ("service.cli.run:worker", "Do the work that the API queues."),
    "sweep": ("service.cli.run:sweep", "Find every two seconds what Redis forgot."),
    "db": ("service.cli.db:db", "Bring the database to this release's schema."),
    "site": ("service.cli.site:site", "Publishers that send comments and hear decisions."),
    "webhook": ("service.cli.webhook:webhook", "Where sites hear of decisions."),
    "moderator": ("service.cli.moderator:moderator", "The people who work at the console."),
    "guideline": ("service.cli.guideline:guideline", "The rules that sites go by."),
    "label": ("service.cli.label:label", "What people said of texts: a newsroom's own in, all of it out."),
    "migrate": ("service.cli.migrate:migrate", "Move over from another service."),
    "data": (
        "service.cli.data:data",
        "Bring labelled comments into the form that training reads, and describe it.",
    ),
    "model": ("service.cli.model:model", "Score texts; train, measure and ship versions of the classifier."),
}
"""Where each command is, and what it is for: written here too, since asking all modules would load the classifier."""


class _Commands(click.Group):
    """Imports a command's module when it is called, so that each starts fast and needs only its own parts."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        return list(_COMMANDS)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in _COMMANDS.items()])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        place = _COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, name = place[0].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (OmbudsError, ModelError) as error:
            raise click.ClickException(str(error)) from error


@click.command(
    cls=_Commands,
    epilog="""\b
Examples:
  ombuds up                                       run everything, with nothing else installed
  ombuds site add example-news --json             a site and its key
  ombuds model score --text "What a nice piece."  scores, without any database
""",
)
@click.version_option(package_name="ombuds")
def main() -> None:
    """Moderate a news site's comments: a reader's comment in, a signed verdict out."""
