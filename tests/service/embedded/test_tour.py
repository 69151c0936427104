"""The tour's table says what came back; the tour itself is walked in `flow/test_up.py`."""

from __future__ import annotations

from typing import Any

import pytest
from rich.console import Console

from service.embedded import tour
from service.embedded.receiver import Arrival

EXAMPLE = tour.Example(
    "A comment of our own wording, long enough to be shortened in a narrow table, and then some more.", "Ines"
)


def row(arrival: Arrival | None, width: int = 100) -> str:
    console = Console(width=width, force_terminal=False)
    with console.capture() as capture:
        console.print(tour.table([tour.Result(EXAMPLE, 10.0, arrival)], width))
    return capture.get().splitlines()[-2]


def arrival(status: str, *reasons: dict[str, Any]) -> Arrival:
    event = {"data": {"comment_id": "c-1", "status": status, "reasons": list(reasons)}}
    return Arrival("msg_1", event, 10.123)


@pytest.mark.parametrize(
    ("came", "cells"),
    [
        (arrival("APPROVED"), ["APPROVED", "", "", "123"]),
        (arrival("REJECTED", {"guideline": "no-threats", "score": 0.981}), ["REJECTED", "no-threats", "0.98", "123"]),
        (
            arrival("REJECTED", {"guideline": "respectful", "score": 0.7}, {"guideline": "no-hate", "score": 0.9}),
            ["REJECTED", "no-hate", "0.90", "123"],
        ),
        (
            arrival("HELD", {"guideline": "respectful", "score": None, "note": "no words"}),
            ["HELD", "no words", "", "123"],
        ),
        (None, ["none yet", "", "", ""]),
    ],
    ids=["approved", "one reason", "the weightier of two", "no score", "no verdict"],
)
def test_a_row_tells_verdict_guideline_score_and_milliseconds(came: Arrival | None, cells: list[str]) -> None:
    assert [cell.strip() for cell in row(came).strip("│").split("│")][1:] == cells


@pytest.mark.parametrize("width", [80, 120])
def test_a_row_fits_the_terminal(width: int) -> None:
    came = arrival("REJECTED", {"guideline": "clean-language", "score": 0.5})
    assert len(row(came, width)) <= width
    assert "…" in row(came, width)


def test_the_first_verdict_of_a_comment_counts() -> None:
    first, second = arrival("HELD"), arrival("APPROVED")
    assert tour._by_comment([first, second]) == {"c-1": first}


def test_there_are_a_dozen_comments_of_every_kind() -> None:
    assert len(tour.EXAMPLES) == 12
    assert {example.language for example in tour.EXAMPLES} == {"en", "de"}
