"""Training runs: what was asked, how far they are, what the gate said.

Revision: 0011, after 0010.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")
OPEN = sa.text("state IN ('QUEUED', 'RUNNING')")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "trainings",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("site_id", NUMBER),
        sa.Column("asked_by", sa.String(100), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("step", sa.String(60)),
        sa.Column("n_done", sa.Integer, nullable=False, server_default="0"),
        sa.Column("n_all", sa.Integer, nullable=False, server_default="0"),
        sa.Column("claim_token", sa.String(32)),
        sa.Column("claimed_until", MOMENT),
        sa.Column("n_claims", sa.Integer, nullable=False, server_default="0"),
        sa.Column("started_at", MOMENT),
        sa.Column("finished_at", MOMENT),
        sa.Column("seed", NUMBER, nullable=False),
        sa.Column("champion", sa.String(100)),
        sa.Column("n_labels", sa.Integer),
        sa.Column("labels_from", MOMENT),
        sa.Column("labels_until", MOMENT),
        sa.Column("snapshot_digest", sa.String(64)),
        sa.Column("version", sa.String(100)),
        sa.Column("gate", DOCUMENT),
        sa.Column("doubts", DOCUMENT),
        sa.Column("error", sa.Text),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_trainings_site_id"),
        sa.PrimaryKeyConstraint("id", name="pk_trainings"),
    )
    op.create_index("ix_trainings_site_id", "trainings", ["site_id"])
    op.create_index("ix_trainings_version", "trainings", ["version"])
    op.create_index("ix_trainings_open", "trainings", ["id"], sqlite_where=OPEN, postgresql_where=OPEN)


def downgrade() -> None:
    """Drop it again."""
    op.drop_table("trainings")
