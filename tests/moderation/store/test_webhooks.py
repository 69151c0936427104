"""Webhook endpoints in the record."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from moderation.store import webhooks
from moderation.store.webhooks import Endpoint

if TYPE_CHECKING:
    from datetime import datetime

    from moderation.store.database import Database
    from moderation.store.sites import Site


def test_endpoints_are_added_found_changed_and_removed(database: Database, site: Site, now: datetime) -> None:
    url = "https://news.example/hook"
    first = Endpoint("wh_1", site.id, url, ("comment.held",), "sealed", "former", now, now, None, None)
    second = replace(first, id="wh_2", created_at=now + timedelta(hours=1))
    with database.writing() as tx:
        webhooks.add(tx, second)
        webhooks.add(tx, first)
        assert webhooks.of_site(tx, site.id) == [first, second]
        assert webhooks.find(tx, site.id, "wh_1") == first
        assert webhooks.find(tx, site.id + 1, "wh_1") is None
        webhooks.change(tx, "wh_1", disabled_at=now, disabled_because="answered 410 Gone")
        webhooks.remove(tx, "wh_2", now)
        assert webhooks.find(tx, site.id, "wh_2") is None
        assert webhooks.of_site(tx, site.id) == [replace(first, disabled_at=now, disabled_because="answered 410 Gone")]
        left = webhooks.by_ids(tx, ["wh_2", "wh_404"])
    assert set(left) == {"wh_2"}
    assert (left["wh_2"].sealed_secret, left["wh_2"].sealed_former_secret) == ("", None)
