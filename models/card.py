"""The model card: what a version learnt from, how good it is, and where it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from models import card_words as words
from models.attributes import NEWS_SHARE
from models.evaluation import ALL, HOLD_AT, REJECT_AT
from models.languages import NAMES
from models.sections import NOTHING, Block, Charts, Document, Grid, Points, Prose, Section, markdown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

_POOR_AUC = 0.7
_POOR_FOR_A_GROUP = 0.85
_MEASURES = {"subgroup": "within the group", "bpsn": "its harmless", "bnsp": "its toxic"}


def render(
    version: str,
    created_at: datetime,
    languages: Mapping[str, Sequence[str]],
    metrics: Mapping[str, Any],
    evaluation: Mapping[str, Any] | None = None,
) -> str:
    """Write a version's card in Markdown; the arguments are those of `compose`."""
    return markdown(compose(version, created_at, languages, metrics, evaluation))


def compose(
    version: str,
    created_at: datetime,
    languages: Mapping[str, Sequence[str]],
    metrics: Mapping[str, Any],
    evaluation: Mapping[str, Any] | None = None,
) -> Document:
    """Compose a version's card.

    Args:
        version: Its name.
        created_at: When it was trained.
        languages: The languages in which each attribute is supported.
        metrics: What training measured on held-out folds, and its sources.
        evaluation: What was measured on other data; None before anyone did.
    """
    is_deep = "deep" in metrics
    sections = [
        Section("What it is for", [Prose(words.PURPOSE)]),
        Section("How it works", [Prose(text) for text in _works(metrics)]),
        Section("What it measures", [Prose(words.MEANING), _attributes(languages)]),
        Section("How good it is on texts that it never learnt from", _elsewhere(evaluation)),
        Section("On held-out texts of its own sources", _own_sources(metrics)),
        *_on_perspectives_scale(metrics.get("perspective")),
        Section("Limits", [Points(words.limits(is_deep=is_deep))]),
        Section("What it learnt from", [Prose(words.THANKS), _sources(metrics["sources"])]),
    ]
    about = words.ABOUT_DEEP if is_deep else words.ABOUT_FAST
    return Document(version, f"Trained {created_at:%Y-%m-%d}. {about}", sections)


def _works(metrics: Mapping[str, Any]) -> list[str]:
    told = [words.FAST]
    if "deep" in metrics:
        doubt = metrics.get("settings", {}).get("doubt")
        told += [words.DEEP, words.ENCODER, words.cascade(doubt)]
    if "off_topic" in metrics:
        told.append(words.OFF_TOPIC)
    return told


def _elsewhere(evaluation: Mapping[str, Any] | None) -> list[Block]:
    if evaluation is None:
        return [Prose("Not evaluated yet.")]
    attributes = evaluation["attributes"]
    mode = words.MODES.get(evaluation.get("mode", ""), "")
    blocks: list[Block] = [Prose(f"Measured on {evaluation['n_texts']:,} labelled comments, scored as in use{mode}.")]
    if any(entry.get("curves") for entry in attributes.values()):
        blocks += [Charts(words.CHARTS_ELSEWHERE), Prose(words.CHARTS)]
    blocks += [
        Prose(words.reading(HOLD_AT, REJECT_AT)),
        _measures("By source", attributes, way="sources"),
        _warning(attributes),
        _measures("By language", attributes, way="languages"),
    ]
    if "modes" in evaluation:
        blocks += [Prose(words.SIDE_BY_SIDE), _modes(evaluation["modes"])]
    if evaluation.get("identities"):
        blocks += _identities(evaluation["identities"])
    return blocks


def _own_sources(metrics: Mapping[str, Any]) -> list[Block]:
    blocks: list[Block] = [Prose("Better than the truth on other sites, for platform and topic are known.")]
    parts = [("the fast tier", metrics), ("both tiers", metrics["deep"])] if "deep" in metrics else [("", metrics)]
    for tier, part in parts:
        who = f"{tier.capitalize()} on" if tier else "On"
        caption = f"{who} {part.get('measured_on', 'held-out folds')}"
        blocks.append(_measures(caption, part["attributes"], way="languages"))
    if "off_topic" in metrics:
        found = metrics["off_topic"]
        blocks.append(Prose(f"OFF_TOPIC, on {found['measured_on']}: AUC {found['auc']:.3f}."))
    return blocks


def _on_perspectives_scale(found: Mapping[str, Any] | None) -> list[Section]:
    if found is None:
        return []
    header = ("attribute", "n", "rank", "apart before", "apart after", *(f"≥ {at}" for at in found["thresholds"]))
    rows = [
        (
            name,
            f"{one['n']:,}",
            *(_number(one[key]) for key in ("rank_correlation", "difference_before", "difference_after")),
            *(
                " / ".join(map(_number, shares))
                for shares in zip(one["theirs"], one["before"], one["after"], strict=True)
            ),
        )
        for name, one in found["attributes"].items()
    ]
    grid = Grid("Shares flagged by Perspective / by our probability / once mapped", header, rows)
    return [Section("On Perspective's scale", [Prose(words.PERSPECTIVE), grid])]


def _attributes(languages: Mapping[str, Sequence[str]]) -> Grid:
    rows = [
        (name, ", ".join(NAMES.get(code, code) for code in codes) or NOTHING, f"{NEWS_SHARE[name]:.1%}")
        for name, codes in languages.items()
    ]
    return Grid("What it measures, and where", ("attribute", "languages", "share on a news site"), rows)


def _measures(caption: str, attributes: Mapping[str, Any], *, way: str) -> Grid:
    header = ("attribute", "rows", "n", "positive", "AUC", "AP", "Brier", "ECE", "ECE news")
    flags = tuple(f"{letter} {threshold}" for threshold in (HOLD_AT, REJECT_AT) for letter in "PR")
    rows = [
        (name, group, *_cells(found))
        for name, entry in attributes.items()
        for group, found in ((ALL, entry[ALL]), *entry[way].items())
    ]
    return Grid(caption, (*header, *flags), rows, n_names=2)


def _cells(found: Mapping[str, Any]) -> tuple[str, ...]:
    n, n_positive = found["n"], found["n_positive"]
    if found["auc"] is None:
        return (f"{n:,}", f"{n_positive:,}", *[NOTHING] * 9)
    interval = f"{found['auc']:.3f} ({found['auc_low']:.3f} to {found['auc_high']:.3f})"
    numbers = (found[key] for key in ("average_precision", "brier", "ece", "ece_at_news_share"))
    flagged = (at[key] for at in found["at"] for key in ("precision", "recall"))
    return (f"{n:,}", f"{n_positive:,}", interval, *map(_number, numbers), *map(_number, flagged))


def _warning(attributes: Mapping[str, Any]) -> Prose:
    poor = [
        f"{name} on {group} ({found['auc']:.2f})"
        for name, entry in attributes.items()
        for group, found in entry["sources"].items()
        if found["auc"] is not None and found["auc"] < _POOR_AUC
    ]
    if not poor:
        return Prose(f"Nowhere is the AUC below {_POOR_AUC}.")
    return Prose(f"where the AUC is below {_POOR_AUC}: {'; '.join(poor)}.", strong="Do not rely on it")


def _modes(modes: Mapping[str, Any]) -> Grid:
    names = list(dict.fromkeys(name for sources in modes.values() for found in sources.values() for name in found))
    rows = [
        (attribute, source, *(_number(found.get(name)) for name in names))
        for attribute, sources in modes.items()
        for source, found in sources.items()
    ]
    return Grid("AUC by mode and source", ("attribute", "rows", *names), rows, n_names=2)


def _identities(identities: Mapping[str, Any]) -> list[Block]:
    rows = [
        (attribute, group, f"{found['n']:,}", f"{found['n_positive']:,}", *(_number(found[key]) for key in _MEASURES))
        for attribute, entry in identities.items()
        for group, found in entry["groups"].items()
    ]
    poor = [
        f"{attribute} on texts that name “{one['group']}” ({_MEASURES[one['measure']]}, {one['auc']:.2f})"
        for attribute, entry in identities.items()
        for one in entry["worst"]
        if one["auc"] < _POOR_FOR_A_GROUP
    ]
    header = ("attribute", "names", "n", "positive", *(f"AUC {told}" for told in _MEASURES.values()))
    blocks: list[Block] = [Prose(words.IDENTITIES), Grid("By the identity that a text names", header, rows, n_names=2)]
    if poor:
        blocks.append(
            Prose(f"where the worst AUC is below {_POOR_FOR_A_GROUP}: {'; '.join(poor)}.", strong="Look twice")
        )
    return blocks


def _sources(sources: Mapping[str, Any]) -> Grid:
    rows = [
        (name, of["title"], of["by"], of["licence"], of["language"], f"{of['n']:,}", f"{of['weight']:g}")
        for name, of in sources.items()
    ]
    return Grid("Sources", ("source", "what", "by", "licence", "language", "texts", "weight"), rows)


def _number(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.3f}"
