"""What comes in: bodies, headers, paths and queries, read strictly."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from moderation.domain import MAX_TEXT_BYTES
from service.described import Described

IDEMPOTENCY_KEY = r"\"(?P<quoted>[ !#-~]{1,255})\"|(?P<bare>[!#-~]{1,255})"
"""A string of RFC 8941, or the same without quotes, as many clients send it."""

_WEBHOOK_ID = r"^wh_[0-9a-f]{32}$"
_DELIVERY_ID = r"^msg_[0-9a-f]{32}$"
_COMMENT_ID = r"^[A-Za-z0-9._:~-]{1,200}$"
_MAX_URL_BYTES = 2_000
_HOOK_ADDRESS = r"^https?://[A-Za-z0-9.\[\]:-]+([/?][!\"$-~]*)?$"
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d", re.ASCII)


def _short_enough(text: str) -> str:
    if len(text.encode()) > MAX_TEXT_BYTES:
        raise PydanticCustomError("text_too_long", "longer than {most} bytes of UTF-8", {"most": MAX_TEXT_BYTES})
    return text


def _web_address(url: str) -> str:
    if not url.startswith(("http://", "https://")) or len(url.encode()) > _MAX_URL_BYTES:
        raise PydanticCustomError(
            "web_address", "give an http:// or https:// address of at most {most} bytes", {"most": _MAX_URL_BYTES}
        )
    return url


def _hook_address(url: str) -> str:
    if not re.fullmatch(_HOOK_ADDRESS, url):
        raise PydanticCustomError(
            "hook_address", "give an https:// address in ASCII, without user name, password, space or fragment (#…)"
        )
    return url


def _written(moment: Any) -> Any:
    """Insist on RFC 3339: a number, or a date alone, would be read as some moment that nobody meant."""
    if not isinstance(moment, str):
        raise PydanticCustomError("moment_type", "give a time as text, such as 2026-03-01T12:00:00Z")
    if not _RFC_3339.match(moment):
        raise PydanticCustomError("moment", "give a time with its offset, such as 2026-03-01T12:00:00Z")
    return moment


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise PydanticCustomError("moment", "this time is out of all bounds") from error


CommentId = Annotated[
    str, Field(pattern=_COMMENT_ID, description="The site's own id of the comment.", examples=["c-1001"])
]
LimitedText = Annotated[
    str,
    AfterValidator(_short_enough),
    Field(
        description=f"At most {MAX_TEXT_BYTES:,} bytes of UTF-8.", json_schema_extra={"maxLength": MAX_TEXT_BYTES}
    ),  # the schema can only count characters; we count bytes
]
CommentText = Annotated[LimitedText, Field(min_length=1)]
LongText = Annotated[str, Field(max_length=500_000)]
Ref = Annotated[str, Field(min_length=1, max_length=200)]
Language = Annotated[
    str, Field(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", max_length=35, examples=["en", "pt-BR"])
]
Moment = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_written), AfterValidator(_in_utc)]
WebAddress = Annotated[
    str,
    AfterValidator(_web_address),
    Field(json_schema_extra={"pattern": r"^https?://", "maxLength": _MAX_URL_BYTES}),
]


class Strict(BaseModel):
    """A body that comes in: unknown fields and wrong types are refused."""

    model_config = ConfigDict(strict=True, extra="forbid")


class AuthorIn(Strict):
    """The reader who wrote the comment, known by the site's own id."""

    ref: Annotated[Ref, Field(description="The site's own id of the reader; no e-mail address, please.")]
    name: Annotated[str, Field(max_length=200)] | None = None
    joined_at: Moment | None = Field(default=None, description="When the reader joined (RFC 3339, with offset).")


class ArticleIn(Strict):
    """What the comment stands under."""

    url: WebAddress
    title: Annotated[str, Field(max_length=2_000)]
    section: Annotated[str, Field(max_length=200)] | None = None
    text: LongText | None = None


class ParentIn(Strict):
    """The comment that this one answers."""

    id: Annotated[str, Field(pattern=_COMMENT_ID)] | None = None
    text: LimitedText | None = None


class CommentIn(Strict):
    """A reader's comment."""

    id: CommentId
    text: CommentText
    author: AuthorIn
    article: ArticleIn
    parent: ParentIn | None = None
    language: Language | None = Field(
        default=None, description="A BCP 47 tag, as a hint: it is believed unless the text speaks clearly against it."
    )
    created_at: Moment | None = Field(default=None, description="When it was written (RFC 3339, with offset).")
    metadata: dict[str, Any] = Field(default_factory=dict, description="Anything the site wants kept with the comment.")


class ReportIn(Strict):
    """A reader's complaint about a comment."""

    reporter_ref: Ref
    reason: Annotated[str, Field(min_length=1, max_length=2_000)]


class EraseIn(Strict):
    """An author to be forgotten."""

    author_ref: Annotated[Ref, Field(description="The site's own id of the reader.")]


class AppealIn(Strict):
    """An author's appeal against a rejection."""

    text: Annotated[str, Field(min_length=1, max_length=5_000)]


class DecisionIn(Strict):
    """The site's own decision about a comment."""

    status: Literal["APPROVED", "HELD", "REJECTED"]
    guideline: Annotated[str, Field(max_length=64)] | None = None


class SiteStatusIn(Strict):
    """Where the comment stands on the site's own pages."""

    status: Literal["APPROVED", "HELD", "REJECTED", "REMOVED"]


class ScoreIn(Strict):
    """A text to score; nothing of it is kept."""

    text: CommentText
    language: Language | None = None
    article_title: Annotated[str, Field(max_length=2_000)] | None = None
    parent_text: LimitedText | None = None


HookAddress = Annotated[
    str,
    AfterValidator(_hook_address),
    Field(
        max_length=_MAX_URL_BYTES,
        description="https://, without user name, password or fragment; http:// only to networks the operator allows.",
        examples=["https://news.example/hooks/ombuds"],
        json_schema_extra={"pattern": _HOOK_ADDRESS},
    ),
]
EventName = Literal["comment.approved", "comment.held", "comment.rejected", "comment.removed", "alarm.raised"]


class WebhookIn(Strict):
    """Where the site wants to hear of decisions."""

    url: HookAddress
    events: list[EventName] = Field(
        default=["comment.approved", "comment.held", "comment.rejected", "comment.removed"], min_length=1, max_length=5
    )


class WebhookChange(Strict):
    """What to change of an endpoint; what is left out stays."""

    url: HookAddress | None = None
    events: Annotated[list[EventName], Field(min_length=1, max_length=5)] | None = None
    enabled: bool | None = None


class SubmitHeaders(Described):
    """Headers that change how a comment is taken in."""

    idempotency_key: str | None = Field(
        default=None,
        alias="Idempotency-Key",
        json_schema_extra={"pattern": r'^("[ !#-~]{1,255}"|[!#-~]{1,255})$'},
        description="1 to 255 printable ASCII characters, quoted or not; for 24 hours a repetition changes nothing.",
    )
    prefer: str | None = Field(
        default=None,
        alias="Prefer",
        description="`wait=SECONDS`, at most 10: answer with the decision if it comes in time (RFC 7240).",
    )


class CommentPath(BaseModel):
    """Names a comment."""

    comment_id: Annotated[str, Field(pattern=_COMMENT_ID, description="The site's own id of the comment.")]


class WebhookPath(BaseModel):
    """Names a webhook endpoint."""

    webhook_id: Annotated[str, Field(pattern=_WEBHOOK_ID, description="The endpoint's id.")]


class DeliveryPath(BaseModel):
    """Names a delivery."""

    delivery_id: Annotated[str, Field(pattern=_DELIVERY_ID, description="The delivery's `webhook-id`.")]


class FeedQuery(Described):
    """Where to go on in the feed."""

    model_config = ConfigDict(extra="forbid")

    after: str = Field(default="0", max_length=40, description="`next` of the former answer; leave out to begin.")
    limit: int = Field(default=100, ge=1, le=1_000, description="How many at most.")


class DeliveriesQuery(Described):
    """Which deliveries to list, newest first."""

    model_config = ConfigDict(extra="forbid")

    webhook: str | None = Field(default=None, pattern=_WEBHOOK_ID, description="Only those to this endpoint.")
    state: Literal["DUE", "DELIVERED", "SUPERSEDED", "FAILED"] | None = Field(
        default=None, description="Only those that stand so."
    )
    before: str | None = Field(
        default=None, pattern=_DELIVERY_ID, description="`id` of the last one seen, to go on after it."
    )
    limit: int = Field(default=50, ge=1, le=200, description="How many at most.")
