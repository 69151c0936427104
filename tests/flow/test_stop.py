"""SIGTERM in mid-work: each process leaves within five seconds, with exit code 0, and loses nothing."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import urllib3

from tests.flow.publisher import POSTED, Publisher
from tests.flow.running import CREW, Running
from tests.flow.servers import eventually

STOP_SECONDS = 5.0


def test_score_worker_ends_its_batch(ombuds: Running, add_publisher: Callable[[], Publisher]) -> None:
    ombuds.only("api", "deliver", "sweep")
    ombuds.start_slow(1.5)
    site = add_publisher()
    site.post_many(20)
    n_claimed = eventually(lambda: site.n_pending(claimed=True), "the worker has claimed a batch")

    code, seconds = ombuds.stop("slow")

    assert code == 0
    assert seconds < STOP_SECONDS
    assert site.n_pending() <= 20 - n_claimed, "what it had claimed is decided"
    ombuds.start("quick")
    site.settled()


def test_deliver_worker_gives_back_what_it_did_not_send(
    ombuds: Running, add_publisher: Callable[[], Publisher]
) -> None:
    ombuds.only(*CREW)
    site = add_publisher()
    with site.receiver.hanging():
        site.post_many(20)
        eventually(lambda: site.receiver.n_hanging > 0, "a webhook is under way")

        code, seconds = ombuds.stop("deliver")

        assert code == 0
        assert seconds < STOP_SECONDS
    ombuds.start("deliver")
    site.settled()


def test_sweep(ombuds: Running, add_publisher: Callable[[], Publisher]) -> None:
    ombuds.only(*CREW)
    site = add_publisher()
    with site.posting():
        site.await_more(10)
        code, seconds = ombuds.stop("sweep")
    assert code == 0
    assert seconds < STOP_SECONDS
    ombuds.start("sweep")
    site.settled()


def test_api_under_load_and_with_a_request_that_waits(ombuds: Running, add_publisher: Callable[[], Publisher]) -> None:
    ombuds.only("api", "deliver", "sweep")  # nobody scores yet: who waits for a decision waits long
    site = add_publisher()
    with ThreadPoolExecutor(1) as threads, site.posting():
        waiting = threads.submit(site.post, "waits", Prefer="wait=10")
        site.await_more(20)
        eventually(lambda: site.knows("waits"), "the comment that is waited for is committed")

        code, seconds = ombuds.stop("api")

        assert waiting.exception() is None or isinstance(waiting.exception(), urllib3.exceptions.HTTPError)
    assert code == 0
    assert seconds < STOP_SECONDS
    ombuds.only(*CREW)
    assert site.post("waits") in POSTED
    site.settled()
