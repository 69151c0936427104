"""Which version decides, for whom, since when; challengers in shadow, and rescoring.

Revision: 0009, after 0008.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")
IN_SHADOW = sa.text("until IS NULL")
UNASKED = sa.text("verdict IS NULL")


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "promotions",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("site_id", NUMBER),
        sa.Column("version", sa.String(100)),
        sa.Column("former", sa.String(100)),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_promotions_site_id"),
        sa.PrimaryKeyConstraint("id", name="pk_promotions"),
    )
    op.create_index("ix_promotions_site_id", "promotions", ["site_id"])
    op.create_table(
        "shadows",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("site_id", NUMBER),
        sa.Column("version", sa.String(100), nullable=False),
        sa.Column("share", sa.Float, nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", MOMENT),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_shadows_site_id"),
        sa.PrimaryKeyConstraint("id", name="pk_shadows"),
    )
    op.create_index("ix_shadows_site_id", "shadows", ["site_id"])
    op.create_index("ix_shadows_open", "shadows", ["id"], sqlite_where=IN_SHADOW, postgresql_where=IN_SHADOW)
    _add_shadow_scores()
    op.create_table(
        "rescorings",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("site_id", NUMBER),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("asked_by", sa.String(100), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("handed_out", NUMBER, nullable=False),
        sa.Column("last_id", NUMBER, nullable=False),
        sa.Column("n_all", sa.Integer, nullable=False),
        sa.Column("n_done", sa.Integer, nullable=False, server_default="0"),
        sa.Column("finished_at", MOMENT),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_rescorings_site_id"),
        sa.PrimaryKeyConstraint("id", name="pk_rescorings"),
    )
    op.create_index("ix_rescorings_site_id", "rescorings", ["site_id"])
    op.create_table(
        "rescoring_pieces",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("rescoring_id", NUMBER, nullable=False),
        sa.Column("after", NUMBER, nullable=False),
        sa.Column("until", NUMBER, nullable=False),
        sa.Column("claim_token", sa.String(32), nullable=False),
        sa.Column("claimed_until", MOMENT, nullable=False),
        sa.Column("n_claims", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["rescoring_id"], ["rescorings.id"], name="fk_rescoring_pieces_rescoring_id"),
        sa.PrimaryKeyConstraint("id", name="pk_rescoring_pieces"),
    )
    op.create_index("ix_rescoring_pieces_rescoring_id", "rescoring_pieces", ["rescoring_id"])


def _add_shadow_scores() -> None:
    op.create_table(
        "shadow_scores",
        sa.Column("shadow_id", NUMBER, nullable=False, autoincrement=False),
        sa.Column("comment_id", NUMBER, nullable=False, autoincrement=False),
        sa.Column("revision", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("champion", sa.String(100), nullable=False),
        sa.Column("champion_scores", DOCUMENT, nullable=False),
        sa.Column("champion_verdict", sa.String(8), nullable=False),
        sa.Column("scores", DOCUMENT),
        sa.Column("verdict", sa.String(8)),
        sa.Column("difference", sa.Float),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("claim_token", sa.String(32)),
        sa.Column("claimed_until", MOMENT),
        sa.Column("n_claims", sa.Integer, nullable=False, server_default="0"),
        sa.ForeignKeyConstraint(["shadow_id"], ["shadows.id"], name="fk_shadow_scores_shadow_id"),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name="fk_shadow_scores_comment_id"),
        sa.PrimaryKeyConstraint("shadow_id", "comment_id", "revision", name="pk_shadow_scores"),
    )
    op.create_index("ix_shadow_scores_at", "shadow_scores", ["at"])
    op.create_index("ix_shadow_scores_comment_id", "shadow_scores", ["comment_id"])
    op.create_index("ix_shadow_scores_difference", "shadow_scores", ["shadow_id", "difference"])
    op.create_index(
        "ix_shadow_scores_unasked", "shadow_scores", ["comment_id"], sqlite_where=UNASKED, postgresql_where=UNASKED
    )


def downgrade() -> None:
    """Drop them again."""
    for table in ("rescoring_pieces", "rescorings", "shadow_scores", "shadows", "promotions"):
        op.drop_table(table)
