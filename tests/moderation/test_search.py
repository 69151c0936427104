"""Searching: what fits is found, newest first, page by page; what is out of sight never; and patience ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from moderation import decisions, erasure, intake, search
from moderation.decisions import Draft
from moderation.desk import Moderator, Role
from moderation.domain import Actor, Article, Author, Reason, Span, Status
from moderation.errors import UnclearWording
from moderation.search import Found, Wish
from moderation.store import comments

if TYPE_CHECKING:
    from datetime import datetime

    from moderation.domain import Submission
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site

Accept = Callable[..., "CommentRow"]

ADA = Moderator(1, "ada@news.example", "Ada", Role.ADMIN)
HARBOUR = Article("https://news.example/harbour", "Harbour dredged", "Local")
MATCH = Article("https://news.example/match", "A late goal", "Sport")


@pytest.fixture
def find(database: Database) -> Callable[..., list[str]]:
    """Search, and answer with the site's ids of what was found."""

    def look(words: str = "", who: Moderator = ADA, **more: Any) -> list[str]:
        return [hit.subject.external_id for hit in search.find(database, who, Wish(words, **more)).hits]

    return look


@pytest.fixture
def accept_at(database: Database, site: Site, submission: Callable[..., Submission]) -> Accept:
    """Take a comment in at a time, on any site."""

    def take(id: str, at: datetime, text: str = "A word.", site_id: int = site.id, **changes: Any) -> CommentRow:  # noqa: A002
        return intake.accept(database, site_id, submission(id, text, **changes), at).comment

    return take


@pytest.mark.parametrize(
    ("words", "text", "fits"),
    [
        pytest.param("bridge", "The bridge is late.", True, id="a word"),
        pytest.param("BRIDGE", "the bridge", True, id="in any case"),
        pytest.param("bridge", "The bridges are late.", False, id="no part of a word"),
        pytest.param("late bridge", "The bridge is late.", True, id="all words, in any order"),
        pytest.param("bridge early", "The bridge is late.", False, id="not all of them"),
        pytest.param('"bridge is"', "The bridge is late.", True, id="a phrase"),
        pytest.param('"is bridge"', "The bridge is late.", False, id="a phrase in another order"),
        pytest.param("bri*", "The bridges are late.", True, id="how a word begins"),
        pytest.param('"the bri"*', "The bridges are late.", True, id="a phrase that goes on"),
        pytest.param("idg*", "The bridges are late.", False, id="not how it goes on"),
        pytest.param("bridge -late", "The bridge is late.", False, id="without a word that is there"),
        pytest.param("bridge -early", "The bridge is late.", True, id="without one that is not"),
        pytest.param('late -"is late"', "The bridge is late.", False, id="without a phrase that is there"),
        pytest.param("or", "either/or", True, id="beside a slash"),
        pytest.param("either/or", "either or", True, id="signs part words alike in both"),
        pytest.param("casino", "see https://casino.example/win?now=1", True, id="within an address"),
        pytest.param("name", "mail me: name@mail.example", True, id="within a mail address"),
        pytest.param("bold", "<bold>x</bold>", True, id="within a tag"),
        pytest.param("made", "a well-made point", True, id="after a hyphen"),
        pytest.param("well-made", "a well\u2011made point", True, id="any hyphen is as good"),
        pytest.param("don't", "I don\u2019t know", True, id="any apostrophe is as good"),
        pytest.param("12", "from -12 to 3", True, id="a number with a sign"),
        pytest.param("5", "costs 3.5 millions", True, id="a part of a number"),
        pytest.param("covid19", "since covid19 it is", True, id="letters and digits are one word"),
        pytest.param("Brücke", "DIE BRÜCKE IST ALT", True, id="umlauts in any case"),
        pytest.param("Brucke", "die Brücke", False, id="accents count"),
        pytest.param("мост", "Мост закрыт", True, id="another script"),
        pytest.param("quoted", "he said \u201cquoted\u201d", True, id="within quotation marks"),
        pytest.param("under", "under_score", True, id="before an underscore"),
        pytest.param("ünïted'); DROP TABLE comments --", "nothing of the kind", False, id="a hostile line"),
        pytest.param('near NOT "OR" AND', "not near or and", True, id="no word is an operator"),
    ],
)
def test_both_databases_and_we_find_the_same_words(
    database: Database, accept: Accept, words: str, text: str, *, fits: bool
) -> None:
    accept(text=text)
    hits = search.find(database, ADA, Wish(words)).hits
    assert [hit.subject.text for hit in hits] == ([text] if fits else [])
    assert all(hit.spans for hit in hits)


def test_spans_tell_where_the_words_are(database: Database, accept: Accept) -> None:
    accept(text="🐍 The bridge, the old bridge")
    (hit,) = search.find(database, ADA, Wish('"the old" bridge')).hits
    assert hit.spans == (Span(6, 12), Span(14, 21), Span(22, 28))


def test_an_edited_text_is_found_by_its_new_words_only(find: Callable[..., list[str]], accept: Accept) -> None:
    accept("c-1", "the former wording")
    accept("c-1", "the latter wording")
    assert find("former") == []
    assert find("latter") == ["c-1"]
    assert find("wording") == ["c-1"]


def test_an_erased_text_is_found_no_more(
    database: Database, site: Site, find: Callable[..., list[str]], accept: Accept, now: datetime
) -> None:
    accept("c-1", "first draft")
    accept("c-1", "second draft")
    accept("c-2", "another draft")
    with database.writing() as tx:
        found = comments.find(tx, site.id, "c-1", lock=True)
        assert found is not None
        erasure.erase_comment(tx, found, now)
    assert find("draft") == ["c-2"]
    assert find("first") == find("second") == []


def test_everything_else_limits(find: Callable[..., list[str]], accept: Accept, decide: Callable[..., Any]) -> None:
    accept("c-1", "one word", language="de", article=HARBOUR, author=Author("r-1", "Ida Sorel"))
    decide(accept("c-2", "two words", language="en", article=MATCH, author=Author("r-2", "Jo Behr")), Status.REJECTED)
    assert find(site="news.example") == ["c-2", "c-1"]
    assert find(site="unheard.example") == []
    assert find(status=Status.REJECTED) == ["c-2"]
    assert find(language="de") == ["c-1"]
    assert find(section="Sport") == ["c-2"]
    assert find("words", section="Local") == []


@pytest.mark.parametrize(
    ("author", "found"),
    [
        pytest.param("r-1", ["c-3", "c-1"], id="the site's own id"),
        pytest.param("Ida Sorel", ["c-1"], id="the name"),
        pytest.param("ida sorel", ["c-1"], id="the name in lower case"),
        pytest.param("Ida", [], id="a part of the name is not the name"),
        pytest.param("nobody", [], id="nobody"),
    ],
)
def test_an_author_is_known_by_id_or_name(
    find: Callable[..., list[str]], accept: Accept, author: str, found: list[str]
) -> None:
    accept("c-1", "a word", author=Author("r-1", "Ida Sorel"))
    accept("c-2", "a word", author=Author("r-2", "Jo Behr"))
    if author == "r-1":
        accept("c-3", "a word", author=Author("r-1", None))
    assert find(author=author) == found
    assert find("word", author=author) == found


def test_an_author_of_many_comments_is_searched_by_words_first(
    monkeypatch: pytest.MonkeyPatch, find: Callable[..., list[str]], accept: Accept
) -> None:
    monkeypatch.setattr("moderation.store.search.FEW", 1)
    for number in range(3):
        accept(f"c-{number}", f"word {number}", author=Author("r-1", "Ida"))
    accept("c-9", "word 1", author=Author("r-2", "Jo"))
    assert find("word 1", author="Ida") == ["c-1"]


def test_an_article_is_known_by_its_address_or_words_of_its_title(
    find: Callable[..., list[str]], accept: Accept
) -> None:
    accept("c-1", "a word", article=HARBOUR)
    accept("c-2", "a word", article=MATCH)
    assert find(article="https://news.example/harbour") == ["c-1"]
    assert find(article="HARBOUR") == ["c-1"]
    assert find("word", article="late goal") == ["c-2"]
    assert find(article="100%") == []


def test_a_guideline_is_that_of_the_newest_decision(
    database: Database, find: Callable[..., list[str]], accept: Accept, now: datetime
) -> None:
    def judged(comment: CommentRow, guideline: str | None, status: Status, minute: int) -> None:
        reasons = () if guideline is None else (Reason(guideline, "INSULT", 0.9, 0.4),)
        with database.writing() as tx:
            draft = Draft(comment.id, 1, status, Actor.POLICY, reasons)
            decisions.record(tx, [draft], now + timedelta(minutes=minute))

    held, released, other = accept("c-1", "word"), accept("c-2", "word"), accept("c-3", "word")
    judged(held, "respectful", Status.HELD, 1)
    judged(released, "respectful", Status.HELD, 1)
    judged(released, None, Status.APPROVED, 2)
    judged(other, "respectful", Status.HELD, 1)
    judged(other, "no-spam", Status.REJECTED, 2)
    assert find(guideline="respectful") == ["c-1"]
    assert find("word", guideline="no-spam") == ["c-3"]
    assert find(guideline="no-such") == []
    (hit,) = search.find(database, ADA, Wish(guideline="respectful")).hits
    assert [reason.guideline for reason in hit.reasons] == ["respectful"]


def test_times_are_those_of_acceptance(find: Callable[..., list[str]], accept_at: Accept, now: datetime) -> None:
    for day in range(5):
        accept_at(f"c-{day}", now + timedelta(days=day))
    assert find(since=now + timedelta(days=3)) == ["c-4", "c-3"]
    assert find(until=now + timedelta(days=1)) == ["c-0"]
    assert find("word", since=now + timedelta(days=1), until=now + timedelta(days=2)) == ["c-1"]
    assert find(since=now + timedelta(days=9)) == []
    assert find(until=now) == []


def test_nobody_finds_what_is_out_of_their_sight(
    find: Callable[..., list[str]], accept: Accept, accept_at: Accept, add_site: Callable[..., Any], now: datetime
) -> None:
    other = add_site("other.example")[0]
    accept("c-1", "word", article=HARBOUR)
    accept("c-2", "word", article=MATCH)
    accept_at("o-1", now, "word", other.id, article=Article("https://other.example/a", "Harbour too", "Local"))
    of_other = Moderator(2, "b@news.example", "B", Role.MODERATOR, site_ids=frozenset([other.id]))
    of_sport = Moderator(3, "c@news.example", "C", Role.MODERATOR, sections=frozenset(["Sport"]))
    of_nothing = Moderator(4, "d@news.example", "D", Role.MODERATOR, site_ids=frozenset())
    for wish in ({"words": "word"}, {"status": Status.PENDING}, {"author": "reader-7"}, {"author": "Ida"}):
        assert find(**wish) == ["o-1", "c-2", "c-1"]
        assert find(who=of_other, **wish) == ["o-1"]
        assert find(who=of_sport, **wish) == ["c-2"]
        assert find(who=of_nothing, **wish) == []
    assert find(article="harbour") == ["o-1", "c-1"]
    assert find(article="harbour", who=of_sport) == []
    assert find(article="harbour", who=of_other) == ["o-1"]


def test_pages_follow_each_other_without_gap_or_repeat(database: Database, accept: Accept) -> None:
    for number in range(60):
        accept(f"c-{number:02}", "word" if number % 2 else "other word")
    seen: list[str] = []
    before = None
    while True:
        found = search.find(database, ADA, Wish("word"), before)
        seen += [hit.subject.external_id for hit in found.hits]
        before = found.before
        if before is None:
            break
        assert len(found.hits) == search.PAGE
        assert found.searched_to is None
    assert seen == [f"c-{number:02}" for number in reversed(range(60))]


def clock(*readings: float) -> Callable[[], float]:
    """A clock that shows these times, then the last for ever."""
    shown: Iterator[float] = iter(readings)
    return lambda: next(shown, readings[-1])


def test_patience_ends_where_it_says_and_goes_on_from_there(
    monkeypatch: pytest.MonkeyPatch, database: Database, accept_at: Accept, now: datetime
) -> None:
    monkeypatch.setattr(search, "_FIRST_STRETCH", 2)
    for number in range(10):
        accept_at(f"c-{number}", now + timedelta(hours=number), "rare" if number == 0 else "usual")
    first = search.find(database, ADA, Wish("rare"), clock=clock(0.0, 1.0))
    assert first.hits == ()
    assert first.searched_to == now + timedelta(hours=8)
    again = search.find(database, ADA, Wish("rare"), first.before, clock=(count().__next__))
    assert again.searched_to == now + timedelta(hours=6)
    last = search.find(database, ADA, Wish("rare"), first.before)
    assert [hit.subject.external_id for hit in last.hits] == ["c-0"]
    assert (last.before, last.searched_to) == (None, None)


def test_an_empty_record_holds_nothing(find: Callable[..., list[str]], database: Database) -> None:
    assert find("word") == []
    assert search.find(database, ADA, Wish(status=Status.HELD)) == Found()


def test_a_removed_comment_is_found_by_what_is_left(
    database: Database, site: Site, accept: Accept, now: datetime
) -> None:
    accept("c-1", "gone")
    with database.writing() as tx:
        found = comments.find(tx, site.id, "c-1", lock=True)
        assert found is not None
        erasure.erase_comment(tx, found, now)
    (hit,) = search.find(database, ADA, Wish(author="reader-7")).hits
    assert (hit.subject.text, hit.spans, hit.reasons) == (None, (), ())


def test_what_cannot_be_looked_for_is_refused(database: Database) -> None:
    with pytest.raises(UnclearWording):
        search.find(database, ADA, Wish("-bridge"))


def test_a_wish_knows_whether_it_is_one() -> None:
    assert Wish().is_empty
    assert not Wish(language="de").is_empty
