"""The functions whose names live in Redis. Here, and only here, is chosen whether a failure is retried or recorded."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError

from models.errors import ModelError
from moderation.errors import TrainingTakenOver
from moderation.judge import judge
from worker import bootstrap
from worker.batches import Batching
from worker.rescore import Rescoring
from worker.score import Scoring
from worker.shadow import Shadowing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from moderation.domain import Judgement, Passage, Scorer
    from moderation.guidelines import Guidelines
    from worker.retrain import Retraining, Taken

log = structlog.get_logger()


def score_pending() -> None:
    """Score whatever is pending. May run twice or late and does no harm."""
    made = bootstrap.parts()
    lease = timedelta(seconds=made.settings.claim_seconds)
    Scoring(made.database, made.dispatcher, bootstrap.scorers(), judge_or_none, lease).drain()


def score_in_shadow() -> None:
    """Have challengers score what is to be scored in shadow. May run twice or late and does no harm."""
    made = bootstrap.parts()
    lease = timedelta(seconds=made.settings.claim_seconds)
    Shadowing(made.database, made.dispatcher, bootstrap.scorers(), judge_or_none, lease).drain()


def score_anew() -> None:
    """Score anew what is asked for. May run twice or late and does no harm."""
    made = bootstrap.parts()
    lease = timedelta(seconds=made.settings.claim_seconds)
    Rescoring(made.database, made.dispatcher, bootstrap.scorers(), judge_or_none, lease).drain()


def deliver_due() -> None:
    """Deliver whatever is due. May run twice or late and does no harm."""
    bootstrap.deliverer().drain(bootstrap.parts().dispatcher)
    bootstrap.telling().drain()


def run_batches() -> None:
    """Work the batches that are open. May run twice or late and does no harm."""
    made = bootstrap.parts()
    Batching(made.database, made.dispatcher, made.stopping).drain()


def retrain_asked() -> None:
    """Work at the training runs that wait. May run twice or late and does no harm."""
    from worker import retrain  # noqa: PLC0415  only the process that trains pays for what training needs

    retraining = retrain.of(bootstrap.parts())
    retraining.begin()
    while (taken := retraining.take()) is not None:
        end_or_fail(retraining, taken)


def end_or_fail(retraining: Retraining, taken: Taken) -> None:
    """Work at a training run, and keep in words why it failed if it did. What cannot be kept is taken up again."""
    try:
        retraining.work(taken)
    except TrainingTakenOver:
        log.warning("training.taken_over", training=taken.training.id)
    except SQLAlchemyError:
        raise  # the record is away: the claim runs out, and the sweep rings again
    except ModelError as error:
        log.warning("training.failed", training=taken.training.id, error=type(error).__name__)
        retraining.fail(taken, str(error))
    except Exception as error:  # noqa: BLE001  whoever asked must learn that nothing will come of it
        log.error("training.failed", training=taken.training.id, error=type(error).__name__)  # noqa: TRY400  its message may quote a text
        retraining.fail(taken, f"something broke ({type(error).__name__}); the log of the retrain worker says when")


def judge_or_none(passages: Sequence[Passage], scorer: Scorer, guidelines: Guidelines) -> list[Judgement] | None:
    """Judge texts; None when the classifier fails on them, for any reason: they are tried one by one, then held."""
    try:
        return judge(passages, scorer, guidelines)
    except Exception as error:  # noqa: BLE001  any failure of the classifier must end with people looking, not with a lost comment
        log.error("comments.not_scored", n=len(passages), error=type(error).__name__)  # noqa: TRY400  its message may quote the text
        return None
