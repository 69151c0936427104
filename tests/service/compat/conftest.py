"""A Coral that asks and tells, and what it makes of our answers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from moderation import coral_secrets, sites
from moderation.compat_tables import coral_passages
from moderation.domain import KeyKind, Scope
from moderation.tables import labels
from service.compat import coral_signature

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from flask import Flask
    from werkzeug.test import TestResponse

    from moderation.store.database import Database
    from service.parts import Parts

PHASE_SECRET = "empsec_testsecret"
HOOK_SECRET = "whsec_testsecret"


class Coral:
    """A Coral that knows our addresses and signs with its secrets."""

    def __init__(self, app: Flask, key: str) -> None:
        self.app = app
        self.parts: Parts = app.extensions["ombuds"]
        self.address = f"/coral/{key}"
        self.secrets = [PHASE_SECRET]

    def send(self, path: str, body: bytes, **headers: str) -> TestResponse:
        """Send a signed body; `X_Coral_Event` becomes the header X-Coral-Event."""
        signed = {"X-Coral-Signature": coral_signature.sign(body, self.secrets), "Content-Type": "application/json"}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.app.test_client().post(self.address + path, data=body, headers={**signed, **named}, buffered=True)

    def ask(self, body: str, **changes: Any) -> TestResponse:
        """Ask about a comment as Coral does: indented by two spaces."""
        asked = {
            "action": "NEW",
            "comment": {"body": body, "parentID": None},
            "author": {"id": "author-7", "role": "COMMENTER"},
            "story": {"id": "story-1", "url": "https://news.example/bridge"},
            "site": {"id": "site-1"},
            "tenantID": "tenant-1",
            "tenantDomain": "coral.news.example",
            **changes,
        }
        return self.send("/moderate", json.dumps(asked, indent=2, ensure_ascii=False).encode())

    def tell(self, kind: str, event_id: str, at: datetime, **data: Any) -> TestResponse:
        """Tell of an event as Coral's webhooks do."""
        told = {
            "id": event_id,
            "type": kind,
            "data": {"commentID": "k-1", "storyID": "story-1", "siteID": "site-1", **data},
            "createdAt": at.isoformat().replace("+00:00", "Z"),
            "tenantID": "tenant-1",
            "tenantDomain": "coral.news.example",
        }
        return self.send("/events", json.dumps(told, indent=2).encode(), X_Coral_Event=kind)

    def kept(self) -> list[Any]:
        """Read the texts that were kept."""
        self.parts.keeping.settle()
        with self.parts.database.reading() as tx:
            return list(tx.execute(select(coral_passages).order_by(coral_passages.c.id)))

    def learned(self) -> list[tuple[Any, ...]]:
        """Read the labels that stand."""
        columns = (labels.c.text, labels.c.value, labels.c.external_id, labels.c.author_ref, labels.c.weight)
        with self.parts.database.reading() as tx:
            return [tuple(row) for row in tx.execute(select(*columns).where(labels.c.withdrawn_at.is_(None)))]


@pytest.fixture
def add_coral_site(database: Database, secret: str, now: datetime) -> Callable[..., str]:
    """Add a site whose readers comment in Coral, with the secrets that Coral signs with; answers with its key."""

    def add(name: str, *signing: str) -> str:
        key = sites.add(database, name, [Scope.SUBMIT], secret, now, kind=KeyKind.CORAL)[1]
        for one in signing:
            coral_secrets.add(database, name, one, secret, now)
        return key

    return add


@pytest.fixture
def make_coral(add_coral_site: Callable[..., str]) -> Iterator[Callable[[Flask], Coral]]:
    """Give an application's site `coral.example` a Coral."""
    key = add_coral_site("coral.example", PHASE_SECRET, HOOK_SECRET)
    made: list[Coral] = []

    def make(app: Flask, key: str = key) -> Coral:
        made.append(Coral(app, key))
        return made[-1]

    yield make
    for coral in made:
        coral.parts.keeping.settle()


@pytest.fixture
def coral(app: Flask, make_coral: Callable[[Flask], Coral]) -> Coral:
    """The Coral of `coral.example`."""
    return make_coral(app)


_STATUSES = {"NONE", "APPROVED", "REJECTED", "PREMOD", "SYSTEM_WITHHELD"}
_REASONS = {"COMMENT_DETECTED_TOXIC", "COMMENT_DETECTED_SPAM"}
_TAGS = {"FEATURED", "STAFF"}
_CODES = {
    *("OFFENSIVE", "ABUSIVE", "SPAM", "BANNED_WORD", "AD", "ILLEGAL_CONTENT", "HARASSMENT_BULLYING"),
    *("MISINFORMATION", "HATE_SPEECH", "IRRELEVANT_CONTENT", "OTHER"),
}
_WORDS = ("legalGrounds", "detailedExplanation", "customReason")


@pytest.fixture
def coral_accepts() -> Callable[[Any], bool]:
    """Tell whether Coral takes an answer of the phase, or drops it whole.

    Coral's own rules: unknown members do not matter; null is nowhere allowed; of tags there is at least one if any; an
    explanation is never empty. And two that only show in what it does: what tells the author of a rejection goes with a
    rejection alone, and does nothing to the comment without a status beside it.
    """

    def accepts(answer: Any) -> bool:
        return (
            isinstance(answer, dict)
            and _is_one_of(answer, "status", _STATUSES)
            and _are_flags(answer.get("actions", []))
            and _are_tags(answer.get("tags", ["STAFF"]))
            and _is_action(answer)
        )

    return accepts


def _is_one_of(holder: dict[str, Any], name: str, words: set[str]) -> bool:
    return name not in holder or (isinstance(holder[name], str) and holder[name] in words)


def _are_flags(actions: Any) -> bool:
    return isinstance(actions, list) and all(
        isinstance(one, dict) and one.get("actionType") == "FLAG" and one.get("reason") in _REASONS for one in actions
    )


def _are_tags(tags: Any) -> bool:
    return isinstance(tags, list) and len(tags) > 0 and all(tag in _TAGS for tag in tags)


def _is_action(answer: dict[str, Any]) -> bool:
    if "moderationAction" not in answer:
        return True
    action = answer["moderationAction"]
    if not isinstance(action, dict) or not answer.get("status") == action.get("status") == "REJECTED":
        return False
    reason = action.get("rejectionReason", {})
    return (
        isinstance(reason, dict)
        and _is_one_of(reason, "code", _CODES)
        and all(isinstance(reason[name], str) and reason[name] for name in _WORDS if name in reason)
    )


# Clients of Node.js


@pytest.fixture(scope="session")
def run_script() -> Callable[..., Any]:
    """Run a script of Node.js that uses a package, and read its JSON; skip where NODE_PATH leads to no such package."""

    def run(package: str, script: str, **environment: str) -> Any:
        node = shutil.which("node")
        if node is None:
            pytest.skip("Node.js is not installed")
        command = [node, "-e", f"require.resolve({json.dumps(package)})"]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip(f"the npm package {package} is not installed where NODE_PATH points")
        surroundings = {**os.environ, **environment}
        done = subprocess.run(
            [node, "-e", script], env=surroundings, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run
