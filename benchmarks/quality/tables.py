"""The tables that are printed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.table import Table

from benchmarks.quality.goals import Goal
from benchmarks.quality.material import ENGLISH
from benchmarks.quality.measured import NOTHING, bounds, decimal, shown
from benchmarks.quality.sections import PERSPECTIVE_CUT_OFFS, Cells, Hate
from models import fairness
from models.ranking import Interval
from models.reliability import Reliability

_N_TERMS = 10
_ABSENT = "absent"


def sources(cells: Cells, names: Sequence[str], absent: Sequence[str], *, is_english: bool) -> Table:
    """Show every source and attribute, in English or in the other languages."""
    title = "English" if is_english else "Other languages"
    caption = (
        "AUC with its 95 % bootstrap interval; AP: average precision; F1: at the cut-off chosen on the other half"
        " of the rows; alt-profanity-check's one number stands for every attribute but spam"
    )
    table = Table(title=f"{title}: by source and attribute", caption=caption, show_lines=True)
    table.add_column("source")
    table.add_column("attribute")
    table.add_column("n\npositive", justify="right")
    for name in names:
        table.add_column(name, no_wrap=True)
    for (language, source, attribute), of in cells.items():
        if (language == ENGLISH) is is_english:
            table.add_row(
                source if is_english else f"{language} {source}",
                attribute,
                f"{of.n:,}\n{of.n_positive:,}",
                *(_ABSENT if name in absent else shown(of.by_system.get(name), of.n) for name in names),
            )
    return table


def biases(found: Mapping[str, Mapping[str, fairness.Bias]], mode: str) -> Iterator[Table]:
    """Show each system's worst group by each measure, and our worst groups."""
    table = Table("system", "subgroup AUC", "BPSN AUC", "BNSP AUC", title="Fairness: the worst group, TOXICITY")
    for name, of_groups in found.items():
        table.add_row(name, *(f"{decimal(one.auc)} {one.group}" for one in fairness.worst(of_groups)))
    yield table
    groups = found.get(mode, {})
    table = Table("term", "n", "subgroup AUC", "BPSN AUC", "BNSP AUC", title=f"The {_N_TERMS} worst groups in {mode}")
    aucs = {
        term: [one for one in (of.subgroup, of.bpsn, of.bnsp) if one is not None] or [1.0]
        for term, of in groups.items()
    }
    for term in sorted(groups, key=lambda term: min(aucs[term]))[:_N_TERMS]:
        of = groups[term]
        table.add_row(term, f"{of.n:,}", decimal(of.subgroup), decimal(of.bpsn), decimal(of.bnsp))
    yield table


def calibrations(found: Mapping[str, Reliability], mode: str) -> Iterator[Table]:
    """Show each system's calibration error, and what our scores mean."""
    table = Table("system", "error", "95 %", "a perfect one's", "over it", title="Calibration: civil-10k at 8 % toxic")
    for name, of in found.items():
        over = of.error.value - of.of_perfect
        table.add_row(name, decimal(of.error.value), bounds(of.error), decimal(of.of_perfect), f"{over:+.3f}")
    yield table
    table = Table("mean score", "share toxic", title=f"Ten bins of equal mass in {mode}")
    for one in found[mode].bins if mode in found else ():
        table.add_row(decimal(one.mean), decimal(one.share))
    yield table


def likeness(
    correlations: Mapping[str, Mapping[str, Interval]], flagged: Mapping[str, Mapping[float, float]]
) -> Iterator[Table]:
    """Show the rank correlation with Perspective, and the shares flagged."""
    names = [name for name in flagged if any(name in of for of in correlations.values())]
    table = Table("attribute", *names, title="Rank correlation (Spearman) with Perspective's own scores")
    for attribute, of_systems in correlations.items():
        of_names = [of_systems.get(name) for name in names]
        table.add_row(attribute, *(f"{decimal(of.value)} {bounds(of)}" if of else NOTHING for of in of_names))
    yield table
    table = Table("system", *(f"≥ {cut}" for cut in PERSPECTIVE_CUT_OFFS), title="Share flagged by TOXICITY")
    for name, shares in flagged.items():
        table.add_row(name, *(decimal(shares[cut_off]) for cut_off in PERSPECTIVE_CUT_OFFS))
    yield table


def marks(found: Mapping[str, Interval]) -> Table:
    """Show F1 of the spans."""
    table = Table(
        "spans", "F1", "95 %", title="Spans: characters named for TOXICITY, civil-spans (SemEval-2021 Task 5)"
    )
    for name, f1 in found.items():
        table.add_row(name, decimal(f1.value), bounds(f1))
    return table


def hate(found: Mapping[str, Hate]) -> Table:
    """Show the functional tests."""
    table = Table("system", "accuracy", "balanced", "AUC", "95 %", title="Functional tests: IDENTITY_ATTACK at .5")
    for name, of in found.items():
        table.add_row(name, decimal(of.accuracy), decimal(of.balanced), decimal(of.auc.value), bounds(of.auc))
    return table


def goals(found: Sequence[Goal], mode: str) -> Table:
    """Show which goals are met."""
    table = Table("goal", "bound", "found", "", title=f"Goals, {mode}")
    for one in found:
        sign = "≤" if one.is_most else "≥"
        value = NOTHING if one.found is None else f"{one.found:.4g}"
        table.add_row(one.what, f"{sign} {one.bound:g}", value, one.verdict)
    return table
