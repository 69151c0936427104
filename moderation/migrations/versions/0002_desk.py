"""The moderators' desk: people and their sessions, review queues, claims, opinions, notes, fingerprints and batches.

Revision: 0002, after 0001.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables of the desk; decisions and labels learn who made them."""
    op.create_table(
        "moderators",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("site_ids", DOCUMENT, nullable=True),
        sa.Column("sections", DOCUMENT, nullable=True),
        sa.Column("password_digest", sa.String(length=300), nullable=True),
        sa.Column("sealed_totp", sa.Text(), nullable=True),
        sa.Column("totp_counter", NUMBER, nullable=True),
        sa.Column("oidc_subject", sa.String(length=300), nullable=True),
        sa.Column("language", sa.String(length=10), nullable=True),
        sa.Column("preferences", DOCUMENT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("disabled_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_moderators"),
        sa.UniqueConstraint("email", name="uq_moderators_email"),
        sa.UniqueConstraint("oidc_subject", name="uq_moderators_oidc_subject"),
    )
    op.create_table(
        "sign_in_failures",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_sign_in_failures"),
    )
    op.create_index("ix_sign_in_failures_last_at", "sign_in_failures", ["last_at"])
    op.create_table(
        "batches",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("moderator_id", NUMBER, nullable=False),
        sa.Column("site_id", NUMBER, nullable=True),
        sa.Column("measure", sa.String(length=64), nullable=False),
        sa.Column("low", sa.Float(), nullable=False),
        sa.Column("high", sa.Float(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("guideline", sa.String(length=64), nullable=True),
        sa.Column("comment_ids", DOCUMENT, nullable=False),
        sa.Column("n_done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("n_skipped", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("claim_token", sa.String(length=32), nullable=True),
        sa.Column("claimed_until", MOMENT, nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("release_at", MOMENT, nullable=True),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["moderator_id"], ["moderators.id"], name="fk_batches_moderator_id"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_batches_site_id"),
        sa.PrimaryKeyConstraint("id", name="pk_batches"),
    )
    op.create_index("ix_batches_open", "batches", ["id"], **_only("finished_at IS NULL AND undone_at IS NULL"))
    op.create_table(
        "message_templates",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("site_id", NUMBER, nullable=True),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_message_templates_site_id"),
        sa.PrimaryKeyConstraint("id", name="pk_message_templates"),
    )
    op.create_index("ix_message_templates_site_id", "message_templates", ["site_id"])
    op.create_table(
        "moderator_sessions",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("moderator_id", NUMBER, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("user_agent", sa.String(length=300), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["moderator_id"], ["moderators.id"], name="fk_moderator_sessions_moderator_id"),
        sa.PrimaryKeyConstraint("id", name="pk_moderator_sessions"),
        sa.UniqueConstraint("digest", name="uq_moderator_sessions_digest"),
    )
    op.create_index("ix_moderator_sessions_moderator_id", "moderator_sessions", ["moderator_id"])
    op.create_table(
        "saved_filters",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("moderator_id", NUMBER, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(["moderator_id"], ["moderators.id"], name="fk_saved_filters_moderator_id"),
        sa.PrimaryKeyConstraint("id", name="pk_saved_filters"),
        sa.UniqueConstraint("moderator_id", "name", name="uq_saved_filters_moderator_id_name"),
    )
    op.create_table(
        "sign_in_links",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("moderator_id", NUMBER, nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["moderator_id"], ["moderators.id"], name="fk_sign_in_links_moderator_id"),
        sa.PrimaryKeyConstraint("digest", name="pk_sign_in_links"),
    )
    op.create_index("ix_sign_in_links_moderator_id", "sign_in_links", ["moderator_id"])
    op.create_table(
        "exposures",
        sa.Column("moderator_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("comment_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name="fk_exposures_comment_id"),
        sa.ForeignKeyConstraint(["moderator_id"], ["moderators.id"], name="fk_exposures_moderator_id"),
        sa.PrimaryKeyConstraint("moderator_id", "comment_id", name="pk_exposures"),
    )
    op.create_index("ix_exposures_at", "exposures", ["moderator_id", "at"])
    op.create_index("ix_exposures_comment_id", "exposures", ["comment_id"])
    op.create_table(
        "fingerprints",
        sa.Column("comment_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("site_id", NUMBER, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("simhash", sa.BigInteger(), nullable=False),
        sa.Column("band_0", sa.Integer(), nullable=False),
        sa.Column("band_1", sa.Integer(), nullable=False),
        sa.Column("band_2", sa.Integer(), nullable=False),
        sa.Column("band_3", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name="fk_fingerprints_comment_id"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_fingerprints_site_id"),
        sa.PrimaryKeyConstraint("comment_id", name="pk_fingerprints"),
    )
    op.create_index("ix_fingerprints_band_0", "fingerprints", ["site_id", "band_0"])
    op.create_index("ix_fingerprints_band_1", "fingerprints", ["site_id", "band_1"])
    op.create_index("ix_fingerprints_band_2", "fingerprints", ["site_id", "band_2"])
    op.create_index("ix_fingerprints_band_3", "fingerprints", ["site_id", "band_3"])
    op.create_table(
        "notes",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("site_id", NUMBER, nullable=False),
        sa.Column("author_ref", sa.String(length=200), nullable=False),
        sa.Column("comment_id", NUMBER, nullable=True),
        sa.Column("moderator_id", NUMBER, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name="fk_notes_comment_id"),
        sa.ForeignKeyConstraint(["moderator_id"], ["moderators.id"], name="fk_notes_moderator_id"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_notes_site_id"),
        sa.PrimaryKeyConstraint("id", name="pk_notes"),
    )
    op.create_index("ix_notes_author", "notes", ["site_id", "author_ref"])
    op.create_index("ix_notes_comment_id", "notes", ["comment_id"])
    op.create_table(
        "review_claims",
        sa.Column("comment_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("moderator_id", NUMBER, nullable=False),
        sa.Column("queue", sa.String(length=16), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name="fk_review_claims_comment_id"),
        sa.ForeignKeyConstraint(["moderator_id"], ["moderators.id"], name="fk_review_claims_moderator_id"),
        sa.PrimaryKeyConstraint("comment_id", name="pk_review_claims"),
    )
    op.create_index("ix_review_claims_moderator_id", "review_claims", ["moderator_id"])
    op.create_table(
        "second_opinions",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("comment_id", NUMBER, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("asked_by", NUMBER, nullable=True),
        sa.Column("question", sa.Text(), nullable=True),
        sa.Column("first_view", sa.String(length=10), nullable=True),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("answered_by", NUMBER, nullable=True),
        sa.Column("second_view", sa.String(length=10), nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["answered_by"], ["moderators.id"], name="fk_second_opinions_answered_by"),
        sa.ForeignKeyConstraint(["asked_by"], ["moderators.id"], name="fk_second_opinions_asked_by"),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name="fk_second_opinions_comment_id"),
        sa.PrimaryKeyConstraint("id", name="pk_second_opinions"),
    )
    op.create_index("ix_second_opinions_answered_at", "second_opinions", ["answered_at"])
    op.create_index("ix_second_opinions_comment_id", "second_opinions", ["comment_id"])
    op.create_table(
        "site_statuses",
        sa.Column("comment_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("site_id", NUMBER, nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("said_at", MOMENT, nullable=False),
        sa.Column("disagrees", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name="fk_site_statuses_comment_id"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_site_statuses_site_id"),
        sa.PrimaryKeyConstraint("comment_id", name="pk_site_statuses"),
    )
    op.create_index("ix_site_statuses_disagrees", "site_statuses", ["site_id", "said_at"], **_only("disagrees"))
    op.create_table(
        "review_items",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("queue", sa.String(length=16), nullable=False),
        sa.Column("comment_id", NUMBER, nullable=False),
        sa.Column("site_id", NUMBER, nullable=False),
        sa.Column("article_id", NUMBER, nullable=False),
        sa.Column("section", sa.String(length=200), nullable=True),
        sa.Column("language", sa.String(length=35), nullable=True),
        sa.Column("guidelines", sa.String(length=1000), nullable=False),
        sa.Column("attribute", sa.String(length=64), nullable=True),
        sa.Column("severity", sa.Float(), nullable=False),
        sa.Column("uncertainty", sa.Float(), nullable=False),
        sa.Column("reach", sa.Integer(), server_default="0", nullable=False),
        sa.Column("entered_at", MOMENT, nullable=False),
        sa.Column("not_before", MOMENT, nullable=True),
        sa.Column("escalated_at", MOMENT, nullable=True),
        sa.Column("asked_by", NUMBER, nullable=True),
        sa.Column("decision_id", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_review_items_article_id"),
        sa.ForeignKeyConstraint(["asked_by"], ["moderators.id"], name="fk_review_items_asked_by"),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name="fk_review_items_comment_id"),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name="fk_review_items_decision_id"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_review_items_site_id"),
        sa.PrimaryKeyConstraint("id", name="pk_review_items"),
        sa.UniqueConstraint("queue", "comment_id", name="uq_review_items_queue_comment_id"),
    )
    op.create_index("ix_review_items_article_id", "review_items", ["article_id"])
    op.create_index("ix_review_items_comment_id", "review_items", ["comment_id"])
    op.create_index(
        "ix_review_items_entered_at", "review_items", ["queue", "entered_at", "id"], **_only("decision_id IS NULL")
    )
    op.create_index("ix_review_items_reach", "review_items", ["queue", "reach", "id"], **_only("decision_id IS NULL"))
    op.create_index(
        "ix_review_items_severity", "review_items", ["queue", "severity", "id"], **_only("decision_id IS NULL")
    )
    op.create_index(
        "ix_review_items_uncertainty", "review_items", ["queue", "uncertainty", "id"], **_only("decision_id IS NULL")
    )
    tally = ["queue", "site_id", "section", "language", "escalated_at", "entered_at"]
    op.create_index("ix_review_items_tally", "review_items", tally, **_only("decision_id IS NULL"))
    _alter()


def _alter() -> None:
    """Let decisions and labels say which moderator made them, and decisions wait before they are released."""
    op.create_index("ix_deliveries_failed", "deliveries", ["site_id", "sequence"], **_only("state = 'FAILED'"))
    op.create_index("ix_reports_created_at", "reports", ["created_at"])
    op.create_index("ix_reports_reporter_ref", "reports", ["reporter_ref"])
    op.create_index("ix_appeals_created_at", "appeals", ["created_at"])
    op.create_index("ix_audit_actor", "audit", ["actor", "id"])
    op.add_column("decisions", sa.Column("moderator_id", NUMBER, nullable=True))
    op.add_column("decisions", sa.Column("batch_id", NUMBER, nullable=True))
    op.add_column("decisions", sa.Column("release_at", MOMENT, nullable=True))
    op.add_column("decisions", sa.Column("undone_at", MOMENT, nullable=True))
    op.add_column("decisions", sa.Column("message", sa.Text(), nullable=True))
    op.create_index("ix_decisions_batch", "decisions", ["batch_id"], **_only("batch_id IS NOT NULL"))
    op.create_index("ix_decisions_decided_at", "decisions", ["decided_at"])
    op.create_index("ix_decisions_moderator", "decisions", ["moderator_id", "decided_at"])
    op.create_index(
        "ix_decisions_release", "decisions", ["release_at"], **_only("released_at IS NULL AND undone_at IS NULL")
    )
    op.create_index(
        "ix_decisions_unreleased",
        "decisions",
        ["comment_id"],
        unique=True,
        **_only("released_at IS NULL AND undone_at IS NULL"),
    )
    op.add_column("labels", sa.Column("moderator_id", NUMBER, nullable=True))
    op.add_column("labels", sa.Column("spans", DOCUMENT, nullable=True))


def downgrade() -> None:
    """Take everything of the desk away."""
    for column in ("spans", "moderator_id"):
        op.drop_column("labels", column)
    op.drop_index("ix_decisions_unreleased", table_name="decisions")
    op.drop_index("ix_decisions_release", table_name="decisions")
    op.drop_index("ix_decisions_moderator", table_name="decisions")
    op.drop_index("ix_decisions_decided_at", table_name="decisions")
    op.drop_index("ix_decisions_batch", table_name="decisions")
    for column in ("message", "undone_at", "release_at", "batch_id", "moderator_id"):
        op.drop_column("decisions", column)
    op.drop_index("ix_audit_actor", table_name="audit")
    op.drop_index("ix_appeals_created_at", table_name="appeals")
    op.drop_index("ix_reports_reporter_ref", table_name="reports")
    op.drop_index("ix_reports_created_at", table_name="reports")
    op.drop_index("ix_deliveries_failed", table_name="deliveries")
    for table in (
        "review_items",
        "site_statuses",
        "second_opinions",
        "review_claims",
        "notes",
        "fingerprints",
        "exposures",
        "sign_in_links",
        "saved_filters",
        "moderator_sessions",
        "message_templates",
        "batches",
        "sign_in_failures",
        "moderators",
    ):
        op.drop_table(table)


def _only(rows: str) -> dict[str, Any]:
    """Limit an index to some rows."""
    return {"sqlite_where": sa.text(rows), "postgresql_where": sa.text(rows)}
