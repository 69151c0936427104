"""The plain pattern: an RQ job per comment and per delivery, in RQ's forking worker. All else is ours, unchanged."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from rq import Queue, Worker
from rq.serializers import JSONSerializer

from moderation import decisions, dispatch, endpoints, logs, policies, settings, webhooks
from moderation.dispatch import Bell
from moderation.domain import Passage, Scorer
from moderation.judge import judge
from moderation.scorers import Scorers
from moderation.settings import Settings
from moderation.store import comments, outbox
from moderation.store import decisions as decision_store
from moderation.store import webhooks as endpoint_store
from moderation.store.database import Database
from moderation.store.outbox import Attempt, Outcome, State
from service.cli import run
from worker.sender import Sender

JOBS = {Bell.SCORE: "benchmarks.flow.plain.score_one", Bell.DELIVER: "benchmarks.flow.plain.deliver_one"}
LEASE = timedelta(seconds=60)
SCORER: list[Scorer] = []
PARTS: dict[str, tuple[Settings, Database, Sender]] = {}


class PlainDispatcher(dispatch.Dispatcher):
    """Enqueues a job every time."""

    def ring(self, bell: Bell) -> None:
        """Enqueue one job for one piece of work."""
        Queue(bell.value, connection=self.redis, serializer=JSONSerializer).enqueue(JOBS[bell], result_ttl=0)


def score_one() -> None:
    """Score one pending comment and enqueue its delivery."""
    read, database, _ = PARTS["made before the fork"]
    token, now = uuid4().hex, datetime.now(UTC)
    with database.writing() as tx:
        claimed = comments.claim_pending(tx, token, 1, now, LEASE)
    for comment in claimed:
        guidelines = policies.of_site(database, comment.site_id)
        (judgement,) = judge([Passage(comment.text, comment.language)], SCORER[0], guidelines)
        with database.writing() as tx:
            row = {"comment_id": comment.id, "revision": comment.revision, "scores": dict(judgement.scores)}
            comments.keep_scores(tx, [{**row, "model_version": judgement.model_version}])
            decisions.record(
                tx, [decisions.by_policy(comment.id, comment.revision, token, judgement)], datetime.now(UTC)
            )
        PlainDispatcher(dispatch.connect(read.redis_url)).ring(Bell.DELIVER)


def deliver_one() -> None:
    """Deliver one due delivery."""
    read, database, sender = PARTS["made before the fork"]
    token, now = uuid4().hex, datetime.now(UTC)
    with database.writing() as tx:
        claimed = outbox.claim_due(tx, token, {}, 1, now, LEASE)
        made = decision_store.by_ids(tx, [delivery.decision_id for delivery in claimed])
        found = endpoint_store.by_ids(tx, [delivery.webhook_id for delivery in claimed])
    for delivery in claimed:
        endpoint, body = found[delivery.webhook_id], webhooks.body(made[delivery.decision_id])
        secrets = endpoints.signing_secrets(endpoint, read.secret, now)
        answer = sender.send(endpoint.url, webhooks.headers(delivery.id, body, secrets, now), body)
        attempt = Attempt(delivery.id, now, 0, answer.status_code, answer.error)
        with database.writing() as tx:
            outbox.settle(tx, token, [Outcome(attempt, State.DELIVERED if answer.is_success else State.FAILED, now)])


def work(bell: Bell) -> None:
    """Run RQ's own forking worker, with the classifier loaded before it forks."""
    read = settings.read()
    PARTS["made before the fork"] = read, Database(read.database_url), Sender(read.webhook_allow)
    if bell is Bell.SCORE:
        from models.scorer import load  # noqa: PLC0415  the delivering worker does without it, as ours does

        SCORER.append(load())
        SCORER[0].score(["warm"], [None])
    connection = dispatch.connect(read.redis_url, wait_seconds=None)
    queue = Queue(bell.value, connection=connection, serializer=JSONSerializer)
    Worker([queue], connection=connection, serializer=JSONSerializer).work(logging_level="WARNING")


def application() -> object:
    """Make the same web application, with the plain dispatcher."""
    from models.scorer import load  # noqa: PLC0415
    from service.app import create  # noqa: PLC0415

    read = settings.read()
    logs.configure(as_json=False)
    return create(
        read, Database(read.database_url), PlainDispatcher(dispatch.connect(read.redis_url)), Scorers.only(load())
    )


def serve() -> None:
    """Become the same HTTP server with the same options, but with the plain application."""
    command = run.server(settings.read(), "benchmarks.flow.plain_wsgi:app")
    os.execv(sys.executable, [sys.executable, "-P", "-m", *command])  # noqa: S606  no shell is meant


if __name__ == "__main__":
    sys.modules["benchmarks.flow.plain"] = sys.modules["__main__"]
    if sys.argv[1] == "serve":
        serve()
    work(Bell(sys.argv[1]))
