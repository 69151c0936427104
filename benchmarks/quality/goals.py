"""What we set out to reach, and whether the mode that newsrooms get by default does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.quality.material import ENGLISH
from benchmarks.quality.measured import Cell
from benchmarks.quality.sections import Cells, Hate, most_lost
from models import fairness
from models.ranking import Interval
from models.registry import LARGEST_SHIPPED_BYTES
from models.reliability import Reliability

AUC_GOALS = (
    ("jigsaw-wiki", "TOXICITY", 0.985),
    ("jigsaw-wiki", "INSULT", 0.985),
    ("jigsaw-wiki", "PROFANITY", 0.985),
    ("jigsaw-wiki", "IDENTITY_ATTACK", 0.97),
    ("civil-10k", "TOXICITY", 0.94),
    ("wiki-natural-rate-gc", "TOXICITY", 0.95),
    ("globe-unhealthy", "TOXICITY", 0.80),
    ("fox-news", "IDENTITY_ATTACK", 0.82),
    ("youtube-spam", "SPAM", 0.97),
    ("reddit-advertising", "SPAM", 0.80),
)
GROUP_GOAL = 0.85
OVER_PERFECT_GOAL = 0.03
CORRELATION_GOAL = 0.80
LOST_GOAL = 0.005
FEWEST_TO_COMPARE = 30
NOT_HERE = "not measurable here"


@dataclass(frozen=True)
class Goal:
    """A goal, what was found (None where this run cannot tell, and why), and whether less is better."""

    what: str
    bound: float
    found: float | None
    why_not: str = "not measured in this run"
    is_most: bool = False

    @property
    def verdict(self) -> str:
        """Say `met`, `missed by x`, or why nobody knows."""
        if self.found is None:
            return self.why_not
        short = self.found - self.bound if self.is_most else self.bound - self.found
        return "met" if short <= 0 else f"missed by {max(short, 0.0001):.4f}"


ELSEWHERE = (
    Goal("recall of what hides, over the clean recall", 0.95, None, "python -m benchmarks.evasion measures it"),
    Goal("cascade's throughput over the deep tier's", 5, None, "make bench-speed measures it"),
    Goal("one comment in the cascade, p99 ms", 40, None, "make bench-speed measures it", is_most=True),
    Goal("training of the heads, minutes", 10, None, "ombuds model train tells it", is_most=True),
)


def goals(
    mode: str,
    cells: Cells,
    biases: Mapping[str, Mapping[str, fairness.Bias]],
    calibrations: Mapping[str, Reliability],
    correlations: Mapping[str, Mapping[str, Interval]],
    hate: Mapping[str, Hate],
    n_bytes: int,
) -> list[Goal]:
    """List the goals of quality for one mode; a section that was not run is empty."""
    found = [
        Goal(f"AUC {source} {attribute}", bound, _auc(cells.get((ENGLISH, source, attribute)), mode))
        for source, attribute, bound in AUC_GOALS
    ]
    worst = min(fairness.worst(biases.get(mode, {})), key=lambda one: one.auc, default=None)
    named = f" ({worst.group}, {worst.measure})" if worst else ""
    found.append(Goal(f"worst group's AUC{named}", GROUP_GOAL, worst.auc if worst else None))
    calibrated = calibrations.get(mode)
    over = calibrated.error.value - calibrated.of_perfect if calibrated else None
    found.append(
        Goal("calibration error over a perfect classifier's, civil-10k", OVER_PERFECT_GOAL, over, is_most=True)
    )
    likeness = correlations.get("TOXICITY", {}).get(mode)
    found.append(
        Goal("rank correlation with Perspective's TOXICITY", CORRELATION_GOAL, likeness.value if likeness else None)
    )
    lost = most_lost(cells, FEWEST_TO_COMPARE)
    where = f" ({lost[0]})" if lost else ""
    found.append(
        Goal(
            f"AUC that the cascade loses on the worst source{where}",
            LOST_GOAL,
            lost[1] if lost else None,
            "needs both modes, and sources with enough rows",
            is_most=True,
        )
    )
    tests = hate.get(mode)
    for what, bound, value in (
        ("balanced accuracy", 0.74, tests and tests.balanced),
        ("AUC", 0.83, tests and tests.auc.value),
        ("accuracy", 0.766, tests and tests.accuracy),
    ):
        found.append(Goal(f"functional tests of hate, {what}", bound, value, NOT_HERE))
    megabytes = LARGEST_SHIPPED_BYTES / 2**20
    found.append(Goal("size of the version, MiB", megabytes, n_bytes / 2**20, is_most=True))
    return [*found, *ELSEWHERE]


def _auc(cell: Cell | None, mode: str) -> float | None:
    found = cell.by_system.get(mode) if cell else None
    return found.auc.value if found and found.auc else None
