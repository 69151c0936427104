"""`python slow_worker.py SECONDS`: the score worker, whose classifier takes its time over every batch."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from models.attributes import ATTRIBUTES
from moderation.dispatch import Bell
from moderation.scorers import Scorers
from worker import bootstrap


@dataclass(frozen=True)
class Scored:
    values: Mapping[str, float] = field(default_factory=lambda: dict.fromkeys(ATTRIBUTES, 0.01))
    missing: str | None = None


@dataclass(frozen=True)
class Slow:
    """Finds nothing wrong with any text, slowly; satisfies `moderation.domain.Scorer`."""

    seconds: float
    version: str = "slow-1"

    def score(
        self,
        texts: Sequence[str],
        languages: Sequence[str | None],  # noqa: ARG002  the protocol's
        contexts: Sequence[tuple[str | None, str | None]] | None = None,  # noqa: ARG002  the same
    ) -> list[Scored]:
        time.sleep(self.seconds)
        return [Scored() for _ in texts]

    def explain(
        self,
        texts: Sequence[str],
        attributes: Sequence[Sequence[str]],  # noqa: ARG002  the protocol's
        languages: Sequence[str | None] | None = None,  # noqa: ARG002  the same
        contexts: Sequence[tuple[str | None, str | None]] | None = None,  # noqa: ARG002  the same
    ) -> list[Mapping[str, Sequence[tuple[int, int]]]]:
        return [{} for _ in texts]


bootstrap.work(Bell.SCORE, lambda: Scorers.only(Slow(float(sys.argv[1]))))
