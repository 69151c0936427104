"""Forms of Akismet's clients: encodings, keys, names of blogs, long comments."""

from __future__ import annotations

import pytest

from moderation.domain import MAX_TEXT_BYTES
from service.compat import akismet_forms as forms

KEY = "abc123def456"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"comment_content=na%C3%AFve+caf%C3%A9", "naïve café"),
        ("comment_content=naïve café".encode(), "naïve café"),
        (b"comment_content=na%EFve", "naïve"),
        (b"comment_content=\x93naive\x94 \x81", "\u201cnaive\u201d \ufffd"),
        (b"comment_content=first&comment_content=last", "last"),
        (b"", None),
        (b"comment_content", ""),
        (b"user_ip=192.0.2.1&comment%5Fcontent=a%26b&=&%&&", "a&b"),
    ],
    ids=["escaped", "not escaped", "Western", "Western with a hole", "twice", "nothing", "no value", "an escaped name"],
)
def test_forms_are_read_in_the_encodings_that_blogs_write(body: bytes, text: str | None) -> None:
    assert forms.fields(body).get("comment_content") == text


def test_a_form_of_too_many_fields_is_refused() -> None:
    with pytest.raises(ValueError, match="fields"):
        forms.fields(b"a=&" * (forms.MOST_FIELDS + 1))


@pytest.mark.parametrize(
    ("form", "query", "host", "key"),
    [
        ({"api_key": " one ", "key": "two"}, {"api_key": "three"}, f"{KEY}.rest.example", "one"),
        ({"api_key": " ", "key": "two"}, {}, "", "two"),
        ({}, {"api_key": "three"}, f"{KEY}.rest.example", "three"),
        ({}, {"key": "four"}, "", "four"),
        ({}, {}, f"{KEY.upper()}.rest.example:8000", KEY),
        ({}, {}, KEY, None),
        ({}, {}, "rest.akismet.com", None),
    ],
)
def test_the_key_is_looked_for_in_order(
    form: dict[str, str], query: dict[str, str], host: str, key: str | None
) -> None:
    assert forms.key(form, query, host) == key


def test_what_no_key_of_ours_looks_like() -> None:
    assert [forms.is_possible(one) for one in (KEY, KEY.upper(), KEY[1:], f"{KEY}\n")] == [True, False, False, False]


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://Blog.Example/News/", "blog.example/news"),
        ("http://reader:secret@blog.example:8080", "blog.example:8080"),
        ("http://[::1", "unknown"),
        ("", "unknown"),
        ("https://blog.example/=cmd|' '!A1", "blog.example/cmda1"),
        ("http://" + "a" * 200, "a" * 100),
    ],
)
def test_blogs_get_names_to_count_by(address: str, name: str) -> None:
    assert forms.blog(address) == name


def test_of_a_long_comment_the_beginning_and_the_end_are_read() -> None:
    text = forms.asked({"comment_content": "å" * 20_000 + " the end"}).text
    assert text.startswith("åå")
    assert text.endswith(" the end")
    assert len(text.encode()) <= MAX_TEXT_BYTES
    assert forms.asked({"comment_content": "a" * MAX_TEXT_BYTES}).text == "a" * MAX_TEXT_BYTES


@pytest.mark.parametrize(
    ("given", "language"), [("sv_SE", "sv-SE"), ("en, fr_ca", "en"), ("", None), ("C.UTF-8", None), ("english", None)]
)
def test_the_first_language_of_a_blog_counts(given: str, language: str | None) -> None:
    assert forms.asked({"blog_lang": given}).language == language


def test_numbers_of_comments_are_wordpress_s() -> None:
    numbers = [forms.asked({"comment_ID": given}).comment_id for given in ("17", " 17 ", "x", "", "٣", "1" * 41)]
    assert numbers == ["17", "17", None, None, None, None]


def test_what_we_do_not_look_at_is_not_read() -> None:
    sent = b"comment_content=a&user_ip=192.0.2.1&HTTP_COOKIE=b&POST_comment=c&user_agent=d"
    assert forms.fields(sent) == {"comment_content": "a"}
