"""`ombuds model compare`, `explain` and `thresholds`: what a version is worth, why it says so, and where to cut."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np
from rich.table import Column, Table

from models.attributes import ATTRIBUTES
from models.errors import TooFewToChoose, UnreachablePrecision
from models.registry import Registry
from models.scorer import Mode, Scorer
from service.cli.screen import NOTHING, bars, console, decimal, labelled_option, plainly, registry_option, steps

if TYPE_CHECKING:
    from collections.abc import Mapping


@click.command(
    epilog="""\b
Examples:
  ombuds model compare 2026-11-22-ngrams 2026-12-01-ours --data dev.parquet
  ombuds model compare 2026-11-22-ngrams 2026-12-01-ours --data dev.parquet --json
"""
)
@click.argument("first")
@click.argument("second")
@labelled_option("Parquet file of labelled comments that neither learned from.")
@click.option("--json", "as_json", is_flag=True, help="The table, as JSON.")
@registry_option
@plainly
def compare(first: str, second: str, data: Path, *, as_json: bool, versions: Registry) -> None:
    """Compare FIRST and SECOND on the same comments: AUC of both by attribute and source, and the difference.

    The difference comes with a 95 % interval of a paired bootstrap; where it holds 0, either may be the better one.
    """
    from models import comparison, dataset, evaluation  # noqa: PLC0415  a second to import, for those who need it

    scorers = [Scorer(name, versions.load(name, must_be_sealed=False)) for name in (first, second)]
    attributes = [name for name in ATTRIBUTES if all(name in one.attributes for one in scorers)]
    comments = dataset.read(data)
    labels = comments.labels[:, [ATTRIBUTES.index(name) for name in attributes]]
    with bars() as shown:
        scores = []
        for one in scorers:
            tell = steps(shown)
            scores.append(evaluation.probabilities(one, comments, attributes, tell))
    found = comparison.compare(attributes, labels, scores[0], scores[1], comments.sources)
    if as_json:
        click.echo(json.dumps({"first": first, "second": second, "attributes": found}, indent=1))
        return
    table = Table(
        Column("attribute", no_wrap=True), Column("source", no_wrap=True), "n", "positive", first, second, "difference"
    )
    for attribute, sources in found.items():
        for source, of in sources.items():
            numbers = [decimal(of["first"]), decimal(of["second"]), _signed(of["difference"])]
            table.add_row(attribute, source, f"{of['n']:,}", f"{of['n_positive']:,}", *numbers)
        table.add_section()
    console().print(table)


@click.command(
    epilog="""\b
Examples:
  ombuds model explain --text "You are an idiot."
  ombuds model explain 2026-11-22-ngrams --text "You are an idiot." --json
"""
)
@click.argument("version", required=False)
@click.option("--text", required=True, help="The text to explain.")
@click.option("--language", metavar="TAG", help="Its BCP 47 tag; a hint, no more.")
@click.option("--json", "as_json", is_flag=True, help="A JSON object, with begin and end in code points.")
@registry_option
@plainly
def explain(version: str | None, text: str, language: str | None, *, as_json: bool, versions: Registry) -> None:
    """Name the words of a text that weighed most in each score of VERSION, by default the newest shipped.

    With two tiers, those of the fast tier alone and those of both together.
    """
    name = version or versions.newest_shipped()
    classifier = versions.load(name, must_be_sealed=False)
    tiers = [Mode.FAST] if classifier.deep is None else [Mode.FAST, Mode.DEEP]
    found: dict[str, Any] = {}
    for mode in tiers:
        one = Scorer(name, classifier, mode)
        (scored,) = one.score([text], [language], even_without_words=True)
        (words,) = one.explain([text], [list(scored.values)], [language])
        for attribute, value in scored.values.items():
            spans = [{"begin": begin, "end": end, "text": text[begin:end]} for begin, end in words.get(attribute, ())]
            found.setdefault(attribute, {})[str(mode)] = {"score": value, "words": spans}
    if not found:
        message = f"version {name} supports no attribute in the language of this text; say it with --language"
        raise click.ClickException(message)
    if as_json:
        click.echo(json.dumps({"version": name, "attributes": found}, indent=1, ensure_ascii=False))
        return
    table = Table(Column("attribute", no_wrap=True), "tiers", "score", "what weighed most", title=name)
    for attribute, of_tiers in found.items():
        for mode, told in of_tiers.items():
            spoken = " · ".join(span["text"] for span in told["words"]) or NOTHING
            tier = "fast" if mode == Mode.FAST else "both"
            table.add_row(attribute, tier, decimal(told["score"], 2), spoken)
    console().print(table)


@click.command(
    epilog="""\b
Examples:
  ombuds model thresholds --data dev.parquet --precision .95
  ombuds model thresholds 2026-12-01-ours --data dev.parquet --precision .9 --share .08 --json
"""
)
@click.argument("version", required=False)
@labelled_option("Parquet file of labelled comments that it did not learn from.")
@click.option(
    "--precision", type=click.FloatRange(0, 1, min_open=True, max_open=True), required=True, help="What is promised."
)
@click.option(
    "--share",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="The share of comments that show an attribute where the cut-off is used; by default that in the file.",
)
@click.option("--json", "as_json", is_flag=True, help="The cut-offs, as JSON.")
@registry_option
@plainly
def thresholds(
    version: str | None, data: Path, precision: float, share: float | None, *, as_json: bool, versions: Registry
) -> None:
    """Choose for each attribute the lowest cut-off of VERSION whose precision is sure to be what is asked.

    With how many of all such comments it finds, and how many of all comments it flags, each with a 95 % interval.
    """
    from models import dataset, evaluation  # noqa: PLC0415  a second to import, for those who need it
    from models import thresholds as cut_offs  # noqa: PLC0415  (the same)

    name = version or versions.newest_shipped()
    one = Scorer(name, versions.load(name, must_be_sealed=False))
    attributes = [attribute for attribute in one.attributes if attribute in ATTRIBUTES]
    comments = dataset.read(data)
    with bars() as shown:
        p = evaluation.probabilities(one, comments, attributes, steps(shown))
    found: dict[str, Any] = {}
    for k, attribute in enumerate(attributes):
        labels = comments.labels[:, ATTRIBUTES.index(attribute)]
        known = np.isfinite(labels) & np.isfinite(p[:, k])
        try:
            found[attribute] = asdict(cut_offs.choose(labels[known], p[known, k], precision, share))
        except (TooFewToChoose, UnreachablePrecision) as error:
            found[attribute] = {"cut_off": None, "why": str(error)}
    if as_json:
        click.echo(json.dumps({"version": name, "precision": precision, "attributes": found}, indent=1))
        return
    table = Table(Column("attribute", no_wrap=True), "cut-off", "precision", "recall", "flagged", title=name)
    for attribute, of in found.items():
        if of["cut_off"] is None:
            table.add_row(attribute, NOTHING, of["why"])
        else:
            table.add_row(
                attribute, decimal(of["cut_off"]), *(_interval(of[key]) for key in ("precision", "recall", "flagged"))
            )
    console().print(table)


def _interval(of: Mapping[str, float]) -> str:
    return f"{of['value']:.3f} ({of['low']:.3f} to {of['high']:.3f})"


def _signed(of: Mapping[str, float]) -> str:
    return f"{of['value']:+.3f} ({of['low']:+.3f} to {of['high']:+.3f})"
