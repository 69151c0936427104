"""Forgetting what a comment said. What is forgotten where: see test_site_decisions."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import inspect, select, text

from moderation import (
    alarms,
    appeals,
    desk_tables,
    doubts,
    erasure,
    intake,
    labels,
    moderator_decisions,
    reports,
    site_decisions,
    snapshots,
    tables,
)
from moderation.domain import Author, Parent, Status
from moderation.moderator_decisions import Act
from moderation.store import authors, drift, opinions

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.desk import Moderator
    from moderation.domain import Decision
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site


def test_ids_stay_and_texts_go_and_again_does_no_harm(
    database: Database, accept: Callable[..., CommentRow], now: datetime
) -> None:
    accept(text="one")
    comment = accept(text="two", metadata={"note": 1})
    for _ in range(2):
        with database.writing() as tx:
            erasure.erase_comment(tx, comment, now)
    with database.reading() as tx:
        assert tx.execute(select(tables.revisions.c.text)).scalars().all() == [None, None]
        kept = tx.execute(select(tables.comments)).one()
    assert (kept.external_id, kept.author_ref, kept.author_name, kept.metadata) == ("c-1", "reader-7", None, {})


def test_what_moderators_wrote_about_it_goes_and_what_they_wrote_elsewhere_stays(
    database: Database,
    scored: Callable[..., CommentRow],
    decide_later: Callable[..., Decision],
    mara: Moderator,
    now: datetime,
) -> None:
    gone, other = scored("gone"), scored("other")
    with database.writing() as tx:
        for comment in (gone, other):
            opinions.ask(tx, comment.id, 1, mara.id, None, "Is 'idiot' irony?", now)
            authors.add_note(tx, comment.site_id, "reader-7", comment.id, mara.id, "Writes 'idiot'.", now)
        authors.add_note(tx, gone.site_id, "reader-7", None, mara.id, "Asked us to be called Ida.", now)
    for comment in (gone, other):
        decide_later(comment, Status.REJECTED, message="You wrote 'idiot'.")
    with database.writing() as tx:
        erasure.erase_comment(tx, gone, now)
    questions, decisions = desk_tables.second_opinions.c, tables.decisions.c
    with database.reading() as tx:
        asked = tx.execute(select(questions.comment_id, questions.question).order_by(questions.comment_id)).all()
        told = tx.execute(select(decisions.message).where(decisions.by == "moderator").order_by(decisions.comment_id))
        assert [tuple(row) for row in asked] == [(gone.id, None), (other.id, "Is 'idiot' irony?")]
        assert told.scalars().all() == [None, "You wrote 'idiot'."]
        notes = tx.execute(select(desk_tables.notes.c.text).order_by(desk_tables.notes.c.id)).scalars().all()
    assert notes == ["Writes 'idiot'.", "Asked us to be called Ida."]


def test_an_author_is_forgotten_in_what_other_services_clients_told(
    database: Database, site: Site, now: datetime
) -> None:
    with database.writing() as tx:
        for ref in ("reader-9", "reader-8"):
            heard = labels.Heard(f"of {ref}", "en", {"SPAM": 1.0}, "akismet", external_id=ref, author_ref=ref)
            labels.hear(tx, site.id, heard, now)
        erasure.erase_author(tx, site.id, "reader-9", now)
    with database.reading() as tx:
        rows = tx.execute(select(tables.labels).order_by(tables.labels.c.id)).all()
    assert [(row.text, row.author_ref, row.withdrawn_at) for row in rows] == [
        (None, None, now),
        ("of reader-8", "reader-8", None),
    ]


def test_the_learning_loop_goes_on_without_an_author_who_was_forgotten(
    database: Database, site: Site, scored: Callable[..., CommentRow], mara: Moderator, now: datetime
) -> None:
    told = {name: Author(name) for name in ("reader-7", "reader-8")}
    counted, kept = scored("counted", author=told["reader-7"]), scored("kept", author=told["reader-8"])
    assert alarms.count(database) == 2
    uncounted = scored("uncounted", author=told["reader-7"])
    for comment in (counted, kept, uncounted):
        moderator_decisions.decide(database, mara, Act(comment.id, 1, Status.REJECTED, ("respectful",)), now, 0)
    before = snapshots.draw(database, site.id)
    assert len(before.lessons) == 3
    site_decisions.forget_author(database, site.id, "reader-7", now)
    # What people said of the others stands, and a run that doubted all three sends back the one that is left.
    after = snapshots.draw(database, site.id)
    assert [one.comment_id for one in after.lessons] == [kept.id]
    assert after.lessons[0] in before.lessons
    assert doubts.send_back(database, [counted.id, uncounted.id, kept.id], now) == 1
    # Days keep what was counted of the forgotten; what was not counted yet counts as a comment, without its scores.
    assert alarms.count(database) == 6
    with database.reading() as tx:
        (day,) = drift.days_of(tx, site.id, "words-1").values()
    assert (day.n, sum(day.scores["INSULT"]), day.n_answered) == (3, 2, 1)


def test_nothing_that_an_author_wrote_or_was_called_is_left_in_any_column(
    database: Database,
    site: Site,
    scored: Callable[..., CommentRow],
    submission: Callable[..., Any],
    mara: Moderator,
    now: datetime,
) -> None:
    ida = Author("reader-7", "Quixwood")
    first = scored("c-1", text="quixfirst silly", author=ida)
    scored("c-2", text="quixsecond idiot", author=ida, status=Status.REJECTED)
    asked = scored("c-3", text="quixthird", author=ida)
    scored("c-4", author=Author("reader-8"))
    intake.accept(database, site.id, submission("c-5", parent=Parent("c-1", "quixfirst silly")), now)
    for reporter in ("reader-7", "reader-9"):
        reports.report(database, site.id, "c-4", reporter, f"quix, says {reporter}", now)
    appeals.appeal(database, site.id, "c-2", "quixsecond is no insult", now)
    told = Act(first.id, 1, Status.REJECTED, ("respectful",), message="Dear Quixwood, quixfirst is not welcome")
    moderator_decisions.decide(database, mara, told, now, 0)
    moderator_decisions.ask_opinion(database, mara, asked.id, None, "Is quixthird an insult?", now)
    with database.writing() as tx:
        authors.add_note(tx, site.id, "reader-7", first.id, mara.id, "Quixwood again", now)
    assert len(_columns_with(database, "quix")) >= 8
    site_decisions.forget_author(database, site.id, "reader-7", now)
    assert _columns_with(database, "quix") == {"reports.reason": ["quix, says reader-9"]}


def _columns_with(database: Database, word: str) -> dict[str, list[str]]:
    """List what holds a word, in every column of every table but SQLite's index, which is merged at its own time."""
    found: dict[str, list[str]] = defaultdict(list)
    with database.reading() as tx:
        index = {"comment_words", "comment_words_data"} if tx.dialect.name == "sqlite" else set()
        for name in set(inspect(tx).get_table_names()) - index:
            for row in tx.execute(text(f'SELECT * FROM "{name}"')).mappings():  # noqa: S608  names of our own tables
                for column, value in row.items():
                    written = value.decode("latin-1") if isinstance(value, bytes) else str(value)
                    if word in written.lower():
                        found[f"{name}.{column}"].append(written)
    return dict(found)
