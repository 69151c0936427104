"""A group whose commands may stand in modules that are imported when they are called, and not before."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click


class Later(click.Group):
    """A group some of whose commands are loaded when they are called: each starts fast and needs only its own parts.

    Args:
        later: By name, where such a command is (`module:name`), and what it is for.
    """

    def __init__(self, *args: Any, later: Mapping[str, tuple[str, str]] | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self._later = dict(later or {})

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name every command."""
        return sorted({*super().list_commands(ctx), *self._later})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Give a command, imported if need be."""
        if cmd_name not in self._later:
            return super().get_command(ctx, cmd_name)
        module, _, name = self._later[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        lines, names = [], self.list_commands(ctx)
        limit = formatter.width - 6 - max(map(len, names))
        for name in names:
            command = super().get_command(ctx, name)
            lines.append((name, self._later[name][1] if command is None else command.get_short_help_str(limit)))
        with formatter.section("Commands"):
            formatter.write_dl(lines)
