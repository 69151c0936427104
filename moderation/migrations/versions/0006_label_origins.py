"""Labels that carry where they come from: weight, how the comment was chosen, imported and fed-back ones.

Revision: 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

FED_BACK = sa.text("external_id IS NOT NULL")
WITH_AUTHOR = sa.text("author_ref IS NOT NULL")


def upgrade() -> None:
    """Add the columns; a label of before counts fully, and nobody knows how its comment was chosen."""
    op.add_column("labels", sa.Column("weight", sa.Float, nullable=False, server_default="1"))
    op.add_column("labels", sa.Column("chosen_by", sa.String(12)))
    op.add_column("labels", sa.Column("probability", sa.Float))
    op.add_column("labels", sa.Column("external_id", sa.String(200)))
    op.add_column("labels", sa.Column("author_ref", sa.String(200)))
    op.add_column("labels", sa.Column("origin", sa.String(200)))
    op.add_column("labels", sa.Column("licence", sa.String(100)))
    op.create_index(
        "ix_labels_external", "labels", ["site_id", "external_id"], sqlite_where=FED_BACK, postgresql_where=FED_BACK
    )
    op.create_index(
        "ix_labels_author", "labels", ["site_id", "author_ref"], sqlite_where=WITH_AUTHOR, postgresql_where=WITH_AUTHOR
    )


def downgrade() -> None:
    """Drop them again."""
    op.drop_index("ix_labels_author", "labels")
    op.drop_index("ix_labels_external", "labels")
    for name in ("licence", "origin", "author_ref", "external_id", "probability", "chosen_by", "weight"):
        op.drop_column("labels", name)
