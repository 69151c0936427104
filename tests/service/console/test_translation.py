"""The catalogues: whole, compiled as they are written, and with the same places to fill as the sentences have."""

from __future__ import annotations

import gettext
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import service
from service.console.pages import LANGUAGES

FOLDER = Path(service.__file__).parent / "console_words"
PLACES = re.compile(r"%\(\w+\)s|%%|#+|\{\w*\}")


def catalogue(language: str) -> dict[tuple[str, ...], tuple[str, ...]]:
    with (FOLDER / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return {_all(message.id): _all(message.string) for message in read_po(file, locale=language) if message.id}


def _all(words: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words)


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_every_sentence_is_said_in_every_language(language: str) -> None:
    with (FOLDER / "messages.pot").open("rb") as file:
        sentences = {_all(message.id) for message in read_po(file) if message.id}
    found = catalogue(language)
    assert sentences == set(found)
    assert [said for said, words in found.items() if not all(words)] == []


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_places_to_fill_are_those_of_the_sentence(language: str) -> None:
    for said, words in catalogue(language).items():
        wanted = {frozenset(PLACES.findall(one)) for one in said}
        assert {frozenset(PLACES.findall(one)) for one in words} <= wanted | {frozenset.union(*wanted)}, said


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_what_is_compiled_is_what_is_written(language: str) -> None:
    compiled = gettext.translation("messages", FOLDER, [language])
    for said, words in catalogue(language).items():
        assert compiled.gettext(said[0]) == words[0] if len(said) == 1 else compiled.ngettext(*said, 1) == words[0]
