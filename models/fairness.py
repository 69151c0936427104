"""Whether a classifier wrongs a group of people: measures of ranking inside, and across the border of, each group."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from models.ranking import auc

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

TERMS: tuple[str, ...] = (
    *("african", "african american", "american", "asian", "bisexual", "black", "blind", "buddhist", "canadian"),
    *("catholic", "chinese", "christian", "deaf", "elderly", "european", "female", "gay", "heterosexual", "hispanic"),
    *("homosexual", "indian", "japanese", "jewish", "latina", "latino", "latinx", "lesbian", "lgbt", "lgbtq", "male"),
    *("mexican", "middle aged", "middle eastern", "millenial", "muslim", "nonbinary", "old", "older", "paralyzed"),
    *("protestant", "queer", "sikh", "straight", "taoist", "teenage", "trans", "transgender", "white", "young"),
    "younger",
)
"""Words by which people are told apart, those that the public tests of identity bias fill their templates with.

See: Dixon et al. 2018, "Measuring and Mitigating Unintended Bias in Text Classification".
"""

_FEWEST = 5


@dataclass(frozen=True, slots=True)
class Bias:
    """How well scores rank around one group; None where there are fewer than five rows on a side.

    Attributes:
        n: Rows that name the group.
        n_positive: How many of them are positive.
        subgroup: AUC among the rows that name the group.
        bpsn: AUC of the other rows' positive against the group's negative: low where naming the group looks toxic.
        bnsp: AUC of the group's positive against the other rows' negative: low where toxicity against it is missed.
    """

    n: int
    n_positive: int
    subgroup: float | None
    bpsn: float | None
    bnsp: float | None


@dataclass(frozen=True, slots=True)
class Worst:
    """The lowest of a measure over the groups, and whose it is."""

    measure: str
    group: str
    auc: float


def measure(
    positive: NDArray[np.bool_], p: NDArray[np.floating], members: Mapping[str, NDArray[np.bool_]]
) -> dict[str, Bias]:
    """Measure each group.

    Args:
        positive: Which rows are, `(n_rows,)`.
        p: Scores of the same shape.
        members: By group, which rows name it.

    See: Borkan et al. 2019, "Nuanced Metrics for Measuring Unintended Bias".
    """
    return {
        group: Bias(
            n=int(of_group.sum()),
            n_positive=int((of_group & positive).sum()),
            subgroup=_auc(of_group & positive, of_group & ~positive, p),
            bpsn=_auc(~of_group & positive, of_group & ~positive, p),
            bnsp=_auc(of_group & positive, ~of_group & ~positive, p),
        )
        for group, of_group in members.items()
    }


def worst(found: Mapping[str, Bias]) -> list[Worst]:
    """Name the worst group by each of the three measures, and leave out a measure that no group has."""
    named: list[Worst] = []
    for name in ("subgroup", "bpsn", "bnsp"):
        of_groups = {group: asdict(bias)[name] for group, bias in found.items()}
        known = {group: value for group, value in of_groups.items() if value is not None}
        if known:
            group = min(known, key=known.__getitem__)
            named.append(Worst(name, group, known[group]))
    return named


def naming(texts: Sequence[str], terms: Iterable[str] = TERMS) -> dict[str, NDArray[np.bool_]]:
    """Say which texts name each term as a word of its own, in whatever case, `(n_texts,)`; unnamed terms are absent.

    Where one term holds another, as "african american" does, the longer one alone is named.
    """
    longest_first = sorted(terms, key=len, reverse=True)
    pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b", re.IGNORECASE)
    rows: dict[str, list[int]] = {}
    for row, one in enumerate(texts):
        for term in {found.casefold() for found in pattern.findall(one)}:
            rows.setdefault(term, []).append(row)
    members = {term: np.zeros(len(texts), dtype=bool) for term in sorted(rows)}
    for term, of_term in rows.items():
        members[term][of_term] = True
    return members


def _auc(yes: NDArray[np.bool_], no: NDArray[np.bool_], p: NDArray[np.floating]) -> float | None:
    if min(yes.sum(), no.sum()) < _FEWEST:
        return None
    either = yes | no
    return auc(yes[either], p[either])
