"""Webhooks without wires: bodies, signatures, schedule and allowed addresses."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from moderation import webhooks
from moderation.domain import Actor, Decision, Reason, Span, Status
from moderation.errors import ForbiddenAddress, InvalidWebhook
from moderation.webhooks import Answer

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DECISION = Decision(
    id="dec_1",
    site_id=1,
    comment_id="c-1",
    revision=2,
    sequence=41,
    status=Status.REJECTED,
    previous_status=Status.PENDING,
    by=Actor.POLICY,
    reasons=(Reason("no-spam", "SPAM", 0.99, 0.97, None, (Span(0, 6),)),),
    model_version="words-1",
    policy_version="g-1",
    decided_at=NOW,
    released_at=NOW + timedelta(seconds=8),
)
LOOPBACK = [ip_network("127.0.0.0/8")]


# Bodies and signatures


def test_a_signature_is_the_specification_s() -> None:
    sent = webhooks.headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        '{"test": 2432232314}',
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        datetime.fromtimestamp(1614265330, UTC),
    )
    assert sent["webhook-id"] == "msg_p5jXN8AQM9LWM0D4loKWxJek"
    assert sent["webhook-timestamp"] == "1614265330"
    assert sent["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_time_of_another_zone_signs_the_same() -> None:
    secret = webhooks.new_secret()
    elsewhere = NOW.astimezone(timezone(timedelta(hours=-7)))
    assert webhooks.headers("msg_1", "{}", [secret], NOW) == webhooks.headers("msg_1", "{}", [secret], elsewhere)


def test_receivers_libraries_verify_what_is_sent() -> None:
    secret = webhooks.new_secret()
    body = webhooks.body(DECISION)
    sent = webhooks.headers("msg_1", body, [secret], datetime.now(UTC))
    assert Webhook(secret).verify(body, sent)["data"]["id"] == "dec_1"
    with pytest.raises(WebhookVerificationError):
        Webhook(webhooks.new_secret()).verify(body, sent)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body + " ", sent)


def test_after_a_rotation_both_secrets_verify() -> None:
    new, former = webhooks.new_secret(), webhooks.new_secret()
    sent = webhooks.headers("msg_1", "{}", [new, former], datetime.now(UTC))
    assert Webhook(new).verify("{}", sent) == {}
    assert Webhook(former).verify("{}", sent) == {}


def test_a_body_names_its_event_and_holds_the_decision() -> None:
    event = json.loads(webhooks.body(DECISION))
    assert event == {
        "type": "comment.rejected",
        "timestamp": "2026-03-01T12:00:08+00:00",
        "data": {
            "id": "dec_1",
            "comment_id": "c-1",
            "revision": 2,
            "sequence": 41,
            "status": "REJECTED",
            "previous_status": "PENDING",
            "by": "policy",
            "reasons": [
                {
                    "guideline": "no-spam",
                    "attribute": "SPAM",
                    "score": 0.99,
                    "threshold": 0.97,
                    "note": None,
                    "spans": [{"begin": 0, "end": 6}],
                }
            ],
            "model_version": "words-1",
            "policy_version": "g-1",
            "decided_at": "2026-03-01T12:00:00+00:00",
        },
    }


def test_a_body_of_an_unreleased_decision_takes_the_time_of_deciding() -> None:
    event = json.loads(webhooks.body(replace(DECISION, released_at=None)))
    assert event["timestamp"] == "2026-03-01T12:00:00+00:00"


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.PENDING])
def test_every_released_status_has_an_event(status: Status) -> None:
    event = json.loads(webhooks.body(replace(DECISION, status=status)))
    assert event["type"] == f"comment.{status.value.lower()}"


# Answers and the schedule


@pytest.mark.parametrize(
    ("told", "status_code", "is_success", "is_gone"),
    [
        ("OK", 200, True, False),
        ("no content", 204, True, False),
        ("a redirect is a failure", 301, False, False),
        ("gone for good", 410, False, True),
        ("broken", 500, False, False),
        ("no answer at all", None, False, False),
    ],
)
def test_only_2xx_is_a_success(told: str, status_code: int | None, is_success: bool, is_gone: bool) -> None:  # noqa: FBT001  columns of a table
    answer = Answer(status_code)
    assert (answer.is_success, answer.is_gone) == (is_success, is_gone), told


@pytest.mark.parametrize(
    ("n_attempts", "seconds"),
    [(1, 5), (2, 300), (3, 1800), (4, 7200), (5, 18000), (6, 36000), (7, 50400), (8, 72000), (9, 86400)],
)
def test_retries_follow_the_specification_s_schedule(n_attempts: int, seconds: int) -> None:
    again = webhooks.next_attempt(n_attempts, None, NOW, random.Random(1))  # noqa: S311  jitter
    assert again is not None
    assert seconds <= (again - NOW).total_seconds() <= seconds * 1.1


def test_after_ten_attempts_the_schedule_is_used_up() -> None:
    assert webhooks.next_attempt(10, timedelta(hours=1), NOW, random.Random(1)) is None  # noqa: S311  jitter


@given(st.integers(0, 9), st.one_of(st.none(), st.timedeltas(timedelta(0))), st.randoms())
def test_retry_after_can_only_lengthen_and_to_a_day_at_most(
    n_attempts: int, retry_after: timedelta | None, chance: random.Random
) -> None:
    again = webhooks.next_attempt(n_attempts, retry_after, NOW, chance)
    assert again is not None
    wait = again - NOW
    assert wait >= timedelta(seconds=webhooks.RETRY_AFTER_SECONDS[n_attempts])
    assert wait >= min(retry_after or timedelta(0), timedelta(days=1))
    assert wait <= timedelta(days=1) * 1.1


# What may be registered


@pytest.mark.parametrize(
    "url",
    [
        "https://news.example/hooks/ombuds",
        "https://news.example:8443/?a=b",
        "https://[2606:4700::1]/hook",
        "https://" + "a" * 1_992,
    ],
)
def test_https_may_be_registered(url: str) -> None:
    webhooks.check_url(url, [])


@pytest.mark.parametrize(
    ("told", "url", "words"),
    [
        ("plain http", "http://news.example/hook", "plain http is for networks in OMBUDS_WEBHOOK_ALLOW"),
        ("another scheme", "ftp://news.example", "must begin with https://"),
        ("no scheme", "news.example/hook", "must begin with https://"),
        ("no host", "https:///hook", "name a host"),
        ("credentials", "https://ida:pw@news.example/", "user name or password"),
        ("a fragment", "https://news.example/#top", "fragment"),
        ("not ASCII", "https://zeitung.example/ä", "plain ASCII"),
        ("a space", "https://news.example/a b", "plain ASCII"),
        ("a line break", "https://news.example/\n", "plain ASCII"),
        ("too long", "https://" + "a" * 1_993, "at most 2000"),
        ("a port that is none", "https://news.example:99999/", "not a URL"),
        ("a broken address", "https://[::1/", "not a URL"),
    ],
)
def test_what_may_not_be_registered_is_refused_with_the_field(told: str, url: str, words: str) -> None:
    with pytest.raises(InvalidWebhook, match=words) as refused:
        webhooks.check_url(url, [])
    assert refused.value.field == "url", told


def test_plain_http_may_be_registered_where_networks_are_allowed() -> None:
    webhooks.check_url("http://127.0.0.1:9000/hook", LOOPBACK)


def test_known_events_may_be_asked_for() -> None:
    webhooks.check_events(["comment.approved", "comment.removed"])


@pytest.mark.parametrize(
    ("events", "words"), [([], "name at least one"), (["comment.liked"], "'comment.liked' is no event")]
)
def test_an_event_filter_must_name_known_events(events: list[str], words: str) -> None:
    with pytest.raises(InvalidWebhook, match=words) as refused:
        webhooks.check_events(events)
    assert refused.value.field == "events"


# Which addresses are connected to


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ("public", "93.184.215.14"),
        ("public, IPv6", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"),
        ("public, mapped into IPv6", "::ffff:93.184.215.14"),
        ("public, through NAT64", "64:ff9b::5db8:d70e"),
        ("public, through 6to4", "2002:5db8:d70e::1"),
    ],
)
def test_public_addresses_are_connected_to(told: str, address: str) -> None:
    webhooks.check_address("news.example", address, [], is_plain=False)
    with pytest.raises(ForbiddenAddress):
        webhooks.check_address("news.example", address, LOOPBACK, is_plain=True)
    assert told


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ("loopback", "127.0.0.1"),
        ("loopback, another", "127.8.8.8"),
        ("loopback, IPv6", "::1"),
        ("loopback, mapped into IPv6", "::ffff:127.0.0.1"),
        ("loopback, as IPv4-compatible", "::7f00:1"),
        ("loopback, through NAT64", "64:ff9b::7f00:1"),
        ("loopback, through 6to4", "2002:7f00:1::1"),
        ("this host", "0.0.0.0"),  # noqa: S104  an example
        ("unspecified, IPv6", "::"),
        ("private, ten", "10.1.2.3"),
        ("private, 172.16", "172.16.0.1"),
        ("private, 192.168", "192.168.1.1"),
        ("private, mapped into IPv6", "::ffff:10.1.2.3"),
        ("private, through NAT64", "64:ff9b::a01:203"),
        ("private, through 6to4", "2002:c0a8:101::1"),
        ("NAT64 for local use", "64:ff9b:1::a01:203"),
        ("Teredo", "2001:0:4136:e378:8000:63bf:3fff:fdd2"),
        ("link-local, where clouds keep credentials", "169.254.169.254"),
        ("link-local, through NAT64", "64:ff9b::a9fe:a9fe"),
        ("link-local, IPv6 with its zone", "fe80::1%eth0"),
        ("unique local, IPv6", "fd00::1"),
        ("site-local, IPv6", "fec0::1"),
        ("shared by carriers (CGNAT)", "100.64.0.1"),
        ("multicast", "224.0.0.1"),
        ("multicast, IPv6", "ff02::1"),
        ("multicast that is global", "ff0e::1"),
        ("broadcast", "255.255.255.255"),
        ("documentation", "203.0.113.7"),
        ("reserved", "240.0.0.1"),
    ],
)
def test_what_is_not_public_is_not_connected_to(told: str, address: str) -> None:
    with pytest.raises(ForbiddenAddress, match=r"news\.example resolves to") as refused:
        webhooks.check_address("news.example", address, [], is_plain=False)
    assert refused.value.address == address, told


@pytest.mark.parametrize(
    ("told", "network", "address"),
    [
        ("itself", "10.0.0.0/8", "10.1.2.3"),
        ("mapped into IPv6", "10.0.0.0/8", "::ffff:10.1.2.3"),
        ("IPv6", "::1/128", "::1"),
    ],
)
def test_an_allowed_network_is_connected_to_plainly_too(told: str, network: str, address: str) -> None:
    for is_plain in (False, True):
        webhooks.check_address("intern", address, [*LOOPBACK, ip_network(network)], is_plain=is_plain)
    assert told


def test_an_allowed_network_allows_no_other() -> None:
    with pytest.raises(ForbiddenAddress):
        webhooks.check_address("intern", "10.1.2.3", LOOPBACK, is_plain=False)
