"""The record of learning: what was asked of training and came of it, and which versions decide."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text, text

from moderation.tables import Document, Moment, Number, metadata, of, own_id

trainings = Table(
    "trainings",
    metadata,
    own_id(),
    of("site_id", "sites.id", nullable=True, index=True),
    Column("asked_by", String(100), nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("state", String(8), nullable=False),
    Column("step", String(60)),
    Column("n_done", Integer, nullable=False, server_default="0"),
    Column("n_all", Integer, nullable=False, server_default="0"),
    Column("claim_token", String(32)),
    Column("claimed_until", Moment),
    Column("n_claims", Integer, nullable=False, server_default="0"),
    Column("started_at", Moment),
    Column("finished_at", Moment),
    Column("seed", Number, nullable=False),
    Column("champion", String(100)),
    Column("n_labels", Integer),
    Column("labels_from", Moment),
    Column("labels_until", Moment),
    Column("snapshot_digest", String(64)),
    Column("version", String(100), index=True),
    Column("gate", Document),
    Column("error", Text),
)
"""Runs of retraining. Without a site, a run learns from all of them. A run is worked by who holds `claim_token`, until
`claimed_until`; then somebody else takes it up. It began from `champion`, and `version` is what came of it."""

_is_open = text("state IN ('QUEUED', 'RUNNING')")
Index("ix_trainings_open", trainings.c.id, sqlite_where=_is_open, postgresql_where=_is_open)
