"""The main story, through a real API, real workers and a real receiver; and what may not disturb it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from tests.flow.publisher import POSTED, Publisher
from tests.flow.running import CREW, Running
from tests.flow.servers import eventually

N_SENDS_PER_ENDPOINT = 4


def test_comments_come_in_and_signed_verdicts_go_out(ombuds: Running, add_publisher: Callable[[], Publisher]) -> None:
    ombuds.only("api", "score", "deliver", "sweep")
    site = add_publisher()

    assert site.post("kind", "My neighbour wrote to the council yesterday.") == 202
    assert site.post("rude", "You are such an idiot.") == 202
    assert site.post("waits", "What a lovely bridge.", Prefer="wait=10") in POSTED

    verdicts = site.settled()
    assert set(verdicts) == {"kind", "rude", "waits"}
    assert verdicts["rude"]["status"] in {"HELD", "REJECTED"}
    assert any(reason["spans"] for reason in verdicts["rude"]["reasons"])
    assert {one["by"] for one in verdicts.values()} == {"policy"}
    eventually(lambda: ombuds.request("GET", "/readyz")[0] == 200, "/readyz is ready")
    _, ready = ombuds.request("GET", "/readyz")
    assert {one["model_version"] for one in verdicts.values()} == {ready["champion"]}


def test_two_workers_share_a_burst_of_a_thousand(ombuds: Running, add_publisher: Callable[[], Publisher]) -> None:
    ombuds.only("api", "deliver", "sweep")
    known = ombuds.score_workers()
    ombuds.start_slow(0.7, "first", OMBUDS_CLAIM_SECONDS="60")
    ombuds.start_slow(0.7, "second", OMBUDS_CLAIM_SECONDS="60")
    site = add_publisher()
    eventually(lambda: len(ombuds.score_workers() - known) == 2, "both workers listen")

    site.post_batch(1_000)

    assert len(site.settled()) == 1_000
    shares = [sum(one["n_decided"] for one in ombuds.logged(name, "comments.scored")) for name in ("first", "second")]
    assert sum(shares) == 1_000
    assert min(shares) > 0


def test_concurrent_posts_of_one_id_never_fail(ombuds: Running, add_publisher: Callable[[], Publisher]) -> None:
    ombuds.only(*CREW)
    site = add_publisher()
    texts = [f"Version {number % 8} of what I think." for number in range(64)]

    with ThreadPoolExecutor(16) as threads:
        statuses = list(threads.map(lambda words: site.post("same", words), texts))

    assert set(statuses) <= set(POSTED)
    assert set(site.settled()) == {"same"}
    _, state = site.ask("GET", "/v1/comments/same")
    assert 8 <= state["revision"] <= 64


def test_a_receiver_that_hangs_delays_no_other_site(ombuds: Running, add_publisher: Callable[[], Publisher]) -> None:
    ombuds.only(*CREW)
    slow, quick = add_publisher(), add_publisher()

    with slow.receiver.hanging():
        slow.post_many(40)
        eventually(lambda: slow.receiver.n_hanging == N_SENDS_PER_ENDPOINT, "as many sends hang as may")
        quick.post_many(20)
        quick.settled()
        assert slow.receiver.n_hanging == N_SENDS_PER_ENDPOINT, "none of them had to end for the others to go out"
        assert slow.receiver.arrivals == []

    slow.settled()
