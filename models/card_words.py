"""What every model card says in the same words."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ABOUT_FAST = "Logistic regressions on n-grams of words and letters, one an attribute."
ABOUT_DEEP = "Two tiers: n-grams of words and letters, and a sentence encoder where these are in doubt."

PURPOSE = """\
For newsrooms: to order and sort readers' comments so that people see first what needs them. It reads the comment; of
the thread and the author it knows nothing. It advises: a person or the newsroom's own thresholds decide. It is not
meant to judge people, nor to be the only ground for a ban."""

FAST = """\
The fast tier counts words, pairs of words and letters inside words, after undoing disguises. One logistic regression an
attribute turns the counts into a score."""

DEEP = """\
The deep tier reads the sentence: an encoder turns the words, in their order, into 384 numbers, and one logistic
regression an attribute turns these into a score. Both tiers' scores are then weighed together and calibrated. The
encoder reads English; comments in other languages are scored by the fast tier alone."""

ENCODER = """\
The encoder is MiniLM-L6-H384: "all-MiniLM-L6-v2" by the sentence-transformers project, Apache-2.0 at its source. We
fine-tuned it on train.parquet's English rows, all but a tenth kept back for measuring, plus contrast sentences in our
own words (models/finetuning/contrast.py), and stored its weights in eight bits."""

OFF_TOPIC = """\
OFF_TOPIC compares the comment with the title of its article and with the comment that it answers: how many words and
letters they share. Without either it is unknown."""

CHARTS_ELSEWHERE = "Curves and histograms are drawn in card.html."

CHARTS = """\
ROC: how much of what shows the attribute is found, for each share of harmless comments flagged by mistake.
Precision and recall: how many of the flagged show it. Reliability: whether scores mean what they say, with rows weighed
to a news site's share; on the diagonal they do. Histogram: which scores the two kinds of comments get."""

MEANING = """\
Scores are probabilities for a site on which the given share of comments shows the attribute. An attribute that is not
supported in a comment's language has no score, which is not a score of zero."""

SIDE_BY_SIDE = """\
The same comments scored in each mode: by the fast tier alone, by the cascade, and by both tiers always."""

IDENTITIES = """\
Whether it wrongs people: how well it ranks texts that name a group among themselves; the group's harmless texts below
all other toxic ones (low where naming the group looks toxic); and the group's toxic texts above all other harmless ones
(low where toxicity against it is missed). See Borkan and others, 2019."""

THANKS = """\
The texts are not in this folder; weights of n-grams, named by 32-bit keys, are. Thanks to all who made and shared these
collections:"""

MODES: Mapping[str, str] = MappingProxyType(
    {"fast": " by the fast tier alone", "cascade": " by the cascade", "deep": " by both tiers always"}
)

_LIMITS_FAST = """\
It counts words. Negation, irony, quotation and allusion escape it; a quoted slur looks like a slur."""

_LIMITS_DEEP = """\
Where the fast tier is sure that a comment is harmless, the deep tier is not asked: what hides in plain words can pass
unread.
* The encoder reads the first words of a long comment only, and English. Irony and allusion escape it often; negation
and quotation still do at times."""

_LIMITS = """\
Group names and dialects were learnt from hate speech collections that mention them too often; harmless sentences that
name identities were added against this, and it is not gone. Look at what it holds, group by group.
* The language is found by letters and words, and what was declared is a hint. A few words that could be English are
read as English, whatever they are. A language without a support of its own above is not scored.
* Most training texts are older than 2019: newer slang is met only through the letters inside its words.
* SPAM learnt from text messages and video comments. It does not know a news site's advertisements.
* THREAT and SEVERE_TOXICITY had few positive examples; take their scores as hints. THREAT fires on short “I will … you”
sentences however kind they are.
* The shares on a news site are estimates, SPAM's is a guess. Look at your own before you read scores as probabilities.
* The sources measured above were not learnt from, but a few settings (regularisation, the weight of sources, the news
share) were chosen with an eye on them, civil-10k and jigsaw-wiki most: those two figures are slightly favourable.
* Labels on news comments are soft: where two people labelled the same comment, a third of the pairs disagree."""


PERSPECTIVE = (
    "Clients of Perspective's API are answered on its scale, so that they can keep their thresholds: probabilities are"
    " mapped, rank by rank, to the scores that Perspective gave the same texts. The ranks are ours, and where they are"
    " far from Perspective's, so are single comments. For this table the scale was fitted on half of the texts and"
    " measured on the other half."
)


def limits(*, is_deep: bool) -> list[str]:
    """Say what it cannot do, point by point."""
    points = (_LIMITS_DEEP if is_deep else _LIMITS_FAST).split("\n* ") + _LIMITS.split("\n* ")
    return [" ".join(point.split()) for point in points]


def cascade(doubt: float | None) -> str:
    """Say when the deep tier is asked; `doubt` is how many times a usual share makes the fast tier's score a doubt."""
    if doubt is None:
        return "In the cascade the deep tier is asked only where the fast tier does not find a comment harmless."
    return (
        "In the cascade the deep tier is asked only where the fast tier does not find a comment harmless: from a score "
        f"of {doubt:g} times an attribute's share on a news site."
    )


def reading(hold_at: float, reject_at: float) -> str:
    """Say how to read the tables."""
    return (
        "AUC: the chance that a positive ranks above a negative, with its 95 % interval. AP: average precision, to be "
        "compared with the share of positives. ECE: how far scores are from shares, as the rows are, and weighed to a "
        f"news site's share. P and R: precision and recall when everything from {hold_at} or {reject_at} is flagged, "
        "among the rows as they are; most sources are far richer in positives than a news site."
    )
