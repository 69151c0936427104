"""Scoring: claim a batch of pending comments, judge it in one call, record the decisions."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol, TypeVar
from uuid import uuid4

import structlog

from moderation import champions, decisions, policies
from moderation.dispatch import Bell, Dispatcher
from moderation.domain import MAX_ATTEMPTS_TO_SCORE, NOT_SCORED, Judgement, Passage, Scorer
from moderation.fingerprints import simhash
from moderation.guidelines import Guidelines
from moderation.judge import hold_unscored
from moderation.store import comments, fingerprints, shadow_scores
from moderation.store.fingerprints import Fingerprint
from moderation.store.shadow_scores import Asked

if TYPE_CHECKING:
    from moderation.scorers import Scorers
    from moderation.store.comments import Claimed
    from moderation.store.database import Database

BATCH = 32
"""Comments claimed at once: where their cost has flattened out. More would keep the first waiting for the last."""

_LONGEST_SECONDS = 2.0
_RETRY_SECONDS = 5
_LOOKS = 2
_LOOK_SECONDS = 0.03

Judge = Callable[[Sequence[Passage], Scorer, Guidelines], list[Judgement] | None]
"""Judges texts, or says None when the classifier failed on them."""


class _HasPassage(Protocol):
    @property
    def passage(self) -> Passage:
        """What is to be judged."""


_Judged = TypeVar("_Judged", bound=_HasPassage)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Scoring:
    """One job's worth of scoring."""

    database: Database
    dispatcher: Dispatcher
    scorers: Scorers
    judge: Judge
    lease: timedelta
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def drain(self) -> int:
        """Score what is pending, for about two seconds at most; return how many comments were decided."""
        self.dispatcher.answer(Bell.SCORE)
        began, n_decided = time.monotonic(), 0
        while True:
            token = uuid4().hex
            claimed = self._claim(token, self.clock())
            if len(claimed) == BATCH:
                self.dispatcher.ring(Bell.SCORE)  # so that a second worker joins
            n_decided += self._decide(token, claimed)
            if not self._goes_on(len(claimed)):
                return n_decided
            if time.monotonic() - began > _LONGEST_SECONDS:
                self.dispatcher.ring_anyway(Bell.SCORE)
                return n_decided

    def _claim(self, token: str, now: datetime) -> list[Claimed]:
        """Claim a batch of fresh comments; where there is none, one that failed before."""
        with self.database.writing() as tx:
            return comments.claim_pending(tx, token, BATCH, now, self.lease) or comments.claim_again(
                tx, token, now, self.lease
            )

    def _goes_on(self, n_claimed: int) -> bool:
        """Tell whether there is more, lingering for a moment where there was some.

        A job costs RQ more than a small batch costs us: under a steady stream a job that lingers does the work of many.
        What comes after it has left has rung by itself. To look twice as often would bring verdicts 15 ms earlier, and
        cost a third more processor time and time under SQLite's one lock: it is the posts that would wait.
        """
        if n_claimed in {0, BATCH}:
            return n_claimed == BATCH
        for _ in range(_LOOKS):
            time.sleep(_LOOK_SECONDS)
            with self.database.reading() as tx:
                if comments.has_pending(tx, self.clock()):
                    return True
        return False

    def _decide(self, token: str, claimed: Sequence[Claimed]) -> int:
        if not claimed:
            return 0
        judged, failed = self._judged(claimed)
        marks = {one.id: _fingerprint(one) for one, _ in judged}  # before the lock that all writers wait for
        now = self.clock()
        with self.database.writing() as tx:
            if failed:
                comments.lock(tx, [comment.id for comment in claimed])  # all of them now, in the order everyone keeps
            made = decisions.record(
                tx,
                [decisions.by_policy(comment.id, comment.revision, token, judgement) for comment, judgement in judged],
                now,
            )
            decided = {(decision.site_id, decision.comment_id) for decision in made}
            kept = [pair for pair in judged if (pair[0].site_id, pair[0].external_id) in decided]
            comments.keep_scores(tx, [_scores(comment, judgement) for comment, judgement in kept])
            fingerprints.keep(tx, [marks[comment.id] for comment, _ in kept])
            is_shadowed = shadow_scores.ask(tx, self._for_challengers(kept), now)
            if failed:
                comments.release_claims(
                    tx, token, [comment.id for comment in failed], now + timedelta(seconds=_RETRY_SECONDS)
                )
        if made:
            self.dispatcher.ring(Bell.DELIVER)
        if is_shadowed:
            self.dispatcher.ring(Bell.SHADOW)
        log.info("comments.scored", n_claimed=len(claimed), n_decided=len(made), n_failed=len(failed))
        return len(made)

    def _for_challengers(self, kept: Sequence[tuple[Claimed, Judgement]]) -> list[Asked]:
        """Write down what challengers are to be asked about afterwards: a share of what the champion scored."""
        asked: list[Asked] = []
        for comment, judgement in kept:
            shadow = self.scorers.shadow_of(comment.site_id) if judgement.scores else None
            if shadow is not None and champions.is_drawn(shadow, comment.site_id, comment.external_id):
                asked.append(Asked(shadow.id, comment.id, comment.revision, judgement))
        return asked

    def _judged(self, claimed: Sequence[Claimed]) -> tuple[list[tuple[Claimed, Judgement]], list[Claimed]]:
        """Judge claimed comments by their sites' guidelines; those that failed come second, to be tried again."""
        judged: list[tuple[Claimed, Judgement]] = []
        failed: list[Claimed] = []
        for site_id, group in _by_site(claimed).items():
            guidelines = policies.of_site(self.database, site_id)
            for comment, judgement in self._tried(group, guidelines):
                if judgement is not None:
                    judged.append((comment, judgement))
                elif comment.n_claims >= MAX_ATTEMPTS_TO_SCORE:
                    version = self.scorers.of(site_id).version
                    judged.append((comment, hold_unscored(NOT_SCORED, version, guidelines)))
                else:
                    failed.append(comment)
        return judged, failed

    def _tried(self, group: Sequence[Claimed], guidelines: Guidelines) -> list[tuple[Claimed, Judgement | None]]:
        """Judge comments together, or one by one where that fails.

        A comment that was claimed more often than it may fail has felled its workers: it is not tried again.
        """
        if any(comment.n_claims > MAX_ATTEMPTS_TO_SCORE for comment in group):  # claimed alone
            return [(comment, None) for comment in group]
        return each_judged(group, self.judge, self.scorers.of(group[0].site_id), guidelines)


def each_judged(
    group: Sequence[_Judged], judge: Judge, scorer: Scorer, guidelines: Guidelines
) -> list[tuple[_Judged, Judgement | None]]:
    """Judge comments together, or one by one where the classifier fails on them; None for those that it fails on."""
    if not group:
        return []
    together = judge([one.passage for one in group], scorer, guidelines)
    if together is not None:
        return list(zip(group, together, strict=True))
    if len(group) == 1:
        return [(group[0], None)]
    return [pair for one in group for pair in each_judged([one], judge, scorer, guidelines)]


def _by_site(claimed: Sequence[Claimed]) -> dict[int, list[Claimed]]:
    groups: dict[int, list[Claimed]] = defaultdict(list)
    for comment in claimed:
        groups[comment.site_id].append(comment)
    return groups


def _fingerprint(comment: Claimed) -> Fingerprint:
    return Fingerprint(comment.id, comment.site_id, comment.revision, simhash(comment.text))


def _scores(comment: Claimed, judgement: Judgement) -> dict[str, object]:
    return {
        "comment_id": comment.id,
        "revision": comment.revision,
        "scores": dict(judgement.scores),
        "model_version": judgement.model_version,
    }
