"""Search: an index of the words of each comment's latest text, and one of authors' names.

SQLite keeps the words in `comment_words`, an FTS5 table without contents of its own, which triggers on `revisions`
bring up to date. A later migration that builds `revisions` anew must make the triggers again. PostgreSQL has a GIN
index over the revisions, which holds what is there already; on SQLite that is a step of its own, 0004.

A run of letters, marks and digits is a word, on both databases: punctuation becomes white space before PostgreSQL's
parser sees it, since that would otherwise take `either/or` for a path and `<b>` for nothing.

Revision: 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ASCII = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
BEYOND = (
    "\u00a1\u00ab\u00b7\u00bb\u00bf\u2010\u2011\u2012\u2013\u2014\u2015"
    "\u2018\u2019\u201a\u201c\u201d\u201e\u2022\u2026\u2039\u203a"
)
SEPARATORS = ASCII + BEYOND

WORDS = """
CREATE VIRTUAL TABLE comment_words USING fts5(
    text, content='', columnsize=0, tokenize="unicode61 remove_diacritics 0 categories 'L* M* N* Co'"
)
"""

ADDED = """
CREATE TRIGGER revisions_words_added AFTER INSERT ON revisions
WHEN NOT EXISTS (SELECT 1 FROM revisions WHERE comment_id = NEW.comment_id AND number > NEW.number)
BEGIN
    INSERT INTO comment_words (comment_words, rowid, text)
        SELECT 'delete', comment_id, text FROM revisions
        WHERE comment_id = NEW.comment_id AND text IS NOT NULL AND number = (
            SELECT max(number) FROM revisions WHERE comment_id = NEW.comment_id AND number < NEW.number
        );
    INSERT INTO comment_words (rowid, text) SELECT NEW.comment_id, NEW.text WHERE NEW.text IS NOT NULL;
END
"""

CHANGED = """
CREATE TRIGGER revisions_words_changed AFTER UPDATE OF text ON revisions
WHEN NOT EXISTS (SELECT 1 FROM revisions WHERE comment_id = NEW.comment_id AND number > NEW.number)
BEGIN
    INSERT INTO comment_words (comment_words, rowid, text)
        SELECT 'delete', OLD.comment_id, OLD.text WHERE OLD.text IS NOT NULL;
    INSERT INTO comment_words (rowid, text) SELECT NEW.comment_id, NEW.text WHERE NEW.text IS NOT NULL;
END
"""

GONE = """
CREATE TRIGGER revisions_words_gone AFTER DELETE ON revisions
WHEN NOT EXISTS (SELECT 1 FROM revisions WHERE comment_id = OLD.comment_id AND number > OLD.number)
BEGIN
    INSERT INTO comment_words (comment_words, rowid, text)
        SELECT 'delete', OLD.comment_id, OLD.text WHERE OLD.text IS NOT NULL;
    INSERT INTO comment_words (rowid, text)
        SELECT comment_id, text FROM revisions
        WHERE comment_id = OLD.comment_id AND text IS NOT NULL AND number = (
            SELECT max(number) FROM revisions WHERE comment_id = OLD.comment_id
        );
END
"""


def upgrade() -> None:
    """Make the index of words, and that of names."""
    if op.get_bind().dialect.name == "sqlite":
        for statement in (WORDS, ADDED, CHANGED, GONE):
            op.execute(sa.text(statement))
    else:
        separators = SEPARATORS.replace("'", "''")
        plain = f"translate(text, '{separators}', repeat(' ', {len(SEPARATORS)}))"
        op.execute(sa.text(f"CREATE INDEX ix_revisions_words ON revisions USING gin (to_tsvector('simple', {plain}))"))
    op.create_index(
        "ix_comments_author_name",
        "comments",
        ["author_name", "site_id", "author_ref"],
        postgresql_ops={"author_name": "text_pattern_ops"},
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_index("ix_comments_author_name", "comments")
    if op.get_bind().dialect.name != "sqlite":
        op.drop_index("ix_revisions_words", "revisions")
        return
    for trigger in ("added", "changed", "gone"):
        op.execute(sa.text(f"DROP TRIGGER revisions_words_{trigger}"))
    op.execute(sa.text("DROP TABLE comment_words"))
