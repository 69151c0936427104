"""A site: it sends comments to a running Ombuds, hears verdicts on a real webhook, and insists on its rights."""

from __future__ import annotations

import json
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import urllib3
from sqlalchemy import text
from standardwebhooks import Webhook, WebhookVerificationError

from moderation import sites
from moderation.domain import Scope
from tests.flow.running import SECRET, Running
from tests.flow.servers import PATIENCE_SECONDS, eventually

POSTED = (200, 202)


@dataclass(frozen=True)
class Arrival:
    """A webhook with a good signature."""

    webhook_id: str
    decision: dict[str, Any]


class _Server(ThreadingHTTPServer):
    request_queue_size = 64
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing: senders that are killed are part of the tests."""


class Receiver:
    """The site's webhook on a real port. While `hangs` it takes requests and does not answer them."""

    def __init__(self) -> None:
        self.secret = ""
        self.arrivals: list[Arrival] = []
        self.n_refused = 0
        self.n_hanging = 0
        self._open = threading.Event()
        self._open.set()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(receiver.receive(dict(self.headers), body))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._handler = Handler
        self._port = 0
        self.open()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/hook"

    def open(self) -> None:
        """Listen, at the same port as ever."""
        self._server = _Server(("127.0.0.1", self._port), self._handler)
        self._port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def receive(self, headers: dict[str, str], body: bytes) -> int:
        """Check a signature; remember what came once the site is done with it."""
        try:
            Webhook(self.secret).verify(body, headers, json_parse=False)
        except WebhookVerificationError:
            self.n_refused += 1
            return 401
        named = {name.lower(): value for name, value in headers.items()}
        if not self._open.is_set():
            self.n_hanging += 1
            self._open.wait(PATIENCE_SECONDS)
        self.arrivals.append(Arrival(named["webhook-id"], json.loads(body)["data"]))
        return 204

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Take requests without an answer for a while."""
        self._open.clear()
        try:
            yield
        finally:
            self._open.set()

    def close(self) -> None:
        self._open.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Publisher:
    """A site with one endpoint, which remembers what it was promised."""

    def __init__(self, ombuds: Running, receiver: Receiver) -> None:
        self.ombuds, self.receiver = ombuds, receiver
        self.accepted: list[str] = []
        self.outcomes: list[Any] = []
        site, self._key = sites.add(ombuds.database, f"news-{uuid4().hex[:12]}", list(Scope), SECRET, datetime.now(UTC))
        self.site_id, self.name = site.id, site.name
        ombuds.await_api()
        status, endpoint = self.ask("POST", "/v1/webhooks", {"url": receiver.url})
        assert status == 201
        receiver.secret = endpoint["secret"]

    # Sending

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Make a request with the site's key."""
        return self.ombuds.request(method, path, self._key, body, **headers)

    def post(self, comment_id: str, words: str = "A fair point, well made.", **headers: str) -> int:
        """Send a comment; what was accepted is remembered."""
        status, answer = self.ask("POST", "/v1/comments", comment(comment_id, words), **headers)
        if status in POSTED:
            assert answer["id"] == comment_id
            self.accepted.append(comment_id)
        elif status == 503:
            assert answer["type"] == "urn:ombuds:problem:unavailable"
        self.outcomes.append(status)
        return status

    def post_many(self, n: int) -> None:
        """Send comments, each accepted."""
        for number in range(n):
            assert self.post(f"many-{number}") in POSTED

    def post_batch(self, n: int) -> None:
        """Send up to a thousand comments in one request, each accepted."""
        ids = [f"batch-{number}" for number in range(n)]
        lines = "\n".join(json.dumps(comment(one, f"This is point {one}.")) for one in ids)
        status, answer = self.ask(
            "POST", "/v1/comments:batch", lines.encode(), **{"Content-Type": "application/x-ndjson"}
        )
        assert status == 200
        assert {json.loads(line)["status"] for line in answer.splitlines()} == {202}
        self.accepted += ids

    @contextmanager
    def posting(self, n_threads: int = 3) -> Iterator[None]:
        """Send comments all the while, from several threads; `outcomes` has each status, or the error."""
        ending = threading.Event()

        def send(thread: int) -> None:
            number = 0
            while not ending.is_set():
                number += 1
                try:
                    self.post(f"stream-{thread}-{number}")
                except urllib3.exceptions.HTTPError as error:
                    self.outcomes.append(repr(error))
                ending.wait(0.03)

        threads = [threading.Thread(target=send, args=(thread,)) for thread in range(n_threads)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            ending.set()
            for thread in threads:
                thread.join()

    def await_more(self, n: int) -> None:
        """Wait until so many more comments have been accepted."""
        enough = len(self.accepted) + n
        eventually(lambda: len(self.accepted) >= enough, f"{n} more comments are accepted, after {self.outcomes[-20:]}")

    # What the record says

    def n_pending(self, *, claimed: bool | None = None) -> int:
        """Count the site's pending comments in the record, or only those that are (not) claimed."""
        which = {None: "", True: " AND claim_token IS NOT NULL", False: " AND claim_token IS NULL"}[claimed]
        query = f"SELECT count(*) FROM comments WHERE site_id = :site AND status = 'PENDING'{which}"  # noqa: S608
        with self.ombuds.database.reading() as tx:
            return int(tx.execute(text(query), {"site": self.site_id}).scalar_one())

    def knows(self, comment_id: str) -> bool:
        """Tell whether the record has a comment of the site."""
        query = text("SELECT count(*) FROM comments WHERE site_id = :site AND external_id = :id")
        with self.ombuds.database.reading() as tx:
            return bool(tx.execute(query, {"site": self.site_id, "id": comment_id}).scalar_one())

    def feed(self) -> list[dict[str, Any]]:
        """Read the whole feed."""
        found: list[dict[str, Any]] = []
        after = "0"
        while True:
            status, page = self.ask("GET", f"/v1/decisions?after={after}&limit=1000")
            assert status == 200
            if not page["decisions"]:
                return found
            found += page["decisions"]
            after = page["next"]

    # What it insists on

    def settled(self) -> dict[str, dict[str, Any]]:
        """Insist that every accepted comment has one current decision and the site heard it; give them by comment."""
        try:
            return self._settled()
        except BaseException as error:
            error.add_note(self.ombuds.last_words())
            raise

    def _settled(self) -> dict[str, dict[str, Any]]:
        until = time.monotonic() + PATIENCE_SECONDS
        states = {one: self._decided(one, until) for one in dict.fromkeys(self.accepted)}
        feed = self.feed()
        assert [one["sequence"] for one in feed] == list(range(1, len(feed) + 1)), "the feed has no gaps"
        by_revision: dict[tuple[str, int], list[str]] = defaultdict(list)
        for one in feed:
            by_revision[one["comment_id"], one["revision"]].append(one["id"])
        assert [key for key, ids in by_revision.items() if len(ids) > 1] == [], "no revision is decided twice"
        latest = {one["comment_id"]: one for one in feed}
        current = {}
        for comment_id, state in states.items():
            decision = state["decision"]
            assert latest[comment_id] == decision, "feed and GET agree"
            assert (state["status"], state["revision"]) == (decision["status"], decision["revision"])
            current[comment_id] = decision
        self._heard(feed, {one["id"] for one in current.values()})
        return current

    def _decided(self, comment_id: str, until: float) -> dict[str, Any]:
        while True:
            status, state = self.ask("GET", f"/v1/comments/{comment_id}")
            assert status == 200, f"{comment_id} was accepted and is gone: {state}"
            if state["status"] != "PENDING":
                return dict(state)
            assert time.monotonic() < until, f"{comment_id} is PENDING still"
            time.sleep(0.02)

    def _heard(self, feed: list[dict[str, Any]], needed: set[str]) -> None:
        def missing() -> set[str]:
            return needed - {arrival.decision["id"] for arrival in list(self.receiver.arrivals)}

        with suppress(AssertionError):
            eventually(lambda: not missing(), "every decision arrives")
        assert missing() == set(), "every decision's webhook reaches the site"
        decisions = {one["id"]: one for one in feed}
        ids: dict[str, set[str]] = defaultdict(set)
        for arrival in list(self.receiver.arrivals):
            assert arrival.decision == decisions[arrival.decision["id"]], "webhook and feed agree"
            ids[arrival.decision["id"]].add(arrival.webhook_id)
        assert {len(of_one) for of_one in ids.values()} <= {1}, "all arrivals of a decision have the same webhook-id"
        assert len(set.union(set(), *ids.values())) == len(ids), "and no two decisions share one"
        assert self.receiver.n_refused == 0, "every signature was good"


def comment(comment_id: str, words: str) -> dict[str, Any]:
    """Write a comment as sites send it."""
    article = {"url": "https://news.example/bridge", "title": "The bridge will be rebuilt"}
    return {"id": comment_id, "text": words, "author": {"ref": "reader-7"}, "article": article}
