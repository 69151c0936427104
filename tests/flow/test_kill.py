"""`kill -9` at the worst moments: every accepted comment still comes to one decision, and the site hears of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.flow.publisher import Publisher
from tests.flow.running import CREW, Running
from tests.flow.servers import eventually

pytestmark = pytest.mark.kill


def test_score_worker_in_mid_batch(ombuds: Running, add_publisher: Callable[[], Publisher]) -> None:
    ombuds.only("api", "deliver", "sweep")
    ombuds.start_slow(600)
    site = add_publisher()
    site.post_many(20)
    eventually(lambda: site.n_pending(claimed=True), "the worker has claimed a batch")

    ombuds.kill("slow")

    assert site.n_pending() == 20
    ombuds.start("quick")
    site.settled()


def test_deliver_worker_in_mid_send(ombuds: Running, add_publisher: Callable[[], Publisher]) -> None:
    ombuds.only(*CREW)
    site = add_publisher()
    with site.receiver.hanging():
        site.post_many(20)
        eventually(lambda: site.receiver.n_hanging > 0, "a webhook is under way")

        ombuds.kill("deliver")

    ombuds.start("deliver")
    site.settled()
    eventually(lambda: len(site.receiver.arrivals) > 20, "what was under way is sent once more")
    site.settled()


def test_api_after_commit_and_before_the_ring(ombuds: Running, add_publisher: Callable[[], Publisher]) -> None:
    ombuds.only("api", "quick", "deliver")  # no sweep yet
    site = add_publisher()
    with ombuds.valkey.paused(), site.posting(8):  # the API commits, and then waits for Valkey in vain
        site.await_more(30)

        ombuds.kill("api")

    assert site.n_pending(claimed=False) >= len(site.accepted), "all is committed, and nobody was told"
    ombuds.only(*CREW)
    site.settled()


def test_valkey_with_its_data(ombuds: Running, add_publisher: Callable[[], Publisher]) -> None:
    ombuds.only("api", "deliver", "sweep")
    ombuds.start_slow(0.3)
    site = add_publisher()
    with site.posting():
        site.await_more(20)
        eventually(lambda: site.n_pending(claimed=True), "the worker is in mid-batch")

        ombuds.valkey.kill()
        ombuds.valkey.forget()

        site.await_more(20)
        eventually(lambda: site.n_pending(claimed=True) == 0, "the batch ends without Valkey")
        status, ready = ombuds.request("GET", "/readyz")
        assert (status, ready["checks"]["redis"] == "ok") == (503, False)
        ombuds.valkey.start()
        site.await_more(20)
    assert set(site.outcomes) == {202}
    site.settled()
    eventually(lambda: ombuds.request("GET", "/readyz")[0] == 200, "/readyz recovers")
    assert all(ombuds.runs(name) for name in ("api", "slow", "deliver", "sweep")), "nobody had to be restarted"
