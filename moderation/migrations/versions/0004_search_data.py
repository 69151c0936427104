"""Fill in the words of the texts that are there already.

Whoever posts waits meanwhile, a minute or a few for a million comments: a text that is erased while it is read would
otherwise come back.

Revision: 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

LATEST = """
SELECT {columns} FROM revisions
WHERE text IS NOT NULL AND number = (
    SELECT max(number) FROM revisions AS others WHERE others.comment_id = revisions.comment_id
)
"""

FORGET_IN_SQLITE = "INSERT INTO comment_words (comment_words) VALUES ('delete-all')"
FILL_SQLITE = f"INSERT INTO comment_words (rowid, text) {LATEST.format(columns='comment_id, text')}"

LOCK = "LOCK TABLE revisions IN SHARE ROW EXCLUSIVE MODE"
WITHOUT_INDEX = "DROP INDEX ix_comment_words_words"
FILL_POSTGRESQL = (
    f"INSERT INTO comment_words {LATEST.format(columns='comment_id, words_of(text)')} ON CONFLICT DO NOTHING"
)
INDEX_AGAIN = "CREATE INDEX ix_comment_words_words ON comment_words USING gin (words)"


def upgrade() -> None:
    """Read every comment's latest text, but what the triggers have added since 0003."""
    if op.get_bind().dialect.name == "sqlite":
        statements = [FORGET_IN_SQLITE, FILL_SQLITE]
    else:  # an index that is built over all at once takes a fifth of the time of one that grows
        statements = [LOCK, WITHOUT_INDEX, FILL_POSTGRESQL, INDEX_AGAIN]
    for statement in statements:
        op.execute(sa.text(statement))


def downgrade() -> None:
    """Leave the words as they are: they go with 0003."""
