"""The card of a challenger: what it learnt from, how it does beside the champion, and what the gate says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from models.languages import NAMES
from models.sections import NOTHING, Block, Document, Grid, Points, Prose, Section

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_PURPOSE = (
    "A challenger: the heads of the version that it began from, refitted on what the people of this newsroom "
    "decided. It decides nothing until somebody promotes it. What is read in a text is as before, and so is all "
    "that the card of that version says of its limits."
)
_TRIAL = (
    "Champion and challenger scored the same comments of the later weeks, from which the challenger did not "
    "learn. Each comment counts by its label's weight, and by how rarely such comments come before a person. In "
    "brackets, bounds that hold in 95 of 100 resamples."
)
_SUITE = (
    "Short sentences in our own words that come with Ombuds, in English, German and Portuguese: about groups of "
    "people, harmless and harmful, and of kinds that are easy to misread. Each language is measured by itself. The AUC "
    "of a group is the lowest of three: within the group, its harmless sentences against all harmful ones, and its "
    "harmful sentences against all harmless ones."
)
_AGAIN = (
    "The same snapshot, version to begin from, seed and lock file on one thread of the same kind of processor "
    "give the same arrays. The snapshot itself is personal data, and was deleted when training was over."
)


def compose(
    version: str,
    now: datetime,
    told: Mapping[str, Any],
    trial: Mapping[str, Any],
    gate: Mapping[str, Any],
) -> Document:
    """Compose the card.

    Args:
        version: The challenger's name.
        now: When it was made.
        told: Its metrics' `retrained`, as `models.challenger` writes them.
        trial: As `models.trial.compare` gives it.
        gate: As `models.gate.Result.document` gives it.
    """
    whose = "all sites" if told["site"] is None else f"the site {told['site']}"
    passed = "It passed the gate." if gate["passed"] else "It did not pass the gate."
    about = f"Trained {now:%Y-%m-%d} from {told['base']} on labels of {whose}, beside {told['champion']}. {passed}"
    return Document(
        version,
        about,
        [
            Section("What it is for", [Prose(_PURPOSE)]),
            Section("What the gate says", _gate(gate)),
            Section("What it learnt from", _learnt(told)),
            Section("On the later weeks", [Prose(_TRIAL), _beside(trial["attributes"])]),
            Section("On the shipped suite", [Prose(_SUITE), *_suite(trial["suite"])]),
            Section("How to make it again", _again(told)),
        ],
    )


def _gate(gate: Mapping[str, Any]) -> list[Block]:
    broken = [finding["words"] for finding in gate["findings"] if not finding["is_kept"]]
    kept = [finding["words"] for finding in gate["findings"] if finding["is_kept"]]
    blocks: list[Block] = [] if broken else [Prose("Every rule is kept.")]
    if broken:
        blocks += [Prose("for these reasons:", strong="It does not pass"), Points(broken)]
    if kept:
        blocks += [Prose("Rules that are kept:"), Points(kept)]
    return blocks


def _learnt(told: Mapping[str, Any]) -> list[Block]:
    rows = [
        (name, part["from"] or NOTHING, part["until"] or NOTHING, f"{part['n_texts']:,}", f"{part['n_labels']:,}")
        for name, part in (("taught", told["earlier"]), ("measured", told["later"]))
    ]
    blocks: list[Block] = [Grid("Labels of this newsroom", ("what they did", "from", "until", "texts", "labels"), rows)]
    if told["earlier"]["n_imported"]:
        blocks.append(Prose(f"Of the texts that taught, {told['earlier']['n_imported']:,} were imported."))
    return blocks


def _beside(attributes: Mapping[str, Any]) -> Grid:
    header = (
        "attribute",
        "yes",
        "no",
        "champion AUC",
        "challenger AUC",
        "difference",
        "champion ECE",
        "challenger ECE",
    )
    rows = []
    for name, entry in attributes.items():
        ours, theirs, apart = entry["challenger"], entry["champion"], entry["difference"]
        rows.append(
            (
                name,
                f"{entry['n_yes']:,}",
                f"{entry['n_no']:,}",
                _interval(theirs, "auc", "auc_low", "auc_high"),
                _interval(ours, "auc", "auc_low", "auc_high"),
                _interval(apart, "value", "low", "high"),
                _interval(theirs, "calibration_error", "error_low", "error_high"),
                _interval(ours, "calibration_error", "error_low", "error_high"),
            )
        )
    return Grid("Side by side", header, rows)


def _suite(suite: Mapping[str, Any]) -> list[Block]:
    before, after = suite["champion"], suite["challenger"]
    kinds = [
        (
            name,
            found["attribute"],
            _interval(before["kinds"].get(name), "auc", "low", "high"),
            _interval(found, "auc", "low", "high"),
        )
        for name, found in after["kinds"].items()
    ]
    groups = [
        (
            attribute,
            group,
            _number(before["groups"].get(attribute, {}).get(group, {}).get("lowest")),
            _number(found["lowest"]),
        )
        for attribute, of_groups in after["groups"].items()
        for group, found in of_groups.items()
    ]
    languages = [
        (
            attribute,
            NAMES[code],
            _interval(before["languages"].get(attribute, {}).get(code), "auc", "low", "high"),
            _interval(found, "auc", "low", "high"),
        )
        for attribute, of_languages in after["languages"].items()
        for code, found in of_languages.items()
    ]
    return [
        Grid("Sentences about people", ("attribute", "in", "champion AUC", "challenger AUC"), languages, n_names=2),
        Grid("Kinds of cases", ("kind", "attribute", "champion AUC", "challenger AUC"), kinds),
        Grid("Groups of people", ("attribute", "about", "champion AUC", "challenger AUC"), groups, n_names=2),
    ]


def _again(told: Mapping[str, Any]) -> list[Block]:
    made = told["made_with"]
    packages = ", ".join(f"{name} {number}" for name, number in made["packages"].items() if number)
    facts = [
        f"snapshot: SHA-256 {told['snapshot_sha256']}",
        f"began from: {told['base']}",
        f"seed: {told['seed']}",
        f"lock file: SHA-256 {made['lock_sha256'] or 'none was there'}",
        f"Python {made['python']} on {made['machine']}, {packages}",
    ]
    arrays = [(name, digest) for name, digest in told["arrays"].items()]
    return [Prose(_AGAIN), Points(facts), Grid("Arrays", ("array", "SHA-256"), arrays, n_names=2)]


def _interval(found: Mapping[str, Any] | None, value: str, low: str, high: str) -> str:
    if found is None:
        return NOTHING
    return f"{found[value]:.3f} ({found[low]:.3f} to {found[high]:.3f})"


def _number(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.3f}"
