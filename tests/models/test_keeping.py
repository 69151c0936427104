"""Which versions are kept: the rule, row by row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from models.keeping import superfluous
from models.registry import Listed

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def listed(name: str, age_days: int, *, sealed: bool = True, shipped: bool = False) -> Listed:
    return Listed(name, ("TOXICITY",), NOW - timedelta(days=age_days), 1, sealed, sealed, shipped)


VERSIONS = [listed(f"v{age}", age) for age in range(1, 6)]


@pytest.mark.parametrize(
    ("versions", "in_use", "bases", "n_newest", "gone"),
    [
        pytest.param(VERSIONS, set(), {}, 2, ["v5", "v4", "v3"], id="all but the newest, the oldest first"),
        pytest.param(VERSIONS, {"v4", "elsewhere"}, {}, 2, ["v5", "v3"], id="what is in use stays"),
        pytest.param(VERSIONS, {"v4"}, {"v4": "v5"}, 0, ["v3", "v2", "v1"], id="what that began from stays, too"),
        pytest.param(VERSIONS, set(), {"v5": "v4"}, 0, ["v5", "v4", "v3", "v2", "v1"], id="bases of what goes, go"),
        pytest.param([listed("c", 9, sealed=False)], set(), {}, 0, [], id="candidates are somebody's work"),
        pytest.param([listed("s", 9, shipped=True)], set(), {}, 0, [], id="what is shipped stays"),
        pytest.param([listed("s", 9, shipped=True), *VERSIONS], set(), {}, 5, [], id="few enough"),
    ],
)
def test_what_may_go(
    versions: list[Listed], in_use: set[str], bases: dict[str, str], n_newest: int, gone: list[str]
) -> None:
    assert superfluous(versions, in_use, bases, n_newest) == gone
