"""Every way the core says no: one tree, raised where the rule is, with the values that explain it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class OmbudsError(Exception):
    """The root of the core's errors."""


class InvalidSetting(OmbudsError):
    """An environment variable is missing or makes no sense."""

    def __init__(self, name: str, detail: str) -> None:
        self.name = name
        self.detail = detail
        super().__init__(f"{name}: {detail}")


class Unreachable(OmbudsError):
    """A part that Ombuds needs (database, Redis) does not answer."""

    def __init__(self, part: str, detail: str) -> None:
        self.part = part
        self.detail = detail
        super().__init__(f"{part} cannot be reached: {detail}")


class NotMigrated(OmbudsError):
    """The database's schema is not the one this release works with."""

    def __init__(self, found: str | None, expected: str) -> None:
        self.found = found
        self.expected = expected
        super().__init__(
            f"the database is at revision {found or 'none'}, this release needs {expected}; run: ombuds db upgrade"
        )


class Unknown(OmbudsError):
    """Something was named that does not exist, or not for this site."""

    kind = "thing"

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"there is no {self.kind} {name!r}")


class UnknownSite(Unknown):
    """No such site."""

    kind = "site"


class UnknownComment(Unknown):
    """The site never sent a comment with this id."""

    kind = "comment"


class UnknownWebhook(Unknown):
    """The site has no such webhook endpoint."""

    kind = "webhook"


class UnknownDelivery(Unknown):
    """The site has no such delivery."""

    kind = "delivery"


class UnknownGuideline(Unknown):
    """The site's guidelines have no such id."""

    kind = "guideline"


class UnknownKey(Unknown):
    """No such site key, for the people who manage keys."""

    kind = "key"


class UnknownCursor(Unknown):
    """The feed never handed out this cursor."""

    kind = "cursor"


class KeyRefused(OmbudsError):
    """The key a client gave is absent, unknown or revoked. Which of them is never said."""

    def __init__(self) -> None:
        super().__init__("the site key is missing, unknown or revoked")


class ScopeMissing(OmbudsError):
    """The key is good, but may not do this."""

    def __init__(self, scope: str) -> None:
        self.scope = scope
        super().__init__(f"this key lacks the scope {str(scope)!r}")


class SiteExists(OmbudsError):
    """A site of this name is there already."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"there is a site {name!r} already; give it another key with: ombuds site key add {name}")


class CommentRemoved(OmbudsError):
    """The site withdrew this comment; its id cannot be used again."""

    def __init__(self, comment_id: str) -> None:
        self.comment_id = comment_id
        super().__init__(f"comment {comment_id!r} was removed; post it under a new id")


class NothingToAppeal(OmbudsError):
    """An appeal against a comment that was not rejected."""

    def __init__(self, comment_id: str, status: str) -> None:
        self.comment_id = comment_id
        self.status = status
        super().__init__(f"comment {comment_id!r} is {status}; only a rejected comment can be appealed")


class IdempotencyMismatch(OmbudsError):
    """The same idempotency key came with another payload."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__("this Idempotency-Key was used for another request; take a new key for a new request")


class InvalidGuidelines(OmbudsError):
    """A guidelines file breaks its rules. `problems` lists every one of them."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems))


class InvalidLabelFile(OmbudsError):
    """A file of labels, or what is said of it, cannot be used. `problems` lists the first of what is wrong."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems))


class OriginTaken(OmbudsError):
    """Labels of a collection stand already. `n_standing` tells how many."""

    def __init__(self, origin: str, n_standing: int) -> None:
        self.origin = origin
        self.n_standing = n_standing
        super().__init__(
            f"{n_standing} labels of {origin!r} stand already: give --replace to withdraw them, or another --source"
        )


class InvalidWebhook(OmbudsError):
    """A webhook endpoint that may not be. `field` is what to mend."""

    def __init__(self, field: str, detail: str) -> None:
        self.field = field
        self.detail = detail
        super().__init__(detail)


class ForbiddenAddress(OmbudsError):
    """A webhook's host resolves to an address that Ombuds must not connect to."""

    def __init__(self, host: str, address: str) -> None:
        self.host = host
        self.address = address
        super().__init__(
            f"{host} resolves to {address}, which is not a public address; allow it with OMBUDS_WEBHOOK_ALLOW"
        )


class InvalidSite(OmbudsError):
    """A site's name that cannot be one."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"{name!r} cannot be a site's name; take 1 to 100 of a-z, 0-9, . and -, beginning with a letter or digit"
        )


class TooLateToUndo(OmbudsError):
    """A decision that cannot be taken back: the site knows it, or it was undone already."""

    def __init__(self, decision_id: str) -> None:
        self.decision_id = decision_id
        super().__init__(f"decision {decision_id!r} cannot be undone any more: the site has heard it, or it was undone")


class Stale(OmbudsError):
    """Someone decides on what is no longer there: another revision came, or another person decided first."""

    def __init__(self, comment_id: str, revision: int, status: str) -> None:
        self.comment_id = comment_id
        self.revision = revision
        self.status = status
        super().__init__(f"comment {comment_id!r} has changed meanwhile: it is {status}, at revision {revision}")


class NoGuideline(OmbudsError):
    """A rejection that does not say which guideline it rests on."""

    def __init__(self) -> None:
        super().__init__("name at least one guideline that the comment breaks")


class UnfilledPlaceholder(OmbudsError):
    """A message to an author in which a placeholder still waits for words."""

    def __init__(self, placeholder: str) -> None:
        self.placeholder = placeholder
        super().__init__(f"the message still holds {placeholder!r}; write what should stand there")


class InvalidTemplate(OmbudsError):
    """A message template that cannot be kept. `field` is what to mend."""

    def __init__(self, field: str, detail: str) -> None:
        self.field = field
        self.detail = detail
        super().__init__(detail)


class UnknownModerator(Unknown):
    """Nobody at the console has this address or number."""

    kind = "moderator"


class ModeratorExists(OmbudsError):
    """Someone has this address already."""

    def __init__(self, email: str) -> None:
        self.email = email
        super().__init__(
            f"there is a moderator {email!r} already; give them a link with: ombuds moderator link {email}"
        )


class InvalidModerator(OmbudsError):
    """A moderator's address or name that cannot be one. `field` is what to mend."""

    def __init__(self, field: str, detail: str) -> None:
        self.field = field
        self.detail = detail
        super().__init__(detail)


class LastAdmin(OmbudsError):
    """The last admin cannot be disabled or made anything less: nobody could undo it."""

    def __init__(self) -> None:
        super().__init__("this is the last admin; make somebody else an admin first")


class WeakPassword(OmbudsError):
    """A password that is too short, too long, or one letter over and over."""

    def __init__(self, shortest: int, longest: int) -> None:
        super().__init__(f"take {shortest} to {longest} characters, and not the same few over and over")


class SignInRefused(OmbudsError):
    """The address, the password or the code is wrong. Which of them is never said."""

    def __init__(self) -> None:
        super().__init__("the address, the password or the code is wrong")


class SignInThrottled(OmbudsError):
    """Too many wrong guesses in a row; wait."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"too many attempts; try again in {seconds} s")


class LinkRefused(OmbudsError):
    """A one-time link that was used, is too old, or never was."""

    def __init__(self) -> None:
        super().__init__("this link was used already or is too old; ask for a new one")


class UnknownBatch(Unknown):
    """There is no such batch, or it is not theirs to see."""

    kind = "batch"


class NothingChosen(OmbudsError):
    """A batch of no comments: whatever was chosen is decided by now, or in somebody's hand."""

    def __init__(self) -> None:
        super().__init__("none of the chosen comments waits any more")


class TooManyChosen(OmbudsError):
    """A batch of more comments than one may hold."""

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(f"a batch holds at most {most} comments; narrow the range")


class TooLateForBatch(OmbudsError):
    """A batch that cannot be taken back: the site has heard, it was taken back already, or it is somebody else's."""

    def __init__(self, batch_id: int) -> None:
        self.batch_id = batch_id
        super().__init__(f"batch {batch_id} cannot be taken back any more")


class UnclearWording(OmbudsError):
    """A line of words to look for that cannot be looked for; `why` is one of a few fixed phrases."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"nothing can be looked for: {why}")


class InvalidFilter(OmbudsError):
    """A filter that cannot be saved; `why` is one of a few fixed phrases."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"this filter cannot be saved: {why}")


class GuidelinesChanged(OmbudsError):
    """Someone changes guidelines that are not in force any more."""

    def __init__(self, version: str) -> None:
        self.version = version
        super().__init__(f"the guidelines were changed meanwhile: policy {version} is in force now")


class InvalidCutOffs(OmbudsError):
    """Cut-offs that cannot be: outside 0 to 1, or approving above where it rejects."""

    def __init__(self, approve_below: float, reject_above: float) -> None:
        self.approve_below = approve_below
        self.reject_above = reject_above
        super().__init__(
            f"{approve_below} and {reject_above} cannot be cut-offs: take two from 0 to 1, the lower first"
        )


class UnknownTraining(Unknown):
    """There is no such training run."""

    kind = "training run"


class TrainingTakenOver(OmbudsError):
    """A worker goes on with a training run that another has taken up meanwhile, because it was silent for too long."""

    def __init__(self, training_id: int) -> None:
        self.training_id = training_id
        super().__init__(f"training run {training_id} is in another worker's hands now")


class UnknownCoralSecret(Unknown):
    """The site has no such secret of Coral's."""

    kind = "secret of Coral's"


class InvalidCoralSecret(OmbudsError):
    """What was given cannot be a secret that Coral signs with, or there are too many of them."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"this cannot be kept as a secret of Coral's: {why}")


class VersionUnusable(OmbudsError):
    """A version of the classifier that cannot score here: it is absent, damaged, or asks for what is not there."""

    def __init__(self, version: str, why: str) -> None:
        self.version = version
        self.why = why
        super().__init__(f"version {version} cannot be used: {why}")


class GateNotPassed(OmbudsError):
    """A version that its gate did not let through, or that never came before one."""

    def __init__(self, version: str, why: Sequence[str]) -> None:
        self.version = version
        self.why = tuple(why)
        said = "; ".join(self.why) if self.why else "it never came before a gate"
        super().__init__(f"version {version} did not pass its gate: {said}")


class AlreadyChampion(OmbudsError):
    """A version is to be promoted, or to be scored with in shadow, where it decides already."""

    def __init__(self, version: str) -> None:
        self.version = version
        super().__init__(f"version {version} decides there already")


class NothingToRollBack(OmbudsError):
    """A roll-back where nothing was ever promoted."""

    def __init__(self) -> None:
        super().__init__("nothing was promoted there, so there is nothing to roll back")


class NothingInShadow(OmbudsError):
    """No challenger scores there."""

    def __init__(self) -> None:
        super().__init__("no version is in shadow there")


class InvalidNote(OmbudsError):
    """A promotion without a word why, or with too many."""

    def __init__(self, longest: int) -> None:
        self.longest = longest
        super().__init__(f"say why in a note of 1 to {longest} characters")


class InvalidShare(OmbudsError):
    """A share of what comes in that cannot be one."""

    def __init__(self, share: float) -> None:
        self.share = share
        super().__init__(f"{share} cannot be a share: take a number above 0, and at most 1")


class UnknownRescoring(Unknown):
    """There is no such rescoring."""

    kind = "rescoring"
