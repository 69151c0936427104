"""A promotion reaches service and worker within seconds: nothing is restarted, and no comment is dropped."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from models.registry import Registry
from moderation import champions, intake
from moderation.dispatch import Bell
from moderation.domain import Status
from service import versions
from service.app import create
from tests.models.conftest import VERSION
from worker import bootstrap, jobs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from moderation.dispatch import Dispatcher
    from moderation.settings import Settings
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site

PATIENCE_SECONDS = 5.0


@pytest.fixture
def process(
    environment: dict[str, str], tiny_shipped: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, str]]:
    """Make this process a worker's and a service's, with a version of this install."""
    environment["OMBUDS_MODELS"] = str(tiny_shipped)
    environment["OMBUDS_SCORING"] = "fast"
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    yield environment
    bootstrap.scorers().close()
    bootstrap._scorers.clear()
    bootstrap.parts().database.close()
    bootstrap.parts().dispatcher.redis.close()
    bootstrap.parts.cache_clear()


def test_a_promotion_takes_effect_everywhere_without_a_restart_and_is_rolled_back_so(
    process: dict[str, str],
    settings: Settings,
    database: Database,
    dispatcher: Dispatcher,
    site: Site,
    site_key: str,
    accept: Callable[..., CommentRow],
    now: datetime,
) -> None:
    assert process
    made = bootstrap.parts()
    followed = versions.scorers(made.settings, database)
    followed.start()
    app = create(settings, database, dispatcher, followed)
    shipped = Registry().newest_shipped()
    n_posted = 0

    def score() -> str:
        """Have the service score a text at once."""
        headers = {"Authorization": f"Bearer {site_key}"}
        answer = app.test_client().post("/v1/score", json={"text": "You are a fool."}, headers=headers)
        return str(answer.json["model_version"])

    def decide() -> Any:
        """Post a comment, and have the worker decide it."""
        nonlocal n_posted
        n_posted += 1
        accept(f"c-{n_posted}", "You are a fool.")
        jobs.score_pending()
        return intake.look_up(database, site.id, f"c-{n_posted}").decision

    def await_version(version: str) -> None:
        began = time.monotonic()
        while (score(), decide().model_version) != (version, version):
            assert time.monotonic() - began < PATIENCE_SECONDS, "it was to take effect within five seconds"

    try:
        assert (score(), decide().model_version) == (shipped, shipped)
        champions.promote(database, site.id, VERSION, "mara", "It knows our words", now)
        await_version(VERSION)
        champions.promote(database, site.id, "2026-01-01-gone", "mara", "A typing error", now)
        time.sleep(1.5)
        assert (score(), decide().model_version) == (VERSION, VERSION)
        assert app.test_client().get("/readyz").json["unusable_versions"].keys() == {"2026-01-01-gone"}
        champions.roll_back(database, site.id, "mara", "Mended", now)
        champions.promote(database, site.id, shipped, "mara", "As before", now)
        await_version(shipped)
    finally:
        followed.close()
    looked = [intake.look_up(database, site.id, f"c-{number + 1}").comment for number in range(n_posted)]
    assert Status.PENDING not in {one.status for one in looked}
    assert {one.model_version for one in looked} == {shipped, VERSION}
    assert dispatcher.redis.llen(f"rq:queue:{Bell.SCORE}") == 0
