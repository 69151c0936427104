"""What Coral asks and tells, and what is made of it when it is odd."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from moderation.domain import MAX_TEXT_BYTES
from service.compat.coral_requests import Question, event, question
from service.problems import MALFORMED_JSON, Refused

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ASKED: dict[str, Any] = {
    "action": "NEW",
    "comment": {"body": "<p>Well made.</p>", "parentID": None},
    "author": {"id": "author-7", "role": "A_ROLE_OF_TOMORROW"},
    "story": {"id": "story-1", "url": "https://news.example/bridge"},
}
TOLD: dict[str, Any] = {
    "id": "e-1",
    "type": "COMMENT_LEFT_MODERATION_QUEUE",
    "data": {"queue": "PENDING", "commentID": "k-1", "status": "APPROVED", "storyID": "story-1", "siteID": "x"},
    "createdAt": "2026-03-01T11:59:58.123Z",
}


def asked(**changes: Any) -> Question:
    return question(json.dumps({**ASKED, **changes}, indent=2).encode())


PLAIN = Question("Well made.", "author-7", "story-1", "https://news.example/bridge", is_edit=False)


def test_a_question_is_read_as_coral_asks_it() -> None:
    assert asked() == PLAIN
    assert asked(action="EDIT") == replace(PLAIN, is_edit=True)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"author": None}, {"author_id": ""}, id="nobody"),
        pytest.param({"author": {"id": 7}}, {"author_id": ""}, id="a number"),
        pytest.param({"story": "s"}, {"story_id": "", "story_url": ""}, id="no story"),
        pytest.param({"story": {"id": "s" * 201}}, {"story_id": "", "story_url": ""}, id="a long id"),
        pytest.param({"comment": {"body": "a\0b\ud800c"}}, {"text": "a\ufffdb?c"}, id="what no database keeps"),
        pytest.param({"author": {"id": "\0"}}, {"author_id": "\ufffd"}, id="nor as a name"),
    ],
)
def test_what_is_missing_or_odd_does_not_matter_for_the_answer(
    changes: dict[str, Any], expected: dict[str, str]
) -> None:
    assert asked(**changes) == replace(PLAIN, **expected)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("body", "is_long"),
    [
        pytest.param("é" * (MAX_TEXT_BYTES // 2), False, id="as long as may be"),
        pytest.param("é" * (MAX_TEXT_BYTES // 2) + "a", True, id="a byte more"),
        pytest.param("<b></b>" * (MAX_TEXT_BYTES // 2) + "a", False, id="hardly any text in much HTML"),
        pytest.param("<b></b>" * MAX_TEXT_BYTES + "a", True, id="too much HTML to be read"),
    ],
)
def test_a_text_is_read_up_to_a_length(body: str, is_long: bool) -> None:  # noqa: FBT001
    assert (asked(comment={"body": body}).text is None) is is_long


@pytest.mark.parametrize(
    "body", [b"", b"{", b'"a"', b"[]", b"\xff", b"[" * 100_000, b"{}", b'{"comment": {"body": 1}}']
)
def test_what_coral_never_sends_is_refused(body: bytes) -> None:
    with pytest.raises(Refused) as refused:
        question(body)
    assert refused.value.kind.status == 400


def test_an_event_is_read_as_coral_tells_it() -> None:
    found = event(json.dumps(TOLD).encode(), NOW)
    assert found is not None
    assert (found.event_id, found.external_id, found.story_id) == ("e-1", "k-1", "story-1")
    assert (found.type, found.queue, found.status) == ("COMMENT_LEFT_MODERATION_QUEUE", "PENDING", "APPROVED")
    assert found.happened_at == datetime(2026, 3, 1, 11, 59, 58, 123_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "moment"),
    [
        pytest.param("2026-03-01T13:00:00+02:00", datetime(2026, 3, 1, 11, 0, tzinfo=UTC), id="with an offset"),
        pytest.param("2026-03-01T11:00:00", datetime(2026, 3, 1, 11, 0, tzinfo=UTC), id="without"),
        pytest.param("yesterday", NOW, id="in words"),
        pytest.param("0001-01-01T00:00:00+23:00", NOW, id="before all time"),
        pytest.param(1_772_366_400, NOW, id="a number"),
    ],
)
def test_the_moment_is_coral_s_or_else_ours(given: object, moment: datetime) -> None:
    found = event(json.dumps({**TOLD, "createdAt": given}).encode(), NOW)
    assert found is not None
    assert found.happened_at == moment


def test_events_of_no_comment_are_none_and_a_comment_s_need_their_ids() -> None:
    assert event(b'{"type": "STORY_CREATED", "id": "e-1", "data": {}}', NOW) is None
    for changes in ({"id": ""}, {"data": {}}, {"data": {**TOLD["data"], "storyID": "s" * 201}}):
        with pytest.raises(Refused):
            event(json.dumps({**TOLD, **changes}).encode(), NOW)
    with pytest.raises(Refused) as refused:
        event(b"nothing", NOW)
    assert refused.value.kind is MALFORMED_JSON
