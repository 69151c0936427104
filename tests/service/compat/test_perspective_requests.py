"""What clients of Perspective ask, read field by field as protocol buffers are read from JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest

from service.compat.perspective_errors import NotAnswered
from service.compat.perspective_requests import Analysis, Suggestion, analysis, suggestion

PLAIN: dict[str, Any] = {"comment": {"text": "a"}, "requestedAttributes": {"TOXICITY": {}}}
SAID: dict[str, Any] = {"comment": {"text": "a"}, "attributeScores": {"TOXICITY": {"summaryScore": {"value": 1}}}}


@pytest.mark.parametrize(
    ("more", "read"),
    [
        ({}, Analysis("a", {"TOXICITY": None})),
        ({"languages": None, "spanAnnotations": None, "clientToken": None}, Analysis("a", {"TOXICITY": None})),
        (
            {
                "comment": {"text": "a", "type": 1},
                "requested_attributes": {"THREAT": {"score_type": "PROBABILITY", "score_threshold": "0.25"}},
                "requestedAttributes": None,
                "languages": ["de"],
                "span_annotations": True,
                "drop_unsupported_attributes": True,
                "client_token": "t",
                "context": {
                    "article_and_parent_comment": {"article": {"text": "\n A b \nc"}, "parent_comment": {"text": "p"}}
                },
                "unheard_of": [],
            },
            Analysis(
                "a",
                {"THREAT": 0.25},
                ("de",),
                "A b",
                "p",
                wants_sentences=True,
                drops_unsupported=True,
                client_token="t",
            ),
        ),
    ],
    ids=["the least", "null is absent", "all, by the names with underscores, types by number"],
)
def test_an_analysis_is_read(more: dict[str, Any], read: Analysis) -> None:
    assert analysis(PLAIN | more) == read


@pytest.mark.parametrize(
    ("more", "field", "wanted"),
    [
        ({"comment": "a"}, "comment", "TYPE_MESSAGE"),
        ({"comment": {"text": ["a"]}}, "comment.text", "TYPE_STRING"),
        ({"requestedAttributes": ["TOXICITY"]}, "requestedAttributes", "TYPE_MESSAGE"),
        ({"requestedAttributes": {"A": 1}}, "requestedAttributes.A", "TYPE_MESSAGE"),
        (
            {"requestedAttributes": {"A": {"scoreThreshold": True}}},
            "requestedAttributes.A.scoreThreshold",
            "TYPE_FLOAT",
        ),
        ({"requestedAttributes": {"A": {"scoreThreshold": "x"}}}, "requestedAttributes.A.scoreThreshold", "TYPE_FLOAT"),
        (
            {"requestedAttributes": {"A": {"scoreThreshold": 10**400}}},
            "requestedAttributes.A.scoreThreshold",
            "TYPE_FLOAT",
        ),
        ({"languages": "en"}, "languages", "TYPE_LIST"),
        ({"languages": ["en", 1]}, "languages[1]", "TYPE_STRING"),
        ({"spanAnnotations": "yes"}, "spanAnnotations", "TYPE_BOOL"),
        ({"clientToken": 1}, "clientToken", "TYPE_STRING"),
        ({"context": {"entries": [1]}}, "context.entries[0]", "TYPE_MESSAGE"),
    ],
)
def test_a_field_of_another_type_is_named(more: dict[str, Any], field: str, wanted: str) -> None:
    with pytest.raises(NotAnswered) as caught:
        analysis(PLAIN | more)
    assert (caught.value.message, caught.value.field) == (f"Invalid value at '{field}' ({wanted})", field)


@pytest.mark.parametrize("body", [[], "a", 1, True])
def test_what_is_no_object_is_not_read(body: Any) -> None:
    for read in (analysis, suggestion):
        with pytest.raises(NotAnswered, match="Invalid JSON payload"):
            read(body)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("PERCENTILE", "Requested score type PERCENTILE is not supported by attribute TOXICITY"),
        (4, "Requested score type RAW is not supported by attribute TOXICITY"),
        (99, "Requested score type 99 is not supported by attribute TOXICITY"),
        ([1], "Requested score type [1] is not supported by attribute TOXICITY"),
    ],
)
def test_scores_are_probabilities_and_nothing_else(kind: Any, message: str) -> None:
    with pytest.raises(NotAnswered) as caught:
        analysis(PLAIN | {"requestedAttributes": {"TOXICITY": {"scoreType": kind}}})
    assert caught.value.message == message


def coral(**told: Any) -> dict[str, Any]:
    return {"entries": [{}, {"text": "more"}, {"text": json.dumps(told)}]}


@pytest.mark.parametrize(
    ("more", "comment_id"),
    [
        ({}, None),
        ({"context": coral(Coral_comment_id="k-1"), "clientToken": "comment:k-2"}, "k-1"),
        ({"context": coral(Coral_comment_id=7), "clientToken": "comment:k-2"}, "k-2"),
        ({"context": {"entries": [{"text": "{Coral_comment_id"}]}, "clientToken": "t-1"}, None),
        ({"context": {"entries": [{"text": '["Coral_comment_id"]'}]}, "clientToken": "comment:"}, None),
        ({"context": coral(Coral_comment_id="k" * 201)}, None),
        ({"context": coral(Coral_comment_id="k\0")}, None),
    ],
    ids=["none", "in the context", "in the token", "no JSON", "no object", "too long", "cannot be kept"],
)
def test_the_comment_s_id_is_where_coral_writes_it(more: dict[str, Any], comment_id: str | None) -> None:
    assert suggestion(SAID | more).comment_id == comment_id


def test_coral_is_known_by_its_community() -> None:
    assert suggestion(SAID | {"communityId": "Coral:https://coral.example"}) == Suggestion(
        "a", {"TOXICITY": 1.0}, is_from_coral=True
    )
