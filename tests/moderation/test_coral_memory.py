"""What Coral's three voices say of one comment, put together in whatever order they come."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from moderation import coral_memory, erasure, labels
from moderation.compat_tables import coral_events, coral_passages
from moderation.coral_memory import ENTERED, GUESSED, LEFT, PUBLISHED, Asked, Recognised
from moderation.labels import LIKELY_TO_REJECT, Heard
from moderation.store import coral as store
from moderation.store.coral import Event
from moderation.tables import labels as label_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.store.database import Database
    from moderation.store.sites import Site

URL = "https://news.example/bridge"
SECOND = timedelta(seconds=1)


@pytest.fixture
def ask(database: Database, site: Site, now: datetime) -> Callable[..., None]:
    """Have the phase ask about a text."""

    def ask(text: str = "You silly man", reply: str = "SYSTEM_WITHHELD", **changes: Any) -> None:
        values = {"author_ref": "author-7", "language": "en", "is_edit": False, "at": now, "story_id": "s-1"} | changes
        coral_memory.keep(database, [Asked(site_id=site.id, story_url=URL, text=text, reply=reply, **values)])

    return ask


@pytest.fixture
def tell(database: Database, site: Site, now: datetime) -> Callable[..., None]:
    """Have a webhook tell of comment k-1; each call is another event, and `at` is when it happened."""
    n_told = 0

    def tell(kind: str, status: str | None = None, queue: str | None = "PENDING", **changes: Any) -> None:
        nonlocal n_told
        n_told += 1
        at = changes.pop("at", now + SECOND)
        values = {"event_id": f"e-{n_told}", "external_id": "k-1", "story_id": "s-1", "queue": queue} | changes
        coral_memory.hear(database, site.id, Event(type=kind, status=status, happened_at=at, **values), at)

    return tell


@pytest.fixture
def recognise(database: Database, site: Site, now: datetime) -> Callable[..., Recognised]:
    """Have feedback speak of comment k-1."""

    def recognise(text: str = "You silly man", external_id: str = "k-1", value: float = 1.0) -> Recognised:
        with database.writing() as tx:
            return coral_memory.recognise(tx, site.id, f"{URL}?commentID={external_id}", text, external_id, value, now)

    return recognise


@pytest.fixture
def learned(database: Database) -> Callable[[], list[tuple[Any, ...]]]:
    """Tell the labels that stand."""
    columns = [label_table.c[name] for name in ("text", "value", "external_id", "author_ref", "weight")]

    def read() -> list[tuple[Any, ...]]:
        with database.reading() as tx:
            return [tuple(row) for row in tx.execute(select(*columns).where(label_table.c.withdrawn_at.is_(None)))]

    return read


# By story and moment


@pytest.mark.parametrize(
    ("reply", "kind", "queue", "status"),
    [
        pytest.param("SYSTEM_WITHHELD", ENTERED, "PENDING", "SYSTEM_WITHHELD", id="held"),
        pytest.param("PREMOD", ENTERED, "UNMODERATED", "PREMOD", id="held for a person"),
        pytest.param("NONE", ENTERED, "UNMODERATED", "NONE", id="published, seen by nobody yet"),
        pytest.param("NONE", ENTERED, "PENDING", "PREMOD", id="held by Coral, after us"),
        pytest.param("NONE", PUBLISHED[0], None, None, id="published"),
        pytest.param("NONE", PUBLISHED[1], None, None, id="published as a reply"),
    ],
)
def test_the_one_text_asked_about_just_before_is_the_comment_s(
    reply: str,
    kind: str,
    queue: str | None,
    status: str | None,
    ask: Callable[..., None],
    tell: Callable[..., None],
    learned: Callable[..., Any],
) -> None:
    ask(reply=reply)
    tell(kind, status, queue)
    assert learned() == []
    tell(LEFT, "APPROVED")
    assert learned() == [("You silly man", 0.0, "k-1", "author-7", GUESSED)]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        pytest.param([{}, {"text": "Another"}], {}, id="two texts at that moment"),
        pytest.param([{"story_id": "s-2"}], {}, id="another story's"),
        pytest.param([{"reply": "NONE"}], {}, id="one that we let pass"),
        pytest.param([{"reply": "REJECTED"}], {}, id="one that we rejected"),
        pytest.param([{"is_edit": True}], {}, id="an edit"),
        pytest.param([{}], {"late": timedelta(minutes=5)}, id="one of five minutes ago"),
        pytest.param([{}], {"late": -timedelta(minutes=5)}, id="one of later"),
        pytest.param([{}], {"queue": "REPORTED", "status": "NONE"}, id="a report"),
    ],
)
def test_nothing_is_guessed_where_it_could_be_another(
    asked: list[dict[str, Any]],
    told: dict[str, Any],
    ask: Callable[..., None],
    tell: Callable[..., None],
    learned: Callable[..., Any],
    now: datetime,
) -> None:
    for one in asked:
        ask(**one)
    late = told.get("late", SECOND)
    tell(ENTERED, told.get("status", "SYSTEM_WITHHELD"), told.get("queue", "PENDING"), at=now + late)
    tell(LEFT, "REJECTED", at=now + late + SECOND)
    assert learned() == []


def test_an_event_that_came_before_its_text_was_kept_is_remembered(
    ask: Callable[..., None], tell: Callable[..., None], learned: Callable[..., Any]
) -> None:
    tell(ENTERED, "SYSTEM_WITHHELD")
    ask()
    tell(LEFT, "REJECTED")
    assert [row[1] for row in learned()] == [1.0]


# Once, and the last


def test_the_same_event_and_the_same_verdict_teach_once_and_another_verdict_anew(
    ask: Callable[..., None],
    tell: Callable[..., None],
    learned: Callable[..., Any],
    database: Database,
    now: datetime,
) -> None:
    ask()
    tell(ENTERED, "SYSTEM_WITHHELD")
    tell(LEFT, "REJECTED", at=now + 9 * SECOND)
    tell(LEFT, "REJECTED", "UNMODERATED", at=now + 9 * SECOND)
    tell(LEFT, "REJECTED", "UNMODERATED", event_id="e-2", at=now + 9 * SECOND)
    with database.reading() as tx:
        assert len(tx.execute(select(label_table.c.id)).all()) == 1
    tell(LEFT, "APPROVED", at=now + 20 * SECOND)
    assert learned() == [("You silly man", 0.0, "k-1", "author-7", labels.WEAK)]
    tell(LEFT, "REJECTED", at=now + 15 * SECOND)
    assert [row[1] for row in learned()] == [0.0], "a late event is no news"
    tell(LEFT, "NONE", at=now + 30 * SECOND)
    assert [row[1] for row in learned()] == [0.0], "no verdict teaches nothing"


def test_an_edit_s_text_takes_the_first_one_s_place(
    ask: Callable[..., None],
    tell: Callable[..., None],
    recognise: Callable[..., Recognised],
    learned: Callable[..., Any],
    now: datetime,
) -> None:
    ask()
    tell(ENTERED, "SYSTEM_WITHHELD")
    ask("You kind man", "NONE", is_edit=True, at=now + 5 * SECOND)
    assert recognise("You kind man", value=0.0) == Recognised("author-7")
    tell(LEFT, "APPROVED", at=now + 60 * SECOND)
    assert learned()[0][0] == "You kind man"


def test_our_own_rejection_of_an_edit_comes_back_as_nobody_s_verdict(
    ask: Callable[..., None],
    tell: Callable[..., None],
    recognise: Callable[..., Recognised],
    learned: Callable[..., Any],
    now: datetime,
) -> None:
    ask("You idiot", "REJECTED", is_edit=True)
    assert recognise("You idiot") == Recognised("author-7", is_echo=True)
    tell(LEFT, "REJECTED", "UNMODERATED")
    assert learned() == []
    tell(LEFT, "APPROVED", at=now + 60 * SECOND)
    assert [row[1] for row in learned()] == [0.0]


# With feedback


def test_feedback_names_the_text_s_author_and_stands_alone(
    ask: Callable[..., None],
    tell: Callable[..., None],
    recognise: Callable[..., Recognised],
    learned: Callable[..., Any],
    database: Database,
    site: Site,
    now: datetime,
) -> None:
    ask()
    tell(ENTERED, "SYSTEM_WITHHELD")
    tell(LEFT, "REJECTED")
    assert recognise("you SILLY man!") == Recognised("author-7")
    assert learned() == [], "what the webhook taught gives way"
    with database.writing() as tx:
        said = {LIKELY_TO_REJECT: 1.0}
        labels.hear(tx, site.id, Heard("You silly man", "en", said, "perspective", external_id="k-1"), now)
    tell(LEFT, "APPROVED", at=now + 60 * SECOND)
    assert [row[1] for row in learned()] == [1.0], "the webhook has nothing to add"


def test_feedback_mends_a_mistaken_guess(
    ask: Callable[..., None],
    tell: Callable[..., None],
    recognise: Callable[..., Recognised],
    learned: Callable[..., Any],
    now: datetime,
) -> None:
    ask("Of another", author_ref="author-8")
    tell(ENTERED, "SYSTEM_WITHHELD")
    ask("You silly man", at=now + 30 * SECOND)
    recognise("You silly man")
    tell(LEFT, "REJECTED", at=now + 60 * SECOND)
    assert learned() == [("You silly man", 1.0, "k-1", "author-7", GUESSED)]


def test_the_same_words_of_two_people_are_nobody_s(
    ask: Callable[..., None], recognise: Callable[..., Recognised]
) -> None:
    assert recognise() == Recognised()
    ask()
    ask(author_ref="author-8")
    assert recognise() == Recognised()


def test_the_same_words_under_another_comment_s_name_are_left_to_it(
    ask: Callable[..., None], recognise: Callable[..., Recognised]
) -> None:
    ask()
    assert recognise(external_id="k-2") == Recognised("author-7")
    assert recognise(external_id="k-1") == Recognised()
    assert recognise(external_id="k-2") == Recognised("author-7")


# For a while


def test_what_coral_told_is_forgotten_after_its_time(
    ask: Callable[..., None], tell: Callable[..., None], learned: Callable[..., Any], database: Database, now: datetime
) -> None:
    ask()
    tell(ENTERED, "SYSTEM_WITHHELD")
    with database.writing() as tx:
        store.forget_before(tx, now)
    with database.reading() as tx:
        assert len(tx.execute(select(coral_passages)).all()) == 1
    with database.writing() as tx:
        store.forget_before(tx, now + timedelta(hours=72))
    with database.reading() as tx:
        assert tx.execute(select(coral_passages)).all() == tx.execute(select(coral_events)).all() == []
    tell(LEFT, "REJECTED", at=now + timedelta(hours=72))
    assert learned() == []


def test_an_author_is_forgotten_with_all_that_is_known_to_be_theirs(
    ask: Callable[..., None],
    tell: Callable[..., None],
    learned: Callable[..., Any],
    database: Database,
    site: Site,
    now: datetime,
) -> None:
    ask()
    tell(ENTERED, "SYSTEM_WITHHELD")
    tell(LEFT, "REJECTED")
    ask("Of another", author_ref="author-8", story_id="s-2")
    with database.writing() as tx:
        # Feedback without an author, of a comment whose author the phase knows.
        labels.hear(tx, site.id, Heard("You silly man", "en", {"TOXICITY": 1.0}, "perspective", external_id="k-1"), now)
        erasure.erase_author(tx, site.id, "author-7", now)
    assert learned() == []
    with database.reading() as tx:
        assert set(tx.execute(select(label_table.c.text)).scalars()) == {None}
        assert tx.execute(select(coral_passages.c.author_ref)).scalars().all() == ["author-8"]
        assert tx.execute(select(coral_events)).all() == []


def test_a_comment_that_was_never_ours_can_be_forgotten_by_its_id(
    ask: Callable[..., None], tell: Callable[..., None], database: Database, site: Site, now: datetime
) -> None:
    def erase() -> bool:
        with database.writing() as tx:
            return erasure.erase_foreign(tx, site.id, "k-1", now)

    assert not erase()
    tell(PUBLISHED[0])
    assert erase()
    ask()
    tell(ENTERED, "SYSTEM_WITHHELD")
    assert erase()
    assert not erase()
    with database.reading() as tx:
        assert tx.execute(select(coral_passages)).all() == []


def test_webhooks_and_feedback_of_one_verdict_at_the_same_moment_never_wait_in_a_circle(
    ask: Callable[..., None],
    tell: Callable[..., None],
    learned: Callable[..., Any],
    database: Database,
    site: Site,
    now: datetime,
    at_once: Callable[..., list[Any]],
) -> None:
    def feed_back() -> None:
        with database.writing() as tx:
            known = coral_memory.recognise(tx, site.id, URL, "You silly man", "k-1", 1.0, now)
            said = {LIKELY_TO_REJECT: 1.0}
            heard = Heard("You silly man", "en", said, "perspective", external_id="k-1", author_ref=known.author_ref)
            labels.hear(tx, site.id, heard, now)

    ask()
    tell(ENTERED, "SYSTEM_WITHHELD")
    tell(LEFT, "APPROVED")
    events = [
        Event(f"x-{number}", "k-1", "s-1", LEFT, queue, "REJECTED", now + timedelta(minutes=1))
        for number, queue in enumerate(("PENDING", "UNMODERATED", "REPORTED"))
    ]
    at_once(
        feed_back,
        feed_back,
        *[lambda event=event: coral_memory.hear(database, site.id, event, event.happened_at) for event in events],
        *[lambda event=event: coral_memory.hear(database, site.id, event, event.happened_at) for event in events],
    )
    assert [(row[1], row[3]) for row in learned()] == [(1.0, "author-7")], "feedback alone stands, once"
