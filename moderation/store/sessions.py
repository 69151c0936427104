"""Sessions, one-time links and failed sign-ins in the record. Tokens are kept as digests only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, select, update

from moderation.desk_tables import moderator_sessions, sign_in_failures, sign_in_links
from moderation.store.database import insert_into

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Session:
    """One browser in which someone is signed in."""

    id: int
    moderator_id: int
    user_agent: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


_COLUMNS = tuple(
    moderator_sessions.c[name] for name in ("id", "moderator_id", "user_agent", "created_at", "seen_at", "expires_at")
)


_OPEN = select(*_COLUMNS).where(
    moderator_sessions.c.digest == bindparam("of_digest"),
    moderator_sessions.c.revoked_at.is_(None),
    moderator_sessions.c.expires_at > bindparam("now", type_=moderator_sessions.c.expires_at.type),
)
"""Asked at every request of every console, and so put together once."""


def begin(tx: Connection, moderator_id: int, digest: str, user_agent: str, now: datetime, expires_at: datetime) -> None:
    """Keep a new session by its token's digest."""
    tx.execute(
        insert(moderator_sessions).values(
            moderator_id=moderator_id,
            digest=digest,
            user_agent=user_agent,
            created_at=now,
            seen_at=now,
            expires_at=expires_at,
        )
    )


def find(tx: Connection, digest: str, now: datetime) -> Session | None:
    """Look up a session that is neither revoked nor over."""
    row = tx.execute(_OPEN, {"of_digest": digest, "now": now}).one_or_none()
    return None if row is None else Session(*row)


def of_moderator(tx: Connection, moderator_id: int, now: datetime) -> list[Session]:
    """List someone's open sessions, the latest seen first."""
    mine = and_(
        moderator_sessions.c.moderator_id == moderator_id,
        moderator_sessions.c.revoked_at.is_(None),
        moderator_sessions.c.expires_at > now,
    )
    rows = tx.execute(select(*_COLUMNS).where(mine).order_by(moderator_sessions.c.seen_at.desc()))
    return [Session(*row) for row in rows]


def last_seen(tx: Connection) -> dict[int, datetime]:
    """Tell when everybody was last seen; who never was, or not for long, is left out."""
    latest = func.max(moderator_sessions.c.seen_at, type_=moderator_sessions.c.seen_at.type)
    rows = tx.execute(select(moderator_sessions.c.moderator_id, latest).group_by(moderator_sessions.c.moderator_id))
    return {row[0]: row[1] for row in rows}


def see(tx: Connection, session_id: int, now: datetime) -> None:
    """Note that a session was used."""
    tx.execute(update(moderator_sessions).where(moderator_sessions.c.id == session_id).values(seen_at=now))


def revoke(tx: Connection, moderator_id: int, now: datetime, *, session_id: int | None = None, but: int = 0) -> int:
    """End one of someone's sessions, or all of them but one; return how many."""
    which = and_(
        moderator_sessions.c.moderator_id == moderator_id,
        moderator_sessions.c.revoked_at.is_(None),
        moderator_sessions.c.id != but,
    )
    if session_id is not None:
        which = and_(which, moderator_sessions.c.id == session_id)
    ended = update(moderator_sessions).where(which).values(revoked_at=now).returning(moderator_sessions.c.id)
    return len(tx.execute(ended).scalars().all())


def add_link(tx: Connection, moderator_id: int, digest: str, purpose: str, now: datetime, expires_at: datetime) -> None:
    """Keep a one-time link by its token's digest."""
    values = {"moderator_id": moderator_id, "digest": digest, "purpose": purpose}
    tx.execute(insert(sign_in_links).values(**values, created_at=now, expires_at=expires_at))


def find_link(tx: Connection, digest: str, purpose: str, now: datetime) -> int | None:
    """Tell whose link this is, if it can still be used for this."""
    is_good = and_(
        sign_in_links.c.digest == digest,
        sign_in_links.c.purpose == purpose,
        sign_in_links.c.used_at.is_(None),
        sign_in_links.c.expires_at > now,
    )
    return tx.execute(select(sign_in_links.c.moderator_id).where(is_good)).scalar_one_or_none()


def use_link(tx: Connection, digest: str, now: datetime) -> bool:
    """Use a link up; False when somebody else just did."""
    used = update(sign_in_links).where(sign_in_links.c.digest == digest, sign_in_links.c.used_at.is_(None))
    return bool(tx.execute(used.values(used_at=now).returning(sign_in_links.c.digest)).scalars().all())


def cancel_links(tx: Connection, moderator_id: int, now: datetime) -> None:
    """Make all of someone's unused links useless."""
    mine = and_(sign_in_links.c.moderator_id == moderator_id, sign_in_links.c.used_at.is_(None))
    tx.execute(update(sign_in_links).where(mine).values(used_at=now))


def failures(tx: Connection, key: str) -> tuple[int, datetime] | None:
    """Tell how often signing in failed in a row for an address or a place, and when last."""
    row = tx.execute(select(sign_in_failures).where(sign_in_failures.c.key == key)).one_or_none()
    return None if row is None else (row.n, row.last_at)


def fail(tx: Connection, key: str, now: datetime) -> None:
    """Count one more failure in a row."""
    fresh = insert_into(tx)(sign_in_failures).values(key=key, n=1, last_at=now)
    again = {"n": sign_in_failures.c.n + 1, "last_at": now}
    tx.execute(fresh.on_conflict_do_update(index_elements=["key"], set_=again))


def forgive(tx: Connection, key: str) -> None:
    """Forget failures: someone signed in."""
    tx.execute(delete(sign_in_failures).where(sign_in_failures.c.key == key))


def forget_failures_before(tx: Connection, before: datetime) -> None:
    """Forget failures the last of which is from before a time."""
    tx.execute(delete(sign_in_failures).where(sign_in_failures.c.last_at < before))


def forget_before(tx: Connection, before: datetime) -> None:
    """Forget sessions and links that were over before a time."""
    tx.execute(delete(moderator_sessions).where(moderator_sessions.c.expires_at < before))
    tx.execute(delete(sign_in_links).where(sign_in_links.c.expires_at < before))
