"""The model card: what a version learnt from, how good it is, and where it fails. Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from models.attributes import NEWS_SHARE
from models.evaluation import ALL, HOLD_AT, REJECT_AT
from models.languages import NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

_POOR_AUC = 0.7
_NOTHING = "–"  # noqa: RUF001  (a dash in a table, not a minus)

_PURPOSE = """\
For newsrooms: to order and sort readers' comments so that people see first what needs them. It reads words, pairs of
words and letters inside words; it knows nothing of the article, the thread or the author. It advises: a person or the
newsroom's own thresholds decide. It is not meant to judge people, nor to be the only ground for a ban."""

_LIMITS = """\
* It counts words. Negation, irony, quotation and allusion escape it; a quoted slur looks like a slur.
* Group names and dialects were learnt from hate speech collections that mention them too often; harmless sentences
  that name identities were added against this, and it is not gone. Look at what it holds, group by group.
* The language is found by letters and words, and what was declared is a hint. A few words that could be English are
  read as English, whatever they are. A language without a support of its own above is not scored.
* Most training texts are older than 2019: newer slang is met only through the letters inside its words.
* SPAM learnt from text messages and video comments. It does not know a news site's advertisements.
* THREAT and SEVERE_TOXICITY had few positive examples; take their scores as hints. THREAT fires on short "I will … you"
  sentences however kind they are.
* The shares on a news site are estimates, SPAM's is a guess. Look at your own before you read scores as probabilities.
* The sources measured above were not learnt from, but a few settings (regularisation, the weight of sources, the news
  share) were chosen with an eye on them, civil-10k and jigsaw-wiki most: those two figures are slightly favourable.
* Labels on news comments are soft: where two people labelled the same comment, a third of the pairs disagree."""


_MEANING = """\
Scores are probabilities for a site on which the given share of comments shows the attribute. An attribute that is not
supported in a comment's language has no score, which is not a score of zero."""

_READING = f"""\
AUC: the chance that a positive ranks above a negative, with its 95 % interval. AP: average precision, to be compared
with the share of positives. ECE: how far scores are from shares, as the rows are, and weighed to a news site's share.
P and R: precision and recall when everything from {HOLD_AT} or {REJECT_AT} is flagged, among the rows as they are;
most sources are far richer in positives than a news site."""

_THANKS = """\
The texts are not in this folder; weights of n-grams, named by 32-bit keys, are. Thanks to all who made and shared these
collections:"""


def render(
    version: str,
    created_at: datetime,
    languages: Mapping[str, Sequence[str]],
    metrics: Mapping[str, Any],
    evaluation: Mapping[str, Any] | None = None,
) -> str:
    """Write a version's card.

    Args:
        version: Its name.
        created_at: When it was trained.
        languages: The languages in which each attribute is supported.
        metrics: What training measured on held-out folds, and its sources.
        evaluation: What was measured on other data; None before anyone did.
    """
    parts = [
        f"# {version}",
        f"Trained {created_at:%Y-%m-%d}. Logistic regressions on n-grams of words and letters, one an attribute.",
        "## What it is for",
        _PURPOSE,
        "## What it measures",
        _MEANING,
        _attributes(languages),
        "## How good it is on texts that it never learnt from",
        *_elsewhere(evaluation),
        "## On held-out folds of its own sources",
        "Better than the truth on other sites, for platform and topic are known:",
        _measures(metrics["attributes"], way="languages"),
        "## Limits",
        _LIMITS,
        "## What it learnt from",
        _THANKS,
        _sources(metrics["sources"]),
    ]
    return "\n\n".join(parts) + "\n"


def _elsewhere(evaluation: Mapping[str, Any] | None) -> list[str]:
    if evaluation is None:
        return ["Not evaluated yet."]
    return [
        f"Measured on {evaluation['n_texts']:,} labelled comments, scored as in use.",
        _READING,
        _measures(evaluation["attributes"], way="sources"),
        _warnings(evaluation["attributes"]),
    ]


def _attributes(languages: Mapping[str, Sequence[str]]) -> str:
    return _table(
        ("attribute", "languages", "share on a news site"),
        (
            (name, ", ".join(NAMES.get(code, code) for code in codes) or _NOTHING, f"{NEWS_SHARE[name]:.1%}")
            for name, codes in languages.items()
        ),
    )


def _measures(attributes: Mapping[str, Any], *, way: str) -> str:
    header = ("attribute", "rows", "n", "positive", "AUC", "AP", "Brier", "ECE", "ECE news")
    flags = tuple(f"{letter} {threshold}" for threshold in (HOLD_AT, REJECT_AT) for letter in "PR")
    rows = [
        (name, group, *_cells(found))
        for name, entry in attributes.items()
        for group, found in ((ALL, entry[ALL]), *entry[way].items())
    ]
    return _table((*header, *flags), rows)


def _cells(found: Mapping[str, Any]) -> tuple[str, ...]:
    n, n_positive = found["n"], found["n_positive"]
    if found["auc"] is None:
        return (f"{n:,}", f"{n_positive:,}", *[_NOTHING] * 9)
    interval = f"{found['auc']:.3f} ({found['auc_low']:.3f} to {found['auc_high']:.3f})"
    numbers = (found[key] for key in ("average_precision", "brier", "ece", "ece_at_news_share"))
    flagged = (at[key] for at in found["at"] for key in ("precision", "recall"))
    return (f"{n:,}", f"{n_positive:,}", interval, *map(_number, numbers), *map(_number, flagged))


def _warnings(attributes: Mapping[str, Any]) -> str:
    poor = [
        f"{name} on {group} ({found['auc']:.2f})"
        for name, entry in attributes.items()
        for group, found in entry["sources"].items()
        if found["auc"] is not None and found["auc"] < _POOR_AUC
    ]
    if not poor:
        return f"Nowhere is the AUC below {_POOR_AUC}."
    return f"**Do not rely on it** where the AUC is below {_POOR_AUC}: {'; '.join(poor)}."


def _sources(sources: Mapping[str, Any]) -> str:
    return _table(
        ("source", "what", "by", "licence", "language", "texts", "weight"),
        (
            (name, of["title"], of["by"], of["licence"], of["language"], f"{of['n']:,}", f"{of['weight']:g}")
            for name, of in sources.items()
        ),
    )


def _number(value: float | None) -> str:
    return _NOTHING if value is None else f"{value:.3f}"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
