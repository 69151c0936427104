"""The words named are those that weighed most, and they stand where it is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from models import text
from models.explain import N_MOST

if TYPE_CHECKING:
    from models.scorer import Scorer


def named(scorer: Scorer, comment: str, attribute: str = "TOXICITY") -> list[str]:
    (found,) = scorer.explain([comment], [[attribute]])
    return [comment[begin:end] for begin, end in found[attribute]]


@pytest.mark.parametrize(
    ("why", "comment", "word"),
    [
        ("plain", "My teacher met an idiot yesterday", "idiot"),
        ("after an emoji", "\U0001f600\U0001f468\u200d\U0001f469 my teacher met an idiot", "idiot"),
        ("after a letter that folding makes longer", "Straße İzmir ﬀ my teacher met an idiot", "idiot"),
        ("after combining marks", "e\u0301e\u0301 my teacher met an idiot", "idiot"),
        ("after Windows line ends", "My teacher\r\n\r\nmet an idiot", "idiot"),
        ("shouted", "My teacher met an IDIOT", "IDIOT"),
        ("with accents", "My teacher met an ídiot", "ídiot"),
        ("with combining accents", "My teacher met an i\u0301diot", "i\u0301diot"),
        ("disguised", "My teacher met an id1ot", "id1ot"),
    ],
)
def test_the_rude_word_is_named_as_written(scorer: Scorer, why: str, comment: str, word: str) -> None:
    assert any(word in stretch for stretch in named(scorer, comment)), why


def test_neighbours_are_named_as_one(scorer: Scorer) -> None:
    assert any("idiot" in stretch and "clown" in stretch for stretch in named(scorer, "Yesterday: idiot clown!"))


def test_nothing_is_named_where_nothing_speaks_for_it(scorer: Scorer) -> None:
    assert named(scorer, "") == []
    assert named(scorer, "\U0001f600") == []
    assert named(scorer, "\u0436") == []


def test_texts_together_say_what_they_say_alone(scorer: Scorer) -> None:
    texts = ["You clown", "", "My baker came", "Only an idiot, only a fool"]
    asked = [["TOXICITY"], ["INSULT"], [], ["INSULT", "SPAM"]]
    together = scorer.explain(texts, asked)
    alone = [scorer.explain([one], [names])[0] for one, names in zip(texts, asked, strict=True)]
    assert together == alone
    assert [list(found) for found in together] == asked


def test_an_attribute_that_is_not_measured_is_left_out(scorer: Scorer) -> None:
    assert scorer.explain(["You clown"], [["LISTED_WORD", "TOXICITY"]])[0].keys() == {"TOXICITY"}


def test_what_a_comment_quotes_is_not_named(scorer: Scorer) -> None:
    parent = "The teacher is an idiot and a fool"
    comment = f"{parent}? You clown"
    (quoted,) = scorer.explain([comment], [["TOXICITY"]], ["en"], [(None, parent)])
    assert [comment[begin:end] for begin, end in quoted["TOXICITY"]] == ["clown"]
    (own,) = scorer.explain([comment], [["TOXICITY"]], ["en"])
    assert any("idiot" in comment[begin:end] for begin, end in own["TOXICITY"])


LETTERS = st.sampled_from(
    ["idiot", "clown", "\U0001f600", "\u200d", "e\u0301", "ß", "İ", "\r\n", " ", "!", "teacher", "\ufb00", "@x", "&gt;"]
)


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.one_of(st.text(max_size=100), st.lists(LETTERS, max_size=30).map("".join)))
@example("İ" * 20 + " idiot")
def test_stretches_are_whole_tokens_in_order(scorer: Scorer, comment: str) -> None:
    tokens = text.locate(comment)
    begins, ends = {token.begin for token in tokens}, {token.end for token in tokens}
    (found,) = scorer.explain([comment], [["TOXICITY", "SPAM"]])
    for stretches in found.values():
        assert len(stretches) <= N_MOST
        last = -1
        for begin, end in stretches:
            assert last < begin < end <= len(comment)
            assert begin in begins
            assert end in ends
            last = end
