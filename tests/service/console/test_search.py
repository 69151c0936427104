"""The search page: what was asked stands in the form, hits are marked, masks stay, and no question is a failure."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

from moderation.domain import Article, Author, Reason, Span, Status
from moderation.search import Hit
from service.console import search
from service.console.search import Stretch

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from werkzeug.test import TestResponse

HARBOUR = Article("https://news.example/harbour", "Harbour dredged", "Local")
SPORT = Article("https://news.example/match", "A late goal", "Sport")


@pytest.fixture
def look(signed_in: Callable[..., Any]) -> Callable[..., str]:
    """Open the search page as someone; answers with its HTML."""
    browsers: dict[str, Any] = {}

    def get(role: str = "moderator", **query: str) -> str:
        browser = browsers.setdefault(role, None) or signed_in(role=role)
        browsers[role] = browser
        answer: TestResponse = browser.get("/search", query_string={k.rstrip("_"): v for k, v in query.items()})
        assert answer.status_code == 200
        return answer.get_data(as_text=True)

    return get


def found(page: str) -> list[str]:
    """The texts that a page lists, without markup."""
    listed = re.findall(r'<p class="entry-words"[^>]*>(.*?)</p>', page, re.DOTALL)
    return [unescape(re.sub(r"<[^>]+>", "", one)) for one in listed]


def test_nothing_asked_is_an_empty_form(look: Callable[..., str], accept: Callable[..., Any]) -> None:
    accept("c-1", "a word")
    page = look()
    assert 'name="q" value=""' in page
    assert found(page) == []
    assert "Nothing found" not in page


def test_what_fits_is_listed_with_its_words_marked_and_a_way_to_it(
    look: Callable[..., str], accept: Callable[..., Any]
) -> None:
    comment = accept("c-1", "The Bridge & the <bridge>", article=HARBOUR, author=Author("r-1", "Ida <i>"))
    accept("c-2", "The tram")
    page = look(q="bridge")
    assert found(page) == ["The Bridge & the <bridge>"]
    assert page.count('<mark class="hit">') == 2
    assert '&lt;<mark class="hit">bridge</mark>&gt;' in page
    assert f'href="/comments/{comment.id}"' in page
    assert "Harbour dredged" in page
    assert "Ida &lt;i&gt;" in page


@pytest.mark.usefixtures("site")
def test_what_was_chosen_stays_chosen(look: Callable[..., str]) -> None:
    page = look(
        q='"a b" -c',
        status="REJECTED",
        guideline="no-spam",
        author="Ida",
        article="x<y",
        from_="2026-03-01",
        language="de",
    )
    assert 'name="q" value="&#34;a b&#34; -c"' in page
    assert '<option value="REJECTED" selected>' in page
    assert '<option value="no-spam" selected>' in page
    assert 'value="x&lt;y"' in page
    assert 'value="2026-03-01"' in page
    assert '<details class="search-more" open>' in page
    assert "Nothing found." in page


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"q": "-bridge"}, "Say at least one word to find"),
        ({"q": "🐍"}, "There is no word in this to find"),
        ({"q": "a " * 21}, None),
        ({"q": " ".join(f"word{i}" for i in range(21))}, "more than 20 words"),
        ({"q": "x" * 101}, "100 letters at most"),
        ({"q": "b*"}, "at least 3 letters"),
        ({"q": "word", "from": "yesterday"}, "A date is written year, month, day"),
        ({"q": "word", "to": "2026-02-30"}, "A date is written year, month, day"),
        ({"q": '"""*-("'}, "There is no word in this to find"),
        ({"q": "NEAR(a b) AND * OR ^x : {y} 'z' \\ %"}, None),
        ({"q": "word", "before": "x"}, None),
        ({"q": "word", "before": "9" * 30}, None),
        ({"q": "word", "before": "-1"}, None),
        ({"q": "word", "status": "LOST", "site": "no such site", "guideline": "x'; --"}, None),
        ({"author": "%", "article": "%_\\"}, None),
    ],
)
def test_no_question_is_a_failure(look: Callable[..., str], query: dict[str, str], sentence: str | None) -> None:
    page = look(**query)
    assert ('class="notice" role="alert"' in page) == (sentence is not None)
    assert sentence is None or sentence in unescape(page)


def test_more_than_a_page_goes_on_older(look: Callable[..., str], accept: Callable[..., Any]) -> None:
    for number in range(30):
        accept(f"c-{number}", f"word {number}")
    page = look(q="word")
    assert found(page)[0] == "word 29"
    onward = re.search(r'href="(/search\?q=word&amp;before=(\d+))" rel="next"', page)
    assert onward is not None
    older = look(q="word", before=onward[2])
    assert found(older) == [f"word {number}" for number in reversed(range(5))]
    assert ">Newest</a>" in older
    assert 'rel="next"' not in older


def test_nobody_sees_what_is_out_of_sight(signed_in: Callable[..., Any], accept: Callable[..., Any]) -> None:
    accept("c-1", "word of the harbour", article=HARBOUR)
    accept("c-2", "word of the match", article=SPORT)
    page = signed_in(sections=("Sport",)).get("/search?q=word").get_data(as_text=True)
    assert found(page) == ["word of the match"]


def test_who_is_not_signed_in_is_sent_to_do_so(app: Flask) -> None:
    assert app.test_client().get("/search?q=x").status_code == 302


TEXT = "you utter fool of a mayor"
INSULT = Reason("respectful", "INSULT", 0.95, 0.4, spans=(Span(4, 14),))
MILD = Reason("respectful", "INSULT", 0.5, 0.4, spans=(Span(4, 14),))


@pytest.mark.parametrize(
    ("reason", "hits", "drawn"),
    [
        pytest.param(
            MILD, [Span(10, 14)], ["you ", "utter ", "[fool]", " of a mayor"], id="a mild word is only marked"
        ),
        pytest.param(INSULT, [Span(20, 25)], ["you ", "#utter fool#", " of a ", "[mayor]"], id="beside a mask"),
        pytest.param(INSULT, [Span(10, 14)], ["you ", "[#utter fool#]", " of a mayor"], id="a mask stays whole"),
        pytest.param(INSULT, [Span(0, 9)], ["[you ]", "[#utter fool#]", " of a mayor"], id="half under a mask"),
        pytest.param(INSULT, [], ["you ", "#utter fool#", " of a mayor"], id="no hit"),
    ],
)
def test_hits_are_marked_and_masks_kept(reason: Reason, hits: list[Span], drawn: list[str]) -> None:
    assert [_drawn(one) for one in search.entry(_hit(TEXT, reason, hits)).stretches] == drawn


def test_a_long_text_is_shown_around_its_word() -> None:
    text = "word " * 100 + "bridge " + "word " * 100
    shown = search.entry(_hit(text, MILD, [Span(500, 506)]))
    assert (shown.goes_before, shown.goes_after) == (True, True)
    assert "".join(one.piece.text for one in shown.stretches).startswith("word word")
    assert [one.piece.text for one in shown.stretches if one.is_hit] == ["bridge"]


def _hit(text: str, reason: Reason, hits: list[Span]) -> Hit:
    class Subject:
        pass

    subject: Any = Subject()
    subject.text = text
    return Hit(subject, (reason,), tuple(hits))


def _drawn(stretch: Stretch) -> str:
    text = f"#{stretch.piece.text}#" if stretch.piece.is_masked else stretch.piece.text
    return f"[{text}]" if stretch.is_hit else text


def test_every_status_has_a_name(app: Flask) -> None:
    with app.test_request_context():
        assert set(search.status_names()) == {status.value for status in Status}
