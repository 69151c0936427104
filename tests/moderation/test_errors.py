"""Errors say what is wrong and what to do."""

from __future__ import annotations

import inspect

import pytest

from moderation import errors
from moderation.errors import OmbudsError

EVERY = [
    (errors.InvalidSetting("OMBUDS_PORT", "'x' is not a whole number"), "OMBUDS_PORT: 'x' is not a whole number"),
    (errors.Unreachable("Redis", "refused"), "Redis cannot be reached: refused"),
    (errors.NotMigrated(None, "0002"), "the database is at revision none, this release needs 0002; run: ombuds db"),
    (errors.NotMigrated("0001", "0002"), "the database is at revision 0001, this release needs 0002"),
    (errors.UnknownSite("daily"), "there is no site 'daily'"),
    (errors.UnknownComment("c-1"), "there is no comment 'c-1'"),
    (errors.UnknownWebhook("wh_1"), "there is no webhook 'wh_1'"),
    (errors.UnknownDelivery("msg_1"), "there is no delivery 'msg_1'"),
    (errors.UnknownGuideline("kind"), "there is no guideline 'kind'"),
    (errors.UnknownKey("7"), "there is no key '7'"),
    (errors.UnknownCursor("99"), "there is no cursor '99'"),
    (errors.KeyRefused(), "missing, unknown or revoked"),
    (errors.ScopeMissing("admin"), "lacks the scope 'admin'"),
    (errors.SiteExists("daily"), "ombuds site key add daily"),
    (errors.CommentRemoved("c-1"), "post it under a new id"),
    (errors.NothingToAppeal("c-1", "HELD"), "comment 'c-1' is HELD; only a rejected comment"),
    (errors.IdempotencyMismatch("k"), "take a new key for a new request"),
    (errors.InvalidGuidelines(["one", "two"]), "one; two"),
    (errors.InvalidLabelFile(["one", "two"]), "one; two"),
    (errors.OriginTaken("archive", 3), "3 labels of 'archive' stand already: give --replace"),
    (errors.InvalidWebhook("url", "not https"), "not https"),
    (errors.ForbiddenAddress("a.example", "10.0.0.1"), "a.example resolves to 10.0.0.1"),
    (errors.TooLateToUndo("dec_1"), "decision 'dec_1' cannot be undone any more"),
    (errors.Stale("c-1", 2, "APPROVED"), "comment 'c-1' has changed meanwhile: it is APPROVED, at revision 2"),
    (errors.NoGuideline(), "name at least one guideline"),
    (errors.UnfilledPlaceholder("{author}"), "still holds '{author}'"),
    (errors.InvalidTemplate("title", "no title"), "no title"),
    (errors.UnknownModerator("a@b.example"), "there is no moderator 'a@b.example'"),
    (errors.ModeratorExists("a@b.example"), "ombuds moderator link a@b.example"),
    (errors.InvalidModerator("email", "no address"), "no address"),
    (errors.LastAdmin(), "make somebody else an admin first"),
    (errors.WeakPassword(12, 500), "take 12 to 500 characters"),
    (errors.SignInRefused(), "the address, the password or the code is wrong"),
    (errors.SignInThrottled(30), "try again in 30 s"),
    (errors.LinkRefused(), "ask for a new one"),
    (errors.InvalidSite("Æ"), "'Æ' cannot be a site's name"),
    (errors.UnclearWording("no words"), "nothing can be looked for: no words"),
    (errors.InvalidFilter("no name"), "cannot be saved: no name"),
    (errors.UnknownBatch("7"), "there is no batch '7'"),
    (errors.NothingChosen(), "none of the chosen comments waits any more"),
    (errors.TooManyChosen(50_000), "at most 50000 comments; narrow the range"),
    (errors.TooLateForBatch(7), "batch 7 cannot be taken back any more"),
    (errors.GuidelinesChanged("g-2"), "policy g-2 is in force now"),
    (errors.InvalidCutOffs(0.9, 0.4), "0.9"),
    (errors.UnknownTraining("7"), "there is no training run '7'"),
    (errors.TrainingTakenOver(7), "training run 7 is in another worker's hands now"),
    (errors.VersionUnusable("v-1", "it is damaged"), "version v-1 cannot be used: it is damaged"),
    (errors.GateNotPassed("v-1", ["SPAM ranks worse", "old"]), "did not pass its gate: SPAM ranks worse; old"),
    (errors.GateNotPassed("v-1", []), "did not pass its gate: it never came before a gate"),
    (errors.AlreadyChampion("v-1"), "version v-1 decides there already"),
    (errors.NothingToRollBack(), "nothing to roll back"),
    (errors.NothingInShadow(), "no version is in shadow there"),
    (errors.InvalidNote(2_000), "say why in a note of 1 to 2000 characters"),
    (errors.InvalidShare(2.0), "2.0 cannot be a share"),
    (errors.UnknownRescoring("7"), "there is no rescoring '7'"),
    (errors.UnknownCoralSecret("7"), "there is no secret of Coral's '7'"),
    (errors.InvalidCoralSecret("too short"), "cannot be kept as a secret of Coral's: too short"),
]


@pytest.mark.parametrize(("error", "words"), EVERY, ids=lambda value: type(value).__name__)
def test_an_error_says_what_is_wrong(error: OmbudsError, words: str) -> None:
    assert words in str(error)


def test_every_error_is_of_the_one_tree_and_tested() -> None:
    made = {one for _, one in inspect.getmembers(errors, inspect.isclass) if one.__module__ == errors.__name__}
    assert all(issubclass(one, OmbudsError) for one in made)
    assert made - {type(error) for error, _ in EVERY} == {OmbudsError, errors.Unknown}


def test_an_idempotency_key_is_not_repeated_in_the_message() -> None:
    assert "secret-like" not in str(errors.IdempotencyMismatch("secret-like"))
