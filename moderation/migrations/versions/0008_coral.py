"""Coral's secrets, and what its phase and its webhooks told, for as long as they are joined.

Revision: 0008, after 0007.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
NAMED = sa.text("external_id IS NOT NULL")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "coral_secrets",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("site_id", NUMBER, nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("hint", sa.String(20), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_coral_secrets"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_coral_secrets_site_id"),
    )
    op.create_index("ix_coral_secrets_site_id", "coral_secrets", ["site_id"])
    op.create_table(
        "coral_passages",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("site_id", NUMBER, nullable=False),
        sa.Column("story_id", sa.String(200), nullable=False),
        sa.Column("author_ref", sa.String(200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(35)),
        sa.Column("join_digest", sa.String(64), nullable=False),
        sa.Column("reply", sa.String(16), nullable=False),
        sa.Column("is_edit", sa.Boolean(), nullable=False),
        sa.Column("external_id", sa.String(200)),
        sa.Column("heard_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_coral_passages"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_coral_passages_site_id"),
    )
    op.create_index("ix_coral_passages_heard_at", "coral_passages", ["heard_at"])
    op.create_index("ix_coral_passages_digest", "coral_passages", ["site_id", "join_digest"])
    op.create_index("ix_coral_passages_story", "coral_passages", ["site_id", "story_id", "heard_at"])
    op.create_index("ix_coral_passages_author", "coral_passages", ["site_id", "author_ref"])
    op.create_index(
        "ix_coral_passages_external",
        "coral_passages",
        ["site_id", "external_id"],
        sqlite_where=NAMED,
        postgresql_where=NAMED,
    )
    op.create_table(
        "coral_events",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("site_id", NUMBER, nullable=False),
        sa.Column("event_id", sa.String(200), nullable=False),
        sa.Column("external_id", sa.String(200), nullable=False),
        sa.Column("story_id", sa.String(200), nullable=False),
        sa.Column("type", sa.String(60), nullable=False),
        sa.Column("queue", sa.String(60)),
        sa.Column("status", sa.String(60)),
        sa.Column("happened_at", MOMENT, nullable=False),
        sa.Column("heard_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_coral_events"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_coral_events_site_id"),
        sa.UniqueConstraint("site_id", "event_id", name="uq_coral_events_site_id_event_id"),
    )
    op.create_index("ix_coral_events_heard_at", "coral_events", ["heard_at"])
    op.create_index("ix_coral_events_comment", "coral_events", ["site_id", "external_id"])


def downgrade() -> None:
    """Drop them again."""
    for name in ("coral_events", "coral_passages", "coral_secrets"):
        op.drop_table(name)
