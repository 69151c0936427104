"""The people at the console in the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from moderation.desk import Moderator, Role
from moderation.desk_tables import moderators

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Credentials:
    """What proves that someone is a moderator: a digest, a sealed second factor with its last use, a name elsewhere."""

    moderator: Moderator
    password_digest: str | None
    sealed_totp: str | None
    totp_counter: int | None
    oidc_subject: str | None


_BY_NUMBER = select(moderators).where(moderators.c.id == bindparam("number"))


def add(
    tx: Connection,
    email: str,
    name: str,
    role: Role,
    site_ids: Collection[int] | None,
    sections: Collection[str] | None,
    now: datetime,
) -> Moderator:
    """Add someone; their address must be free."""
    fresh: dict[str, Any] = {
        "email": email,
        "name": name,
        "role": role.value,
        "site_ids": None if site_ids is None else sorted(site_ids),
        "sections": None if sections is None else sorted(sections),
        "preferences": {},
        "created_at": now,
    }
    tx.execute(insert(moderators).values(**fresh))
    return credentials_of(tx, email=email).moderator


def find(tx: Connection, moderator_id: int) -> Moderator | None:
    """Look someone up by number."""
    row = tx.execute(_BY_NUMBER, {"number": moderator_id}).one_or_none()
    return None if row is None else _moderator(row)


def find_by_email(tx: Connection, email: str) -> Moderator | None:
    """Look someone up by address, lower case."""
    row = tx.execute(select(moderators).where(moderators.c.email == email)).one_or_none()
    return None if row is None else _moderator(row)


def everyone(tx: Connection) -> list[Moderator]:
    """List everyone by name, the disabled too."""
    return [_moderator(row) for row in tx.execute(select(moderators).order_by(moderators.c.name, moderators.c.id))]


def n_enabled(tx: Connection, role: Role | None = None) -> int:
    """Count who may sign in, in all or of one role."""
    query = select(func.count()).select_from(moderators).where(moderators.c.disabled_at.is_(None))
    if role is not None:
        query = query.where(moderators.c.role == role.value)
    return int(tx.execute(query).scalar_one())


def credentials_of(tx: Connection, *, email: str) -> Credentials:
    """Read what proves who someone is. Raises if nobody has this address."""
    found = find_credentials(tx, email=email)
    if found is None:
        raise LookupError(email)
    return found


def find_credentials(
    tx: Connection, *, email: str | None = None, moderator_id: int | None = None, oidc_subject: str | None = None
) -> Credentials | None:
    """Read what proves who someone is, by exactly one of address, number or name elsewhere."""
    if email is not None:
        which = moderators.c.email == email
    elif moderator_id is not None:
        which = moderators.c.id == moderator_id
    else:
        which = moderators.c.oidc_subject == oidc_subject
    row = tx.execute(select(moderators).where(which)).one_or_none()
    if row is None:
        return None
    return Credentials(_moderator(row), row.password_digest, row.sealed_totp, row.totp_counter, row.oidc_subject)


def change(tx: Connection, moderator_id: int, values: Mapping[str, Any]) -> None:
    """Change columns of someone's row."""
    tx.execute(update(moderators).where(moderators.c.id == moderator_id).values(**values))


def use_code(tx: Connection, moderator_id: int, counter: int) -> bool:
    """Note that the code of a 30-second step was used; False when this or a later one was used before."""
    is_new = (moderators.c.totp_counter.is_(None)) | (moderators.c.totp_counter < counter)
    used = update(moderators).where(moderators.c.id == moderator_id, is_new).values(totp_counter=counter)
    return bool(tx.execute(used.returning(moderators.c.id)).scalars().all())


def _moderator(row: Row[Any]) -> Moderator:
    return Moderator(
        row.id,
        row.email,
        row.name,
        Role(row.role),
        None if row.site_ids is None else frozenset(row.site_ids),
        None if row.sections is None else frozenset(row.sections),
        row.language,
        row.preferences,
        row.disabled_at is not None,
    )
