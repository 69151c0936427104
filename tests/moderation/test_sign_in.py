"""Signing in: passwords, codes, links and sessions, and patience with wrong guesses."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pyotp
import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from moderation import keys, moderators, sign_in, tables
from moderation.desk_tables import moderator_sessions, sign_in_failures, sign_in_links
from moderation.errors import LinkRefused, SignInRefused, SignInThrottled
from moderation.sign_in import Halfway
from moderation.store import moderators as store

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import Any

    from moderation.desk import Moderator
    from moderation.store.database import Database

PASSWORD = "three ferries on the lake"
PLACE = "192.0.2.7"
SECOND = timedelta(seconds=1)


@pytest.fixture
def mara(database: Database, add_moderator: Callable[..., Moderator], now: datetime) -> Moderator:
    """Someone with a password."""
    who = add_moderator()
    moderators.set_password(database, who, PASSWORD, now, former=None)
    return who


@pytest.fixture
def enter(database: Database, secret: str, now: datetime) -> Callable[..., Any]:
    """Try a password."""

    def try_password(
        password: str = PASSWORD, email: str = "mara@news.example", place: str = PLACE, at: datetime = now
    ) -> Any:
        return sign_in.with_password(database, email, password, place, secret, at)

    return try_password


def codes(factor: str, at: datetime) -> str:
    return pyotp.TOTP(factor).at(at)


# Passwords


def test_the_right_password_lets_in_however_the_address_is_written(mara: Moderator, enter: Callable[..., Any]) -> None:
    assert enter(email=" Mara@News.Example ").id == mara.id


@pytest.mark.parametrize(("email", "password"), [("mara@news.example", "wrong"), ("nobody@news.example", PASSWORD)])
def test_a_wrong_password_and_an_unknown_address_are_refused_alike(
    mara: Moderator,  # noqa: ARG001  is there
    enter: Callable[..., Any],
    email: str,
    password: str,
) -> None:
    with pytest.raises(SignInRefused) as refused:
        enter(password, email)
    assert str(refused.value) == str(SignInRefused())


def test_who_has_no_password_yet_gets_in_by_none(
    add_moderator: Callable[..., Moderator], enter: Callable[..., Any]
) -> None:
    add_moderator()
    for guess in ("", PASSWORD):
        with pytest.raises(SignInRefused):
            enter(guess)


def test_the_disabled_are_refused(
    database: Database,
    add_moderator: Callable[..., Moderator],
    mara: Moderator,
    enter: Callable[..., Any],
    now: datetime,
) -> None:
    add_moderator("ada@news.example", role="admin")
    moderators.disable(database, mara.id, now)
    with pytest.raises(SignInRefused):
        enter()


def test_a_digest_of_old_parameters_is_made_anew(
    database: Database, mara: Moderator, enter: Callable[..., Any]
) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with database.writing() as tx:
        store.change(tx, mara.id, {"password_digest": weak})
    enter()
    with database.reading() as tx:
        kept = store.credentials_of(tx, email=mara.email).password_digest
    assert kept is not None
    assert kept != weak
    assert enter().id == mara.id


# Patience


def test_from_the_fifth_wrong_guess_on_one_waits_twice_as_long_each_time(
    mara: Moderator,  # noqa: ARG001  is there
    enter: Callable[..., Any],
    fail: Callable[..., None],
    now: datetime,
) -> None:
    at = now
    fail(5)
    for seconds in (2, 4, 8):
        with pytest.raises(SignInThrottled) as throttled:
            enter(at=at)
        assert throttled.value.seconds == seconds + 1
        at += timedelta(seconds=seconds)
        with pytest.raises(SignInRefused):
            enter("wrong", at=at)


@pytest.fixture
def fail(database: Database, secret: str, now: datetime) -> Callable[..., None]:
    """Count wrong guesses at an address from a place, without the time that each would take."""

    def count(n: int, email: str = "mara@news.example", place: str = PLACE) -> None:
        with database.writing() as tx:
            for _ in range(n):
                sign_in._count_failure(tx, sign_in._guess_keys(email, place, secret), now)

    return count


def test_nobody_waits_longer_than_a_quarter_of_an_hour(
    mara: Moderator, enter: Callable[..., Any], fail: Callable[..., None], now: datetime
) -> None:
    fail(400)
    with pytest.raises(SignInThrottled) as throttled:
        enter(at=now + SECOND)
    assert throttled.value.seconds == 900
    assert enter(at=now + timedelta(seconds=900)).id == mara.id


def test_who_signs_in_is_forgiven(
    mara: Moderator, database: Database, enter: Callable[..., Any], fail: Callable[..., None]
) -> None:
    fail(4)
    assert enter().id == mara.id
    with database.reading() as tx:
        assert tx.execute(select(sign_in_failures)).all() == []


def test_one_address_under_attack_does_not_lock_a_colleague_out(
    mara: Moderator,  # noqa: ARG001  is there
    database: Database,
    add_moderator: Callable[..., Moderator],
    enter: Callable[..., Any],
    fail: Callable[..., None],
    now: datetime,
) -> None:
    jonas = add_moderator("jonas@news.example", "Jonas Behr")
    moderators.set_password(database, jonas, PASSWORD, now, former=None)
    fail(5)
    with pytest.raises(SignInThrottled):
        enter(place="198.51.100.1")
    assert enter(email="jonas@news.example").id == jonas.id


def test_one_place_that_guesses_at_many_addresses_has_to_wait(
    enter: Callable[..., Any], fail: Callable[..., None]
) -> None:
    for number in range(20):
        fail(1, email=f"reader-{number}@news.example")
    with pytest.raises(SignInThrottled):
        enter(email="reader-20@news.example")
    with pytest.raises(SignInRefused):
        enter(email="reader-20@news.example", place="198.51.100.1")


def test_failures_are_kept_without_addresses(database: Database, enter: Callable[..., Any]) -> None:
    with pytest.raises(SignInRefused):
        enter("wrong")
    with database.reading() as tx:
        kept = repr(tx.execute(select(sign_in_failures)).all())
    assert "mara" not in kept
    assert PLACE not in kept


# The second factor


@pytest.fixture
def factor(database: Database, mara: Moderator, secret: str, now: datetime) -> str:
    """A second factor that was added five minutes ago."""
    made, _ = moderators.new_factor(mara)
    earlier = now - timedelta(minutes=5)
    moderators.add_factor(database, mara, made, codes(made, earlier), secret, earlier)
    return made


def test_with_a_second_factor_a_password_is_half_the_way(
    database: Database, mara: Moderator, factor: str, enter: Callable[..., Any], secret: str, now: datetime
) -> None:
    assert enter() == Halfway(mara.id)
    who = sign_in.with_code(
        database, mara.id, f" {codes(factor, now)[:3]} {codes(factor, now)[3:]}", PLACE, secret, now
    )
    assert who.id == mara.id


@pytest.mark.parametrize("off", [-30, 30], ids=["slow", "fast"])
def test_a_clock_may_be_a_step_off(
    database: Database, mara: Moderator, factor: str, secret: str, now: datetime, off: int
) -> None:
    code = codes(factor, now + timedelta(seconds=off))
    assert sign_in.with_code(database, mara.id, code, PLACE, secret, now).id == mara.id


def test_a_code_works_once_and_none_before_it_later(
    database: Database, mara: Moderator, factor: str, secret: str, now: datetime
) -> None:
    sign_in.with_code(database, mara.id, codes(factor, now), PLACE, secret, now)
    for code in (codes(factor, now), codes(factor, now - timedelta(seconds=30))):
        with pytest.raises(SignInRefused):
            sign_in.with_code(database, mara.id, code, PLACE, secret, now)


@pytest.mark.parametrize("code", ["", "000000", "12345", "abcdef"])
def test_a_wrong_code_is_refused(
    database: Database,
    mara: Moderator,
    factor: str,  # noqa: ARG001  is there
    secret: str,
    now: datetime,
    code: str,
) -> None:
    with pytest.raises(SignInRefused):
        sign_in.with_code(database, mara.id, code, PLACE, secret, now)


def test_guessing_codes_needs_patience_too(
    database: Database, mara: Moderator, factor: str, secret: str, now: datetime
) -> None:
    for _ in range(5):
        with pytest.raises(SignInRefused):
            sign_in.with_code(database, mara.id, "1", PLACE, secret, now)
    with pytest.raises(SignInThrottled):
        sign_in.with_code(database, mara.id, codes(factor, now), PLACE, secret, now)


def test_no_code_helps_who_has_no_factor_or_is_disabled_or_is_nobody(
    database: Database,
    mara: Moderator,
    factor: str,
    add_moderator: Callable[..., Moderator],
    secret: str,
    now: datetime,
) -> None:
    other = add_moderator("ada@news.example", role="admin")
    moderators.disable(database, mara.id, now)
    for moderator_id in (other.id, mara.id, 999):
        with pytest.raises(SignInRefused):
            sign_in.with_code(database, moderator_id, codes(factor, now), PLACE, secret, now)


def test_the_factor_is_kept_sealed(database: Database, mara: Moderator, factor: str, secret: str) -> None:
    with database.reading() as tx:
        sealed = store.credentials_of(tx, email=mara.email).sealed_totp
    assert sealed is not None
    assert factor not in sealed
    assert keys.unseal(sealed, secret) == factor


# Sessions


@pytest.fixture
def begin(database: Database, secret: str, now: datetime) -> Callable[..., str]:
    """Begin a session of someone."""
    return lambda who, agent="Firefox": sign_in.begin(database, who, agent, "password", secret, now)


def test_a_session_is_found_by_its_token_alone(
    database: Database, mara: Moderator, begin: Callable[..., str], secret: str, now: datetime
) -> None:
    token = begin(mara)
    found = sign_in.find(database, token, secret, now)
    assert found is not None
    assert (found.moderator, found.session.user_agent) == (mara, "Firefox")
    assert sign_in.find(database, f"{token}x", secret, now) is None
    assert sign_in.find(database, token, f"{secret} of another server", now) is None
    with database.reading() as tx:
        assert token not in repr(tx.execute(select(moderator_sessions)).all())


def test_a_session_is_noted_as_seen_once_a_minute_at_most(
    database: Database, mara: Moderator, begin: Callable[..., str], secret: str, now: datetime
) -> None:
    token = begin(mara)

    def seen(seconds: int) -> datetime:
        sign_in.find(database, token, secret, now + timedelta(seconds=seconds))
        with database.reading() as tx:
            return tx.execute(select(moderator_sessions.c.seen_at)).scalar_one()

    assert [seen(60), seen(61), seen(90), seen(122)] == [
        now,
        now + timedelta(seconds=61),
        now + timedelta(seconds=61),
        now + timedelta(seconds=122),
    ]


def test_a_session_ends_after_twelve_idle_hours_and_after_seven_days(
    database: Database, mara: Moderator, begin: Callable[..., str], secret: str, now: datetime
) -> None:
    idle, used = begin(mara), begin(mara)
    at = now
    while at < now + sign_in.LONGEST - timedelta(hours=11):
        at += timedelta(hours=11)
        assert sign_in.find(database, used, secret, at) is not None
    assert sign_in.find(database, used, secret, now + sign_in.LONGEST) is None
    assert sign_in.find(database, idle, secret, now + sign_in.IDLE + SECOND) is None


def test_signing_out_ends_this_session_only(
    database: Database, mara: Moderator, begin: Callable[..., str], secret: str, now: datetime
) -> None:
    here, there = begin(mara), begin(mara)
    signed = sign_in.find(database, here, secret, now)
    assert signed is not None
    sign_in.end(database, signed, now)
    assert sign_in.find(database, here, secret, now) is None
    assert sign_in.find(database, there, secret, now) is not None


def test_sessions_are_listed_and_ended_one_by_one_or_all_but_one(
    database: Database,
    mara: Moderator,
    add_moderator: Callable[..., Moderator],
    begin: Callable[..., str],
    secret: str,
    now: datetime,
) -> None:
    jonas = add_moderator("jonas@news.example", "Jonas Behr")
    theirs = begin(jonas)
    here, there, elsewhere = begin(mara), begin(mara, "Safari"), begin(mara, "Chrome")
    signed = sign_in.find(database, here, secret, now)
    assert signed is not None
    listed = {one.user_agent: one.id for one in sign_in.sessions_of(database, mara, now)}
    assert set(listed) == {"Firefox", "Safari", "Chrome"}
    assert not sign_in.end_there(database, jonas, listed["Safari"], now)
    assert sign_in.find(database, there, secret, now) is not None
    assert sign_in.end_there(database, mara, listed["Safari"], now)
    assert sign_in.find(database, there, secret, now) is None
    assert sign_in.end_elsewhere(database, signed, now) == 1
    assert sign_in.end_elsewhere(database, signed, now) == 0
    assert sign_in.find(database, elsewhere, secret, now) is None
    assert sign_in.find(database, here, secret, now) is not None
    assert sign_in.find(database, theirs, secret, now) is not None
    assert sign_in.sessions_of(database, mara, now + sign_in.IDLE + SECOND) == []


def test_beginnings_and_ends_are_in_the_audit_log(
    database: Database, mara: Moderator, begin: Callable[..., str], secret: str, now: datetime
) -> None:
    signed = sign_in.find(database, begin(mara), secret, now)
    assert signed is not None
    sign_in.end(database, signed, now)
    with database.reading() as tx:
        logged = tx.execute(select(tables.audit.c.actor, tables.audit.c.action, tables.audit.c.details)).all()
    assert (mara.actor, "session.begun", {"how": "password"}) in [tuple(row) for row in logged]
    assert (mara.actor, "session.ended", {}) in [tuple(row) for row in logged]


# Links


def test_a_link_works_once_and_for_its_purpose(database: Database, mara: Moderator, secret: str, now: datetime) -> None:
    token = moderators.link(database, mara.email, secret, now)
    assert sign_in.whose_link(database, token, sign_in.SIGN_IN, secret, now).id == mara.id
    with pytest.raises(LinkRefused):
        sign_in.whose_link(database, token, sign_in.INVITATION, secret, now)
    assert sign_in.with_link(database, token, sign_in.SIGN_IN, secret, now).id == mara.id
    with pytest.raises(LinkRefused):
        sign_in.with_link(database, token, sign_in.SIGN_IN, secret, now)
    with database.reading() as tx:
        assert token not in repr(tx.execute(select(sign_in_links)).all())


def test_with_a_second_factor_a_link_is_half_the_way(
    database: Database,
    mara: Moderator,
    factor: str,  # noqa: ARG001  is there
    secret: str,
    now: datetime,
) -> None:
    token = moderators.link(database, mara.email, secret, now)
    assert sign_in.with_link(database, token, sign_in.SIGN_IN, secret, now) == Halfway(mara.id)


@pytest.mark.parametrize(("purpose", "lasts"), list(sign_in.LINK_LASTS.items()))
def test_a_link_is_good_for_its_time(
    database: Database, mara: Moderator, secret: str, now: datetime, purpose: str, lasts: timedelta
) -> None:
    with database.writing() as tx:
        token = sign_in.new_link(tx, mara.id, purpose, secret, now)
    assert sign_in.whose_link(database, token, purpose, secret, now + lasts - SECOND).id == mara.id
    with pytest.raises(LinkRefused):
        sign_in.whose_link(database, token, purpose, secret, now + lasts)


def test_a_new_link_makes_the_old_one_useless(database: Database, mara: Moderator, secret: str, now: datetime) -> None:
    first = moderators.link(database, mara.email, secret, now)
    second = moderators.link(database, mara.email, secret, now)
    with pytest.raises(LinkRefused):
        sign_in.with_link(database, first, sign_in.SIGN_IN, secret, now)
    assert sign_in.with_link(database, second, sign_in.SIGN_IN, secret, now).id == mara.id


def test_two_who_use_a_link_at_once_are_one(
    database: Database, mara: Moderator, secret: str, now: datetime, at_once: Callable[..., list[Any]]
) -> None:
    token = moderators.link(database, mara.email, secret, now)

    def use() -> bool:
        try:
            sign_in.with_link(database, token, sign_in.SIGN_IN, secret, now)
        except LinkRefused:
            return False
        return True

    assert sorted(at_once(*[use] * 4)) == [False, False, False, True]


def test_forms_carry_a_token_that_only_their_session_has(secret: str) -> None:
    assert sign_in.csrf_token("a" * 64, secret) == sign_in.csrf_token("a" * 64, secret)
    assert sign_in.csrf_token("a" * 64, secret) != sign_in.csrf_token("b" * 64, secret)


# The newsroom's own sign-in


def test_whom_the_newsroom_vouches_for_is_known_by_address_once_and_then_by_subject(
    database: Database, mara: Moderator, now: datetime
) -> None:
    assert sign_in.with_subject(database, "s-7", " Mara@News.Example", now).id == mara.id
    assert sign_in.with_subject(database, "s-7", None, now).id == mara.id
    assert sign_in.with_subject(database, "s-7", "other@news.example", now).id == mara.id


@pytest.mark.parametrize("email", [None, "nobody@news.example"])
def test_who_was_not_invited_stays_out(database: Database, mara: Moderator, now: datetime, email: str | None) -> None:
    with pytest.raises(SignInRefused):
        sign_in.with_subject(database, "s-7", email, now)
    sign_in.with_subject(database, "s-8", mara.email, now)
    with pytest.raises(SignInRefused):
        sign_in.with_subject(database, "s-7", mara.email, now)


def test_the_disabled_stay_out_whoever_vouches_for_them(
    database: Database, mara: Moderator, add_moderator: Callable[..., Moderator], now: datetime
) -> None:
    jonas = add_moderator("jonas@news.example", "Jonas Behr")
    sign_in.with_subject(database, "s-7", mara.email, now)
    for who in (mara, jonas):
        moderators.disable(database, who.id, now)
    for subject, email in (("s-7", None), ("s-8", "jonas@news.example")):
        with pytest.raises(SignInRefused):
            sign_in.with_subject(database, subject, email, now)
