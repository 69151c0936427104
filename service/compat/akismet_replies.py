"""What Akismet's clients are answered: one word as plain text, always with status 200, and the rest in headers.

Several clients take any `X-akismet-debug-help` or `X-akismet-alert-code` for a failure: they stand on failures alone.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from moderation.domain import Judgement, Verdict

THANKS = "Thanks for making the web a better place."
INVALID = "invalid"

SPAM = "SPAM"

BLATANT = 0.99
"""From this score for SPAM on, a client is told that it may throw the comment away."""

RECHECK_SECONDS = 7 * 24 * 60 * 60
"""When to ask again about a comment that waits for people: people need days, and the answer will be the same."""

# WordPress approves a comment by itself when twice the seconds of recheck-after have gone by, and does not tell its
# moderators by mail before. An error makes it hold the comment until somebody looks, and it has done so for ten years.
_WORDPRESS = re.compile(r"WordPress/\S+ \| Akismet/")
_HELD = "held"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: the whole body, and what its headers add."""

    text: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_spam(self) -> bool:
        """Whether it says that the comment is spam."""
        return self.text == "true"


def spam(*, is_blatant: bool = False) -> Reply:
    """Say that the comment should not be published."""
    return Reply("true", {**_guid(), **({"X-akismet-pro-tip": "discard"} if is_blatant else {})})


def ham() -> Reply:
    """Say that the comment may be published."""
    return Reply("false", _guid())


def held(user_agent: str) -> Reply:
    """Say that people should look, as far as the client has an ear for it."""
    if _WORDPRESS.match(user_agent):
        return Reply("false", {**_guid(), "X-akismet-error": _HELD})
    return Reply("false", {**_guid(), "X-akismet-recheck-after": str(RECHECK_SECONDS)})


def reply(judgement: Judgement, user_agent: str) -> Reply:
    """Say what the site's guidelines conclude: a rejection under any of them is what its clients know as spam."""
    if judgement.verdict is Verdict.APPROVE:
        return ham()
    if judgement.verdict is Verdict.HOLD:
        return held(user_agent)
    worst = max((reason.score or 0.0 for reason in judgement.reasons if reason.attribute == SPAM), default=0.0)
    return spam(is_blatant=worst >= BLATANT)


def failure(text: str, why: str, *, error: str, code: int) -> Reply:
    """Say that there is no answer, and why: WordPress holds the comment, asks again, and shows its administrators."""
    return Reply(
        text,
        {
            "X-akismet-error": error,
            "X-akismet-debug-help": why,
            "X-akismet-alert-code": str(code),
            "X-akismet-alert-msg": why,
        },
    )


def refusal(why: str) -> Reply:
    """Say that the key opens nothing."""
    return Reply(INVALID, {"X-akismet-debug-help": why})


def _guid() -> dict[str, str]:
    return {"X-akismet-guid": secrets.token_hex(16)}
