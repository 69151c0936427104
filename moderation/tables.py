"""The record: sites, comments, decisions, labels, deliveries. Rows are never called models.

What people at the console need beyond these stands in `desk_tables`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from moderation.domain import Status

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Moment(TypeDecorator[datetime]):
    """An aware UTC time. SQLite keeps no zone, so it is taken off on the way in and put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Write it as the database wants it."""
        if value is None:
            return None
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Read it as aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


Number = BigInteger().with_variant(Integer(), "sqlite")
Document = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def own_id() -> Column[int]:
    """Give a table its own number as the key."""
    return Column("id", Number, primary_key=True)


def of(name: str, target: str, *, nullable: bool = False, **options: Any) -> Column[int]:
    """Point to a row of another table."""
    return Column(name, Number, ForeignKey(target), nullable=nullable, **options)


sites = Table(
    "sites",
    metadata,
    own_id(),
    Column("name", String(100), nullable=False, unique=True),
    Column("last_sequence", Number, nullable=False, server_default="0"),
    Column("created_at", Moment, nullable=False),
    Column("language", String(35), nullable=False, server_default="en"),
)

site_keys = Table(
    "site_keys",
    metadata,
    own_id(),
    of("site_id", "sites.id", index=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("hint", String(20), nullable=False),
    Column("scopes", String(100), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("revoked_at", Moment),
    Column("kind", String(12), nullable=False, server_default="ombuds"),
)

policies = Table(
    "policies",
    metadata,
    own_id(),
    of("site_id", "sites.id", index=True),
    Column("version", String(40), nullable=False),
    Column("source", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
)

articles = Table(
    "articles",
    metadata,
    own_id(),
    of("site_id", "sites.id"),
    Column("url", String(2_000), nullable=False),
    Column("title", Text, nullable=False),
    Column("section", String(200)),
    Column("text", Text),
    UniqueConstraint("site_id", "url"),
)

comments = Table(
    "comments",
    metadata,
    own_id(),
    of("site_id", "sites.id"),
    Column("external_id", String(200), nullable=False),
    Column("status", String(10), nullable=False),
    Column("revision", Integer, nullable=False),
    of("article_id", "articles.id", index=True),
    Column("author_ref", String(200), nullable=False),
    Column("author_name", String(200)),
    Column("author_joined_at", Moment),
    Column("parent_ref", String(200)),
    Column("parent_text", Text),
    Column("language", String(35)),
    Column("metadata", Document, nullable=False),
    Column("written_at", Moment),
    Column("accepted_at", Moment, nullable=False),
    Column("claim_token", String(32)),
    Column("claimed_until", Moment),
    Column("n_claims", Integer, nullable=False, server_default="0"),
    UniqueConstraint("site_id", "external_id"),
    Index("ix_comments_author", "site_id", "author_ref"),
    Index(
        "ix_comments_author_name",
        "author_name",
        "site_id",
        "author_ref",
        postgresql_ops={"author_name": "text_pattern_ops"},
    ),
)

_is_reply = text("parent_ref IS NOT NULL")
_is_pending = text(f"status = '{Status.PENDING.value}'")
_is_held = text(f"status = '{Status.HELD.value}'")
Index("ix_comments_pending", comments.c.id, sqlite_where=_is_pending, postgresql_where=_is_pending)
Index(
    "ix_comments_parent",
    comments.c.site_id,
    comments.c.parent_ref,
    sqlite_where=_is_reply,
    postgresql_where=_is_reply,
)
Index("ix_comments_held", comments.c.site_id, comments.c.accepted_at, sqlite_where=_is_held, postgresql_where=_is_held)

revisions = Table(
    "revisions",
    metadata,
    of("comment_id", "comments.id", primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("text", Text),
    Column("scores", Document),
    Column("model_version", String(100)),
    Column("created_at", Moment, nullable=False),
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", String(40), primary_key=True),
    of("site_id", "sites.id"),
    of("comment_id", "comments.id", index=True),
    Column("revision", Integer, nullable=False),
    Column("sequence", Number),
    Column("status", String(10), nullable=False),
    Column("previous_status", String(10), nullable=False),
    Column("by", String(10), nullable=False),
    Column("reasons", Document, nullable=False),
    Column("model_version", String(100)),
    Column("policy_version", String(40)),
    Column("decided_at", Moment, nullable=False, index=True),
    Column("released_at", Moment),
    Column("moderator_id", Number),
    Column("batch_id", Number),
    Column("release_at", Moment),
    Column("undone_at", Moment),
    Column("message", Text),
    UniqueConstraint("site_id", "sequence"),
    Index("ix_decisions_moderator", "moderator_id", "decided_at"),
)

_is_of_batch = text("batch_id IS NOT NULL")
Index("ix_decisions_batch", decisions.c.batch_id, sqlite_where=_is_of_batch, postgresql_where=_is_of_batch)

_is_unreleased = text("released_at IS NULL AND undone_at IS NULL")
Index(
    "ix_decisions_unreleased",
    decisions.c.comment_id,
    unique=True,
    sqlite_where=_is_unreleased,
    postgresql_where=_is_unreleased,
)
Index(
    "ix_decisions_release",
    decisions.c.release_at,
    sqlite_where=_is_unreleased,
    postgresql_where=_is_unreleased,
)

labels = Table(
    "labels",
    metadata,
    own_id(),
    of("site_id", "sites.id", index=True),
    of("comment_id", "comments.id", nullable=True, index=True),
    Column("decision_id", String(40), ForeignKey("decisions.id")),
    Column("text", Text),
    Column("language", String(35)),
    Column("attribute", String(64), nullable=False),
    Column("value", Float, nullable=False),
    Column("source", String(20), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("withdrawn_at", Moment),
    Column("moderator_id", Number),
    Column("spans", Document),
    Column("weight", Float, nullable=False, server_default="1"),
    Column("chosen_by", String(12)),
    Column("probability", Float),
    Column("external_id", String(200)),
    Column("author_ref", String(200)),
    Column("origin", String(200)),
    Column("licence", String(100)),
)
"""What people said of texts. `weight` is below 1 where nobody looked closely; `chosen_by` and `probability` say how the
comment came before a person: by which queue or act, and how likely that was. Labels that came over another service's
routes have no comment of ours, but the client's own `external_id` and `author_ref`; imported ones an `origin` with its
`licence`."""

_is_fed_back = text("external_id IS NOT NULL")
Index(
    "ix_labels_external",
    labels.c.site_id,
    labels.c.external_id,
    sqlite_where=_is_fed_back,
    postgresql_where=_is_fed_back,
)
_has_author = text("author_ref IS NOT NULL")
# The newest of a source are looked at for bursts; partial, for the console's own labels never are.
Index(
    "ix_labels_heard",
    labels.c.site_id,
    labels.c.source,
    labels.c.created_at,
    sqlite_where=_is_fed_back,
    postgresql_where=_is_fed_back,
)
Index("ix_labels_author", labels.c.site_id, labels.c.author_ref, sqlite_where=_has_author, postgresql_where=_has_author)

reports = Table(
    "reports",
    metadata,
    own_id(),
    of("comment_id", "comments.id"),
    Column("reporter_ref", String(200), nullable=False, index=True),
    Column("reason", Text, nullable=False),
    Column("created_at", Moment, nullable=False, index=True),
    UniqueConstraint("comment_id", "reporter_ref"),
)

appeals = Table(
    "appeals",
    metadata,
    own_id(),
    of("comment_id", "comments.id"),
    Column("decision_id", String(40), ForeignKey("decisions.id"), nullable=False, unique=True),
    Column("text", Text),
    Column("created_at", Moment, nullable=False, index=True),
    Index("ix_appeals_comment_id", "comment_id"),
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", String(40), primary_key=True),
    of("site_id", "sites.id", index=True),
    Column("url", String(2_000), nullable=False),
    Column("events", Document, nullable=False),
    Column("sealed_secret", Text, nullable=False),
    Column("sealed_former_secret", Text),
    Column("former_until", Moment),
    Column("created_at", Moment, nullable=False),
    Column("disabled_at", Moment),
    Column("disabled_because", String(200)),
    Column("removed_at", Moment),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("webhook_id", String(40), ForeignKey("webhooks.id"), nullable=False),
    of("site_id", "sites.id"),
    of("comment_id", "comments.id"),
    Column("decision_id", String(40), ForeignKey("decisions.id"), nullable=False),
    Column("sequence", Number, nullable=False),
    Column("event", String(40), nullable=False),
    Column("state", String(12), nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("n_attempts", Integer, nullable=False, server_default="0"),
    Column("claim_token", String(32)),
    Column("claimed_until", Moment),
    Column("created_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Index("ix_deliveries_site", "site_id", "sequence"),
    UniqueConstraint("decision_id", "webhook_id"),
)

_is_due = text("state = 'DUE'")
Index("ix_deliveries_due", deliveries.c.webhook_id, deliveries.c.due_at, sqlite_where=_is_due, postgresql_where=_is_due)
_is_failed = text("state = 'FAILED'")
Index(
    "ix_deliveries_failed",
    deliveries.c.site_id,
    deliveries.c.sequence,
    sqlite_where=_is_failed,
    postgresql_where=_is_failed,
)
Index("ix_deliveries_undelivered", deliveries.c.comment_id, sqlite_where=_is_due, postgresql_where=_is_due)

attempts = Table(
    "attempts",
    metadata,
    own_id(),
    Column("delivery_id", String(40), ForeignKey("deliveries.id"), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("milliseconds", Integer, nullable=False),
    Column("status_code", Integer),
    Column("error", String(300)),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    of("site_key_id", "site_keys.id", primary_key=True, autoincrement=False),
    Column("key", String(255), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("external_id", String(200), nullable=False),
    Column("created_at", Moment, nullable=False, index=True),
)

audit = Table(
    "audit",
    metadata,
    own_id(),
    Column("at", Moment, nullable=False, index=True),
    Column("actor", String(100), nullable=False),
    Column("action", String(60), nullable=False),
    Column("subject", String(300), nullable=False),
    Column("details", Document, nullable=False),
    Index("ix_audit_actor", "actor", "id"),
)
