"""Which columns are text and labels is told by a person, by a form, or by their names."""

from __future__ import annotations

import pytest

from models import columns
from models.columns import Form
from models.errors import UnknownAttribute, UnreadableData

SIX = ["id", "comment_text", "toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate"]


def test_six_labels_are_known_by_their_names() -> None:
    found = columns.chosen("f", Form.AUTO, SIX)
    assert found.text == "comment_text"
    assert found.labels["obscene"] == "PROFANITY"
    assert found.labels["identity_hate"] == "IDENTITY_ATTACK"
    assert found.minus_is_unknown


@pytest.mark.parametrize("toxicity", ["target", "toxicity"])
@pytest.mark.parametrize("text", ["comment_text", "text"])
def test_civil_comments_are_known_in_both_spellings(text: str, toxicity: str) -> None:
    found = columns.chosen("f", Form.AUTO, [text, toxicity, "obscene", "sexual_explicit", "article_id", "rating"])
    assert found.text == text
    assert found.labels == {
        toxicity: "TOXICITY",
        "obscene": "PROFANITY",
        "sexual_explicit": "SEXUALLY_EXPLICIT",
    }
    assert found.carried == {"group": "article_id"}


def test_where_target_and_toxicity_are_both_there_only_one_counts() -> None:
    found = columns.chosen("f", Form.CIVIL_COMMENTS, ["text", "target", "toxicity", "obscene"])
    assert list(found.labels) == ["target", "obscene"]


def test_columns_named_like_attributes_are_labels_and_ours_are_carried() -> None:
    found = columns.chosen("f", Form.CSV, ["text", "Toxicity", "spam", "mood", "parent_text", "language"])
    assert found.labels == {"Toxicity": "TOXICITY", "spam": "SPAM"}
    assert found.carried == {"parent_text": "parent_text", "language": "language"}
    assert not found.minus_is_unknown


def test_a_named_label_leaves_all_others_alone() -> None:
    found = columns.chosen("f", Form.AUTO, [*SIX, "removed"], "comment_text", {"removed": "TOXICITY"})
    assert found.labels == {"removed": "TOXICITY"}


@pytest.mark.parametrize(
    ("form", "present", "text", "labels", "said"),
    [
        pytest.param(Form.CSV, ["body", "toxicity"], None, None, r"no column text; it has: body, toxicity", id="text"),
        pytest.param(Form.CSV, ["text", "a"], "b", {"a": "SPAM"}, "no column b", id="a named text"),
        pytest.param(Form.CSV, ["text", "a"], None, {"b": "SPAM"}, "no column b; it has: text, a", id="a label"),
        pytest.param(Form.AUTO, ["text", "mood"], None, None, "--label COLUMN=ATTRIBUTE", id="no label at all"),
        pytest.param(Form.JIGSAW, SIX[:4], None, None, "no columns obscene, threat", id="half a form"),
        pytest.param(Form.CIVIL_COMMENTS, ["text", "obscene"], None, None, "no column toxicity", id="no toxicity"),
        pytest.param(Form.CSV, [], None, {"b": "SPAM"}, "it has: none", id="no column at all"),
    ],
)
def test_what_is_not_there_is_named_beside_what_is(
    form: Form, present: list[str], text: str | None, labels: dict[str, str] | None, said: str
) -> None:
    with pytest.raises(UnreadableData, match=said):
        columns.chosen("made.csv", form, present, text, labels)


def test_an_unknown_attribute_is_named_beside_those_there_are() -> None:
    with pytest.raises(UnknownAttribute, match="no attribute 'RUDENESS'; there are TOXICITY"):
        columns.chosen("f", Form.CSV, ["text", "a"], None, {"a": "RUDENESS"})
