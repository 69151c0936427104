"""One simulated newsroom, from its first comment to its last, with every learner."""

from __future__ import annotations

from pathlib import Path

from threadpoolctl import threadpool_limits

from benchmarks.learning import learners, newsroom
from models import refit, site_heads
from models.registry import Registry

NUMBERS = (0, 25, 50, 100, 200, 400, 800, 1600, 3200)
N_EARLIER = 8000
BASE, SCRATCH, RANDOM, ACTIVE = LEARNERS = ("base alone", "from scratch", "ours, random", "ours, active")


def simulate(
    version: str, registry: Path | None, data: Path, cache: Path, seed: int
) -> tuple[str, dict[str, list[float]]]:
    """Let each learner learn from one newsroom, in a process of its own, on one thread."""
    with threadpool_limits(1):
        base = Registry(registry).load(version)
        comments = newsroom.read(data)
        read = learners.read(base, comments.texts, cache)
        of = newsroom.open_newsroom(comments, seed)
        course = learners.Course(comments.texts, read, of.rejected, of.order[:N_EARLIER], of.order[N_EARLIER:], NUMBERS)
        # The newsroom's guidelines are not told either: the head starts from everything that is measured.
        start, settings = site_heads.add(base), refit.Settings()
        alone = course.area(learners.score(start, read))
        return of.told, {
            BASE: [alone] * len(NUMBERS),
            SCRATCH: learners.from_scratch(course),
            RANDOM: learners.ours(course, start, seed, is_active=False, settings=settings),
            ACTIVE: learners.ours(course, start, seed, is_active=True, settings=settings),
        }
