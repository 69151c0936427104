"""What someone chose instead of the console's keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from service.console.key_choices import UnclearKeys, chosen, key_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """No database has a part in this."""
    return sqlite_url


@pytest.fixture(autouse=True)
def _in_a_request(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        yield


def test_our_own_keys_are_single_and_different() -> None:
    keys = [key for _, key, _ in key_names()]
    assert all(len(key) == 1 for key in keys)
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    ("form", "kept"),
    [
        ({}, {"map": {}}),
        ({"key-approve": "a"}, {"map": {}}),
        ({"key-approve": ""}, {"map": {}}),
        ({"key-approve": "f", "leader": ";"}, {"map": {"approve": "f"}, "leader": ";"}),
        ({"key-approve": "r", "key-reject": "a"}, {"map": {"approve": "r", "reject": "a"}}),
        ({"key-approve": "ж"}, {"map": {"approve": "ж"}}),
        ({"off": "on"}, {"map": {}, "off": True}),
    ],
    ids=str,
)
def test_only_what_differs_is_kept(form: dict[str, str], kept: dict[str, Any]) -> None:
    assert chosen(form) == kept


@pytest.mark.parametrize(
    "form",
    [
        {"key-approve": "r"},
        {"key-approve": "fg"},
        {"key-approve": "\u200b"},
        {"leader": "a"},
        {"leader": "ab"},
        {"leader": "\x07"},
    ],
    ids=str,
)
def test_keys_that_cannot_be_told_apart_or_pressed_are_refused(form: dict[str, str]) -> None:
    with pytest.raises(UnclearKeys):
        chosen(form)
