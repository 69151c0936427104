"""The newsroom's words as values: statuses, submissions, scores, verdicts and decisions."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

MAX_TEXT_BYTES = 20_480
"""The longest comment, in UTF-8 bytes (Perspective's limit, so that clients can move over)."""

MAX_ATTEMPTS_TO_SCORE = 3
"""After so many failures a text is held for people with the reason NOT_SCORED."""

NOT_SCORED = "could not be scored"
"""The note on a reason when the classifier itself failed on the text."""


class Status(StrEnum):
    """Where a comment stands. Changed only by `decisions.record`."""

    PENDING = "PENDING"
    HELD = "HELD"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    REMOVED = "REMOVED"


class Verdict(StrEnum):
    """What policy concludes: advice, not an act."""

    APPROVE = "APPROVE"
    HOLD = "HOLD"
    REJECT = "REJECT"

    @property
    def status(self) -> Status:
        """The status a comment takes when this verdict is acted upon."""
        return _STATUS_OF[self]


_STATUS_OF = {Verdict.APPROVE: Status.APPROVED, Verdict.HOLD: Status.HELD, Verdict.REJECT: Status.REJECTED}


class Actor(StrEnum):
    """Who decided."""

    POLICY = "policy"
    MODERATOR = "moderator"
    SITE = "site"


class Scope(StrEnum):
    """What a site key may do."""

    SUBMIT = "submit"
    READ = "read"
    ADMIN = "admin"


class KeyKind(StrEnum):
    """Whose clients a site key is for: those of our own API, or those of a service that they came from."""

    OMBUDS = "ombuds"
    PERSPECTIVE = "perspective"
    CORAL = "coral"
    AKISMET = "akismet"
    OPENAI = "openai"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text in code points, `end` exclusive."""

    begin: int
    end: int


class ScoredText(Protocol):
    """What a scorer says of one text.

    `values` maps an attribute to a calibrated probability in [0, 1]. An attribute that is absent is unknown, never
    zero; `missing` then says why in a few words ("language not supported", "no words").
    """

    @property
    def values(self) -> Mapping[str, float]:
        """The scores by attribute."""

    @property
    def missing(self) -> str | None:
        """Why scores are absent, if any are."""


class Scorer(Protocol):
    """The classifier as the core sees it; `models.scorer.Scorer` satisfies it structurally."""

    @property
    def version(self) -> str:
        """The immutable name of the model version that scores."""

    @property
    def languages(self) -> Mapping[str, frozenset[str]]:
        """The languages in which each attribute is measured, as base subtags."""

    def score(
        self,
        texts: Sequence[str],
        languages: Sequence[str | None],
        contexts: Sequence[tuple[str | None, str | None]] | None = None,
        *,
        as_declared: bool = False,
        quickly: bool = False,
    ) -> Sequence[ScoredText]:
        """Score `n` texts in one call; the answer has `n` members in the same order.

        A context is the title of a comment's article and the text of the comment that it answers, where known. With
        `as_declared` the language given is believed whatever the text looks like, and one without a word is scored too.
        With `quickly` the slower and better of two tiers is not asked, whatever the mode.
        """

    def tell_languages(self, texts: Sequence[str], expected: str | None = None) -> Sequence[str | None]:
        """Name the language that each text speaks clearly, as a base subtag; None where it cannot be told.

        A language that is expected tips the scale for it.
        """

    def as_perspective(self, values: Mapping[str, float]) -> Mapping[str, float]:
        """Put scores onto Perspective's scale, so that thresholds chosen there flag as much; unchanged without one."""

    def explain(
        self,
        texts: Sequence[str],
        attributes: Sequence[Sequence[str]],
        languages: Sequence[str | None] | None = None,
        contexts: Sequence[tuple[str | None, str | None]] | None = None,
    ) -> Sequence[Mapping[str, Sequence[tuple[int, int]]]]:
        """Name the stretches that weighed most, (begin, end) in code points, by text and attribute asked of it.

        Languages and contexts are those that the texts were scored with.
        """


@dataclass(frozen=True, slots=True)
class Author:
    """The reader who wrote a comment, known by the site's own id."""

    ref: str
    name: str | None = None
    joined_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """What a comment stands under."""

    url: str
    title: str
    section: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Parent:
    """The comment that this one answers."""

    id: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    """One comment as the site sent it. `id` is the site's own."""

    id: str
    text: str
    author: Author
    article: Article
    parent: Parent | None = None
    language: str | None = None
    created_at: datetime | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Passage:
    """A text to be judged, the language its site gave for it, and what it stands under, where known."""

    text: str
    language: str | None = None
    article_title: str | None = None
    parent_text: str | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a verdict is what it is: a guideline, what stood for it, and how far it went.

    `score` is None when it is unknown; `note` then says why. `threshold` is the cut-off that was reached.
    """

    guideline: str
    attribute: str | None = None
    score: float | None = None
    threshold: float | None = None
    note: str | None = None
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Lot:
    """How likely a verdict is to be drawn for the blind sample, and among which verdicts it is drawn."""

    stratum: str
    probability: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with everything needed to explain it later. Without a `lot`, nobody is to look at it by chance."""

    verdict: Verdict
    reasons: tuple[Reason, ...]
    scores: Mapping[str, float]
    model_version: str
    policy_version: str
    lot: Lot | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The act that changed a comment's status. `comment_id` is the site's own id.

    `sequence` is the decision's place in its site's feed; None until the decision is released. A moderator's waits
    until `release_at`, and can be undone so long. `message` is what the moderator tells the comment's author.
    """

    id: str
    site_id: int
    comment_id: str
    revision: int
    sequence: int | None
    status: Status
    previous_status: Status
    by: Actor
    reasons: tuple[Reason, ...]
    model_version: str | None
    policy_version: str | None
    decided_at: datetime
    released_at: datetime | None
    moderator_id: int | None = None
    batch_id: int | None = None
    release_at: datetime | None = None
    message: str | None = None
