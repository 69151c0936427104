"""`Prefer: wait`: which headers ask for it, and that waiting never takes all threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from moderation import intake
from moderation.domain import Status
from moderation.store.comments import CommentRow
from moderation.store.database import Database
from moderation.store.sites import Site
from service.waiting import Waiting, wished


@pytest.mark.parametrize(
    ("prefer", "seconds"),
    [
        pytest.param(None, None, id="no header"),
        pytest.param("", None, id="an empty header"),
        pytest.param("wait=5", 5, id="five seconds"),
        pytest.param("wait=0", 0, id="no time at all"),
        pytest.param("wait=11", 10, id="too long"),
        pytest.param("wait=" + "9" * 5_000, 10, id="much too long"),
        pytest.param('WAIT = "5"', 5, id="in capitals, spaced and quoted"),
        pytest.param("respond-async, wait=5", 5, id="after another preference"),
        pytest.param("wait=5, handling=lenient", 5, id="before another preference"),
        pytest.param("wait=5;strict", 5, id="with a parameter"),
        pytest.param('note="a, wait=5"', None, id="in the text of another preference"),
        pytest.param("await=5", None, id="another word"),
        pytest.param("wait", None, id="without a number"),
        pytest.param("wait=", None, id="with an empty number"),
        pytest.param("wait=2.5", None, id="a fraction"),
        pytest.param("wait=-1", None, id="less than nothing"),
        pytest.param("wait=soon", None, id="a word for a number"),
        pytest.param("wait=\u0665", None, id="a digit that is not ASCII"),
        pytest.param("wait=5, wait=1", 5, id="twice: the first counts"),
    ],
)
def test_the_header_is_read_as_rfc_7240_has_it(prefer: str | None, seconds: float | None) -> None:
    assert wished(prefer) == seconds


def test_more_waiters_than_places_are_answered_at_once(
    database: Database, site: Site, accept: Callable[..., CommentRow]
) -> None:
    accept()
    waiting = Waiting(2)
    state = intake.look_up(database, site.id, "c-1")
    waiters = [threading.Thread(target=waiting.decided, args=(database, site.id, state, 1.0)) for _ in range(2)]
    for waiter in waiters:
        waiter.start()
    time.sleep(0.1)
    begun = time.monotonic()
    assert waiting.decided(database, site.id, state, 10.0) is state
    assert time.monotonic() - begun < 0.5
    for waiter in waiters:
        waiter.join()
    begun = time.monotonic()
    waiting.decided(database, site.id, state, 0.2)
    assert time.monotonic() - begun >= 0.2, "a place is free again"


def test_a_comment_that_is_decided_already_waits_for_nothing_and_takes_no_place(
    database: Database, site: Site, accept: Callable[..., CommentRow], decide: Callable[..., Any]
) -> None:
    decide(accept())
    state = intake.look_up(database, site.id, "c-1")
    assert Waiting(1).decided(database, site.id, state, 10.0) is state


def test_waiting_ends_when_another_text_takes_the_place_of_this_one(
    database: Database, site: Site, accept: Callable[..., CommentRow]
) -> None:
    accept()
    state = intake.look_up(database, site.id, "c-1")
    editor = threading.Timer(0.1, accept, kwargs={"text": "Another text."})
    editor.start()
    begun = time.monotonic()
    after = Waiting(1).decided(database, site.id, state, 10.0)
    editor.join()
    assert time.monotonic() - begun < 5
    assert (after.comment.status, after.comment.revision) == (Status.PENDING, 2)


def test_many_waiting_requests_leave_threads_for_others(
    make_app: Callable[..., Any], client: Any, site_key: str, comment: Callable[..., Any]
) -> None:
    api = client(make_app(n_threads=4), site_key)
    begun = time.monotonic()
    headers = {"Prefer": "wait=2"}
    posts = [
        threading.Thread(target=api.post, args=("/v1/comments", comment(f"c-{n}")), kwargs={"headers": headers})
        for n in range(8)
    ]
    for post in posts:
        post.start()
    while sum(post.is_alive() for post in posts) > 2:
        assert time.monotonic() - begun < 1.8, "only two of eight may wait"
        time.sleep(0.01)
    for post in posts:
        post.join()
