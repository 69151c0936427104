"""The moderators' desk as values: people and their roles, the review queues, and how what waits is ordered."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class Role(StrEnum):
    """What someone at the console may do; each role may do what those before it may.

    Moderators decide. Editors own the guidelines and the numbers, and take what was escalated. Admins own the people.
    """

    MODERATOR = "moderator"
    EDITOR = "editor"
    ADMIN = "admin"

    def may(self, needed: Role) -> bool:
        """Tell whether this role includes another."""
        roles = list(Role)
        return roles.index(self) >= roles.index(needed)


class Queue(StrEnum):
    """What waits for people, by why it does. A comment may wait in several."""

    HELD = "held"
    REPORTED = "reported"
    APPEALED = "appealed"
    SECOND_OPINION = "second-opinion"
    SAMPLED = "sampled"


class Order(StrEnum):
    """What comes first in a queue: the gravest, the least certain, the oldest, the most read."""

    SEVERITY = "severity"
    UNCERTAINTY = "uncertainty"
    AGE = "age"
    REACH = "reach"


@dataclass(frozen=True, slots=True)
class Moderator:
    """Someone who works at the console. `site_ids` and `sections` limit what they see; None is no limit."""

    id: int
    email: str
    name: str
    role: Role
    site_ids: frozenset[int] | None = None
    sections: frozenset[str] | None = None
    language: str | None = None
    preferences: Mapping[str, Any] = field(default_factory=dict)
    is_disabled: bool = False

    def sees(self, site_id: int, section: str | None) -> bool:
        """Tell whether a comment under this section of this site is theirs to see."""
        is_theirs = self.site_ids is None or site_id in self.site_ids
        return is_theirs and (self.sections is None or section in self.sections)

    @property
    def actor(self) -> str:
        """How the audit log names them."""
        return f"moderator:{self.id}"


@dataclass(frozen=True, slots=True)
class Post:
    """What someone is to do at the console: their role, and the sites (by name) and sections they are limited to."""

    role: Role = Role.MODERATOR
    site_names: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
