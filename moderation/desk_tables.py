"""The record of the moderators' desk: people, what waits for them, what they said, and what they need to judge by."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from moderation.tables import Document, Moment, Number, metadata, of, own_id

moderators = Table(
    "moderators",
    metadata,
    own_id(),
    Column("email", String(254), nullable=False, unique=True),
    Column("name", String(100), nullable=False),
    Column("role", String(10), nullable=False),
    Column("site_ids", Document),
    Column("sections", Document),
    Column("password_digest", String(300)),
    Column("sealed_totp", Text),
    Column("totp_counter", Number),
    Column("oidc_subject", String(300), unique=True),
    Column("language", String(10)),
    Column("preferences", Document, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("disabled_at", Moment),
)
"""`site_ids` and `sections` limit what someone sees; None is no limit. `totp_counter` is the last code's, used once."""

moderator_sessions = Table(
    "moderator_sessions",
    metadata,
    own_id(),
    of("moderator_id", "moderators.id", index=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("user_agent", String(300), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("revoked_at", Moment),
)

sign_in_links = Table(
    "sign_in_links",
    metadata,
    Column("digest", String(64), primary_key=True),
    of("moderator_id", "moderators.id", index=True),
    Column("purpose", String(10), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
)

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("n", Integer, nullable=False),
    Column("last_at", Moment, nullable=False, index=True),
)

review_items = Table(
    "review_items",
    metadata,
    own_id(),
    Column("queue", String(16), nullable=False),
    of("comment_id", "comments.id", index=True),
    of("site_id", "sites.id"),
    of("article_id", "articles.id", index=True),
    Column("section", String(200)),
    Column("language", String(35)),
    Column("guidelines", String(1_000), nullable=False),
    Column("attribute", String(64)),
    Column("severity", Float, nullable=False),
    Column("uncertainty", Float, nullable=False),
    Column("reach", Integer, nullable=False, server_default="0"),
    Column("entered_at", Moment, nullable=False),
    Column("not_before", Moment),
    Column("escalated_at", Moment),
    of("asked_by", "moderators.id", nullable=True),
    Column("decision_id", String(40), ForeignKey("decisions.id")),
    UniqueConstraint("queue", "comment_id"),
)
"""A comment that waits in a queue. `guidelines` are ids with a space before and after each; `decision_id` is a
decision that is not released yet, so that the item is neither counted nor handed out."""

_waits = text("decision_id IS NULL")
for _order in ("severity", "uncertainty", "reach", "entered_at"):
    Index(
        f"ix_review_items_{_order}",
        review_items.c.queue,
        review_items.c[_order],
        review_items.c.id,
        sqlite_where=_waits,
        postgresql_where=_waits,
    )

Index(
    "ix_review_items_tally",  # all that counting what waits reads, so that it reads nothing else
    *(review_items.c[name] for name in ("queue", "site_id", "section", "language", "escalated_at", "entered_at")),
    sqlite_where=_waits,
    postgresql_where=_waits,
)

review_claims = Table(
    "review_claims",
    metadata,
    of("comment_id", "comments.id", primary_key=True, autoincrement=False),
    of("moderator_id", "moderators.id", index=True),
    Column("queue", String(16), nullable=False),
    Column("until", Moment, nullable=False),
)

second_opinions = Table(
    "second_opinions",
    metadata,
    own_id(),
    of("comment_id", "comments.id", index=True),
    Column("revision", Integer, nullable=False),
    of("asked_by", "moderators.id", nullable=True),
    Column("question", Text),
    Column("first_view", String(10)),
    Column("asked_at", Moment, nullable=False),
    of("answered_by", "moderators.id", nullable=True),
    Column("second_view", String(10)),
    Column("answered_at", Moment, index=True),
)
"""Two people's views of one revision, the second blind to the first. A view is APPROVED or REJECTED."""

notes = Table(
    "notes",
    metadata,
    own_id(),
    of("site_id", "sites.id"),
    Column("author_ref", String(200), nullable=False),
    of("comment_id", "comments.id", nullable=True, index=True),
    of("moderator_id", "moderators.id"),
    Column("text", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Index("ix_notes_author", "site_id", "author_ref"),
)

message_templates = Table(
    "message_templates",
    metadata,
    own_id(),
    of("site_id", "sites.id", nullable=True, index=True),
    Column("title", String(100), nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
)

saved_filters = Table(
    "saved_filters",
    metadata,
    own_id(),
    of("moderator_id", "moderators.id"),
    Column("name", String(60), nullable=False),
    Column("query", String(1_000), nullable=False),
    UniqueConstraint("moderator_id", "name"),
)

exposures = Table(
    "exposures",
    metadata,
    of("moderator_id", "moderators.id", primary_key=True, autoincrement=False),
    of("comment_id", "comments.id", primary_key=True, autoincrement=False, index=True),
    Column("at", Moment, nullable=False),
    Index("ix_exposures_at", "moderator_id", "at"),
)
"""Severe texts that someone has read; only that person is ever shown how many."""

fingerprints = Table(
    "fingerprints",
    metadata,
    of("comment_id", "comments.id", primary_key=True, autoincrement=False),
    of("site_id", "sites.id"),
    Column("revision", Integer, nullable=False),
    Column("simhash", BigInteger, nullable=False),
    *(Column(f"band_{number}", Integer, nullable=False) for number in range(4)),
)
"""The SimHash of each comment's latest revision: a signed 64-bit number, and its four quarters to find it by."""

for _number in range(4):
    Index(f"ix_fingerprints_band_{_number}", fingerprints.c.site_id, fingerprints.c[f"band_{_number}"])

site_statuses = Table(
    "site_statuses",
    metadata,
    of("comment_id", "comments.id", primary_key=True, autoincrement=False),
    of("site_id", "sites.id"),
    Column("status", String(10), nullable=False),
    Column("said_at", Moment, nullable=False),
    Column("disagrees", Boolean, nullable=False),
)
"""What a site says of where a comment stands on its own pages."""

_disagrees = text("disagrees")
Index(
    "ix_site_statuses_disagrees",
    site_statuses.c.site_id,
    site_statuses.c.said_at,
    sqlite_where=_disagrees,
    postgresql_where=_disagrees,
)

batches = Table(
    "batches",
    metadata,
    own_id(),
    of("moderator_id", "moderators.id"),
    of("site_id", "sites.id", nullable=True),
    Column("measure", String(64), nullable=False),
    Column("low", Float, nullable=False),
    Column("high", Float, nullable=False),
    Column("status", String(10), nullable=False),
    Column("guideline", String(64)),
    Column("comment_ids", Document, nullable=False),
    Column("n_done", Integer, nullable=False, server_default="0"),
    Column("n_skipped", Integer, nullable=False, server_default="0"),
    Column("created_at", Moment, nullable=False),
    Column("claim_token", String(32)),
    Column("claimed_until", Moment),
    Column("finished_at", Moment),
    Column("release_at", Moment),
    Column("undone_at", Moment),
)
"""Many decisions made as one: `comment_ids` in the order they are worked, `n_done` of them so far."""

_is_open = text("finished_at IS NULL AND undone_at IS NULL")
Index("ix_batches_open", batches.c.id, sqlite_where=_is_open, postgresql_where=_is_open)
