"""`ombuds guideline`: the rules that sites go by."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from moderation import guidelines, policies, sites
from moderation.errors import InvalidGuidelines
from service.cli.opened import opened, say

_site = click.option("--site", "name", help="The site's name; without it, the default guidelines.")
_file = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group()
def guideline() -> None:
    """The rules that sites go by."""


@guideline.command(
    "list", epilog="\b\nExamples:\n  ombuds guideline list\n  ombuds guideline list --site example-news\n"
)
@_site
def list_(name: str | None) -> None:
    """Show guidelines with their attributes and cut-offs."""
    found = _current(name)
    table = Table("id", "title", "attributes", "approve below", "reject above", title=f"policy {found.version}")
    for member in found.members:
        cut_offs = (f"{member.threshold.approve_below:.2f}", f"{member.threshold.reject_above:.2f}")
        table.add_row(member.id, member.title, ", ".join(member.attributes), *cut_offs)
    Console().print(table)


@guideline.command(epilog="\b\nExample:\n  ombuds guideline check guidelines.toml\n")
@_file
def check(file: Path) -> None:
    """Check a guidelines file; names every problem."""
    say(f"{file} is fine: {len(_read(file).members)} guidelines, policy {_read(file).version}.")


@guideline.command("import", epilog="\b\nExample:\n  ombuds guideline import guidelines.toml --site example-news\n")
@_file
@click.option("--site", "name", required=True, help="The site's name.")
def import_(file: Path, name: str) -> None:
    """Make a file's guidelines a site's own, from now on, as a new policy version."""
    read = _read(file)
    with opened() as record:
        adopted = policies.adopt(record.database, sites.find(record.database, name).id, read.source, record.now)
    click.echo(adopted.version)


@guideline.command(epilog="\b\nExample:\n  ombuds guideline export --site example-news > guidelines.toml\n")
@_site
def export(name: str | None) -> None:
    """Print guidelines as a file that can be imported."""
    click.echo(_current(name).source, nl=False)


def _current(name: str | None) -> guidelines.Guidelines:
    if name is None:
        return guidelines.default()
    with opened() as record:
        return policies.of_site(record.database, sites.find(record.database, name).id)


def _read(file: Path) -> guidelines.Guidelines:
    try:
        return guidelines.parse(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise InvalidGuidelines([f"{file} is not UTF-8"]) from error
    except InvalidGuidelines as error:
        raise InvalidGuidelines([f"{file}: {problem}" for problem in error.problems]) from error
