"""Scripts outrank declarations; declarations outrank nothing else."""

from __future__ import annotations

import pytest

from models import languages


@pytest.mark.parametrize(
    ("why", "comment", "declared", "expected"),
    [
        ("nothing said, Latin letters", "Good morning", None, "en"),
        ("nothing said, Korean letters", "안녕하세요", None, "ko"),
        ("a base subtag", "Guten Morgen", "de", "de"),
        ("a region and capitals", "Bom dia", "PT-br", "pt"),
        ("an underscore", "Bom dia", "pt_BR", "pt"),
        ("undetermined", "Good morning", "und", "en"),
        ("empty", "Good morning", "", "en"),
        ("a language that we do not know", "Bonjour", "fr", "fr"),
        ("Korean declared, Latin written", "Good morning", "ko", "en"),
        ("English declared, Korean written", "안녕하세요", "en", "ko"),
        ("English declared, Cyrillic written", "Доброе утро", "en", None),
        ("a script that we do not read", "おはよう", None, None),
    ],
)
def test_the_language_is_that_of_script_and_declaration(
    why: str, comment: str, declared: str | None, expected: str | None
) -> None:
    assert languages.of(comment, declared) == expected, why
