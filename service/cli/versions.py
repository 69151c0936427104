"""`ombuds model train`, `evaluate`, `seal` and `ship`: the life of a version."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.table import Column, Table

from models.registry import Registry
from models.scorer import Mode, Scorer
from service.cli.screen import bars, console, decimal, labelled_option, plainly, registry_option, steps

if TYPE_CHECKING:
    from collections.abc import Mapping


@click.command(
    epilog="""\b
Examples:
  ombuds model train --data train.parquet
  ombuds model train --data train.parquet --version 2026-11-22-tiers --encoder encoder/
  ombuds model train --data train.parquet --version 2026-11-22-ngrams --no-encoder
  ombuds model train --data ours.parquet --no-adverts
"""
)
@labelled_option("Parquet file of labelled comments.")
@click.option("--version", "version_name", metavar="VERSION", help="Its name; today's date and a word by default.")
@click.option(
    "--encoder",
    metavar="FOLDER|VERSION",
    help="A fine-tuned encoder for the deep tier; by default that of the newest shipped version.",
)
@click.option("--no-encoder", "without_encoder", is_flag=True, help="Train n-grams alone.")
@click.option("--no-adverts", "without_adverts", is_flag=True, help="Leave out our own sentences, which teach SPAM.")
@registry_option
@plainly
def train(
    data: Path,
    version_name: str | None,
    encoder: str | None,
    *,
    without_encoder: bool,
    without_adverts: bool,
    versions: Registry,
) -> None:
    """Train a candidate on labelled comments and put it into the registry.

    The data need columns text, language, source, licence, perhaps group, and one a label in [0, 1], empty where nobody
    says. Takes some ten minutes for two hundred thousand comments, and the first time with an encoder as long again for
    what it makes of them, which is kept for the next. Evaluate the candidate, then ship it.
    """
    # Training's packages take a second to import, which no other command should pay.
    from models import adverts, card, dataset, page, sections, training  # noqa: PLC0415

    files = None if without_encoder else versions.encoder(encoder)
    name = version_name or f"{datetime.now(UTC):%Y-%m-%d}-{'ngrams' if files is None else 'tiers'}"
    versions.check_is_free(name)
    comments = dataset.read(data) if without_adverts else adverts.add_to(dataset.read(data))
    cache = None if versions.folder is None else versions.folder / ".embedded"
    with bars() as shown:
        trained = training.train(comments, progress=steps(shown), encoder=files, cache=cache)
    now = datetime.now(UTC)
    told = card.compose(name, now, trained.classifier.languages, trained.metrics)
    folder = versions.write(
        name, trained.classifier, trained.metrics, sections.markdown(told), now, page.render(told, {})
    )
    click.echo(f"Evaluate it next: ombuds model evaluate {name} --data FILE", err=True)
    click.echo(folder)


@click.command(
    epilog="""\b
Examples:
  ombuds model evaluate 2026-11-22-ngrams --data dev.parquet
  ombuds model evaluate 2026-11-22-ngrams --data dev.parquet --json
"""
)
@click.argument("version")
@labelled_option("Parquet file of labelled comments that it did not learn from.")
@click.option("--json", "as_json", is_flag=True, help="The measures, as JSON.")
@registry_option
@plainly
def evaluate(version: str, data: Path, *, as_json: bool, versions: Registry) -> None:
    """Measure VERSION on labelled comments, attribute by attribute and source by source.

    A version with two tiers is measured in the cascade, and by each mode side by side. A candidate keeps the measures
    and tells them on its card; a sealed version never changes, so they are only printed.
    """
    # Evaluation's packages take a second to import, which no other command should pay.
    from models import card, dataset, evaluation, page, sections  # noqa: PLC0415

    listed = versions.describe(version)
    classifier = versions.load(version, must_be_sealed=False)
    comments = dataset.read(data)
    modes = [Mode.FAST] if classifier.deep is None else list(Mode)
    with bars() as shown:
        tell = steps(shown)
        by_mode = {str(mode): evaluation.evaluate(Scorer(version, classifier, mode), comments, tell) for mode in modes}
    found = by_mode[Mode.FAST if classifier.deep is None else Mode.CASCADE]
    if classifier.deep is not None:
        found["modes"] = evaluation.side_by_side(by_mode)
    if not listed.is_sealed:
        metrics = versions.metrics(version)
        told = card.compose(version, listed.created_at, classifier.languages, metrics, found)
        drawn = page.render(told, found["attributes"])
        versions.add_evaluation(version, found, sections.markdown(told), drawn)
        click.echo(f"Seal it next: ombuds model seal {version}", err=True)
    if as_json:
        click.echo(json.dumps(found, indent=1))
        return
    console().print(_measures_table(found["attributes"]))


@click.command(
    epilog="""\b
Examples:
  ombuds model seal 2026-11-22-ngrams
"""
)
@click.argument("version")
@registry_option
@plainly
def seal(version: str, versions: Registry) -> None:
    """Seal VERSION by checksums: from here on it may score, and never changes.

    Refuses what was not evaluated.
    """
    versions.seal(version)


@click.command(
    epilog="""\b
Examples:
  ombuds model ship 2026-11-22-ngrams
"""
)
@click.argument("version")
@registry_option
@plainly
def ship(version: str, versions: Registry) -> None:
    """Copy VERSION to those that a fresh install brings, sealed.

    Refuses what was not evaluated, and what takes more than 40 MB.
    """
    click.echo(versions.ship(version))


def _measures_table(attributes: Mapping[str, Any]) -> Table:
    table = Table(
        Column("attribute", no_wrap=True),
        Column("source", no_wrap=True),
        "n",
        "positive",
        "AUC",
        "AP",
        "Brier",
        "ECE",
        "P .5",
        "R .5",
        "P .8",
        "R .8",
    )
    for name, entry in attributes.items():
        for group, found in (("all", entry["all"]), *entry["sources"].items()):
            flagged = [at[key] for at in found["at"] or () for key in ("precision", "recall")]
            numbers = [found[key] for key in ("auc", "average_precision", "brier", "ece")] + flagged
            table.add_row(name, group, f"{found['n']:,}", f"{found['n_positive']:,}", *map(decimal, numbers))
        table.add_section()
    return table
