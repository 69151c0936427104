"""A batch in words: what it is, what people decided of such comments before, how far it is, why it was not begun."""

from __future__ import annotations

from datetime import UTC, datetime

from moderation.batches import Look
from moderation.domain import Status
from moderation.errors import NoGuideline, NothingChosen, OmbudsError, TooManyChosen, UnknownGuideline
from moderation.guidelines import Guideline, Guidelines
from moderation.spreads import Measure, Reach, Share, measures
from moderation.store.batches import Batch
from service.console.translation import gettext as _
from service.console.translation import ngettext
from service.console.words import number, score

_FEWEST_DECIDED = 10


def expectation(look: Look, reach: Reach) -> tuple[str, Share | None]:
    """Say what moderators decided of such comments before; the share only where there is enough to go by."""
    found = look.rejected_within(reach)
    if found is None:
        return _("Nobody has decided a comment in this range in the last 30 days."), None
    if found.n_all < _FEWEST_DECIDED:
        words = ngettext(
            "Moderators decided only one comment in this range in the last 30 days: too few to go by.",
            "Moderators decided only %(num)s comments in this range in the last 30 days: too few to go by.",
            found.n_all,
        )
        return words, None
    return "", found


def measure_names(guidelines: Guidelines) -> list[tuple[Measure, str]]:
    """List every measure of a site with its name."""
    return [(measure, measure_name(measure, guidelines)) for measure in measures(guidelines)]


def measure_name(measure: Measure, guidelines: Guidelines) -> str:
    """Name a measure as people know it: by its guideline, or the attribute and the guideline that uses it."""
    guideline = guidelines.find(measure.name) or _using(measure, guidelines)
    if guideline is None:
        return measure.name
    if measure.is_guideline:
        return _("%(guideline)s (highest of %(n)s)", guideline=guideline.title, n=len(measure.attributes))
    return f"{measure.name} ({guideline.title})"


def suggested(measure: Measure, guidelines: Guidelines) -> str | None:
    """Name the guideline that a measure stands for."""
    guideline = guidelines.find(measure.name) or _using(measure, guidelines)
    return None if guideline is None else guideline.id


def _using(measure: Measure, guidelines: Guidelines) -> Guideline | None:
    return next((one for one in guidelines.members if measure.name in one.attributes), None)


def title(batch: Batch, guidelines: Guidelines) -> str:
    """Say in a sentence what a batch is."""
    guideline = guidelines.find(batch.measure)
    values = {
        "n": number(batch.n_all),
        "measure": batch.measure if guideline is None else guideline.title,
        "low": score(batch.reach.begin),
        "high": score(batch.reach.end),
    }
    return {
        Status.APPROVED: _("Approve %(n)s: %(measure)s from %(low)s up to %(high)s", **values),
        Status.REJECTED: _("Reject %(n)s: %(measure)s from %(low)s up to %(high)s", **values),
        Status.HELD: _("Keep %(n)s on hold: %(measure)s from %(low)s up to %(high)s", **values),
    }[batch.status]


def state(batch: Batch) -> str:
    """Say in one word, which pages and their styles know, where a batch stands."""
    if batch.undone_at is not None:
        return "undoing" if batch.finished_at is None else "undone"
    if batch.finished_at is None:
        return "running"
    return "waiting" if seconds_left(batch) else "released"


def progress(batch: Batch) -> str:
    """Say how far a batch is."""
    n_all = number(batch.n_all)
    stands = state(batch)
    if stands == "running":
        return _("%(n)s of %(all)s are decided. The site has heard nothing yet.", n=number(batch.n_worked), all=n_all)
    if stands == "undoing":
        return _("%(n)s are still to be taken back. The site hears of none.", n=number(batch.n_done))
    if stands == "undone":
        return _("The whole batch is taken back. The site has not heard of it.")
    done = number(batch.n_done)
    if stands == "waiting":
        return _("%(n)s of %(all)s are decided. The site hears when the time to undo is over.", n=done, all=n_all)
    return _("%(n)s of %(all)s are decided, and the site has heard.", n=done, all=n_all)


def seconds_left(batch: Batch) -> int:
    """Tell how long a batch can still be taken back."""
    if batch.release_at is None:
        return 0
    return max(0, int((batch.release_at - datetime.now(UTC)).total_seconds()))


def refusal(error: OmbudsError) -> str:
    """Say why no batch was begun."""
    if isinstance(error, TooManyChosen):
        return _("A batch holds at most %(n)s comments. Narrow the range.", n=number(error.most))
    return {
        NothingChosen: _("None of these waits any more, or somebody has them in hand. Nothing was done."),
        NoGuideline: _("Name the guideline."),
        UnknownGuideline: _("The guidelines were changed meanwhile. Choose again."),
    }[type(error)]
