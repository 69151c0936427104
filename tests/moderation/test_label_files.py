"""Label files: every fault is named with its line, and what is left empty is unknown."""

from __future__ import annotations

import json
from typing import Any

import pytest

from moderation import label_files
from moderation.errors import InvalidLabelFile
from moderation.label_files import Form, Given, check, read

HEAD = "text,language,id,author,weight,status,TOXICITY\n"


def rows(*given: dict[str, Any]) -> list[str]:
    return [json.dumps(one) + "\n" for one in given]


def test_a_table_is_read_as_it_says() -> None:
    lines = [HEAD, '"Well, well",en,7,reader-1,.5,Approved,\n', "Get lost!,,,,,REJECTED,0.9\n", "Hm,,,,,,no\n"]
    assert check(lines, Form.CSV) == 3
    assert list(read(lines, Form.CSV)) == [
        Given("Well, well", {"LIKELY_TO_REJECT": 0.0}, "en", "7", "reader-1", 0.5),
        Given("Get lost!", {"TOXICITY": 0.9, "LIKELY_TO_REJECT": 1.0}),
        Given("Hm", {"TOXICITY": 0.0}),
    ]


def test_lines_of_json_are_read_as_they_say_and_as_an_export_writes_them() -> None:
    lines = rows(
        {"text": "Buy", "SPAM": True, "INSULT": None, "id": 12},
        {"text": "Buy", "attribute": "SPAM", "value": 1, "chosen_by": "held", "probability": 1.0, "spans": None},
    )
    lines.insert(1, "  \n")
    assert check(lines, Form.JSONL) == 2
    assert list(read(lines, Form.JSONL)) == [
        Given("Buy", {"SPAM": 1.0}, id="12"),
        Given("Buy", {"SPAM": 1.0}),
    ]


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        ({"text": " ", "SPAM": 1}, "text is missing"),
        ({"text": 5, "SPAM": 1}, "text is missing"),
        ({"text": "a\0b", "SPAM": 1}, "NUL"),
        ({"text": "\ud800", "SPAM": 1}, "surrogate"),
        ({"text": "a" * 20_481, "SPAM": 1}, "20481 bytes: at most 20480"),
        ({"text": "a", "spam": 1}, "unknown column 'spam'"),
        ({"text": "a", "": 1}, "not an object"),
        ({"text": "a", "SPAM": 1, "language": "English!"}, "is no tag"),
        ({"text": "a", "SPAM": 1, "id": "1" * 201}, "id is longer than 200"),
        ({"text": "a", "SPAM": 1, "author": "\0"}, "author is longer than 200 characters, or holds a NUL"),
        ({"text": "a", "SPAM": 1, "weight": 0}, "weight 0 is no number above 0"),
        ({"text": "a", "SPAM": 1, "weight": "heavy"}, "weight 'heavy'"),
        ({"text": "a", "status": "held"}, "neither approved nor rejected"),
        ({"text": "a", "attribute": "spam", "value": 1}, "attribute 'spam' is no name"),
        ({"text": "a", "attribute": "SPAM", "value": "much"}, "SPAM is 'much'"),
        ({"text": "a", "SPAM": 1.5}, "SPAM is 1.5: say a number from 0 to 1"),
        ({"text": "a", "SPAM": [1]}, "SPAM is [1]"),
        ({"text": "a", "SPAM": float("nan")}, "SPAM is nan"),
        ({"text": "a"}, "it says nothing"),
        ({"text": "a", "SPAM": ""}, "it says nothing"),
    ],
)
def test_what_is_wrong_with_a_row_is_said_with_its_line(row: dict[str, Any], wrong: str) -> None:
    with pytest.raises(InvalidLabelFile) as refused:
        check(rows({"text": "fine", "SPAM": 0}, row), Form.JSONL)
    (problem,) = refused.value.problems
    assert problem.startswith("line 2: ")
    assert wrong in problem


@pytest.mark.parametrize(
    ("lines", "form", "wrong"),
    [
        ([], Form.CSV, "no text in it"),
        ([HEAD], Form.CSV, "no text in it"),
        (["not json\n"], Form.JSONL, "line 1: not an object of JSON"),
        (["[1]\n"], Form.JSONL, "line 1: not an object of JSON"),
        (["[" * 100_000], Form.JSONL, "line 1: not an object of JSON"),
        (["text,SPAM\n", "a,1,2\n"], Form.CSV, "line 2: more fields than the head has columns"),
        (["text,SPAM\n", '"a"b,1\n'], Form.CSV, "not CSV"),
    ],
)
def test_a_file_that_is_none_is_refused(lines: list[str], form: Form, wrong: str) -> None:
    with pytest.raises(InvalidLabelFile, match=wrong):
        check(lines, form)


def test_what_is_not_utf_8_is_refused() -> None:
    with pytest.raises(InvalidLabelFile, match="not UTF-8"):
        check((line.decode() for line in [b"\xff"]), Form.JSONL)


def test_the_first_twenty_faults_are_told() -> None:
    with pytest.raises(InvalidLabelFile) as refused:
        check(rows(*[{"text": "a"}] * 30), Form.JSONL)
    assert len(refused.value.problems) == label_files.MOST_PROBLEMS
