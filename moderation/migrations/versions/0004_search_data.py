"""Fill SQLite's index of words with the texts that are there already. PostgreSQL's index came filled.

Revision: 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

FORGET = "INSERT INTO comment_words (comment_words) VALUES ('delete-all')"

FILL = """
INSERT INTO comment_words (rowid, text)
SELECT comment_id, text FROM revisions
WHERE text IS NOT NULL AND number = (
    SELECT max(number) FROM revisions AS others WHERE others.comment_id = revisions.comment_id
)
"""


def upgrade() -> None:
    """Read every comment's latest text anew, whatever the triggers have added since 0003."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(sa.text(FORGET))
        op.execute(sa.text(FILL))


def downgrade() -> None:
    """Leave the index as it is: it goes with 0003."""
