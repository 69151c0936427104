"""Usage: counted by key, month and site, in Redis when it is there and in the end."""

from __future__ import annotations

from pathlib import Path

from redis import Redis

from moderation.dispatch import connect
from service.compat import usage as module
from service.compat.usage import Counted, SiteUsage, Usage


def test_two_processes_count_together(redis: Redis) -> None:
    one, other = Usage(redis), Usage(redis)
    one.count(7, "2026-03", "a.example", Counted.SPAM)
    other.count(7, "2026-03", "a.example", Counted.SPAM)
    other.count(7, "2026-03", "b.example", Counted.HAM)
    other.count(7, "2026-04", "a.example", Counted.HAM)
    other.count(8, "2026-03", "a.example", Counted.MISSED_SPAM)
    assert one.of(7, "2026-03") == [SiteUsage("a.example", spam=2), SiteUsage("b.example", ham=1)]
    assert other.of(8, "2026-03") == [SiteUsage("a.example", missed_spam=1)]
    assert one.of(9, "2026-03") == []
    assert 0 < redis.ttl("usage:7:2026-03") <= module.KEPT_SECONDS


def test_without_redis_counts_wait_and_are_told_alone(redis: Redis, tmp_path: Path) -> None:
    clock = [0.0]
    counting = Usage(redis, lambda: clock[0])
    counting._redis = connect(f"unix://{tmp_path / 'nobody.sock'}")
    for _ in range(3):
        counting.count(7, "2026-03", "a.example", Counted.FALSE_POSITIVES)
    assert counting.of(7, "2026-03") == [SiteUsage("a.example", false_positives=3)]
    counting._redis = redis
    assert Usage(redis).of(7, "2026-03") == []
    clock[0] = 5.0
    counting.count(7, "2026-03", "a.example", Counted.HAM)
    assert Usage(redis).of(7, "2026-03") == [SiteUsage("a.example", ham=1, false_positives=3)]
    assert counting.of(7, "2026-03") == [SiteUsage("a.example", ham=1, false_positives=3)]


def test_many_sites_are_counted_together(redis: Redis) -> None:
    counting = Usage(redis, most_sites=1)
    for n in range(6):
        counting.count(7, "2026-03", f"{n}.example", Counted.HAM)
    assert counting.of(7, "2026-03")[0] == SiteUsage(module.OTHER_SITES, ham=2)


def test_what_waits_for_redis_is_bounded(tmp_path: Path) -> None:
    counting = Usage(connect(f"unix://{tmp_path / 'nobody.sock'}"), most_waiting=2)
    for name in ("a", "b", "c", "a"):
        counting.count(7, "2026-03", name, Counted.HAM)
    assert counting.of(7, "2026-03") == [SiteUsage("a", ham=2), SiteUsage("b", ham=1)]
