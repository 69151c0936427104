"""Rescoring: comments that were decided before are scored anew with the champion, piece by piece."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import structlog

from moderation import policies, rescorings
from moderation.dispatch import Bell, Dispatcher
from moderation.domain import MAX_ATTEMPTS_TO_SCORE
from moderation.store import comments
from moderation.store import rescorings as store
from worker.score import Judge, each_judged

if TYPE_CHECKING:
    from moderation.domain import Judgement
    from moderation.scorers import Scorers
    from moderation.store.database import Database
    from moderation.store.rescorings import Piece, Scored

PIECE = 32
"""Comments of a piece: a comment that comes in meanwhile waits no longer than these take."""

_LONGEST_SECONDS = 2.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Rescoring:
    """One job's worth of rescoring."""

    database: Database
    dispatcher: Dispatcher
    scorers: Scorers
    judge: Judge
    lease: timedelta
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def drain(self) -> int:
        """Score pieces anew as long as no comment waits to be scored at all; return how many comments were.

        A job does one piece at least: under a load that never ends, a rescoring still comes to its end.
        """
        self.dispatcher.answer(Bell.RESCORE)
        began, n_kept = time.monotonic(), 0
        while True:
            now, token = self.clock(), uuid4().hex
            with self.database.writing() as tx:
                piece = store.claim(tx, token, PIECE, now, now + self.lease)
            if piece is None:
                return n_kept
            self.dispatcher.ring(Bell.RESCORE)  # so that a second worker joins
            n_kept += self._work(piece, token)
            with self.database.reading() as tx:
                is_busy = comments.has_pending(tx, self.clock())
            if is_busy or time.monotonic() - began > _LONGEST_SECONDS:
                self.dispatcher.ring_anyway(Bell.RESCORE)
                return n_kept

    def _work(self, piece: Piece, token: str) -> int:
        """Do a piece. One that felled its workers again and again is passed over: its comments keep their scores."""
        judged = [] if piece.n_claims > MAX_ATTEMPTS_TO_SCORE else self._judged(piece)
        n_kept = rescorings.finish(self.database, piece, token, judged, self.clock())
        log.info("comments.rescored", rescoring=piece.rescoring.id, n_kept=n_kept)
        return n_kept

    def _judged(self, piece: Piece) -> list[tuple[Scored, Judgement]]:
        with self.database.reading() as tx:
            found = store.texts(tx, piece)
        groups: dict[int, list[Scored]] = defaultdict(list)
        for one in found:
            groups[one.site_id].append(one)
        judged: list[tuple[Scored, Judgement]] = []
        for site_id, group in groups.items():
            champion = self.scorers.of(site_id)
            guidelines = policies.of_site(self.database, site_id)
            stale = [one for one in group if one.model_version != champion.version]
            judged += [
                (one, judgement)
                for one, judgement in each_judged(stale, self.judge, champion, guidelines)
                if judgement is not None
            ]
        return judged
