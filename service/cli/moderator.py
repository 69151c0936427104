"""`ombuds moderator`: the people at the console."""

from __future__ import annotations

import json

import click

from moderation import moderators
from moderation.desk import Moderator, Post, Role
from moderation.errors import UnknownModerator
from service.cli.opened import opened, say

DEVELOPMENT_ADMIN = "admin@localhost"
"""Who signs in at a desk that `ombuds up` embedded, until somebody else is invited."""

_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group()
def moderator() -> None:
    """The people who work at the console."""


@moderator.command(
    epilog="\b\nExamples:\n"
    "  ombuds moderator add ida@news.example --name 'Ida Holm' --role admin\n"
    "  ombuds moderator add jo@news.example --name Jo --site example-news --section Sport --json\n"
)
@click.argument("email")
@click.option("--name", required=True, help="As colleagues see it.")
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    default=Role.MODERATOR.value,
    show_default=True,
    help="Moderators decide, editors own guidelines and numbers, admins own the people.",
)
@click.option("--site", "sites", multiple=True, help="Only this site; repeatable.")
@click.option("--section", "sections", multiple=True, help="Only this section; repeatable.")
@_json
def add(email: str, name: str, role: str, sites: tuple[str, ...], sections: tuple[str, ...], as_json: bool) -> None:  # noqa: FBT001  click gives arguments and flags so
    """Invite someone; prints the link by which they choose a password, good for seven days."""
    with opened() as record:
        post = Post(Role(role), sites, sections)
        added, token = moderators.invite(record.database, email, name, post, record.settings.secret, record.now)
        address = f"{record.settings.url}/invitations/{token}"
    _print(added, address, as_json=as_json)


@moderator.command("list", epilog="\b\nExample:\n  ombuds moderator list --json\n")
@_json
def list_(as_json: bool) -> None:  # noqa: FBT001
    """List everyone by name."""
    with opened() as record:
        everyone = moderators.everyone(record.database)
    if as_json:
        click.echo(json.dumps([_described(one) for one in everyone]))
        return
    for one in everyone:
        state = "  disabled" if one.is_disabled else ""
        click.echo(f"{one.email}  {one.name}  {one.role}{state}")


@moderator.command(epilog="\b\nExample:\n  ombuds moderator link ida@news.example\n")
@click.argument("email")
@_json
def link(email: str, as_json: bool) -> None:  # noqa: FBT001
    """Make a sign-in link that works once, for ten minutes."""
    with opened() as record:
        token = moderators.link(record.database, email, record.settings.secret, record.now)
        address = f"{record.settings.url}/links/{token}"
        who = _by_email(moderators.everyone(record.database), email)
    _print(who, address, as_json=as_json)


@moderator.command(epilog="\b\nExample:\n  ombuds moderator disable jo@news.example\n")
@click.argument("email")
def disable(email: str) -> None:
    """Let someone in no more; whatever they have open ends with their next click."""
    with opened() as record:
        who = _by_email(moderators.everyone(record.database), email)
        moderators.disable(record.database, who.id, record.now)
    say(f"{who.email} is disabled.")


@moderator.command(epilog="\b\nExample:\n  ombuds moderator enable jo@news.example\n")
@click.argument("email")
def enable(email: str) -> None:
    """Let someone in again."""
    with opened() as record:
        who = _by_email(moderators.everyone(record.database), email)
        moderators.enable(record.database, who.id, record.now)
    say(f"{who.email} may sign in again.")


@moderator.command(hidden=True, epilog="\b\nExample:\n  ombuds moderator development\n")
def development() -> None:
    """Print a sign-in link for the development admin, who is made if nobody is there yet. `ombuds up` calls this."""
    with opened() as record:
        if not moderators.everyone(record.database):
            post = Post(Role.ADMIN)
            moderators.invite(
                record.database, DEVELOPMENT_ADMIN, "Development admin", post, record.settings.secret, record.now
            )
        token = moderators.link(record.database, DEVELOPMENT_ADMIN, record.settings.secret, record.now)
    click.echo(f"{record.settings.url}/links/{token}")


def _by_email(everyone: list[Moderator], email: str) -> Moderator:
    found = next((one for one in everyone if one.email == email.strip().lower()), None)
    if found is None:
        raise UnknownModerator(email)
    return found


def _described(one: Moderator) -> dict[str, object]:
    return {
        "id": one.id,
        "email": one.email,
        "name": one.name,
        "role": one.role.value,
        "is_disabled": one.is_disabled,
    }


def _print(who: Moderator, address: str, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({**_described(who), "link": address}))
        return
    click.echo(address)
    say(f"For {who.name}. It works once, and is not shown again.")
