"""What is sown: comments with all that hangs on them, made up chunk by chunk, the oldest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import Table

from benchmarks.console.vocabulary import Writer
from moderation.desk import Queue
from moderation.desk_tables import fingerprints, review_items
from moderation.domain import Status
from moderation.fingerprints import bands, simhash
from moderation.guidelines import Guideline, default
from moderation.store.review_items import in_words
from moderation.tables import appeals, articles, comments, decisions, reports, revisions

SHARES = (0.55, 0.25, 0.15, 0.05)
"""How much of everything each site has."""

SECTIONS = ("Politics", "Local", "Sport", "Culture", "Economy", "Science", "Opinion", None)
LANGUAGES = ("en", "de", "es", "fr", "pt", None)
LANGUAGE_SHARES = (0.6, 0.14, 0.09, 0.09, 0.04, 0.04)
DAYS = 400
CHUNK = 20_000
COMMENTS_AN_ARTICLE = 50
COMMENTS_AN_AUTHOR = 15
RECENT_SHARE = 0.1
"""What waits is among so much of the newest ..."""

WAITING_SHARE = 0.02
"""... and this much of everything."""

DECIDED_BY_PEOPLE, REJECTED, REPORTED, APPEALED, GONE, CAMPAIGN = 0.05, 0.07, 0.004, 0.01, 0.005, 0.01
MODEL, POLICY = "seeded-1", "g-seeded"

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Place:
    """An article to comment under."""

    article_id: int
    site_id: int
    section: str | None


@dataclass(frozen=True, slots=True)
class Seedling:
    """One comment before it is written as rows. `lots` are drawn in [0, 1), one for each thing that chance decides."""

    number: int
    at: datetime
    place: Place
    text: str | None
    scores: dict[str, float]
    status: Status
    guideline: Guideline
    score: float
    language: str | None
    author: int
    lots: Sequence[float]


@dataclass(slots=True)
class Sower:
    """Makes rows up, always the same for one draw and one `now`."""

    site_ids: Sequence[int]
    moderator_ids: Sequence[int]
    n: int
    now: datetime
    draw: np.random.Generator
    sequences: dict[int, int] = field(default_factory=dict)

    def chunks(self) -> Iterator[dict[Table, Rows]]:
        """Make all articles, then all that hangs on comments; parents stand before what points to them."""
        writer = Writer(self.draw)
        n_articles = max(len(self.site_ids), self.n // COMMENTS_AN_ARTICLE)
        sites = self.draw.choice(self.site_ids, n_articles, p=SHARES).tolist()
        sections = self.draw.integers(0, len(SECTIONS), n_articles).tolist()
        places = [Place(i + 1, sites[i], SECTIONS[sections[i]]) for i in range(n_articles)]
        names = [writer.name() for _ in range(max(1, self.n // COMMENTS_AN_AUTHOR))]
        for begin in range(0, n_articles, CHUNK):
            yield {articles: [_article(one, writer.title()) for one in places[begin : begin + CHUNK]]}
        for begin in range(0, self.n, CHUNK):
            seedlings = list(self._seedlings(begin, min(CHUNK, self.n - begin), writer, places, len(names)))
            yield {
                comments: [_comment(one, names) for one in seedlings],
                revisions: [_revision(one) for one in seedlings],
                decisions: [row for one in seedlings for row in self._decisions(one)],
                review_items: [row for one in seedlings for row in self._items(one)],
                fingerprints: [_fingerprint(one) for one in seedlings if one.text is not None],
                reports: [_report(one) for one in seedlings if _is_reported(one)],
                appeals: [_appeal(one) for one in seedlings if one.status is Status.REJECTED and _is_appealed(one)],
            }

    def _seedlings(
        self, begin: int, n: int, writer: Writer, places: Sequence[Place], n_authors: int
    ) -> Iterator[Seedling]:
        draw = self.draw
        texts = writer.write(n)
        around = int(begin / self.n * len(places))  # articles come and go, with the comments under them
        placed = np.clip(around + draw.exponential(max(1, len(places) / 60), n), 0, len(places) - 1).astype(int)
        authors = (draw.random(n) ** 3 * n_authors).astype(int).tolist()
        languages = draw.choice(len(LANGUAGES), n, p=LANGUAGE_SHARES).tolist()
        scores, lots = _scores(draw, n), draw.random((n, 6)).tolist()
        for i in range(n):
            number = begin + i + 1
            at = self.now - timedelta(days=DAYS) * (1 - number / (self.n + 1))
            guideline = max(default().members, key=lambda one: _gravest(one, scores[i]))
            gone = lots[i][3] < GONE
            yield Seedling(
                number,
                at,
                places[placed[i]],
                None if gone else _text(texts[i], lots[i]),
                scores[i],
                Status.REMOVED if gone else self._status(number, lots[i]),
                guideline,
                _gravest(guideline, scores[i]),
                LANGUAGES[languages[i]],
                authors[i],
                lots[i],
            )

    def _status(self, number: int, lots: Sequence[float]) -> Status:
        if self._is_recent(number) and lots[1] < WAITING_SHARE / RECENT_SHARE:
            return Status.HELD
        return Status.REJECTED if lots[2] < REJECTED else Status.APPROVED

    def _is_recent(self, number: int) -> bool:
        return number > self.n * (1 - RECENT_SHARE)

    def _decisions(self, one: Seedling) -> Iterator[dict[str, Any]]:
        final = Status.APPROVED if one.status is Status.REMOVED else one.status
        by_people = final is not Status.HELD and one.lots[0] < DECIDED_BY_PEOPLE
        steps = [(Status.HELD if by_people else final, Status.PENDING, one.at + timedelta(seconds=1), None)]
        if by_people:
            who = self.moderator_ids[int(one.lots[3] * len(self.moderator_ids))]
            steps.append((final, Status.HELD, one.at + timedelta(minutes=1 + 90 * one.lots[4]), who))
        for step, (status, former, at, moderator_id) in enumerate(steps):
            self.sequences[one.place.site_id] = self.sequences.get(one.place.site_id, 0) + 1
            yield {
                "id": _decision_id(one, step),
                "site_id": one.place.site_id,
                "comment_id": one.number,
                "revision": 1,
                "sequence": self.sequences[one.place.site_id],
                "status": status.value,
                "previous_status": former.value,
                "by": "policy" if moderator_id is None else "moderator",
                "reasons": [] if status is Status.APPROVED else [_reason(one)],
                "model_version": MODEL if moderator_id is None else None,
                "policy_version": POLICY,
                "decided_at": at,
                "released_at": at,
                "moderator_id": moderator_id,
            }

    def _items(self, one: Seedling) -> Iterator[dict[str, Any]]:
        if one.status is Status.HELD:
            yield _item(one, Queue.HELD)
        if self._is_recent(one.number) and one.text is not None and _is_reported(one):
            yield _item(one, Queue.REPORTED)
        if self._is_recent(one.number) and one.status is Status.REJECTED and _is_appealed(one):
            yield _item(one, Queue.APPEALED)


def _text(written: str, lots: Sequence[float]) -> str:
    if lots[5] >= CAMPAIGN:
        return written
    campaign = int(lots[5] / CAMPAIGN * 500)
    return f"Cheapest casino bonus at site {campaign}: click and follow, they paid me the same day {campaign * 7}"


def _gravest(guideline: Guideline, scores: dict[str, float]) -> float:
    return max(scores[name] for name in guideline.attributes)


def _scores(draw: np.random.Generator, n: int) -> list[dict[str, float]]:
    names = tuple(dict.fromkeys(name for one in default().members for name in one.attributes))
    drawn = np.round(draw.beta(0.35, 3.0, (n, len(names))), 4).tolist()
    return [dict(zip(names, row, strict=True)) for row in drawn]


def _article(place: Place, title: str) -> dict[str, Any]:
    return {
        "id": place.article_id,
        "site_id": place.site_id,
        "url": f"https://site-{place.site_id}.example/articles/{place.article_id}",
        "title": title,
        "section": place.section,
    }


def _comment(one: Seedling, names: Sequence[str]) -> dict[str, Any]:
    is_told = one.number % 10 == 0 and one.text is not None
    return {
        "id": one.number,
        "site_id": one.place.site_id,
        "external_id": f"c-{one.number}",
        "status": one.status.value,
        "revision": 1,
        "article_id": one.place.article_id,
        "author_ref": f"reader-{one.author}",
        "author_name": None if one.text is None else names[one.author],
        "parent_ref": f"c-{one.number - 1}" if one.number % 4 == 0 else None,
        "language": one.language,
        "metadata": {"reach": _reach(one)} if is_told else {},
        "accepted_at": one.at,
        "n_claims": 0,
    }


def _reach(one: Seedling) -> int:
    return int(one.lots[4] * 4_000) if one.number % 10 == 0 else 0


def _revision(one: Seedling) -> dict[str, Any]:
    return {
        "comment_id": one.number,
        "number": 1,
        "text": one.text,
        "scores": None if one.text is None else one.scores,
        "model_version": MODEL,
        "created_at": one.at,
    }


def _decision_id(one: Seedling, step: int) -> str:
    return f"dec_{UUID(int=one.number * 2 + step).hex}"


def _reason(one: Seedling) -> dict[str, Any]:
    return {
        "guideline": one.guideline.id,
        "attribute": max(one.guideline.attributes, key=one.scores.__getitem__),
        "score": one.score,
        "threshold": one.guideline.threshold.approve_below,
        "note": None,
        "spans": [{"begin": 0, "end": (one.text or " ").find(" ")}],
    }


def _item(one: Seedling, queue: Queue) -> dict[str, Any]:
    return {
        "queue": queue.value,
        "comment_id": one.number,
        "site_id": one.place.site_id,
        "article_id": one.place.article_id,
        "section": one.place.section,
        "language": one.language,
        "guidelines": in_words([one.guideline.id]),
        "attribute": max(one.guideline.attributes, key=one.scores.__getitem__),
        "severity": one.score,
        "uncertainty": 1.0 - abs(2.0 * one.score - 1.0),
        "reach": _reach(one),
        "entered_at": one.at + timedelta(seconds=1),
    }


def _fingerprint(one: Seedling) -> dict[str, Any]:
    """Fingerprint what may be looked at together; for the rest a number by lot does, which is much quicker."""
    if one.status is Status.HELD or one.lots[5] < CAMPAIGN:
        own = simhash(one.text or "")
    else:
        own = int(one.lots[5] * 2**32) << 31 | int(one.lots[4] * 2**31)
    quarters = {f"band_{band}": value for band, value in enumerate(bands(own))}
    return {"comment_id": one.number, "site_id": one.place.site_id, "revision": 1, "simhash": own, **quarters}


def _is_reported(one: Seedling) -> bool:
    return one.lots[4] < REPORTED


def _is_appealed(one: Seedling) -> bool:
    return one.lots[1] > 1 - APPEALED


def _report(one: Seedling) -> dict[str, Any]:
    return {
        "comment_id": one.number,
        "reporter_ref": f"reader-{one.author // 7}",
        "reason": "This is beneath the paper.",
        "created_at": one.at + timedelta(minutes=30),
    }


def _appeal(one: Seedling) -> dict[str, Any]:
    by_people = one.lots[0] < DECIDED_BY_PEOPLE
    return {
        "comment_id": one.number,
        "decision_id": _decision_id(one, int(by_people)),
        "text": "I meant it kindly.",
        "created_at": one.at + timedelta(hours=3),
    }
