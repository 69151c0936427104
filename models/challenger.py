"""From a snapshot to a challenger: refit on the earlier weeks, try on the later ones, ask the gate, publish."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from models import doubts, fingerprint, gate, page, refit, retrained_card, sections, snapshot, trial
from models.attributes import LIKELY_TO_REJECT
from models.errors import DamagedVersion, TooFewLabels, UnknownVersion
from models.scorer import Scorer
from models.suite.cases import OF_GROUPS

if TYPE_CHECKING:
    from pathlib import Path

    from models.evaluation import Progress
    from models.gate import Bounds
    from models.registry import Registry
    from models.scorer import Mode
    from models.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be made.

    Attributes:
        version: The name that the challenger gets.
        champion: The version that decides now, to be compared with.
        site: The name of the site whose newsroom it is for; None for all.
        named: The attributes that the site's guidelines name; none for all of them.
        seed: Of whatever is left to chance.
        bounds: What the gate asks.
        mode: Which tiers score here; None leaves it to the version.
    """

    version: str
    champion: str
    site: str | None
    named: tuple[str, ...]
    seed: int
    bounds: Bounds
    mode: Mode | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """What came of a task.

    Attributes:
        gate: What the gate says, as `models.gate.Result.document` gives it.
        doubts: Labels that may be errors, the most doubted first: `comment_id`, `attribute`, `said` and `p`.
    """

    gate: dict[str, Any]
    doubts: list[dict[str, Any]]


def make(registry: Registry, task: Task, file: Path, now: datetime, progress: Progress) -> Made:
    """Make a challenger and publish it, whole; the same snapshot, versions and seed give the same arrays.

    It learns from all that stands, and begins where the champion once began, from a version that never saw a label of
    the newsroom: so no label counts twice, and what was erased is forgotten.

    A challenger that does not pass the gate is published all the same: its card says why, and who promotes it must say
    that they do so despite the gate.

    Args:
        registry: Where versions are.
        task: What is to be made.
        file: The snapshot's.
        now: When.
        progress: Told of each step.

    Raises:
        TooFewLabels: The snapshot holds no label to learn from, or none to measure by.
        UnreadableData: The snapshot cannot be read.
        ModelError: A version cannot be loaded, or the registry cannot take the challenger.
    """
    progress("loading", 0, 1)
    base_version = base_of(registry, task.champion)
    base = registry.load(base_version)
    champion = base if base_version == task.champion else registry.load(task.champion)
    said, digest = snapshot.read(file, tuple(dict.fromkeys((*base.attributes, LIKELY_TO_REJECT))))
    earlier, later = snapshot.split(said)
    if not earlier.n_labels or not later.n_labels:
        raise TooFewLabels(len(said))
    progress("loading", 1, 1)
    refitted = refit.refit(base, _lessons(earlier), refit.Settings(seed=task.seed), progress, task.named)
    ours = Scorer(task.version, refitted.classifier, task.mode)
    theirs = Scorer(task.champion, champion, task.mode)
    found = trial.compare(theirs, ours, later, (OF_GROUPS, LIKELY_TO_REJECT), progress, task.seed)
    result = gate.judge(found, task.bounds).document()
    told = {
        "base": base_version,
        "champion": task.champion,
        "site": task.site,
        "seed": task.seed,
        "snapshot_sha256": digest,
        "earlier": _described(earlier),
        "later": _described(later),
        "refit": refitted.metrics,
        "made_with": fingerprint.surroundings(),
        "arrays": fingerprint.arrays(refitted.classifier),
    }
    progress("writing", 0, 1)
    document = retrained_card.compose(task.version, now, told, found, result)
    registry.publish(
        task.version,
        refitted.classifier,
        {"retrained": told},
        {"trial": found, "gate": result},
        sections.markdown(document),
        now,
        page.render(document, {}),
    )
    progress("writing", 1, 1)
    return Made(result, _doubts(refitted, earlier))


def base_of(registry: Registry, version: str) -> str:
    """Name the version that a version was refitted from; itself where it was trained from texts."""
    told = registry.metrics(version).get("retrained")
    return version if told is None else str(told["base"])


def adopt(registry: Registry, version: str) -> Made | None:
    """Take a version that was published already, by a job that then was killed; None if none was.

    Raises:
        ModelError: The registry cannot be read.
    """
    try:
        registry.find(version)
    except UnknownVersion:
        return None
    registry.share(version)
    evaluation = registry.evaluation(version)
    if evaluation is None or "gate" not in evaluation:
        raise DamagedVersion(version, "it says nothing of a gate")
    return Made(evaluation["gate"], [])


def _doubts(refitted: refit.Refitted, taught: Snapshot) -> list[dict[str, Any]]:
    """Name the labels that the heads hold for errors, of comments of ours: somebody can look at those again."""
    found = doubts.doubted(refitted.labels, refitted.held_out, refitted.weights)
    return [
        {
            "comment_id": taught.comment_ids[doubt.row],
            "attribute": refitted.classifier.attributes[doubt.column],
            "said": doubt.said,
            "p": round(doubt.p, 4),
        }
        for doubt in found
        if taught.comment_ids[doubt.row] is not None
    ]


def _lessons(part: Snapshot) -> refit.Lessons:
    said = (part.labels, part.weights)
    return refit.Lessons(part.texts, part.languages, part.attributes, *said, part.contexts, part.fair_chances)


def _described(part: Snapshot) -> dict[str, Any]:
    def day(seconds: float) -> str:
        return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")

    return {
        "n_texts": len(part),
        "n_labels": part.n_labels,
        "n_imported": int((~part.is_own).sum()),
        "from": day(float(part.said_at.min())) if len(part) else None,
        "until": day(float(part.said_at.max())) if len(part) else None,
    }
