"""Imported labels: with their papers, once, and out again with all that is known of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from moderation import erasure, imported_labels, moderator_decisions, tables
from moderation.domain import Status
from moderation.errors import InvalidLabelFile, OriginTaken
from moderation.label_files import Given
from moderation.moderator_decisions import Act

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.desk import Moderator
    from moderation.domain import Decision
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site

TWO = [
    Given("Buy now", {"SPAM": 1.0, "LIKELY_TO_REJECT": 1.0}, "en", "old-1", "reader-7", 0.5),
    Given("Well said", {"LIKELY_TO_REJECT": 0.0}),
]


@pytest.fixture
def bring(database: Database, site: Site, now: datetime) -> Callable[..., int]:
    def in_(given: list[Given], origin: str = "archive", licence: str = "internal", **more: Any) -> int:
        return imported_labels.bring_in(database, site.id, given, origin, licence, now, **more)

    return in_


def test_labels_come_in_with_source_and_licence_and_go_out_with_all_that_is_known(
    database: Database, site: Site, bring: Callable[..., int], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imported_labels, "_AT_ONCE", 1)
    assert bring(TWO) == 3
    with database.reading() as tx:
        (entry,) = tx.execute(select(tables.audit).where(tables.audit.c.action == "labels.imported")).all()
    assert entry.details == {"origin": "archive", "licence": "internal"}
    first, _, last = imported_labels.take_out(database, site.id)
    assert first == {
        "text": "Buy now",
        "language": "en",
        "id": "old-1",
        "author": "reader-7",
        "attribute": "SPAM",
        "value": 1.0,
        "weight": 0.5,
        "source": "imported",
        "chosen_by": "imported",
        "probability": None,
        "origin": "archive",
        "licence": "internal",
        "said_at": now.isoformat(),
        "moderator_id": None,
        "spans": None,
    }
    assert (last["text"], last["weight"], last["id"]) == ("Well said", 1.0, None)


def test_a_collection_comes_in_once_unless_it_replaces_itself(
    database: Database, site: Site, bring: Callable[..., int]
) -> None:
    bring(TWO)
    with pytest.raises(OriginTaken, match="3 labels of 'archive' stand already"):
        bring(TWO)
    assert bring(TWO, "another") == 3
    assert bring(TWO[1:], replace=True) == 1
    assert len(list(imported_labels.take_out(database, site.id))) == 4


@pytest.mark.parametrize(("origin", "licence"), [(" ", "CC0"), ("archive", ""), ("a" * 201, "CC0"), ("a", "l" * 101)])
def test_papers_are_needed(bring: Callable[..., int], origin: str, licence: str) -> None:
    with pytest.raises(InvalidLabelFile, match="is missing or longer than"):
        bring(TWO, origin, licence)


def test_what_can_be_undone_or_was_erased_does_not_go_out(
    database: Database,
    site: Site,
    bring: Callable[..., int],
    scored: Callable[..., CommentRow],
    release: Callable[[datetime], list[Decision]],
    mara: Moderator,
    now: datetime,
) -> None:
    comment = scored()
    made = moderator_decisions.decide(database, mara, Act(comment.id, 1, Status.APPROVED), now, 10)
    bring(TWO)
    with database.writing() as tx:
        erasure.erase_author(tx, site.id, "reader-7", now)
    assert [one["text"] for one in imported_labels.take_out(database, site.id)] == ["Well said"]
    assert made.release_at is not None
    release(made.release_at)
    told, *_ = imported_labels.take_out(database, site.id)
    assert (told["id"], told["author"], told["moderator_id"]) == ("c-1", "reader-7", mara.id)
    assert (told["chosen_by"], told["probability"]) == ("held", 1.0)
