"""Message templates: kept for a site or for all, by editors who see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from moderation import templates
from moderation.desk import Moderator, Role
from moderation.errors import InvalidTemplate

if TYPE_CHECKING:
    from datetime import datetime

    from moderation.store.database import Database
    from moderation.store.sites import Site

EVERYWHERE = Moderator(1, "ida@news.example", "Ida", Role.EDITOR)


def of_site(site_id: int) -> Moderator:
    return Moderator(2, "jo@news.example", "Jo", Role.EDITOR, frozenset({site_id}))


def test_templates_are_listed_by_title_with_their_sites(database: Database, site: Site, now: datetime) -> None:
    templates.add(database, EVERYWHERE, None, "  Thank   you ", " Dear {author} ", now)
    templates.add(database, EVERYWHERE, site.id, "Insults", "Please be kind.", now)
    listed = templates.listed(database, EVERYWHERE)
    assert [(one.title, one.body, one.site_name) for one in listed] == [
        ("Insults", "Please be kind.", site.name),
        ("Thank you", "Dear {author}", None),
    ]


def test_someone_limited_to_sites_sees_theirs_and_those_for_all(database: Database, site: Site, now: datetime) -> None:
    templates.add(database, EVERYWHERE, None, "For all", "…", now)
    templates.add(database, EVERYWHERE, site.id, "For one", "…", now)
    assert [one.title for one in templates.listed(database, of_site(site.id))] == ["For all", "For one"]
    assert [one.title for one in templates.listed(database, of_site(site.id + 1))] == ["For all"]


@pytest.mark.parametrize(
    ("title", "body", "field"),
    [(" ", "words", "title"), ("t" * 101, "words", "title"), ("title", " ", "body"), ("title", "w" * 4001, "body")],
)
def test_a_template_needs_a_title_and_words(
    database: Database, now: datetime, title: str, body: str, field: str
) -> None:
    with pytest.raises(InvalidTemplate) as refused:
        templates.add(database, EVERYWHERE, None, title, body, now)
    assert refused.value.field == field


def test_who_is_limited_to_a_site_keeps_templates_for_it_alone(database: Database, site: Site, now: datetime) -> None:
    jo = of_site(site.id)
    with pytest.raises(InvalidTemplate, match="one of your sites"):
        templates.add(database, jo, None, "For all", "…", now)
    for_all = templates.add(database, EVERYWHERE, None, "For all", "…", now)
    mine = templates.add(database, jo, site.id, "Mine", "…", now)
    assert not templates.remove(database, jo, for_all.id, now)
    assert templates.remove(database, jo, mine.id, now)
    assert templates.remove(database, EVERYWHERE, for_all.id, now)
    assert not templates.remove(database, EVERYWHERE, for_all.id, now)
    assert templates.listed(database, EVERYWHERE) == []
