"""Shadow: challengers score a share of what the champion has decided, afterwards, and decide nothing."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import structlog

from moderation import policies
from moderation.dispatch import Bell, Dispatcher
from moderation.domain import MAX_ATTEMPTS_TO_SCORE
from moderation.store import comments, shadow_scores
from worker.score import Judge, each_judged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from moderation.domain import Judgement
    from moderation.scorers import Scorers
    from moderation.store.database import Database
    from moderation.store.shadow_scores import Unasked

BATCH = 16
"""Comments scored at once: a comment that comes in meanwhile waits no longer than these take."""

_LONGEST_SECONDS = 2.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Shadowing:
    """One job's worth of scoring in shadow."""

    database: Database
    dispatcher: Dispatcher
    scorers: Scorers
    judge: Judge
    lease: timedelta
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def drain(self) -> int:
        """Ask challengers about what waits for them, as long as no comment waits for the champion; return of how many.

        A job asks about one small batch at least: under a load that never ends, challengers still get their turn.
        """
        self.dispatcher.answer(Bell.SHADOW)
        began, n_asked = time.monotonic(), 0
        while True:
            now = self.clock()
            token = uuid4().hex
            with self.database.writing() as tx:
                claimed = shadow_scores.claim(tx, token, self.scorers.challengers, BATCH, now, now + self.lease)
            n_asked += self._ask(token, claimed)
            with self.database.reading() as tx:
                is_more = shadow_scores.has_unasked(tx, self.clock(), self.scorers.challengers)
                is_busy = comments.has_pending(tx, self.clock())
            if not is_more:
                return n_asked
            if is_busy or time.monotonic() - began > _LONGEST_SECONDS:
                self.dispatcher.ring_anyway(Bell.SHADOW)
                return n_asked

    def _ask(self, token: str, claimed: Sequence[Unasked]) -> int:
        answers: list[tuple[Unasked, Judgement]] = []
        given_up: list[Unasked] = []
        for (site_id, version), group in _by_scorer(claimed).items():
            challenger = self.scorers.challenger(version)
            if challenger is None:  # out of shadow since: what is claimed is forgotten by the next who claims
                continue
            tried = [one for one in group if one.n_claims <= MAX_ATTEMPTS_TO_SCORE]
            given_up += [one for one in group if one.n_claims > MAX_ATTEMPTS_TO_SCORE]
            guidelines = policies.of_site(self.database, site_id)
            for one, judgement in each_judged(tried, self.judge, challenger, guidelines):
                if judgement is None:
                    given_up.append(one)
                else:
                    answers.append((one, judgement))
        if not claimed:
            return 0
        with self.database.writing() as tx:
            n_kept = shadow_scores.keep(tx, token, answers)
            shadow_scores.forget(tx, [(one.shadow_id, one.comment_id, one.revision) for one in given_up])
        log.info("comments.scored_in_shadow", n_claimed=len(claimed), n_kept=n_kept, n_failed=len(given_up))
        return n_kept


def _by_scorer(claimed: Sequence[Unasked]) -> dict[tuple[int, str], list[Unasked]]:
    groups: dict[tuple[int, str], list[Unasked]] = defaultdict(list)
    for one in claimed:
        groups[one.site_id, one.version].append(one)
    return groups
