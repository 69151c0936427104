"""HTML as a reader sees it, and nothing that can be hidden in it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.compat.markup import plain


@pytest.mark.parametrize(
    ("body", "text"),
    [
        pytest.param("<p>One</p><p>two<br>three</p>", "One\ntwo\nthree", id="blocks are lines"),
        pytest.param("<div>a</div>\n<div>b</div>", "a\nb", id="an empty line is none"),
        pytest.param("<P>a<BR/>b<br />c</P>", "a\nb\nc", id="in capitals, and closed at once"),
        pytest.param("You <b>id</b>i<span class='x'>ot</span>", "You idiot", id="tags in a word leave no gap"),
        pytest.param("id<!-- -->iot", "idiot", id="nor does an empty remark"),
        pytest.param("Tom &amp; Jerry &lt;3&nbsp; &#x1F600;", "Tom & Jerry <3 😀", id="entities"),
        pytest.param(
            '<a href="https://x.example/?a=1&amp;b=2" rel="nofollow noopener" target="_blank">here</a>!',
            "here (https://x.example/?a=1&b=2)!",
            id="a link's address is seen",
        ),
        pytest.param(
            "<a href='https://x.example/'>https://x.example/</a>", "https://x.example/", id="once, if it is its text"
        ),
        pytest.param("<a href=https://x.example/><b>he</b>re</a>", "here (https://x.example/)", id="with tags inside"),
        pytest.param("<a>here</a> <a href=''>there</a> </a>", "here there", id="a link to nowhere"),
        pytest.param(
            "<a href='https://x.example/'>a<a href='https://y.example/'>b",
            "a (https://x.example/)b",
            id="links never closed",
        ),
        pytest.param("<img src='https://x.example/c' alt='a cat'>", "a cat https://x.example/c", id="a picture"),
        pytest.param("I <3 you, a < b > c", "I <3 you, a < b > c", id="plain text with signs"),
        pytest.param("see <what you idiot> mean", "see <what you idiot> mean", id="plain text in brackets"),
        pytest.param("<b you idiot>!</b>", "<b you idiot>!", id="words in a tag"),
        pytest.param("<b class='you idiot'>!", "<b class='you idiot'>!", id="words in a value"),
        pytest.param("<!-- you idiot -->", "<!-- you idiot -->", id="words in a remark"),
        pytest.param("<script>you idiot</script>", "<script>you idiot</script>", id="words in a script"),
        pytest.param("<b", "<b", id="a tag that never ends"),
    ],
)
def test_html_becomes_text(body: str, text: str) -> None:
    assert plain(body) == text


@given(st.text(alphabet="<>/!-a='\" &;", max_size=60))
def test_no_word_is_lost(body: str) -> None:
    """A word of letters that no tag or entity is named by is still there."""
    assert "zzz" in plain(f"{body}zzz{body}")


@pytest.mark.parametrize("piece", ["<a ", "<!--", "</", "<b>", "<a href='", "<a href='https://x.example'>", "&", "< "])
def test_what_never_ends_is_read_in_a_moment(piece: str) -> None:
    """The standard library took minutes for some; a hundred times what it takes here is still a second or so."""
    begun = time.perf_counter()
    plain(piece * (80_000 // len(piece)))
    assert time.perf_counter() - begun < 5
