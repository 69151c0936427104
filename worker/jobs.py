"""The functions whose names live in Redis. Here, and only here, is chosen whether a failure is retried or recorded."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from moderation.judge import judge
from worker import bootstrap
from worker.batches import Batching
from worker.score import Scoring

if TYPE_CHECKING:
    from collections.abc import Sequence

    from moderation.domain import Judgement, Passage, Scorer
    from moderation.guidelines import Guidelines

log = structlog.get_logger()


def score_pending() -> None:
    """Score whatever is pending. May run twice or late and does no harm."""
    made = bootstrap.parts()
    lease = timedelta(seconds=made.settings.claim_seconds)
    Scoring(made.database, made.dispatcher, bootstrap.scorer(), judge_or_none, lease).drain()


def deliver_due() -> None:
    """Deliver whatever is due. May run twice or late and does no harm."""
    bootstrap.deliverer().drain(bootstrap.parts().dispatcher)


def run_batches() -> None:
    """Work the batches that are open. May run twice or late and does no harm."""
    made = bootstrap.parts()
    Batching(made.database, made.dispatcher, made.stopping).drain()


def judge_or_none(passages: Sequence[Passage], scorer: Scorer, guidelines: Guidelines) -> list[Judgement] | None:
    """Judge texts; None when the classifier fails on them, for any reason: they are tried one by one, then held."""
    try:
        return judge(passages, scorer, guidelines)
    except Exception as error:  # noqa: BLE001  any failure of the classifier must end with people looking, not with a lost comment
        log.error("comments.not_scored", n=len(passages), error=type(error).__name__)  # noqa: TRY400  its message may quote the text
        return None
