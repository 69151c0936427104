"""Passwords: what may be one, and how they are kept and compared."""

from __future__ import annotations

import time

import pytest
from argon2 import PasswordHasher

from moderation import passwords
from moderation.errors import WeakPassword


@pytest.mark.parametrize(
    "password", ["twelve signs", "correct pony stapler", "äöü ß 漢字 and more", "x7" * 3 + "yz" * 3]
)
def test_length_is_enough(password: str) -> None:
    passwords.check(password)


@pytest.mark.parametrize(
    "password", ["", "eleven sign", "aaaaaaaaaaaaaaaa", "ababababababab", "abc" * 10, "a b c" * 101]
)
def test_what_is_short_endless_or_monotonous_is_refused(password: str) -> None:
    with pytest.raises(WeakPassword):
        passwords.check(password)


def test_a_digest_matches_its_password_alone_and_never_looks_the_same() -> None:
    first, second = passwords.digest("three ferries"), passwords.digest("three ferries")
    assert first != second
    assert first.startswith("$argon2id$")
    assert passwords.matches("three ferries", first)
    assert not passwords.matches("three berries", first)


@pytest.mark.parametrize("stored", [None, "", "not a digest"])
def test_who_has_no_password_is_never_let_in(stored: str | None) -> None:
    assert not passwords.matches("", stored)
    assert not passwords.matches("a password that nobody has", stored)


def test_an_unknown_name_takes_as_long_as_a_wrong_word() -> None:
    stored = passwords.digest("three ferries")
    passwords.matches("warm up", None)

    def seconds(kept: str | None) -> float:
        def once() -> float:
            began = time.process_time()
            passwords.matches("three berries", kept)
            return time.process_time() - began

        return min(once() for _ in range(5))

    assert 0.5 < seconds(None) / seconds(stored) < 2.0


def test_a_digest_with_weaker_parameters_is_outdated() -> None:
    assert passwords.is_outdated(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("three ferries"))
    assert not passwords.is_outdated(passwords.digest("three ferries"))
