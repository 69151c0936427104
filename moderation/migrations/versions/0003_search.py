"""Search: the words of each comment's latest text, and an index of authors' names.

Both databases keep the words in `comment_words`, which triggers on `revisions` bring up to date, so that the release
that still runs fills it too. On SQLite it is an FTS5 table without contents of its own, on PostgreSQL a table of
`tsvector`. The tables' metadata cannot tell of either. 0004 fills in what is there already. A later migration that
builds `revisions` anew on SQLite must make the triggers again.

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

FTS5 = """
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


TSVECTORS = """
CREATE TABLE comment_words (comment_id BIGINT CONSTRAINT pk_comment_words PRIMARY KEY, words TSVECTOR NOT NULL)
"""

INDEX = "CREATE INDEX ix_comment_words_words ON comment_words USING gin (words)"

READ = """
CREATE FUNCTION words_of(text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN to_tsvector('simple', translate($1, '{separators}', repeat(' ', {n})))
"""

KEEP = """
CREATE FUNCTION keep_comment_words() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_comment bigint \\:= coalesce(NEW.comment_id, OLD.comment_id);
    latest text \\:= (SELECT text FROM revisions WHERE comment_id = of_comment ORDER BY number DESC LIMIT 1);
BEGIN
    IF latest IS NULL THEN
        DELETE FROM comment_words WHERE comment_id = of_comment;
    ELSE
        INSERT INTO comment_words VALUES (of_comment, words_of(latest))
        ON CONFLICT (comment_id) DO UPDATE SET words = excluded.words;
    END IF;
    RETURN NULL;
END
$$
"""

KEPT = """
CREATE TRIGGER revisions_words AFTER INSERT OR UPDATE OF text OR DELETE ON revisions
FOR EACH ROW EXECUTE FUNCTION keep_comment_words()
"""


def upgrade() -> None:
    """Make the words' table and what keeps it, and the index of names."""
    if op.get_bind().dialect.name == "sqlite":
        statements = [FTS5, ADDED, CHANGED, GONE]
    else:
        read = READ.format(separators=SEPARATORS.replace("'", "''"), n=len(SEPARATORS))
        statements = [TSVECTORS, INDEX, read, KEEP, KEPT]
    for statement in statements:
        op.execute(sa.text(statement))
    op.create_index(
        "ix_comments_author_name",
        "comments",
        ["author_name", "site_id", "author_ref"],
        postgresql_ops={"author_name": "text_pattern_ops"},
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_index("ix_comments_author_name", "comments")
    if op.get_bind().dialect.name == "sqlite":
        for trigger in ("added", "changed", "gone"):
            op.execute(sa.text(f"DROP TRIGGER revisions_words_{trigger}"))
    else:
        op.execute(sa.text("DROP TRIGGER revisions_words ON revisions"))
        op.execute(sa.text("DROP FUNCTION keep_comment_words(), words_of(text)"))
    op.execute(sa.text("DROP TABLE comment_words"))
