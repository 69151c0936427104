"""Tokens stand where they were written, and disguises fold away."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models import text

DISGUISED = [
    ("case", "IDIOT", "idiot"),
    ("accents", "ídiöt", "idiot"),
    ("combining marks", "i\u0301diot", "idiot"),
    ("an invisible space", "id\u200biot", "idiot"),
    ("a soft hyphen", "id\u00adiot", "idiot"),
    ("digits at the edge stay", "1d10t", "1d10t"),
    ("digits inside", "id1ot", "idiot"),
    ("signs for letters", "cla$$y", "classy"),
    ("mathematical letters", "\U0001d422\U0001d41d\U0001d422\U0001d428\U0001d42d", "idiot"),
    ("drawn-out letters", "stuuuuupid", "stuupid"),
    ("folding that makes longer", "Straße", "strasse"),
    ("the dotted capital I", "İzmir", "izmir"),
    ("an apostrophe", "don't", "dont"),
    ("a typographic apostrophe", "don\u2019t", "dont"),
    ("masked letters stay masked", "id***", "id**"),
    ("emphasis is not", "really**", "really"),
    ("a year", "1984", "0000"),
    ("an address", "https://example.org/a?b", text.URL),
    ("a mail address", "someone@example.org", text.MAIL),
    ("a name", "@someone", text.NAME),
    ("what HTML left", "&gt;", ""),
    ("a retweet", "RT", ""),
    ("letters of another script", "i\u0501io\u03c4", "idio*"),
    ("strokes of letters", "st\u0131ll", "still"),
    ("full width", "\uff29\uff44\uff49\uff4f\uff54", "idiot"),
    ("circled letters", "\u24be\u24b9\u24be\u24c4\u24c9", "idiot"),
    ("letters of flags", "\U0001f1ee\U0001f1e9\U0001f1ee\U0001f1f4\U0001f1f9", "idiot"),
    ("a flag", "\U0001f1fa\U0001f1f8", "\U0001f1fa\U0001f1f8"),
    ("a pile of marks", "i\u0336\u0489d\u20dd\u1dc0iot", "idiot"),
    ("marks of direction", "i\u2066d\u200ei\u2069ot", "idiot"),
    ("words written backwards", "\u202etoidi era\u202c", "are idiot"),
    ("letters apart", "i d i o t", "idiot"),
    ("dots between letters", "i.d.i.o.t", "idiot"),
    ("low lines between letters", "i_d_i_o_t", "idiot"),
    ("fire between letters", "i\U0001f525d\U0001f525i\U0001f525o\U0001f525t", "idiot"),
    ("initials", "U.S.A", "usa"),
    ("a masked letter", "id*ot", "id*ot"),
    ("words that a sign joins", "no!really", "no ! really"),
    ("a name of two words", "some_one", "some one"),
    ("another script stays", "\u0420\u0435\u043a\u0430", "\u0440\u0435\u043a\u0430"),
    ("Polish", "\u0141\u00f3d\u017a", "lodz"),
    ("Vietnamese", "Nguy\u1ec5n", "nguyen"),
    ("shouting", "!!!!", "!!"),
]


@pytest.mark.parametrize(("why", "written", "form"), DISGUISED, ids=[why for why, _, _ in DISGUISED])
def test_a_token_has_one_normal_form(why: str, written: str, form: str) -> None:
    assert text.split(written) == [written], why
    assert text.normalise(written) == form


@pytest.mark.parametrize(
    ("comment", "tokens"),
    [
        ("it is a B or C", ["it", "is", "a", "B", "or", "C"]),
        ("you i d i o t you", ["you", "i d i o t", "you"]),
        ("J. R. R. Tolkien", ["J. R. R", "Tolkien"]),
        ("for $500 in 1 2 3", ["for", "$500", "in", "1", "2", "3"]),
        ("Stop! Now?", ["Stop", "!", "Now", "?"]),
        ("\uadf8 \uc218 \uc5c6 \ub2e4", ["\uadf8", "\uc218", "\uc5c6", "\ub2e4"]),
        ("AT&T", ["AT", "T"]),
    ],
)
def test_ordinary_text_keeps_its_words(comment: str, tokens: list[str]) -> None:
    assert text.split(comment) == tokens


def test_an_address_is_one_token_and_brackets_are_none() -> None:
    assert text.split("See https://example.org/x (really) == Heading ==") == [
        "See",
        "https://example.org/x",
        "really",
        "Heading",
    ]


@given(st.text(max_size=200))
@example("ß İ \r\n e\u0301 \U0001f600\u200d\U0001f525 x")
@example("a\r\nb\r\n\r\nc")
@example("f***\u200b $hit\u0301 @ & ;")
def test_every_token_stands_where_it_was_written(comment: str) -> None:
    tokens = text.locate(comment)
    assert [token.written for token in tokens] == text.split(comment)
    end = 0
    for token in tokens:
        assert end <= token.begin < token.end <= len(comment)
        assert comment[token.begin : token.end] == token.written
        end = token.end


@given(st.text(max_size=80))
def test_any_token_has_a_normal_form(comment: str) -> None:
    for written in text.split(comment):
        form = text.normalise(written)
        assert isinstance(form, str)
        form.encode()  # never half a character; the marks of a platform may come to nothing


@pytest.mark.parametrize(
    "pattern",
    [
        "a",
        "a.",
        "a@",
        "*a",
        "$",
        "!",
        "&a",
        "a-",
        "@",
        "a\u0301",
        "'a",
        "a ",
        "a_",
        "a.b.c.ab",
        "a b c ab ",
        "\u202ea ",
        "\u222aa",
        "\U0001f1e6",
        "a!",
        "aaa\ufffd",
    ],
)
def test_no_text_takes_more_than_its_length(pattern: str) -> None:
    # A quadratic pattern would need minutes for this.
    assert len("".join(text.split(pattern * 100_000))) <= 100_000 * len(pattern)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("word", True),
        ("2012", False),
        ("@name", False),
        ("https://a.example", False),
        ("\U0001f600", False),
        ("RT", False),
    ],
)
def test_only_words_are_words(written: str, *, expected: bool) -> None:
    assert text.is_word(written) is expected


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("plain", "latin"),
        ("über", "latin"),
        ("안녕하세요", "hangul"),
        ("안녕하세요 ok", "hangul"),
        ("Привет", "other"),
        ("สวัสดี", "other"),
        ("مرحبا", "other"),
        ("你好", "other"),
        ("12 \U0001f600", None),
        ("", None),
        ("\U0001d422\U0001d41d", "latin"),
        ("\u0456d\u0456\u043et", "latin"),
        ("\U0001f170\U0001f171", "latin"),
    ],
)
def test_a_text_is_in_the_script_of_most_of_its_letters(comment: str, expected: str | None) -> None:
    assert text.script(comment) == expected
