"""Sampling: how likely each verdict is to be drawn, and that the same one is always drawn alike."""

from __future__ import annotations

from dataclasses import replace

import pytest

from moderation import guidelines
from moderation.domain import Lot, Verdict
from moderation.guidelines import Sample
from moderation.sampling import closeness_of, is_drawn, lot

RULES = guidelines.default()


@pytest.mark.parametrize(
    ("verdict", "scores", "drawn"),
    [
        pytest.param(Verdict.APPROVE, {}, Lot("far", 0.0035), id="approved without a score"),
        pytest.param(Verdict.APPROVE, {"INSULT": 0.1, "UNKNOWN": 0.9}, Lot("far", 0.0035), id="far below"),
        pytest.param(Verdict.APPROVE, {"INSULT": 0.1, "THREAT": 0.1}, Lot("middle", 0.01), id="half-way by one score"),
        pytest.param(Verdict.APPROVE, {"INSULT": 0.39}, Lot("near", 0.025), id="just below"),
        pytest.param(Verdict.REJECT, {"INSULT": 1.0, "SPAM": 0.971}, Lot("far", 0.035), id="surely rejected by one"),
        pytest.param(Verdict.REJECT, {"INSULT": 0.975}, Lot("middle", 0.1), id="half-way above"),
        pytest.param(Verdict.REJECT, {"INSULT": 0.951, "SPAM": 0.1}, Lot("near", 0.25), id="just above"),
        pytest.param(Verdict.HOLD, {"INSULT": 0.7}, None, id="people look anyhow"),
    ],
)
def test_the_nearer_to_a_cut_off_the_likelier_it_is_drawn(
    verdict: Verdict, scores: dict[str, float], drawn: Lot | None
) -> None:
    found = lot(verdict, scores, RULES)
    assert (found and found.stratum) == (drawn and drawn.stratum)
    assert (found and found.probability) == pytest.approx(drawn and drawn.probability)
    assert 0 <= closeness_of(verdict, scores, RULES) <= 1


def test_a_site_says_which_share_and_no_share_draws_nothing() -> None:
    assert lot(Verdict.APPROVE, {}, replace(RULES, sample=Sample(approved=0))) is None
    assert lot(Verdict.REJECT, {"INSULT": 0.951}, replace(RULES, sample=Sample(rejected=0.5))) == Lot("near", 1.0)


def test_drawing_again_draws_the_same_and_about_as_many_as_it_should() -> None:
    drawn = {n for n in range(20_000) if is_drawn(Lot("far", 0.1), 1, f"c-{n}", 1)}
    assert drawn == {n for n in range(20_000) if is_drawn(Lot("far", 0.1), 1, f"c-{n}", 1)}
    assert 1_850 < len(drawn) < 2_150
    assert drawn != {n for n in range(20_000) if is_drawn(Lot("far", 0.1), 2, f"c-{n}", 1)}
    assert drawn < {n for n in range(20_000) if is_drawn(Lot("far", 0.2), 1, f"c-{n}", 1)}
    assert is_drawn(Lot("far", 1.0), 1, "c-1", 1)
