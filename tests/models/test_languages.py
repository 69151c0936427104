"""Letters outrank words; a declaration outranks a few words; without one, what could be English is English."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from models import languages

COMMENTS = [
    tuple(line.split("\t"))
    for line in (Path(__file__).parent / "comments_by_language.tsv").read_text(encoding="utf-8").splitlines()
]
LONG_GERMAN = "Die Brücke wird wieder später fertig, das haben wir alle gewusst."
LONG_ENGLISH = "The bridge will be late again, and all of us knew that."
LONG_SPANISH = "El puente se abrirá tarde otra vez, y todos ya lo sabíamos."


@pytest.mark.parametrize(
    ("why", "comment", "declared", "expected"),
    [
        ("nothing said, English words", "Good morning", None, "en"),
        ("nothing said, Korean letters", "안녕하세요", None, "ko"),
        ("nothing said, German words", LONG_GERMAN, None, "de"),
        ("nothing said, Portuguese words", "Não concordo nada com o prefeito", None, "pt"),
        ("nothing said, words of a language not scored", LONG_SPANISH, None, "es"),
        ("a base subtag", "Guten Morgen", "de", "de"),
        ("a region and capitals", "Bom dia", "PT-br", "pt"),
        ("an underscore", "Bom dia", "pt_BR", "pt"),
        ("a code of three letters", "Guten Morgen", "deu", "de"),
        ("undetermined", "Good morning", "und", "en"),
        ("empty", "Good morning", "", "en"),
        ("no language", LONG_GERMAN, "klingon", "de"),
        ("no language, and nothing to see", "lol", "xx", "en"),
        ("a language not scored", "Bonjour", "fr", "fr"),
        ("a language that the detector does not know", "Grüezi", "gsw", "gsw"),
        ("few words against a declaration", "Guten Morgen", "en", "en"),
        ("few English words against a declaration", "ok boomer lol", "de", "de"),
        ("clear words against a declaration", LONG_ENGLISH, "de", "en"),
        ("clear words against English", LONG_SPANISH, "en", "es"),
        ("clear English against a language not scored", LONG_ENGLISH, "fr", "en"),
        ("clear words for a declaration", LONG_GERMAN, "de-AT", "de"),
        ("Korean declared, Latin written", "Good morning", "ko", "en"),
        ("English declared, Korean written", "안녕하세요", "en", "ko"),
        ("English declared, Cyrillic written", "Доброе утро, дорогие соседи", "en", "ru"),
        ("a close language declared", "Привіт усім", "uk", "uk"),
        ("letters of one language alone", "おはよう", None, "ja"),
        ("no letters", "2012 ?!", None, "en"),
        ("no letters, declared", "2012 ?!", "de", "de"),
        ("nothing but an address", "https://ejemplo.example/la-casa-de-mi-hermano", None, "en"),
        ("nothing but a name", "@la_casa_de_mi_hermano", None, "en"),
        ("shouted and drawn out", "DIE BRÜÜÜÜCKE WIRD WIEDER SPÄÄÄÄTER FERTIG, DAS WAR KLAR", None, "de"),
        ("English that quotes", "He said 'hasta la vista' and then he was gone, what a clown he is", None, "en"),
    ],
)
def test_the_language_is_that_of_letters_words_and_declaration(
    why: str, comment: str, declared: str | None, expected: str | None
) -> None:
    assert languages.of(comment, declared) == expected, why


@pytest.mark.parametrize("declared", [None, "en", "en-GB", "und"])
@pytest.mark.parametrize("comment", [comment for code, comment in COMMENTS if code == "en"])
def test_slang_names_and_insults_are_scored(comment: str, declared: str | None) -> None:
    assert languages.of(comment, declared) in languages.NAMES


def test_short_comments_in_other_languages_are_mostly_known_for_what_they_are() -> None:
    foreign = [(code, comment) for code, comment in COMMENTS if code != "en"]
    wrong = [(code, found, comment) for code, comment in foreign if (found := languages.of(comment, None)) != code]
    # What is not clear counts as English; it must not be taken for a third language.
    assert Counter(found for _, found, _ in wrong).keys() <= {"en"}, wrong
    assert len(wrong) <= len(foreign) // 10, wrong


@pytest.mark.parametrize("code", ["de", "pt"])
def test_a_comment_in_the_declared_language_stays_there(code: str) -> None:
    assert {languages.of(comment, code) for found, comment in COMMENTS if found == code} == {code}


@pytest.mark.parametrize(
    "comment", ["\x00", "\ud800 you", "a\u0300" * 5_000, "ß" * 50_000, "@" * 50_000, "\ufffe la casa"]
)
def test_no_text_is_too_odd(comment: str) -> None:
    assert languages.of(comment, None) in languages.NAMES


def test_a_batch_says_the_same_as_one_by_one_in_any_thread() -> None:
    pairs = [(comment, None) for _, comment in COMMENTS]
    expected = [languages.of(*pair) for pair in pairs]
    with ThreadPoolExecutor(4) as pool:
        assert all(found == expected for found in pool.map(languages.of_all, [pairs] * 8))


def test_the_detector_is_loaded_at_first_need() -> None:
    code = (
        "import sys; from models import languages; print('pycld2' in sys.modules);"
        "languages.of('Good morning', None); print('pycld2' in sys.modules)"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).split() == ["False", "True"]


def test_without_the_detector_letters_and_declaration_decide() -> None:
    code = (
        "import sys; sys.modules['pycld2'] = None; from models import languages;"
        f"print(languages.of({LONG_SPANISH!r}, None), languages.of('Bonjour', 'fr'), languages.of('Привет', 'en'))"
    )
    result = subprocess.run([sys.executable, "-c", code], text=True, capture_output=True, check=True)
    assert result.stdout.split() == ["en", "fr", "None"]
    assert "pycld2" in result.stderr


@pytest.mark.parametrize(
    ("comment", "expected", "told"),
    [
        ("I love the bridge", None, "en"),
        ("I love the bridge", "de", "en"),
        ("Du bist ein Idiot", "de", "de"),
        ("Hola amigo que tal", "en", "es"),
        ("Это плохо", "en", "ru"),
        ("너 바보", "en", "ko"),
        ("ok", "de", None),
        ("!!!", "de", None),
    ],
)
def test_what_a_text_tells_of_itself(comment: str, expected: str | None, told: str | None) -> None:
    assert languages.told(comment, expected) == told
