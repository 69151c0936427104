"""Putting counts together into the numbers of the desk."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from moderation import tallies
from moderation.domain import Actor, Status
from moderation.numbers import Messages, Pace, Person, Reversals, Volume, period
from moderation.store.agreement import Pair
from moderation.store.delivery_figures import Sent
from moderation.store.figures import Arrived, Decided, Rejected, Turned, Waited, Worked
from moderation.store.outbox import State
from moderation.store.threads import Piece, Thread

NOW = datetime(2026, 3, 1, 12, 34, tzinfo=UTC)
WEEK = period(7, NOW)
TODAY = WEEK.slots[-1]
YESTERDAY = WEEK.slots[-2]
HOUR = timedelta(hours=1)
BRIDGE = Piece(4, "The bridge", "Town", "news.example")


def test_who_decided_first_has_decided() -> None:
    decided = [
        Decided(TODAY, Actor.POLICY, Status.APPROVED, is_first=True, n=70),
        Decided(TODAY, Actor.POLICY, Status.REJECTED, is_first=True, n=10),
        Decided(TODAY, Actor.POLICY, Status.HELD, is_first=True, n=20),
        Decided(TODAY, Actor.POLICY, Status.APPROVED, is_first=False, n=5),
        Decided(TODAY, Actor.MODERATOR, Status.APPROVED, is_first=False, n=9),
        Decided(TODAY, Actor.MODERATOR, Status.REJECTED, is_first=False, n=6),
        Decided(TODAY, Actor.SITE, Status.REMOVED, is_first=False, n=1),
    ]
    found = tallies.numbers(WEEK, [Arrived(YESTERDAY, 1), Arrived(TODAY, 100)], decided, [], 4)
    assert (found.n, found.n_policy, found.n_people, found.n_waiting) == (101, 80, 17, 4)
    assert found.volumes[-1] == Volume(TODAY, 100, 70, 10, 20, 9, 6, 1)
    assert found.volumes[-2] == Volume(YESTERDAY, 1)
    assert len(found.volumes) == 7
    assert found.people_pace == Pace(None, None)


def test_shares_never_exceed_what_came_in() -> None:
    late = [Decided(TODAY, Actor.POLICY, Status.APPROVED, is_first=True, n=9)]
    found = tallies.numbers(WEEK, [Arrived(TODAY, 5)], late, [], 2)
    assert (found.n_policy, found.n_people, found.n_waiting) == (3, 0, 2)
    assert tallies.numbers(WEEK, [], [], [], 2).n_waiting == 0


def test_pace_is_told_for_people_by_slot_and_for_policy_as_a_whole() -> None:
    waited = [
        Waited(YESTERDAY, Actor.MODERATOR, 60.0, 9),
        Waited(TODAY, Actor.SITE, 600.0, 1),
        Waited(TODAY, Actor.POLICY, 0.4, 50),
    ]
    found = tallies.numbers(WEEK, [], [], waited, 0)
    assert found.people_pace == Pace(60.0, 60.0)
    assert found.policy_pace == Pace(0.4, 0.4)
    assert found.paces[-2:] == ((YESTERDAY, Pace(60.0, 60.0)), (TODAY, Pace(600.0, 600.0)))


def test_people_are_listed_by_name_whatever_they_did() -> None:
    worked = [Worked(TODAY, 1, 5, 5), Worked(TODAY, 1, 500, 3), Worked(TODAY, 1, 200, 0), Worked(TODAY, 2, 9, 9)]
    turned = [
        Turned(TODAY, Actor.MODERATOR, 3, was_appealed=False, n=2),
        Turned(TODAY, Actor.POLICY, None, was_appealed=False, n=8),
    ]
    pairs = [Pair(1, 1, "APPROVED", "APPROVED", 2)]
    names = {1: "Zoë Ahrens", 2: "ådne Berg", 3: "Mara Lindqvist"}
    assert tallies.people(names, worked, turned, pairs) == [
        Person(3, "Mara Lindqvist", 0, 0, None, 2, 0),
        Person(1, "Zoë Ahrens", 705, 2, 4.0, 0, 0),
        Person(2, "ådne Berg", 9, 1, 9.0, 0, 1),
    ]
    assert tallies.people({}, [Worked(TODAY, 7, 1, 1)], [], [])[0].name == "#7"


def test_reversals_are_summed_up_by_whose_decision_it_was() -> None:
    rows = [
        Turned(TODAY, Actor.POLICY, None, was_appealed=True, n=3),
        Turned(TODAY, Actor.MODERATOR, 1, was_appealed=False, n=2),
        Turned(TODAY, Actor.SITE, None, was_appealed=True, n=1),
    ]
    assert tallies.reversals(rows) == Reversals(of_people=3, of_policy=3, after_appeal=4)


def test_agreement_is_told_as_a_whole_and_by_guideline() -> None:
    pairs = [
        Pair(1, 1, "APPROVED", "APPROVED", 2, ("threats", "respectful")),
        Pair(2, 1, "APPROVED", "REJECTED", 2, ("threats",)),
        Pair(3, 1, "REJECTED", "REJECTED", 2),
    ]
    whole, first, second = tallies.agreements(pairs, {"threats": "No threats"})
    assert (whole.guideline, whole.agreement.n_pairs, whole.agreement.n_agreed) == (None, 3, 2)
    assert (first.title, first.agreement.n_pairs) == ("No threats", 2)
    assert (second.title, second.agreement.n_pairs) == ("respectful", 1)


def test_articles_are_chosen_by_all_their_rejects() -> None:
    rows = [Rejected(YESTERDAY, 1, 3), Rejected(TODAY, 2, 4), Rejected(TODAY, 1, 2), Rejected(TODAY, 3, 1)]
    assert list(tallies.most_rejected(rows, 2).items()) == [(1, 5), (2, 4)]


@pytest.mark.parametrize(("n_before", "is_rising"), [(0, True), (600, False)])
def test_a_threads_outlook_compares_now_with_usual(n_before: int, is_rising: bool) -> None:  # noqa: FBT001  a row of the table
    found = tallies.outlook(Thread(4, (*(0,) * 20, *(1,) * 10), n_before, 1_200.0), BRIDGE)
    assert (found.piece, found.now, found.usual) == (BRIDGE, pytest.approx(10 / 15), n_before / 1_200)
    assert found.is_rising is is_rising


def test_how_well_sites_are_told_leaves_out_what_was_superseded() -> None:
    rows = [
        Sent(TODAY, State.DELIVERED, is_first_time=True, seconds=0.5, n=8),
        Sent(TODAY, State.DELIVERED, is_first_time=False, seconds=70.0, n=1),
        Sent(TODAY, State.FAILED, is_first_time=False, seconds=None, n=1),
        Sent(TODAY, State.DUE, is_first_time=False, seconds=None, n=3),
        Sent(TODAY, State.SUPERSEDED, is_first_time=False, seconds=None, n=2),
    ]
    found = tallies.telling(WEEK, rows, [], 6)
    assert (found.at_once, found.pace, found.n_disagreeing) == (0.8, Pace(0.5, 70.0), 6)
    assert found.slots[-1] == Messages(TODAY, 8, 1, 1, 3)
    assert tallies.telling(WEEK, [], [], 0).at_once is None
