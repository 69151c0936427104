"""Whatever is sent to Coral's routes with a good signature, the answer is one that Coral reads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable

_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
_IDS = st.text(max_size=8) | _JSON
_COMMENT = st.fixed_dictionaries(
    {"body": st.text(alphabet="<>/a='\"bidot! &;#x\n", max_size=80) | st.text(max_size=20)}
)
_DATA = st.fixed_dictionaries({}, optional=dict.fromkeys(("commentID", "storyID", "queue", "status"), _IDS))
_ASKED = st.fixed_dictionaries(
    {},
    optional={
        "action": _JSON,
        "comment": _COMMENT | _JSON,
        "author": st.fixed_dictionaries({"id": _IDS}) | _JSON,
        "story": st.fixed_dictionaries({"id": _IDS, "url": _IDS}) | _JSON,
        "type": st.sampled_from(["COMMENT_CREATED", "COMMENT_LEFT_MODERATION_QUEUE"]) | _JSON,
        "data": _DATA | _JSON,
        "id": _IDS,
        "createdAt": st.sampled_from(["2026-03-01T12:00:00.000Z", "0001-01-01T00:00:00+23:00"]) | _JSON,
    },
)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is sent decides, not where it is kept."""
    return sqlite_url


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.mark.parametrize("path", ["/moderate", "/events"])
def test_whatever_is_signed_is_answered_in_a_shape_that_coral_reads(
    path: str, coral: Any, coral_accepts: Callable[[Any], bool]
) -> None:
    @settings(max_examples=150, suppress_health_check=list(HealthCheck))
    @given(st.binary(max_size=30) | _ASKED.map(lambda asked: json.dumps(asked).encode()))
    def send(body: bytes) -> None:
        answer = coral.send(path, body)
        assert answer.status_code in {200, 204, 400}
        assert answer.status_code != 200 or coral_accepts(answer.get_json())
        assert answer.status_code != 400 or answer.mimetype == "application/problem+json"

    send()
