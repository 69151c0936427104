"""The audit log in the record: who did what to what, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert

from moderation.tables import audit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


def log(
    tx: Connection, actor: str, action: str, subject: str, now: datetime, details: Mapping[str, Any] | None = None
) -> None:
    """Append an entry. Details hold ids and numbers, never a comment's text or a secret."""
    tx.execute(insert(audit).values(at=now, actor=actor, action=action, subject=subject, details=dict(details or {})))
