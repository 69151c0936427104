"""Authors at the desk: their history in sight, and notes about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from moderation import authors, intake, tables
from moderation.desk import Moderator
from moderation.domain import Article, Author, Decision, Status
from moderation.store.dossiers import Note, Record

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.authors import History
    from moderation.domain import Submission
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site

SPORT = Article("https://news.example/match", "The match", "Sport")


@pytest.fixture
def look(database: Database, mara: Moderator) -> Callable[..., History | None]:
    """Read an author's history on `site` as Mara, or as someone else."""

    def read(
        ref: str = "reader-7",
        who: Moderator = mara,
        site_name: str = "news.example",
        status: str | None = None,
        before: int | None = None,
    ) -> History | None:
        return authors.history(database, who, site_name, ref, status, before)

    return read


def shown(history: History | None) -> list[str]:
    assert history is not None
    return [dossier.subject.external_id for dossier in history.dossiers]


def test_an_author_s_comments_are_read_newest_first_with_how_they_fared(
    accept: Callable[..., CommentRow], decide: Callable[..., Decision], look: Callable[..., History | None]
) -> None:
    for number, status in enumerate((Status.APPROVED, Status.REJECTED, Status.APPROVED)):
        decide(accept(f"c-{number}"), status)
    accept("waits")
    accept("other's", author=Author("reader-8"))
    history = look()
    assert history is not None
    assert shown(history) == ["waits", "c-2", "c-1", "c-0"]
    assert (history.name, history.record, history.notes) == ("Ida", Record(2, 1, 4), ())
    assert history.next_before is None
    assert shown(look(status="REJECTED")) == ["c-1"]
    assert shown(look(status="HELD")) == []


def test_an_author_is_called_as_last_or_by_the_site_s_own_id(
    accept: Callable[..., CommentRow], look: Callable[..., History | None]
) -> None:
    for number, name in enumerate(("Ida", "Ida B.", None)):
        accept(f"c-{number}", author=Author("reader-7", name))
    accept("c-4", author=Author("nameless"))
    found = [look(ref) for ref in ("reader-7", "nameless")]
    assert [one and one.name for one in found] == ["Ida B.", "nameless"]


def test_a_long_history_is_read_page_by_page(
    accept: Callable[..., CommentRow], look: Callable[..., History | None]
) -> None:
    for number in range(21):
        accept(f"c-{number}")
    first = look()
    assert first is not None
    assert shown(first) == [f"c-{number}" for number in range(20, 0, -1)]
    second = look(before=first.next_before)
    assert shown(second) == ["c-0"]
    assert second is not None
    assert second.next_before is None


@pytest.mark.parametrize(
    ("limits", "asked", "expected"),
    [
        pytest.param({}, {}, ["match", "bridge"], id="everything"),
        pytest.param({"site_names": ("news.example",)}, {}, ["match", "bridge"], id="their site"),
        pytest.param({"sections": ("Sport",)}, {}, ["match"], id="their section"),
        pytest.param({"sections": ("Local",)}, {}, None, id="an author who wrote nothing in their section"),
        pytest.param({"site_names": ("other.example",)}, {}, None, id="another site"),
        pytest.param({}, {"site_name": "nowhere.example"}, None, id="no such site"),
        pytest.param({}, {"ref": "reader-404"}, None, id="no such author"),
        pytest.param({}, {"site_name": "other.example"}, None, id="no such author on that site"),
    ],
)
def test_an_author_is_seen_by_what_can_be_seen_of_their_comments(
    database: Database,
    site: Site,
    add_site: Callable[[str], Any],
    add_moderator: Callable[..., Moderator],
    accept: Callable[..., CommentRow],
    look: Callable[..., History | None],
    now: datetime,
    limits: dict[str, Any],
    asked: dict[str, Any],
    expected: list[str] | None,
) -> None:
    add_site("other.example")
    accept("bridge")
    accept("match", article=SPORT)
    who = add_moderator("o@news.example", "O", **limits)
    found = look(who=who, **asked)
    assert (None if found is None else shown(found)) == expected
    site_name, ref = asked.get("site_name", site.name), asked.get("ref", "reader-7")
    is_kept = authors.note(database, who, site_name, ref, "Kind.", None, now)
    assert is_kept is (expected is not None)


def test_notes_are_for_all_moderators_and_are_logged_without_their_words(
    database: Database,
    site: Site,
    accept: Callable[..., CommentRow],
    look: Callable[..., History | None],
    mara: Moderator,
    jonas: Moderator,
    now: datetime,
) -> None:
    comment = accept()
    assert authors.note(database, mara, site.name, "reader-7", "Asks well.", None, now)
    assert authors.note(database, jonas, site.name, "reader-7", "x" * 2_001, comment.id, now)
    history = look()
    assert history is not None
    assert history.notes == (Note("x" * 2_000, "Jonas Weber", now), Note("Asks well.", "Mara Lindqvist", now))
    with database.reading() as tx:
        rows = tx.execute(select(tables.audit).where(tables.audit.c.action == "author.noted")).all()
    assert [(row.actor, row.details) for row in rows] == [
        (mara.actor, {"site": site.id, "comment": None}),
        (jonas.actor, {"site": site.id, "comment": comment.id}),
    ]


@pytest.mark.parametrize("case", ["another author's", "another site's", "unknown"])
def test_a_note_is_not_pinned_to_a_comment_that_the_author_did_not_write(
    database: Database,
    site: Site,
    add_site: Callable[[str], tuple[Site, str]],
    accept: Callable[..., CommentRow],
    submission: Callable[..., Submission],
    mara: Moderator,
    now: datetime,
    case: str,
) -> None:
    accept()
    other = add_site("other.example")[0]
    comment_id = {
        "another author's": accept("c-2", author=Author("reader-8")).id,
        "another site's": intake.accept(database, other.id, submission("c-3"), now).comment.id,
        "unknown": 404,
    }[case]
    assert not authors.note(database, mara, site.name, "reader-7", "Kind.", comment_id, now)
