"""The newsroom's words."""

from __future__ import annotations

import pytest

from moderation.domain import Status, Verdict


@pytest.mark.parametrize(
    ("verdict", "status"),
    [(Verdict.APPROVE, Status.APPROVED), (Verdict.HOLD, Status.HELD), (Verdict.REJECT, Status.REJECTED)],
)
def test_acting_upon_a_verdict_gives_the_comment_its_status(verdict: Verdict, status: Status) -> None:
    assert verdict.status is status
