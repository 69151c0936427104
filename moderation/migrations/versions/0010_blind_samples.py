"""The blind sample: what was drawn, with which probability, out of how much, and what people said.

Revision: 0010, after 0009.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
AWAITS = sa.text("answered_at IS NULL AND ended_at IS NULL")


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "samples",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("site_id", NUMBER, nullable=False),
        sa.Column("comment_id", NUMBER, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("decision_id", sa.String(40), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("stratum", sa.String(10), nullable=False),
        sa.Column("probability", sa.Float, nullable=False),
        sa.Column("drawn_at", MOMENT, nullable=False),
        sa.Column("answer_id", sa.String(40)),
        sa.Column("answer", sa.String(10)),
        sa.Column("answered_at", MOMENT),
        sa.Column("is_blind", sa.Boolean),
        sa.Column("ended_at", MOMENT),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_samples_site_id"),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name="fk_samples_comment_id"),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name="fk_samples_decision_id"),
        sa.ForeignKeyConstraint(["answer_id"], ["decisions.id"], name="fk_samples_answer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_samples"),
        sa.UniqueConstraint("comment_id", "revision", name="uq_samples_comment_id_revision"),
    )
    op.create_index("ix_samples_site", "samples", ["site_id", "drawn_at"])
    op.create_index("ix_samples_open", "samples", ["comment_id"], sqlite_where=AWAITS, postgresql_where=AWAITS)
    op.create_table(
        "sample_frames",
        sa.Column("site_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("day", MOMENT, nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("stratum", sa.String(10), nullable=False),
        sa.Column("probability", sa.Float, nullable=False),
        sa.Column("n", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_sample_frames_site_id"),
        sa.PrimaryKeyConstraint("site_id", "day", "status", "stratum", "probability", name="pk_sample_frames"),
    )


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("sample_frames")
    op.drop_table("samples")
