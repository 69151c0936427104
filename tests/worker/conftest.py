"""What the workers' tests share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from sqlalchemy import insert

from models import training
from models.registry import Registry
from moderation import dispatch
from moderation.dispatch import Dispatcher
from moderation.tables import labels
from tests.models.conftest import KIND, RUDE, VERSION, sentences

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from moderation.store.database import Database
    from moderation.store.sites import Site


@pytest.fixture(autouse=True)
def logs_as_at_first() -> Iterator[None]:
    """Leave no test a log that another one has set up: what is set up is kept by whoever logs first."""
    structlog.reset_defaults()
    yield
    structlog.reset_defaults()


@pytest.fixture
def deaf(tmp_path: Path) -> Iterator[Dispatcher]:
    """Bells on a Redis that is not there."""
    with dispatch.connect(f"unix://{tmp_path / 'nothing'}") as redis:
        yield Dispatcher(redis)


@pytest.fixture(scope="session")
def tiny_shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of shipped versions in which there is one, trained on sentences of our own."""
    folder = tmp_path_factory.mktemp("shipped")
    chosen = training.Settings(C=10.0, n_folds=3, min_texts=1, fewest_positives=5, lowest_auc=0.6)
    trained = training.train(sentences(), chosen)
    made_at = datetime(2026, 11, 22, tzinfo=UTC)
    Registry(folder).publish(VERSION, trained.classifier, trained.metrics, {"attributes": {}}, "# tiny\n", made_at)
    return folder


@pytest.fixture
def say(database: Database, site: Site, now: datetime) -> Callable[..., None]:
    """Have people of `site` say of many sentences whether they are rude, one an hour, the last of them just now."""

    def tell(n: int = 240, **changes: Any) -> None:
        rows = []
        for place in range(n):
            is_rude = place % 3 == 0
            word = (RUDE if is_rude else KIND)[place // 3 % len(RUDE)]
            text = f"You are a {word} about harbour number {place}."
            for attribute in ("TOXICITY", "LIKELY_TO_REJECT"):
                said = {
                    "site_id": site.id,
                    "external_id": f"x-{place}",
                    "text": text,
                    "language": "en",
                    "attribute": attribute,
                    "value": float(is_rude),
                    "source": "moderator",
                    "created_at": now - timedelta(hours=n - place),
                }
                rows.append(said | changes)
        with database.writing() as tx:
            tx.execute(insert(labels), rows)

    return tell
