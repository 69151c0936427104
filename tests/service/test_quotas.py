"""Rate limits per key: told in headers, enforced with 429, off at 0, and never in the way when Redis is."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from redis import Redis

from moderation.dispatch import Dispatcher, connect
from moderation.domain import Scope
from service.quotas import Quotas


def test_each_answer_tells_what_is_left(make_app: Callable[..., Flask], client: Any, site_key: str) -> None:
    api = client(make_app(rate_limit_per_minute=10), site_key)
    answers = [api.get("/v1/decisions") for _ in range(3)]
    assert {answer.headers["RateLimit-Policy"] for answer in answers} == {'"default";q=10;w=60'}
    told = [re.fullmatch(r'"default";r=(\d+);t=(\d+)', answer.headers["RateLimit"]) for answer in answers]
    assert [int(one[1]) for one in told if one] == [9, 8, 7]
    assert all(1 <= int(one[2]) <= 60 for one in told if one)


def test_a_used_up_quota_is_429_until_the_time_told(make_app: Callable[..., Flask], client: Any, site_key: str) -> None:
    api = client(make_app(rate_limit_per_minute=2), site_key)
    assert [api.get("/v1/decisions").status_code for _ in range(3)] == [200, 200, 429]
    refused = api.get("/v1/decisions")
    assert refused.json["type"] == "https://iana.org/assignments/http-problem-types#quota-exceeded"
    assert refused.json["violated-policies"] == ["default"]
    told = re.fullmatch(r'"default";r=0;t=(\d+)', refused.headers["RateLimit"])
    assert told
    assert int(refused.headers["Retry-After"]) >= int(told[1])


def test_errors_tell_what_is_left_too(make_app: Callable[..., Flask], client: Any, site_key: str) -> None:
    answer = client(make_app(rate_limit_per_minute=10), site_key).get("/v1/comments/none")
    assert (answer.status_code, "RateLimit" in answer.headers) == (404, True)


def test_each_key_has_a_quota_of_its_own(
    make_app: Callable[..., Flask], client: Any, site_key: str, key_with: Callable[..., str]
) -> None:
    app = make_app(rate_limit_per_minute=1)
    first, second = client(app, site_key), client(app, key_with(Scope.READ))
    assert [first.get("/v1/decisions").status_code for _ in range(2)] == [200, 429]
    assert second.get("/v1/decisions").status_code == 200


def test_two_processes_count_together(make_app: Callable[..., Flask], client: Any, site_key: str) -> None:
    first, second = (client(make_app(rate_limit_per_minute=1), site_key) for _ in range(2))
    assert [first.get("/v1/decisions").status_code, second.get("/v1/decisions").status_code] == [200, 429]


def test_0_switches_limits_and_headers_off(make_app: Callable[..., Flask], client: Any, site_key: str) -> None:
    api = client(make_app(rate_limit_per_minute=0), site_key)
    answers = [api.get("/v1/decisions") for _ in range(5)]
    assert {answer.status_code for answer in answers} == {200}
    assert not any("RateLimit" in answer.headers for answer in answers)


def test_health_metrics_and_reference_are_not_limited(make_app: Callable[..., Flask], client: Any) -> None:
    anyone = client(make_app(rate_limit_per_minute=1), None)
    assert {anyone.get(path).status_code for path in ["/healthz", "/docs", "/openapi.json"] for _ in range(3)} == {200}


def test_a_refused_key_costs_nobody_anything(make_app: Callable[..., Flask], client: Any, site_key: str) -> None:
    app = make_app(rate_limit_per_minute=1)
    assert [client(app, "omb_wrong").get("/v1/decisions").status_code for _ in range(3)] == [401] * 3
    assert client(app, site_key).get("/v1/decisions").status_code == 200


# Without Redis


@pytest.fixture
def silent_redis(tmp_path: Path) -> Iterator[Redis]:
    """A Redis that takes connections and never says a word."""
    path = tmp_path / "silent.sock"
    kept: list[socket.socket] = []
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen(64)
        listening.settimeout(0.1)
        over = threading.Event()

        def take() -> None:
            while not over.is_set():
                try:
                    kept.append(listening.accept()[0])
                except TimeoutError:
                    continue

        thread = threading.Thread(target=take)
        thread.start()
        with connect(f"unix://{path}") as client:
            yield client
        over.set()
        thread.join()
        for connection in kept:
            connection.close()


def test_this_process_counts_alone_while_redis_is_gone(absent_redis: Dispatcher) -> None:
    quotas = Quotas(absent_redis.redis, 2)
    taken = [quotas.take(1) for _ in range(3)]
    assert [quota.is_exceeded for quota in taken if quota] == [False, False, True]


def test_a_silent_redis_costs_one_request_a_moment_and_the_next_ones_nothing(silent_redis: Redis) -> None:
    quotas = Quotas(silent_redis, 100)
    begun = time.monotonic()
    first = quotas.take(1)
    assert first is not None
    assert time.monotonic() - begun < 1.0
    begun = time.monotonic()
    assert [quota.remaining for quota in (quotas.take(1) for _ in range(20)) if quota] == list(range(98, 78, -1))
    assert time.monotonic() - begun < 0.2


def test_a_silent_redis_fails_no_request(
    make_app: Callable[..., Flask], client: Any, site_key: str, comment: Callable[..., Any], silent_redis: Redis
) -> None:
    api = client(make_app(dispatcher=Dispatcher(silent_redis), rate_limit_per_minute=100), site_key)
    begun = time.monotonic()
    assert [api.post("/v1/comments", comment(f"c-{n}")).status_code for n in range(4)] == [202] * 4
    assert time.monotonic() - begun < 4


def test_redis_is_tried_again_when_five_seconds_have_passed(valkey_socket: Path, redis: Redis, tmp_path: Path) -> None:
    clock = [0.0]
    with connect(f"unix://{tmp_path / 'late.sock'}") as late:
        quotas = Quotas(late, 10, clock=lambda: clock[0])
        quotas.take(1)
        (tmp_path / "late.sock").symlink_to(valkey_socket)
        clock[0] = 4.9
        quotas.take(1)
        assert redis.keys("quota*") == []
        clock[0] = 5.0
        assert quotas.take(1) is not None
        assert len(redis.keys("quota*")) == 1
