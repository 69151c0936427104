"""What clients of other services need: kinds of site keys, each site's language, the newest labels of a source.

Revision: 0007, after 0006.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

FED_BACK = sa.text("external_id IS NOT NULL")


def upgrade() -> None:
    """Add the columns; every key there is opens our own API, and every site is taken to read English."""
    op.add_column("site_keys", sa.Column("kind", sa.String(12), nullable=False, server_default="ombuds"))
    op.add_column("sites", sa.Column("language", sa.String(35), nullable=False, server_default="en"))
    op.create_index(
        "ix_labels_heard",
        "labels",
        ["site_id", "source", "created_at"],
        sqlite_where=FED_BACK,
        postgresql_where=FED_BACK,
    )


def downgrade() -> None:
    """Drop them again."""
    op.drop_index("ix_labels_heard", "labels")
    op.drop_column("sites", "language")
    op.drop_column("site_keys", "kind")
