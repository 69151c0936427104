"""Which two texts of Coral's are one, and which stories."""

from __future__ import annotations

import pytest

from moderation.coral_joins import digest

STORY = "https://news.example/bridge?page=2"
TEXT = "A fair point.\nSee here (https://x.example/a?b=1) — well made!"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("A fair point. See here — well made!", id="without the link's address"),
        pytest.param("A fair point.See here [https://x.example/a?b=1]—well made!", id="as another program writes it"),
        pytest.param("a FAIR  point. See here - well made", id="in other letters and signs"),
    ],
)
def test_a_text_is_known_however_its_html_was_read(text: str) -> None:
    assert digest(STORY, text) == digest(STORY, TEXT)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("A fair point.", "An unfair point.", id="other words"),
        pytest.param("https://x.example/a", "https://x.example/b", id="nothing but a link"),
        pytest.param("!!!", "???", id="nothing but signs"),
        pytest.param("😀", "😡", id="nothing but a smile"),
    ],
)
def test_other_texts_are_others(one: str, other: str) -> None:
    assert digest(STORY, one) != digest(STORY, other)


@pytest.mark.parametrize(
    "url",
    [
        pytest.param(f"{STORY}&commentID=k-1", id="with the comment's id"),
        pytest.param("http://NEWS.example/bridge/?page=2#top", id="with another scheme, a slash and a place"),
        pytest.param(f" {STORY} ", id="with blanks"),
    ],
)
def test_a_story_is_known_by_its_address(url: str) -> None:
    assert digest(url, TEXT) == digest(STORY, TEXT)


@pytest.mark.parametrize(
    "url",
    [
        "https://news.example/bridge?page=3",
        "https://news.example/tunnel?page=2",
        "http://[",
        "",
        "https://news.example/\ud800?\ud800=1",
    ],
)
def test_another_story_is_another(url: str) -> None:
    assert digest(url, TEXT) != digest(STORY, TEXT)
