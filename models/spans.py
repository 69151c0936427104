"""Marked stretches: how well the words that were named agree with those that people marked."""

from __future__ import annotations

import json
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from models.explain import Stretch


def parse(written: str | None) -> list[Stretch]:
    """Read what people marked from a column's JSON, `[[begin, end, kind?], …]`; nothing where there is none.

    Raises:
        ValueError: It is no such JSON.
    """
    return [(int(one[0]), int(one[1])) for one in json.loads(written)] if written else []


def f1(marked: Iterable[Stretch], named: Iterable[Stretch]) -> float:
    """Give F1 over the characters of one text; 1 where nothing is marked and nothing named.

    See: Pavlopoulos et al. 2021, "SemEval-2021 Task 5: Toxic Spans Detection".
    """
    gold, found = (set(chain.from_iterable(range(*one) for one in side)) for side in (marked, named))
    if not gold or not found:
        return float(gold == found)
    return 2 * len(gold & found) / (len(gold) + len(found))


def mean_f1(marked: Sequence[Iterable[Stretch]], named: Sequence[Iterable[Stretch]]) -> float:
    """Give the mean of `f1` over texts, of which there is at least one."""
    return sum(map(f1, marked, named)) / len(marked)
