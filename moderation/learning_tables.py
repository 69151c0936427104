"""The record of learning: what was asked of training and came of it, and which versions decide."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, text

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
    Column("doubts", Document),
    Column("error", Text),
)
"""Runs of retraining. Without a site, a run learns from all of them. A run is worked by who holds `claim_token`, until
`claimed_until`; then somebody else takes it up. `champion` decided when it began, and `version` is what came of it.
`doubts` names labels that may be errors, without their texts."""

_is_open = text("state IN ('QUEUED', 'RUNNING')")
Index("ix_trainings_open", trainings.c.id, sqlite_where=_is_open, postgresql_where=_is_open)

score_days = Table(
    "score_days",
    metadata,
    of("site_id", "sites.id", primary_key=True, autoincrement=False),
    Column("day", Moment, primary_key=True),
    Column("version", String(100), primary_key=True),
    Column("tally", Document, nullable=False),
)
"""What came in on one day of UTC under one version: `drift.Tally` as a document. No text, no reader, no comment."""

drift_cursors = Table(
    "drift_cursors",
    metadata,
    of("site_id", "sites.id", primary_key=True, autoincrement=False),
    Column("sequence", Number, nullable=False),
)
"""Up to which decision of a site's feed days are counted."""

alarms = Table(
    "alarms",
    metadata,
    own_id(),
    of("site_id", "sites.id"),
    Column("kind", String(12), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("version", String(100), nullable=False),
    Column("value", Float, nullable=False),
    Column("bound", Float, nullable=False),
    Column("began_at", Moment, nullable=False, index=True),
    Column("ended_at", Moment),
)

_is_on = text("ended_at IS NULL")
Index(
    "ix_alarms_on",
    alarms.c.site_id,
    alarms.c.kind,
    alarms.c.subject,
    unique=True,
    sqlite_where=_is_on,
    postgresql_where=_is_on,
)

alarm_messages = Table(
    "alarm_messages",
    metadata,
    Column("id", String(40), primary_key=True),
    of("alarm_id", "alarms.id", index=True),
    Column("webhook_id", String(40), ForeignKey("webhooks.id"), nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("n_attempts", Integer, nullable=False, server_default="0"),
    Column("finished_at", Moment),
    Column("last_error", String(300)),
)
"""What endpoints are told of alarms. Who sends one moves its `due_at` on first, and so holds it until then."""

_is_unsent = text("finished_at IS NULL")
Index("ix_alarm_messages_due", alarm_messages.c.due_at, sqlite_where=_is_unsent, postgresql_where=_is_unsent)

promotions = Table(
    "promotions",
    metadata,
    own_id(),
    of("site_id", "sites.id", nullable=True, index=True),
    Column("version", String(100)),
    Column("former", String(100)),
    Column("by", String(100), nullable=False),
    Column("note", Text, nullable=False),
    Column("at", Moment, nullable=False),
)
"""Which version decides, from when on, by whose word: appended, never edited. Without a site, it is for all that have
none of their own. Without a version, a site goes back to what is for all, and all go back to the shipped one."""

shadows = Table(
    "shadows",
    metadata,
    own_id(),
    of("site_id", "sites.id", nullable=True, index=True),
    Column("version", String(100), nullable=False),
    Column("share", Float, nullable=False),
    Column("by", String(100), nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment),
)
"""Challengers that score a share of what comes in, without deciding."""

_is_in_shadow = text("until IS NULL")
Index("ix_shadows_open", shadows.c.id, sqlite_where=_is_in_shadow, postgresql_where=_is_in_shadow)

shadow_scores = Table(
    "shadow_scores",
    metadata,
    of("shadow_id", "shadows.id", primary_key=True, autoincrement=False),
    of("comment_id", "comments.id", primary_key=True, autoincrement=False, index=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("champion", String(100), nullable=False),
    Column("champion_scores", Document, nullable=False),
    Column("champion_verdict", String(8), nullable=False),
    Column("scores", Document),
    Column("verdict", String(8)),
    Column("difference", Float),
    Column("at", Moment, nullable=False, index=True),
    Column("claim_token", String(32)),
    Column("claimed_until", Moment),
    Column("n_claims", Integer, nullable=False, server_default="0"),
    Index("ix_shadow_scores_difference", "shadow_id", "difference"),
)
"""What a challenger would have said of a comment, beside what the champion said; without a verdict, it is to be asked.
`difference` is the largest between two scores of the same attribute."""

_is_unasked = text("verdict IS NULL")
Index(
    "ix_shadow_scores_unasked",
    shadow_scores.c.comment_id,
    sqlite_where=_is_unasked,
    postgresql_where=_is_unasked,
)

rescorings = Table(
    "rescorings",
    metadata,
    own_id(),
    of("site_id", "sites.id", nullable=True, index=True),
    Column("since", Moment, nullable=False),
    Column("asked_by", String(100), nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("handed_out", Number, nullable=False),
    Column("last_id", Number, nullable=False),
    Column("n_all", Integer, nullable=False),
    Column("n_done", Integer, nullable=False, server_default="0"),
    Column("finished_at", Moment),
)
"""What is scored anew with the champion: comments accepted from `since` to `asked_at`, handed out in pieces by their
ids up to `last_id`."""

rescoring_pieces = Table(
    "rescoring_pieces",
    metadata,
    own_id(),
    of("rescoring_id", "rescorings.id", index=True),
    Column("after", Number, nullable=False),
    Column("until", Number, nullable=False),
    Column("claim_token", String(32), nullable=False),
    Column("claimed_until", Moment, nullable=False),
    Column("n_claims", Integer, nullable=False),
)
"""Pieces of a rescoring that somebody is at; gone when they are done."""

samples = Table(
    "samples",
    metadata,
    own_id(),
    of("site_id", "sites.id"),
    of("comment_id", "comments.id"),
    Column("revision", Integer, nullable=False),
    Column("decision_id", String(40), ForeignKey("decisions.id"), nullable=False),
    Column("status", String(10), nullable=False),
    Column("stratum", String(10), nullable=False),
    Column("probability", Float, nullable=False),
    Column("drawn_at", Moment, nullable=False),
    Column("answer_id", String(40), ForeignKey("decisions.id")),
    Column("answer", String(10)),
    Column("answered_at", Moment),
    Column("is_blind", Boolean),
    Column("ended_at", Moment),
    UniqueConstraint("comment_id", "revision"),
    Index("ix_samples_site", "site_id", "drawn_at"),
)
"""The blind sample: decisions of policy's, `decision_id`, that were drawn by lot with a `probability`, and what people
said who were not told what policy had. `answer_id` is a person's decision; while it can be undone, it is no `answer`.
Who answered by another way than the sample's queue may have seen the verdict: it is not `is_blind` then. With
`ended_at` nobody will answer: the text was changed or withdrawn."""

_awaits = text("answered_at IS NULL AND ended_at IS NULL")
Index("ix_samples_open", samples.c.comment_id, sqlite_where=_awaits, postgresql_where=_awaits)

sample_frames = Table(
    "sample_frames",
    metadata,
    of("site_id", "sites.id", primary_key=True, autoincrement=False),
    Column("day", Moment, primary_key=True),
    Column("status", String(10), primary_key=True),
    Column("stratum", String(10), primary_key=True),
    Column("probability", Float, primary_key=True),
    Column("n", Integer, nullable=False),
)
"""How many verdicts of policy's there were to draw from on each day of UTC, by what they said and how likely they were
to be drawn: what a share found in the sample is a share of."""
