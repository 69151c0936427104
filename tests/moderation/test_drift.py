"""Drift: what counts as another distribution, and what is too little to tell."""

from __future__ import annotations

import math

import pytest

from moderation import drift
from moderation.drift import FEWEST, Finding, Kind, Tally


def tally(n: int, score: float = 0.05, language: str = "en", *, unscored: int = 0) -> Tally:
    made = Tally()
    for k in range(n):
        made.judged({"TOXICITY": score}, language, is_unscored=k < unscored)
    return made


def answered(n: int, n_agreed: int) -> Tally:
    made = Tally()
    for k in range(n):
        made.answered({"TOXICITY": 0.9}, is_rejected=k < n_agreed)
    return made


def test_equal_distributions_have_an_index_of_zero_whatever_their_size() -> None:
    assert drift.psi([10, 20, 70], [10, 20, 70]) == 0
    assert drift.psi([100_000, 200_000, 700_000], [1_000, 2_000, 7_000]) == pytest.approx(0, abs=1e-4)


def test_the_index_is_the_sum_over_bins_of_the_change_times_its_log() -> None:
    a, b = (10.5, 90.5), (40.5, 60.5)
    expected = sum((y - x) / 101 * math.log(y / x) for x, y in zip(a, b, strict=True))
    assert drift.psi([10, 90], [40, 60]) == pytest.approx(expected)


def test_an_empty_bin_makes_no_index_infinite() -> None:
    assert 0 < drift.psi([0, 100], [100, 0]) < math.inf


@pytest.mark.parametrize(("n", "told"), [(FEWEST - 1, False), (FEWEST, True)])
def test_few_comments_tell_nothing(n: int, told: bool) -> None:  # noqa: FBT001
    assert bool(drift.compare(tally(FEWEST), tally(n))) is told


def test_another_distribution_of_scores_or_languages_is_alarming_and_the_same_is_calm() -> None:
    same = drift.compare(tally(FEWEST), tally(2 * FEWEST))
    assert [(one.kind, one.subject) for one in same] == [
        (Kind.SCORES, "TOXICITY"),
        (Kind.LANGUAGES, ""),
        (Kind.UNSCORED, ""),
    ]
    assert all(one.is_calm and not one.is_alarming for one in same)
    other = drift.compare(tally(FEWEST), tally(FEWEST, 0.95, "de-CH", unscored=FEWEST // 5))
    assert all(one.is_alarming and not one.is_calm for one in other)


def test_an_attribute_that_is_only_measured_in_part_is_told_only_where_there_is_enough_of_it() -> None:
    reference, lately = tally(FEWEST), tally(FEWEST)
    lately.judged({"SPAM": 0.2}, None, is_unscored=False)
    reference.judged({"SPAM": 0.9}, None, is_unscored=False)
    assert {one.subject for one in drift.compare(reference, lately) if one.kind is Kind.SCORES} == {"TOXICITY"}
    assert reference.languages["und"] == 1


@pytest.mark.parametrize(
    ("n", "n_agreed", "alarming"),
    [
        pytest.param(1_000, 700, True, id="twenty points less"),
        pytest.param(1_000, 880, False, id="two points less"),
        pytest.param(100, 82, False, id="eight points less, which chance may be"),
    ],
)
def test_moderators_who_agree_less_are_alarming_beyond_what_chance_explains(
    n: int,
    n_agreed: int,
    alarming: bool,  # noqa: FBT001
) -> None:
    (found,) = drift.compare(answered(1_000, 900), answered(n, n_agreed))
    assert (found.kind, found.is_alarming) == (Kind.AGREEMENT, alarming)


def test_a_comment_without_scores_says_nothing_of_agreement() -> None:
    made = Tally()
    made.answered({}, is_rejected=True)
    assert made.n_answered == 0


def test_what_hovers_about_the_bound_neither_alarms_nor_ends_an_alarm() -> None:
    hovering = Finding(Kind.SCORES, "INSULT", 0.22, 0.25)
    assert (hovering.is_alarming, hovering.is_calm) == (False, False)


def test_a_tally_is_read_as_it_was_written_and_tallies_add_up() -> None:
    one, other = tally(3, 0.6, "en"), answered(4, 1)
    other.judged({"SPAM": 0.3}, "de", is_unscored=True)
    total = drift.together((one, other))
    assert (total.n, total.n_unscored, total.n_answered, total.n_agreed) == (4, 1, 4, 1)
    assert total.languages == {"en": 3, "de": 1}
    assert {attribute: sum(bins) for attribute, bins in total.scores.items()} == {"TOXICITY": 3, "SPAM": 1}
    assert drift.read(total.as_document()) == total
