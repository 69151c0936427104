"""Guessed keys: an address with too many wrong ones waits, but for what it has opened with."""

from __future__ import annotations

import pytest
from redis import Redis

from moderation.dispatch import Dispatcher
from service.compat.guesses import MOST_WRONG, WINDOW_MINUTES, Guesses, TooManyGuesses

HERE, THERE = "198.51.100.7", "198.51.100.8"


def is_shut(guesses: Guesses, address: str, key: str = "guess") -> bool:
    try:
        guesses.check(address, key)
    except TooManyGuesses:
        return True
    return False


def guess(guesses: Guesses, address: str, n: int = MOST_WRONG) -> None:
    for _ in range(n):
        guesses.failed(address)


def test_processes_count_together_and_by_address(redis: Redis, secret: str) -> None:
    one, other = Guesses(redis, secret), Guesses(redis, secret)
    guess(one, HERE, MOST_WRONG - 1)
    assert not is_shut(other, HERE)
    guess(other, HERE, 1)
    assert [is_shut(one, HERE), is_shut(other, HERE), is_shut(one, THERE)] == [True, True, False]
    with pytest.raises(TooManyGuesses) as told:
        one.check(HERE, "guess")
    assert 1 <= told.value.seconds <= WINDOW_MINUTES * 60


def test_who_has_opened_goes_on_with_that_key_in_every_process(redis: Redis, secret: str) -> None:
    one, other = Guesses(redis, secret), Guesses(redis, secret)
    for _ in range(2):
        one.opened(HERE, "good")
    guess(other, HERE)
    assert not is_shut(one, HERE, "good")
    assert not is_shut(other, HERE, "good")
    assert is_shut(one, HERE, "better")
    guess(one, THERE)
    assert is_shut(one, THERE, "good")


def test_what_was_opened_is_forgotten_after_a_day(redis: Redis, secret: str) -> None:
    clock = [0.0]
    guesses = Guesses(redis, secret, lambda: clock[0])
    guesses.opened(HERE, "good")
    guess(guesses, HERE)
    redis.delete(*redis.keys("guesses:opened:*"))
    assert not is_shut(guesses, HERE, "good")
    clock[0] = 24 * 60 * 60
    assert is_shut(guesses, HERE, "good")


@pytest.mark.parametrize(
    ("first", "second", "is_same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:198.51.100.7", HERE, True),
        ("", "", True),
        ("unix", HERE, False),
    ],
)
def test_a_household_is_one_address(redis: Redis, secret: str, first: str, second: str, is_same: bool) -> None:  # noqa: FBT001
    guesses = Guesses(redis, secret)
    guess(guesses, first)
    assert is_shut(guesses, second) == is_same


def test_without_redis_each_process_counts_alone(absent_redis: Dispatcher, secret: str) -> None:
    one, other = Guesses(absent_redis.redis, secret), Guesses(absent_redis.redis, secret)
    one.opened(HERE, "good")
    guess(one, HERE)
    assert [is_shut(one, HERE), is_shut(one, HERE, "good"), is_shut(other, HERE)] == [True, False, False]


def test_neither_addresses_nor_keys_are_kept_as_they_are(redis: Redis, secret: str) -> None:
    guesses = Guesses(redis, secret)
    guesses.opened(HERE, "good-key")
    guess(guesses, HERE, 1)
    kept = b" ".join(redis.keys("*"))
    assert kept
    assert HERE.encode() not in kept
    assert b"good-key" not in kept


def test_so_many_are_remembered_and_no_more(redis: Redis, secret: str) -> None:
    guesses = Guesses(redis, secret, most_opened=2)
    for key in ("a", "b", "c"):
        guesses.opened(HERE, key)
    assert len(guesses._opened) == 2
