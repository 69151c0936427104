"""What someone typed, as terms; where a text has them; and which part of it to show."""

from __future__ import annotations

import pytest

from moderation import wording
from moderation.domain import Span
from moderation.errors import UnclearWording
from moderation.wording import Term, Wording


@pytest.mark.parametrize(
    ("line", "wanted", "without"),
    [
        pytest.param("Bridge TOLL", [Term(("bridge",)), Term(("toll",))], [], id="words, in any case"),
        pytest.param('"the old bridge"', [Term(("the", "old", "bridge"))], [], id="words that follow each other"),
        pytest.param("„alte Brücke“", [Term(("alte", "brücke"))], [], id="quotation marks of another language"),
        pytest.param('"left open', [Term(("left", "open"))], [], id="a quotation that is left open"),
        pytest.param("toll -bridge", [Term(("toll",))], [Term(("bridge",))], id="without a word"),
        pytest.param('toll -"old bridge"', [Term(("toll",))], [Term(("old", "bridge"))], id="without a phrase"),
        pytest.param("toll \u2013bridge", [Term(("toll",))], [Term(("bridge",))], id="a dash for the minus"),
        pytest.param("bridge-toll", [Term(("bridge", "toll"))], [], id="a hyphen within a word leaves nothing out"),
        pytest.param("bri*", [Term(("bri",), is_beginning=True)], [], id="how a word begins"),
        pytest.param('"old bri"*', [Term(("old", "bri"), is_beginning=True)], [], id="how a phrase goes on"),
        pytest.param("it's", [Term(("it", "s"))], [], id="an apostrophe parts words that follow each other"),
        pytest.param("toll toll", [Term(("toll",))], [], id="once is enough"),
        pytest.param('toll !!! - ""', [Term(("toll",))], [], id="signs alone are nothing"),
        pytest.param("हिन्दी", [Term(("हिन्दी",))], [], id="marks belong to their letters"),
    ],
)
def test_a_line_is_read_as_terms(line: str, wanted: list[Term], without: list[Term]) -> None:
    assert wording.read(line) == Wording(tuple(wanted), tuple(without))


@pytest.mark.parametrize("line", ["", "   ", "\t"])
def test_nothing_typed_is_nothing_wanted(line: str) -> None:
    assert wording.read(line) is None


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("-bridge", "only exclusions"),
        ("🐍 ?!", "no words"),
        ('""', "no words"),
        ("a " + " ".join(f"word{i}" for i in range(20)), "too many terms"),
        ("x" * 101, "too long"),
        ("br*", "beginning too short"),
        ("bridge -t*", "beginning too short"),
    ],
)
def test_what_cannot_be_looked_for_is_refused_with_its_reason(line: str, why: str) -> None:
    with pytest.raises(UnclearWording) as refused:
        wording.read(line)
    assert refused.value.why == why


@pytest.mark.parametrize(
    ("line", "text", "found"),
    [
        pytest.param("bridge", "The Bridge, the bridges, a BRIDGE.", [(4, 10), (27, 33)], id="whole words, any case"),
        pytest.param("bri*", "The bridges brim, umbrage", [(4, 11), (12, 16)], id="words that begin so, to their end"),
        pytest.param(
            '"old bridge"', "Old: bridge! old, new bridge", [(0, 11)], id="signs between do not part a phrase"
        ),
        pytest.param('"old bri"*', "the old bridges", [(4, 15)], id="a phrase that goes on"),
        pytest.param("toll -bridge", "a toll bridge", [(2, 6)], id="what is left out is not marked"),
        pytest.param('"a b" "b c"', "a b c", [(0, 5)], id="what overlaps is one"),
        pytest.param("snake", "🐍 snake 👩‍👧 snake", [(2, 7), (12, 17)], id="places are code points"),
        pytest.param("İstanbul", "In İSTANBUL", [(3, 11)], id="lower case that is longer moves nothing"),
        pytest.param("none", "nothing of it", [], id="nothing"),
    ],
)
def test_terms_are_found_in_a_text(line: str, text: str, found: list[tuple[int, int]]) -> None:
    wanted = wording.read(line)
    assert wanted is not None
    assert wording.spans(wanted, text) == [Span(*pair) for pair in found]


LONG = "word " * 100 + "bridge " + "word " * 100


@pytest.mark.parametrize(
    ("text", "found", "part"),
    [
        pytest.param("short", [], "short", id="a short text is whole"),
        pytest.param("short bridge", [Span(6, 12)], "short bridge", id="with its word"),
        pytest.param(LONG, [], LONG[:80], id="a long one without words, from its beginning"),
        pytest.param(LONG, [Span(10, 14)], LONG[:80], id="with a word that is early"),
        pytest.param(LONG, [Span(500, 506)], LONG[445:525], id="with a word in the middle, from a word on before it"),
        pytest.param("x" * 300 + "bridge", [Span(300, 306)], "bridge", id="no space before it"),
        pytest.param(
            "y " * 50 + "z" * 40 + " bridge", [Span(141, 147)], ("y " * 50 + "z" * 40 + " bridge")[68:], id="at the end"
        ),
    ],
)
def test_the_part_that_is_shown_holds_the_first_word(text: str, found: list[Span], part: str) -> None:
    chosen = wording.excerpt(text, found, 80)
    assert text[chosen.begin : chosen.end] == part
