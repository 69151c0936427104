"""The record of what clients of other services told, beyond comments and labels: Coral's secrets, texts and events."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, String, Table, Text, UniqueConstraint, text

from moderation.tables import Moment, metadata, of, own_id

coral_secrets = Table(
    "coral_secrets",
    metadata,
    own_id(),
    of("site_id", "sites.id", index=True),
    Column("sealed", Text, nullable=False),
    Column("hint", String(20), nullable=False),
    Column("added_at", Moment, nullable=False),
)
"""Secrets that Coral signs with. All of a site's are in force, so that they can be rotated."""

coral_passages = Table(
    "coral_passages",
    metadata,
    own_id(),
    of("site_id", "sites.id"),
    Column("story_id", String(200), nullable=False),
    Column("author_ref", String(200), nullable=False),
    Column("text", Text, nullable=False),
    Column("language", String(35)),
    Column("join_digest", String(64), nullable=False),
    Column("reply", String(16), nullable=False),
    Column("is_edit", Boolean, nullable=False),
    Column("external_id", String(200)),
    Column("heard_at", Moment, nullable=False, index=True),
    Index("ix_coral_passages_digest", "site_id", "join_digest"),
    Index("ix_coral_passages_story", "site_id", "story_id", "heard_at"),
    Index("ix_coral_passages_author", "site_id", "author_ref"),
)
"""What Coral's phase asked about, until it is forgotten: `join_digest` stands for story and text, `external_id` is the
comment's id in Coral once it is known, `reply` what we answered."""

_is_named = text("external_id IS NOT NULL")
Index(
    "ix_coral_passages_external",
    coral_passages.c.site_id,
    coral_passages.c.external_id,
    sqlite_where=_is_named,
    postgresql_where=_is_named,
)

coral_events = Table(
    "coral_events",
    metadata,
    own_id(),
    of("site_id", "sites.id"),
    Column("event_id", String(200), nullable=False),
    Column("external_id", String(200), nullable=False),
    Column("story_id", String(200), nullable=False),
    Column("type", String(60), nullable=False),
    Column("queue", String(60)),
    Column("status", String(60)),
    Column("happened_at", Moment, nullable=False),
    Column("heard_at", Moment, nullable=False, index=True),
    UniqueConstraint("site_id", "event_id"),
    Index("ix_coral_events_comment", "site_id", "external_id"),
)
"""What Coral's webhooks told of comments: ids, queues and statuses, no text and no reader."""
