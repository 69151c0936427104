"""Messages to authors: what is filled in, and what may not be sent."""

from __future__ import annotations

import pytest

from moderation import messages

KNOWN = {"author": "Ida", "article": "The bridge", "guideline": "Be respectful", "site": "news.example"}


@pytest.mark.parametrize(
    ("message", "filled"),
    [
        pytest.param("Dear {author}, see {guideline}.", "Dear Ida, see Be respectful.", id="what is known"),
        pytest.param("{site}: {article}, {article}", "news.example: The bridge, The bridge", id="twice"),
        pytest.param("{Author} {nobody} {} author", "{Author} {nobody} {} author", id="what is no placeholder"),
    ],
)
def test_what_is_filled_in(message: str, filled: str) -> None:
    assert messages.fill(message, KNOWN) == filled


@pytest.mark.parametrize("value", [{}, {"guideline": ""}], ids=["unknown", "empty"])
def test_what_is_not_known_stays(value: dict[str, str]) -> None:
    assert messages.fill("See {guideline}.", value) == "See {guideline}."
    assert messages.unfilled("See {guideline}.", value) == "{guideline}"


def test_a_reader_s_name_is_not_looked_into() -> None:
    values = {**KNOWN, "author": "{site} ###"}
    assert messages.unfilled("Dear {author}", values) is None
    assert messages.fill("Dear {author}", values) == "Dear {site} ###"


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ("Dear {author}, thank you.", None),
        ("Dear {author}, {why}", "{why}"),
        ("You wrote ###quote### here.", "###quote###"),
        ("You wrote [… your words].", "[… your words]"),
        ("You wrote [... your words].", "[... your words]"),
        ("{}", "{}"),
        ("A [link] and # one # two, and {a\nb}", None),
        ("{first} and {second}", "{first}"),
        ("{" + "x" * 61 + "}", None),
        ("", None),
    ],
)
def test_the_first_placeholder_that_waits_in_vain_is_found(message: str, found: str | None) -> None:
    assert messages.unfilled(message, KNOWN) == found
