"""What a queue can be limited to, and what stands beside it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from moderation import intake, urgency
from moderation.desk import Moderator, Queue
from moderation.domain import Actor, Article, Decision, Status
from moderation.store import desk_choices, review_items, templates
from moderation.store.review_items import Entry

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.domain import Submission
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


@pytest.fixture
def two_sites(
    database: Database,
    site: Site,
    add_site: Callable[[str], tuple[Site, str]],
    submission: Callable[..., Submission],
    now: datetime,
) -> tuple[Site, Site]:
    """Two sites whose comments wait: of two sections and languages here, of another there, of none in either."""
    other, _ = add_site("other.example")
    with database.writing() as tx:
        for title in ("all", "other"):
            templates.add(tx, None if title == "all" else other.id, title, "Dear {author}", now)
    for number, (where, section, language) in enumerate(
        ((site, "Sport", "en"), (site, "Local", "de"), (site, None, None), (other, "Culture", "fr"))
    ):
        article = Article(f"https://{where.name}/{number}", "T", section)
        sent = submission(f"c-{number}", article=article, language=language)
        comment = intake.accept(database, where.id, sent, now).comment
        with database.writing() as tx:
            review_items.enter(tx, [Entry(Queue.HELD, comment.id, urgency.of_scores(None), now)])
    return site, other


@pytest.mark.parametrize(
    ("limits", "sites", "sections", "languages"),
    [
        ({}, 2, ("Culture", "Local", "Sport"), ("de", "en", "fr")),
        ({"site_names": ("news.example",)}, 1, ("Local", "Sport"), ("de", "en")),
        ({"sections": ("Sport", "Culture")}, 2, ("Culture", "Sport"), ("en", "fr")),
        ({"site_names": ("news.example",), "sections": ("Sport",)}, 1, ("Sport",), ("en",)),
    ],
    ids=["everything", "one site", "two sections", "one section of one site"],
)
def test_what_occurs_in_a_queue_in_sight_of_someone_can_be_chosen(
    database: Database,
    two_sites: tuple[Site, Site],
    add_moderator: Callable[..., Moderator],
    limits: dict[str, Any],
    sites: int,
    sections: tuple[str, ...],
    languages: tuple[str, ...],
) -> None:
    who = add_moderator(**limits)
    found = desk_choices.choices(database, who, Queue.HELD)
    assert [one.name for one in found.sites] == [one.name for one in two_sites[:sites]]
    assert (found.sections, found.languages) == (sections, languages)
    empty = desk_choices.choices(database, who, Queue.APPEALED)
    assert (empty.sites, empty.sections, empty.languages) == (found.sites, (), ())


@pytest.mark.parametrize(
    ("limits", "sites", "titles"),
    [({}, 2, ["all", "other"]), ({"site_names": ("news.example",)}, 1, ["all"])],
    ids=["everything", "one site"],
)
def test_beside_a_queue_stand_the_sites_and_the_messages_that_someone_may_use(
    database: Database,
    two_sites: tuple[Site, Site],
    add_moderator: Callable[..., Moderator],
    limits: dict[str, Any],
    sites: int,
    titles: list[str],
) -> None:
    found, messages = desk_choices.beside(database, add_moderator(**limits))
    assert [one.name for one in found] == [one.name for one in two_sites[:sites]]
    assert [one.title for one in messages] == titles


def test_a_site_is_found_by_its_name_and_no_site_has_the_number_of_none(database: Database, site: Site) -> None:
    assert desk_choices.site_id(database, site.name) == site.id
    assert desk_choices.site_id(database, "nowhere.example") == 0


def test_when_people_last_decided_is_told_for_a_day(
    database: Database, accept: Callable[..., CommentRow], decide: Callable[..., Decision], now: datetime
) -> None:
    assert desk_choices.last_decided_at(database, now) is None
    comment = accept()
    decide(comment, Status.HELD, Actor.POLICY, now)
    assert desk_choices.last_decided_at(database, now) is None
    decide(comment, at=now - SECOND)
    decide(comment, at=now - DAY)
    assert desk_choices.last_decided_at(database, now) == now - SECOND
    assert desk_choices.last_decided_at(database, now - SECOND + DAY) is None
