"""The gate: plain rules that a challenger passes before it is promoted, or says in words why it does not."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from models.languages import NAMES
from models.suite.cases import ENGLISH, OF_GROUPS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FEWEST_OF_A_SIDE = 20
"""An attribute with fewer labelled yes or no in the later weeks is not judged: chance would decide."""

_CHANCE = 0.5
_TELLS = 0.7


class Rule(StrEnum):
    """What a finding is about."""

    LABELS = "labels"
    AUC = "auc"
    NEW = "new"
    CALIBRATION = "calibration"
    GROUPS = "groups"
    LANGUAGES = "languages"


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the rules ask; docs/retraining.md says why these are the defaults.

    Attributes:
        auc_loss: How much AUC no attribute may lose on the later weeks.
        group_auc: What no group of people may fall below on the suite.
        calibration_error: How far probabilities may lie from shares, beyond what chance alone would show.
        fewest_labels: Labels of the later weeks without which nothing can be said.
        language_auc_loss: How much AUC TOXICITY may lose on the suite's sentences in a language other than English.
    """

    auc_loss: float = 0.01
    group_auc: float = 0.9
    calibration_error: float = 0.05
    fewest_labels: int = 100
    language_auc_loss: float = 0.1


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule, held against one thing.

    Attributes:
        rule: Which.
        is_kept: Whether the challenger keeps it.
        words: The same in a sentence.
        attribute: Of which attribute, if of one.
        group: Of which group of people, if of one; or of which language.
        value: The challenger's number.
        champion: The champion's, where there is one.
        bound: What the value was held against.
    """

    rule: Rule
    is_kept: bool
    words: str
    attribute: str | None = None
    group: str | None = None
    value: float | None = None
    champion: float | None = None
    bound: float | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What the gate says: whether the challenger passes, and every finding, the broken rules first."""

    findings: tuple[Finding, ...]
    bounds: Bounds

    @property
    def is_passed(self) -> bool:
        """Tell whether every rule is kept."""
        return all(finding.is_kept for finding in self.findings)

    def document(self) -> dict[str, Any]:
        """Give it as JSON: `passed`, `why` (the broken rules in sentences), `findings` and `bounds`."""
        return {
            "passed": self.is_passed,
            "why": [finding.words for finding in self.findings if not finding.is_kept],
            "findings": [asdict(finding) for finding in self.findings],
            "bounds": asdict(self.bounds),
        }


def judge(trial: Mapping[str, Any], bounds: Bounds) -> Result:
    """Hold a challenger's measures against the rules.

    Args:
        trial: As `models.trial.compare` gives it.
        bounds: What the rules ask.
    """
    findings = [
        *_labels(trial, bounds),
        *_areas(trial["attributes"], bounds),
        *_calibration(trial["attributes"], bounds),
        *_groups(trial["suite"], bounds),
        *_languages(trial["suite"], bounds),
    ]
    return Result(tuple(sorted(findings, key=lambda finding: finding.is_kept)), bounds)


def _labels(trial: Mapping[str, Any], bounds: Bounds) -> Iterator[Finding]:
    n_labels, fewest = trial["n_labels"], bounds.fewest_labels
    judged = [name for name, entry in trial["attributes"].items() if _is_judged(entry)]
    if n_labels < fewest:
        words = f"The later weeks hold {n_labels:,} labels; at least {fewest:,} are needed."
        yield Finding(Rule.LABELS, is_kept=False, words=words, value=n_labels, bound=fewest)
    elif not judged:
        words = f"No attribute has {FEWEST_OF_A_SIDE} labels of either kind in the later weeks, so nothing can be said."
        yield Finding(Rule.LABELS, is_kept=False, words=words, value=n_labels, bound=FEWEST_OF_A_SIDE)
    else:
        words = f"The later weeks hold {n_labels:,} labels; {len(judged)} of the attributes have enough to be judged."
        yield Finding(Rule.LABELS, is_kept=True, words=words, value=n_labels, bound=fewest)


def _areas(attributes: Mapping[str, Any], bounds: Bounds) -> Iterator[Finding]:
    """Hold the AUC of each attribute: a loss counts if it is larger than allowed, and larger than chance explains."""
    for name, entry in attributes.items():
        if not _is_judged(entry):
            continue
        ours, theirs, apart = entry["challenger"], entry["champion"], entry["difference"]
        if theirs is None:
            is_kept = ours["auc_low"] > _CHANCE
            verb = "ranks better than chance" if is_kept else "may rank no better than chance"
            words = (
                f"{name} is new and {verb}: AUC {ours['auc']:.3f} ({ours['auc_low']:.3f} to {ours['auc_high']:.3f})."
            )
            yield Finding(Rule.NEW, is_kept, words, attribute=name, value=ours["auc"], bound=_CHANCE)
            continue
        lost = -apart["value"]
        is_kept = lost <= bounds.auc_loss or apart["high"] >= 0
        if not is_kept:
            tail = f"loses more than the {bounds.auc_loss:g} that is allowed, and more than chance explains"
        elif lost > bounds.auc_loss:
            tail = "seems to lose, but no more than chance explains"
        else:
            tail = f"loses no more than {bounds.auc_loss:g}"
        words = (
            f"{name} {tail}: AUC {ours['auc']:.3f} after {theirs['auc']:.3f} "
            f"({apart['value']:+.3f}, {apart['low']:+.3f} to {apart['high']:+.3f})."
        )
        yield Finding(
            Rule.AUC,
            is_kept,
            words,
            attribute=name,
            value=ours["auc"],
            champion=theirs["auc"],
            bound=bounds.auc_loss,
        )


def _calibration(attributes: Mapping[str, Any], bounds: Bounds) -> Iterator[Finding]:
    """Hold how far probabilities lie from shares; a challenger that is no worse than the champion may go on."""
    for name, entry in attributes.items():
        if not _is_judged(entry):
            continue
        ours, theirs = entry["challenger"], entry["champion"]
        beyond = ours["calibration_error"] - ours["by_chance"]
        before = None if theirs is None else theirs["calibration_error"]
        is_within = beyond <= bounds.calibration_error
        is_no_worse = before is not None and ours["calibration_error"] <= before
        if is_within:
            tail = f"within {bounds.calibration_error:g} beyond what chance shows ({ours['by_chance']:.3f})"
        else:
            tail = f"more than {bounds.calibration_error:g} beyond what chance shows ({ours['by_chance']:.3f})"
            tail += f", but no more than the champion's {before:.3f}" if is_no_worse else ""
        words = f"{name}: probabilities lie {ours['calibration_error']:.3f} from shares, {tail}."
        yield Finding(
            Rule.CALIBRATION,
            is_within or is_no_worse,
            words,
            attribute=name,
            value=ours["calibration_error"],
            champion=before,
            bound=bounds.calibration_error,
        )


def _groups(suite: Mapping[str, Any], bounds: Bounds) -> Iterator[Finding]:
    """Hold every group of people on the suite's English sentences, and tell of the worst where all keep the rule.

    What is toxic is so everywhere, so there the bound is the bound. What a newsroom rejects is its own affair: there no
    group may fall as far below the group in the middle. Where the champion is below already, it may fall no further.
    """
    before = (suite["champion"] or {"groups": {}})["groups"]
    for name, groups in suite["challenger"]["groups"].items():
        areas = {group: one["lowest"] for group, one in groups.items() if one.get("language", ENGLISH) == ENGLISH}
        if not areas:
            continue
        middle = sorted(areas.values())[len(areas) // 2]
        bound = bounds.group_auc if name == OF_GROUPS else middle - (1 - bounds.group_auc)
        fallen = []
        for group, area in sorted(areas.items(), key=lambda pair: pair[1]):
            theirs = before.get(name, {}).get(group, {}).get("lowest")
            if area < bound and (theirs is None or area < theirs):
                after = "" if theirs is None else f" after {theirs:.3f}"
                words = f"{name} on sentences about {group}: AUC {area:.3f}{after}, below {bound:.3f}."
                fallen.append(Finding(Rule.GROUPS, False, words, name, group, area, theirs, bound))  # noqa: FBT003
        yield from fallen
        if not fallen:
            worst = min(areas, key=areas.__getitem__)
            words = f"{name} on sentences about groups of people: no AUC falls below {bound:.3f}; the lowest is "
            words += f"{areas[worst]:.3f} ({worst})."
            theirs = before.get(name, {}).get(worst, {}).get("lowest")
            yield Finding(Rule.GROUPS, True, words, name, worst, areas[worst], theirs, bound)  # noqa: FBT003


def _languages(suite: Mapping[str, Any], bounds: Bounds) -> Iterator[Finding]:
    """Hold what labels in one language do to another, on sentences about people in each language but English.

    No encoder reads these, and single groups are told apart too badly for a bound of theirs. So all count together,
    against the champion alone; where that hardly tells harmful sentences from harmless ones, there is nothing to lose.
    """
    before = (suite["champion"] or {}).get("languages", {}).get(OF_GROUPS, {})
    for code, found in suite["challenger"].get("languages", {}).get(OF_GROUPS, {}).items():
        if code == ENGLISH or before.get(code, {"auc": _CHANCE})["auc"] < _TELLS:
            continue
        ours, theirs, bound = found["auc"], before[code]["auc"], bounds.language_auc_loss
        is_kept = theirs - ours <= bound
        tail = "loses no more than" if is_kept else "loses more than"
        words = f"{OF_GROUPS} on sentences in {NAMES[code]} {tail} {bound:g}: AUC {ours:.3f} after {theirs:.3f}."
        yield Finding(Rule.LANGUAGES, is_kept, words, OF_GROUPS, code, ours, theirs, bound)


def _is_judged(entry: Mapping[str, Any]) -> bool:
    return bool(entry["challenger"] is not None and min(entry["n_yes"], entry["n_no"]) >= FEWEST_OF_A_SIDE)
