"""Drift: what came in day by day, how far it is counted, alarms, and what endpoints are told of them.

Revision: 0012, after 0011.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")
ON = sa.text("ended_at IS NULL")
UNSENT = sa.text("finished_at IS NULL")


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "score_days",
        sa.Column("site_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("day", MOMENT, nullable=False),
        sa.Column("version", sa.String(100), nullable=False),
        sa.Column("tally", DOCUMENT, nullable=False),
        sa.PrimaryKeyConstraint("site_id", "day", "version", name="pk_score_days"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_score_days_site_id"),
    )
    op.create_table(
        "drift_cursors",
        sa.Column("site_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("sequence", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("site_id", name="pk_drift_cursors"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_drift_cursors_site_id"),
    )
    op.create_table(
        "alarms",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("site_id", NUMBER, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("version", sa.String(100), nullable=False),
        sa.Column("value", sa.Float, nullable=False),
        sa.Column("bound", sa.Float, nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_alarms"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_alarms_site_id"),
    )
    op.create_index("ix_alarms_began_at", "alarms", ["began_at"])
    op.create_index(
        "ix_alarms_on", "alarms", ["site_id", "kind", "subject"], unique=True, sqlite_where=ON, postgresql_where=ON
    )
    op.create_table(
        "alarm_messages",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("alarm_id", NUMBER, nullable=False),
        sa.Column("webhook_id", sa.String(40), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("n_attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("finished_at", MOMENT),
        sa.Column("last_error", sa.String(300)),
        sa.PrimaryKeyConstraint("id", name="pk_alarm_messages"),
        sa.ForeignKeyConstraint(["alarm_id"], ["alarms.id"], name="fk_alarm_messages_alarm_id"),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhooks.id"], name="fk_alarm_messages_webhook_id"),
    )
    op.create_index("ix_alarm_messages_alarm_id", "alarm_messages", ["alarm_id"])
    op.create_index("ix_alarm_messages_due", "alarm_messages", ["due_at"], sqlite_where=UNSENT, postgresql_where=UNSENT)


def downgrade() -> None:
    """Drop them again."""
    for name in ("alarm_messages", "alarms", "drift_cursors", "score_days"):
        op.drop_table(name)
