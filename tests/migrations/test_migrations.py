"""The schema's history: head is what the code expects, and every step goes both ways, with data too."""

from __future__ import annotations

import ast
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, inspect, select, text

import moderation
from moderation.desk_tables import moderators, review_items
from moderation.store import schema

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from moderation.store.database import Database

metadata = moderators.metadata
SCRIPTS = ScriptDirectory.from_config(schema.config())
REVISIONS = [script.revision for script in SCRIPTS.walk_revisions()][::-1]
FOLDER = Path(moderation.__file__).parent / "migrations"
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

ROWS_AT_0001: dict[str, dict[str, Any]] = {
    "sites": {"id": 1, "name": "daily", "last_sequence": 1, "created_at": NOW},
    "site_keys": {"id": 1, "site_id": 1, "digest": "d", "hint": "h", "scopes": "read", "created_at": NOW},
    "policies": {"id": 1, "site_id": 1, "version": "g-1", "source": "…", "created_at": NOW},
    "articles": {"id": 1, "site_id": 1, "url": "https://news.example", "title": "News"},
    "comments": {
        "id": 1,
        "site_id": 1,
        "external_id": "c-1",
        "status": "REJECTED",
        "revision": 1,
        "article_id": 1,
        "author_ref": "reader-7",
        "metadata": {"a": 1},
        "accepted_at": NOW,
    },
    "revisions": {"comment_id": 1, "number": 1, "text": "Buy now", "scores": {"SPAM": 0.99}, "created_at": NOW},
    "decisions": {
        "id": "dec_1",
        "site_id": 1,
        "comment_id": 1,
        "revision": 1,
        "sequence": 1,
        "status": "REJECTED",
        "previous_status": "PENDING",
        "by": "policy",
        "reasons": [],
        "decided_at": NOW,
        "released_at": NOW,
    },
    "labels": {"id": 1, "site_id": 1, "attribute": "SPAM", "value": 1.0, "source": "site", "created_at": NOW},
    "reports": {"id": 1, "comment_id": 1, "reporter_ref": "reader-8", "reason": "spam", "created_at": NOW},
    "appeals": {"id": 1, "comment_id": 1, "decision_id": "dec_1", "text": "No!", "created_at": NOW},
    "webhooks": {
        "id": "wh_1",
        "site_id": 1,
        "url": "https://news.example",
        "events": ["comment.held"],
        "sealed_secret": "…",
        "created_at": NOW,
    },
    "deliveries": {
        "id": "msg_1",
        "webhook_id": "wh_1",
        "site_id": 1,
        "comment_id": 1,
        "decision_id": "dec_1",
        "sequence": 1,
        "event": "comment.rejected",
        "state": "DUE",
        "due_at": NOW,
        "created_at": NOW,
    },
    "attempts": {"id": 1, "delivery_id": "msg_1", "at": NOW, "milliseconds": 12, "status_code": 500},
    "idempotency_keys": {
        "site_key_id": 1,
        "key": "k",
        "fingerprint": "f",
        "external_id": "c-1",
        "created_at": NOW,
    },
    "audit": {"id": 1, "at": NOW, "actor": "ida", "action": "site.added", "subject": "daily", "details": {}},
}


def reflected(tx: Connection) -> MetaData:
    found = MetaData()
    found.reflect(tx)
    return found


def shape(database: Database) -> dict[str, Any]:
    """Describe every table: columns, keys, indexes and constraints."""
    with database.reading() as tx:
        inspector = inspect(tx)
        return {
            name: {
                "columns": [
                    (column["name"], str(column["type"]), column["nullable"], column["default"])
                    for column in inspector.get_columns(name)
                ],
                "primary": inspector.get_pk_constraint(name),
                "foreign": sorted(map(repr, inspector.get_foreign_keys(name))),
                "unique": sorted(map(repr, inspector.get_unique_constraints(name))),
                "indexes": sorted(
                    (str(index["name"]), index["column_names"], index["unique"], _where(index))
                    for index in inspector.get_indexes(name)
                ),
            }
            for name in inspector.get_table_names()
            if name != "alembic_version" and is_told_by_tables(name, "table", {})
        }


def is_told_by_tables(name: str | None, kind: str, _parents: Any) -> bool:
    """Leave out what the tables' metadata has no words for: the words that are searched, see `store/test_search`."""
    return kind != "table" or not str(name).startswith("comment_words")


def _where(index: Any) -> list[str]:
    options = index.get("dialect_options", {})
    return [str(value) for name, value in options.items() if name.endswith("_where")]


def contents(database: Database, of: dict[str, dict[str, Any]]) -> dict[str, list[Any]]:
    """Read the columns that were filled."""
    with database.reading() as tx:
        found = reflected(tx)
        return {
            name: tx.execute(select(*[found.tables[name].c[column] for column in row])).all()
            for name, row in of.items()
        }


def test_head_is_what_the_tables_say(empty_database: Database) -> None:
    schema.upgrade(empty_database)
    with empty_database.reading() as tx:
        opts = {"compare_type": True, "compare_server_default": True, "include_name": is_told_by_tables}
        context = MigrationContext.configure(tx, opts=opts)
        assert compare_metadata(context, metadata) == []


def test_partial_indexes_are_those_of_the_tables(empty_database: Database) -> None:
    """Alembic does not compare what an index leaves out."""
    schema.upgrade(empty_database)
    migrated = shape(empty_database)
    schema.downgrade(empty_database, "base")
    with empty_database.writing() as tx:
        metadata.create_all(tx)
    assert migrated == shape(empty_database)
    with empty_database.writing() as tx:
        metadata.drop_all(tx)


@pytest.mark.parametrize("revision", REVISIONS)
def test_every_step_goes_up_and_down_and_up_and_leaves_no_trace(empty_database: Database, revision: str) -> None:
    before = SCRIPTS.get_revision(revision).down_revision or "base"
    if before != "base":
        schema.upgrade(empty_database, str(before))
    at_first = shape(empty_database)
    schema.upgrade(empty_database, revision)
    upgraded = shape(empty_database)
    schema.downgrade(empty_database, str(before))
    assert shape(empty_database) == at_first
    schema.upgrade(empty_database, revision)
    assert shape(empty_database) == upgraded


def test_data_of_the_first_release_reaches_head_and_comes_back_unharmed(empty_database: Database) -> None:
    schema.upgrade(empty_database, "0001")
    with empty_database.writing() as tx:
        found = reflected(tx)
        assert set(found.tables) == {*ROWS_AT_0001, "alembic_version"}
        for table in found.sorted_tables:
            if table.name in ROWS_AT_0001:
                tx.execute(table.insert().values(_as_kept(empty_database, ROWS_AT_0001[table.name])))
    kept = contents(empty_database, ROWS_AT_0001)
    schema.upgrade(empty_database)
    assert contents(empty_database, ROWS_AT_0001) == kept
    schema.downgrade(empty_database, "0001")
    assert contents(empty_database, ROWS_AT_0001) == kept
    schema.upgrade(empty_database)
    schema.check(empty_database)


def test_texts_of_an_earlier_release_are_found_and_so_is_what_comes_between_the_steps(empty_database: Database) -> None:
    """The words are filled in by 0004; whatever is written after 0003 is kept by triggers."""
    schema.upgrade(empty_database, "0001")
    rows = {name: ROWS_AT_0001[name] for name in ("sites", "articles", "comments", "revisions")}
    texts = {1: "Buy now", 2: "Buy later", 3: None}
    with empty_database.writing() as tx:
        found = reflected(tx)
        for name, row in rows.items():
            tx.execute(found.tables[name].insert().values(_as_kept(empty_database, row)))
        edited = {**rows["revisions"], "number": 2, "text": "Bought by now"}
        tx.execute(found.tables["revisions"].insert().values(_as_kept(empty_database, edited)))
    schema.upgrade(empty_database, "0003")
    with empty_database.writing() as tx:
        for number, written in texts.items():
            if number > 1:
                comment = {**rows["comments"], "id": number, "external_id": f"c-{number}"}
                tx.execute(found.tables["comments"].insert().values(_as_kept(empty_database, comment)))
                revision = {**rows["revisions"], "comment_id": number, "text": written}
                tx.execute(found.tables["revisions"].insert().values(_as_kept(empty_database, revision)))
    schema.upgrade(empty_database, "0004")
    assert [_with_word(empty_database, word) for word in ("now", "buy", "bought", "later")] == [[1], [2], [1], [2]]
    schema.downgrade(empty_database, "0002")
    schema.upgrade(empty_database)
    assert [_with_word(empty_database, word) for word in ("now", "buy", "bought", "later")] == [[1], [2], [1], [2]]


def _as_kept(database: Database, row: dict[str, Any]) -> dict[str, Any]:
    if not database.is_sqlite:
        return row
    return {name: value.replace(tzinfo=None) if value == NOW else value for name, value in row.items()}


def _with_word(database: Database, word: str) -> list[int]:
    query = (
        "SELECT rowid FROM comment_words WHERE comment_words MATCH :word ORDER BY 1"
        if database.is_sqlite
        else "SELECT comment_id FROM comment_words WHERE words @@ to_tsquery('simple', :word) ORDER BY 1"
    )
    with database.reading() as tx:
        return list(tx.execute(text(query), {"word": word}).scalars())


def test_a_step_that_fails_changes_nothing(empty_database: Database) -> None:
    with empty_database.writing() as tx:
        tx.execute(text("CREATE TABLE labels (id INTEGER)"))
    with pytest.raises(Exception, match="already exists"):
        schema.upgrade(empty_database)
    with empty_database.reading() as tx:
        assert inspect(tx).get_table_names() == ["labels"]


def test_there_is_one_head_and_no_branch() -> None:
    assert len(SCRIPTS.get_heads()) == 1
    assert REVISIONS[0] == "0001"


@pytest.mark.parametrize("file", sorted((FOLDER / "versions").glob("*.py")), ids=lambda file: file.stem)
def test_a_migration_imports_nothing_of_ours(file: Path) -> None:
    """It must do tomorrow what it did when it was released."""
    imported = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            imported |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or ".").partition(".")[0])
    assert imported <= {"sqlalchemy", "alembic", "__future__", "typing", "collections", "datetime", "json"}


@pytest.mark.parametrize(
    ("reasons", "expected"),
    [
        (
            [
                {"guideline": "kind", "attribute": "INSULT", "score": 0.75},
                {"guideline": "no-spam", "attribute": "SPAM", "score": 0.5},
            ],
            (" kind no-spam ", "INSULT", 0.75, 0.5),
        ),
        ([{"guideline": "kind", "attribute": "INSULT", "score": None}], (" kind ", None, 0.5, 1.0)),
        ([], ("", None, 0.5, 1.0)),
    ],
)
def test_what_was_held_before_there_were_queues_waits_in_one(
    empty_database: Database, reasons: list[dict[str, Any]], expected: tuple[Any, ...]
) -> None:
    schema.upgrade(empty_database, "0004")
    held = {**ROWS_AT_0001, "comments": {**ROWS_AT_0001["comments"], "status": "HELD"}}
    held["decisions"] = {**ROWS_AT_0001["decisions"], "status": "HELD", "reasons": reasons}
    with empty_database.writing() as tx:
        found = reflected(tx)
        for name in ("sites", "articles", "comments", "revisions", "decisions"):
            row = held[name]
            if empty_database.is_sqlite:
                row = {key: value.replace(tzinfo=None) if value == NOW else value for key, value in row.items()}
            tx.execute(found.tables[name].insert().values(row))
    schema.upgrade(empty_database, "0005")
    with empty_database.reading() as tx:
        item = tx.execute(select(review_items)).one()
    assert (item.queue, item.comment_id, item.entered_at) == ("held", 1, NOW)
    assert (item.guidelines, item.attribute, item.severity, item.uncertainty) == expected
    schema.downgrade(empty_database, "0004")
    schema.upgrade(empty_database)
    with empty_database.reading() as tx:
        assert len(tx.execute(select(review_items)).all()) == 1
