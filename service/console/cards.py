"""Cards: a comment with all that its moderator needs, put into words."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from moderation.desk import Queue
from moderation.domain import Reason, Status
from moderation.dossiers import Dossier, untold
from moderation.guidelines import Guideline
from moderation.store.dossiers import Complaint, Version
from moderation.store.waiting_items import Item
from service.console import markup
from service.console.markup import Piece
from service.console.translation import gettext as _
from service.console.translation import ngettext
from service.console.words import score


@dataclass(frozen=True, slots=True)
class Gauge:
    """A score against a guideline's cut-offs, all in per cent of the ruler; `score` is None where it is unknown."""

    attribute: str
    score: float | None
    approve_below: float
    reject_above: float

    @property
    def hold_width(self) -> float:
        """How wide the part is in which people decide."""
        return round(self.reject_above - self.approve_below, 4)

    @property
    def fate(self) -> str:
        """What the score alone would lead to."""
        if self.score is None or self.approve_below <= self.score <= self.reject_above:
            return _("held")
        return _("rejected") if self.score > self.reject_above else _("below its threshold")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A guideline as the reasons list it: its gravest score, and whether the scores suggest it."""

    guideline: Guideline
    attribute: str | None
    score: float | None
    is_suggested: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A stretch of an edited text: kept, added or removed."""

    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Card:
    """One comment, ready to be drawn. One that `is_blind` holds nothing of what policy thinks of it."""

    dossier: Dossier
    item: Item | None
    n_alike: int
    cut: tuple[Piece, ...]
    why: tuple[str, ...]
    gauge: Gauge | None
    gauges: tuple[Gauge, ...]
    suggestions: tuple[Suggestion, ...]
    signals: tuple[str, ...]
    is_blind: bool = False

    @property
    def id(self) -> int:
        """The record's own id of the comment."""
        return self.dossier.subject.id

    @property
    def author(self) -> str:
        """What the author is called."""
        return self.dossier.subject.author_name or self.dossier.subject.author_ref

    @property
    def preview(self) -> list[Piece]:
        """The beginning of the text, for the list."""
        return markup.preview(self.cut)

    @property
    def weighing(self) -> list[Piece]:
        """The stretches that weigh."""
        return markup.weighing(self.cut)

    @property
    def suggested(self) -> str:
        """The ids of the guidelines that the scores suggest, for a form."""
        return " ".join(one.guideline.id for one in self.suggestions if one.is_suggested)


def card(dossier: Dossier, item: Item | None = None, n_alike: int = 0, *, is_blind: bool | None = None) -> Card:
    """Put a dossier into words.

    Unless it is said whether that is to be blind, it is for who works a queue where that is the point; and outside
    the queues for everyone, as long as nobody has answered what was drawn.
    """
    if is_blind is None:
        is_blind = dossier.is_sampled if item is None else hides_sampled(item.queue, dossier)
    dossier = untold(dossier) if is_blind else dossier
    subject = dossier.subject
    reasons = () if dossier.policy is None else dossier.policy.reasons
    gauges = () if is_blind else _gauges(dossier)
    leading = next((reason for reason in reasons if reason.score is not None), None)
    return Card(
        dossier,
        item,
        n_alike,
        tuple(markup.pieces(subject.text or "", reasons)),
        tuple(_why(dossier, item, reasons, is_blind=is_blind)),
        next((gauge for gauge in gauges if leading is not None and gauge.attribute == leading.attribute), None),
        gauges,
        tuple(_suggestions(dossier, reasons)),
        tuple(_signals(dossier, n_alike)),
        is_blind,
    )


def hides_sampled(queue: Queue, dossier: Dossier) -> bool:
    """Tell whether who works a queue is to judge a comment without being told what policy decided.

    Everything in the sample's own queue is; and what someone there asked a second opinion about.
    """
    return queue is Queue.SAMPLED or (queue is Queue.SECOND_OPINION and dossier.is_sampled)


def changes(former: Version, latter: Version) -> list[Change]:
    """Compare two revisions word by word."""
    before, after = _tokens(former.text), _tokens(latter.text)
    found: list[Change] = []
    for kind, i1, i2, j1, j2 in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(Change("".join(before[i1:i2]), "kept"))
            continue
        if i2 > i1:
            found.append(Change("".join(before[i1:i2]), "removed"))
        if j2 > j1:
            found.append(Change("".join(after[j1:j2]), "added"))
    return found


def _tokens(text: str | None) -> list[str]:
    words: list[str] = []
    for character in text or "":
        if words and character.isspace() == words[-1][-1].isspace():
            words[-1] += character
        else:
            words.append(character)
    return words


def _why(dossier: Dossier, item: Item | None, reasons: Sequence[Reason], *, is_blind: bool) -> list[str]:
    """Say why a comment is here, each reason in a sentence or two."""
    said: list[str] = []
    queue = None if item is None else item.queue
    if queue is Queue.REPORTED or (dossier.complaints and queue is None):
        said.append(_reported(dossier.complaints))
    if queue is Queue.APPEALED:
        said.append(_("Appealed: its author asks to have the rejection looked at again."))
    if queue is Queue.SECOND_OPINION:
        said.append(_("Second opinion: a colleague would like to know what you think."))
    if queue is Queue.SAMPLED or (is_blind and not said):
        said.append(_("Sampled: drawn by lot, and you are not told what was decided."))
    if is_blind:
        return said
    status = None if dossier.policy is None else dossier.policy.status
    said += [_reason(reason, dossier, status) for reason in reasons if reason.score is not None]
    said += [
        _("Held: it could not be scored (%(note)s).", note=note)
        for note in dict.fromkeys(reason.note for reason in reasons if reason.score is None)
    ]
    if not said and status is Status.APPROVED:
        said.append(_("Approved: every score is below its threshold."))
    return said or [_("Held by a person.")]


def _reason(reason: Reason, dossier: Dossier, status: Status | None) -> str:
    guideline = dossier.guidelines.find(reason.guideline)
    title = reason.guideline if guideline is None else guideline.title
    verb = _("Rejected") if status is Status.REJECTED else _("Held")
    if guideline is None:
        return _("%(verb)s under a guideline that is gone: %(title)s.", verb=verb, title=title)
    cut = guideline.threshold
    if (reason.score or 0.0) > cut.reject_above:
        return _(
            "%(verb)s: %(title)s. %(attribute)s is %(score)s, above %(high)s.",
            verb=verb,
            title=title,
            attribute=reason.attribute or "",
            score=score(reason.score),
            high=score(cut.reject_above),
        )
    return _(
        "%(verb)s: %(title)s. %(attribute)s is %(score)s, between %(low)s and %(high)s.",
        verb=verb,
        title=title,
        attribute=reason.attribute or "",
        score=score(reason.score),
        low=score(cut.approve_below),
        high=score(cut.reject_above),
    )


def _reported(complaints: Sequence[Complaint]) -> str:
    n_right = sum(one.n_right for one in complaints)
    n_decided = sum(one.n_decided for one in complaints)
    if not n_decided:
        return ngettext(
            "Reported by one reader, whose reports nobody has checked yet.",
            "Reported by %(num)s readers, whose reports nobody has checked yet.",
            len(complaints),
        )
    return ngettext(
        "Reported by one reader, right %(right)s times in %(decided)s.",
        "Reported by %(num)s readers, right %(right)s times in %(decided)s.",
        len(complaints),
        right=n_right,
        decided=n_decided,
    )


def _gauges(dossier: Dossier) -> tuple[Gauge, ...]:
    """Draw every score that a guideline uses against the guideline's cut-offs, the gravest first."""
    scores = dossier.subject.scores or {}
    found: dict[str, Gauge] = {}
    for guideline in dossier.guidelines.members:
        cut = guideline.threshold
        for attribute in guideline.attributes:
            gauge = Gauge(attribute, scores.get(attribute), cut.approve_below, cut.reject_above)
            found.setdefault(attribute, gauge)
    return tuple(sorted(found.values(), key=lambda gauge: -1.0 if gauge.score is None else gauge.score, reverse=True))


def _suggestions(dossier: Dossier, reasons: Sequence[Reason]) -> list[Suggestion]:
    scores = dossier.subject.scores or {}
    named = {reason.guideline for reason in reasons if reason.score is not None}
    listed: list[Suggestion] = []
    for guideline in dossier.guidelines.members:
        known = [attribute for attribute in guideline.attributes if attribute in scores]
        attribute = max(known, key=lambda name: scores[name], default=None)
        value = None if attribute is None else scores[attribute]
        listed.append(Suggestion(guideline, attribute, value, guideline.id in named))
    return listed


def _signals(dossier: Dossier, n_alike: int) -> list[str]:
    """Say what else stands out, as facts: no score, no judgement."""
    subject, found = dossier.subject, []
    if n_alike:
        found.append(ngettext("Nearly the same as one other", "Nearly the same as %(num)s others", n_alike))
    if dossier.record.n_all == 1:
        found.append(_("First comment by this author"))
    n_links = (subject.text or "").lower().count("http")
    if n_links:
        found.append(ngettext("Holds one link", "Holds %(num)s links", n_links))
    n_edits = len(dossier.versions) - 1
    if n_edits:
        found.append(ngettext("Edited once", "Edited %(num)s times", n_edits))
    return found
