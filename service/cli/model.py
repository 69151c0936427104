"""`ombuds model`: score texts, list and show versions, train, evaluate and ship."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, ParamSpec, TypeVar

import click
from rich.console import Console
from rich.markdown import Markdown
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Column, Table
from rich.text import Text

from models import scorer
from models.errors import ModelError
from models.registry import Registry
from models.scorer import Mode
from moderation.settings import data_folder
from service.cli.passages import Passage, answers, batched, read_passages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from models.scorer import Scored, Scorer

_P = ParamSpec("_P")
_R = TypeVar("_R")

_NOTHING = "–"  # noqa: RUF001  (a dash in a table, not a minus)
_WIDE = 140
_TO_MARK = 0.3
"""Below this a score needs no explanation on the screen."""


def _plainly(command: Callable[_P, _R]) -> Callable[_P, _R]:
    """Turn a classifier's error into one clear line and a non-zero exit."""

    @wraps(command)
    def run(*args: _P.args, **options: _P.kwargs) -> _R:
        try:
            return command(*args, **options)
        except ModelError as error:
            raise click.ClickException(str(error)) from error

    return run


def _registry_option(command: Callable[_P, _R]) -> Callable[_P, _R]:
    return click.option(
        "--registry",
        type=click.Path(file_okay=False, path_type=Path),
        default=lambda: data_folder() / "models",
        show_default="OMBUDS_DATA/models, else var/models",
        help="Folder of this install's versions; the shipped ones are always known.",
    )(command)


@click.group()
def model() -> None:
    """Score texts; train, measure and ship versions of the classifier."""


@model.command(
    epilog="""\b
Examples:
  ombuds model score --text "You are an idiot." --text "What a lovely day!"
  echo '{"text": "You are an idiot."}' | ombuds model score --spans
  ombuds model score comments.jsonl --mode deep > scores.jsonl
"""
)
@click.argument("file", type=click.File("rb"), required=False)
@click.option("--text", "texts", multiple=True, metavar="TEXT", help="A text instead of a file; may be repeated.")
@click.option("--language", metavar="TAG", help="BCP 47 tag of texts that come without one; a hint, no more.")
@click.option("--mode", type=click.Choice([mode.value for mode in Mode]), help="Which tiers score.", show_default=False)
@click.option("--spans", "with_spans", is_flag=True, help="Name the words that weighed most, in code points.")
@click.option(
    "--version", "version_name", metavar="VERSION", help="Which version scores; the newest shipped by default."
)
@click.option("--json", "as_json", is_flag=True, help="JSON lines for --text too.")
@_registry_option
@_plainly
def score(
    file: IO[bytes] | None,
    texts: tuple[str, ...],
    language: str | None,
    mode: str | None,
    version_name: str | None,
    *,
    with_spans: bool,
    as_json: bool,
    registry: Path,
) -> None:
    """Score the JSON lines of FILE or standard input, or each --text.

    A line is {"text", "article_title"?, "parent_text"?, "language"?}; in the same order comes
    {"scores": {ATTRIBUTE: probability or null}, "language"}. Null is unknown: the language is not supported, or
    OFF_TOPIC has no article. A --text is answered by a table. Needs no database, no Redis and no secret.
    """
    loaded = scorer.load(version_name, registry, Mode(mode) if mode else None)
    if texts:
        passages = [Passage(text, language) for text in texts]
        if not as_json:
            _show_scores(loaded, passages)
            return
        batches: Iterable[list[Passage]] = [passages]
    else:
        batches = batched(read_passages(file or sys.stdin.buffer, language))
    for batch in batches:
        for line in answers(loaded, batch, with_spans=with_spans):
            click.echo(line)


def _show_scores(loaded: Scorer, passages: Sequence[Passage]) -> None:
    texts = [one.text for one in passages]
    scored = loaded.score(texts, [one.language for one in passages])
    words = loaded.explain(texts, [list(one.values) for one in scored])
    console = _console()
    for text, one, stretches in zip(texts, scored, words, strict=True):
        console.print(_score_table(loaded, text, one, stretches))


@model.command(
    "list",
    epilog="""\b
Examples:
  ombuds model list
  ombuds model list --json
""",
)
@click.option("--json", "as_json", is_flag=True, help="A JSON array.")
@_registry_option
@_plainly
def list_versions(*, as_json: bool, registry: Path) -> None:
    """List the versions there are, the newest first."""
    listed = Registry(registry).versions()
    if as_json:
        records = [{**asdict(one), "created_at": one.created_at.isoformat()} for one in listed]
        click.echo(json.dumps(records, indent=1))
        return
    table = Table("version", "trained", "state", "attributes", "MB")
    for one in listed:
        state = "shipped" if one.is_shipped else "sealed" if one.is_sealed else "candidate"
        trained = f"{one.created_at:%Y-%m-%d %H:%M}"
        table.add_row(one.version, trained, state, ", ".join(one.attributes), f"{one.n_bytes / 1e6:.1f}")
    _console().print(table)


@model.command(
    epilog="""\b
Examples:
  ombuds model show
  ombuds model show 2026-11-22-ngrams
  ombuds model show --json
"""
)
@click.argument("version", required=False)
@click.option("--json", "as_json", is_flag=True, help="The measures, as JSON.")
@_registry_option
@_plainly
def show(version: str | None, *, as_json: bool, registry: Path) -> None:
    """Show the card of VERSION, by default the newest shipped: data, licences, measures, limits."""
    versions = Registry(registry)
    name = version or versions.newest_shipped()
    if as_json:
        found = {"version": name, "evaluation": versions.evaluation(name), "training": versions.metrics(name)}
        click.echo(json.dumps(found, indent=1, ensure_ascii=False))
    elif sys.stdout.isatty():
        Console().print(Markdown(versions.card(name)))
    else:
        click.echo(versions.card(name), nl=False)


@model.command(
    epilog="""\b
Examples:
  ombuds model train --data train.parquet
  ombuds model train --data train.parquet --version 2026-11-22-ngrams
"""
)
@click.option(
    "--data",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="Parquet file of labelled comments.",
)
@click.option("--version", "version_name", metavar="VERSION", help="Its name; today's date and 'ngrams' by default.")
@_registry_option
@_plainly
def train(data: Path, version_name: str | None, registry: Path) -> None:
    """Train a candidate on labelled comments and put it into the registry.

    The data need columns text, language, source, licence, perhaps group, and one a label in [0, 1], empty where nobody
    says. Takes some ten minutes for two hundred thousand comments. Evaluate the candidate, then ship it.
    """
    # Training's packages take a second to import, which no other command should pay.
    from models import card, dataset, training  # noqa: PLC0415

    name = version_name or f"{datetime.now(UTC):%Y-%m-%d}-ngrams"
    versions = Registry(registry)
    versions.check_is_free(name)
    comments = dataset.read(data)
    with _progress() as bars:
        trained = training.train(comments, progress=_steps(bars))
    now = datetime.now(UTC)
    written = card.render(name, now, trained.classifier.languages, trained.metrics)
    folder = versions.write(name, trained.classifier, trained.metrics, written, now)
    click.echo(f"Evaluate it next: ombuds model evaluate {name} --data FILE", err=True)
    click.echo(folder)


@model.command(
    epilog="""\b
Examples:
  ombuds model evaluate 2026-11-22-ngrams --data dev.parquet
  ombuds model evaluate 2026-11-22-ngrams --data dev.parquet --json
"""
)
@click.argument("version")
@click.option(
    "--data",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="Parquet file of labelled comments that it did not learn from.",
)
@click.option("--json", "as_json", is_flag=True, help="The measures, as JSON.")
@_registry_option
@_plainly
def evaluate(version: str, data: Path, *, as_json: bool, registry: Path) -> None:
    """Measure VERSION on labelled comments, attribute by attribute and source by source.

    A candidate keeps the measures and tells them on its card; a sealed version never changes, so they are only printed.
    """
    # Evaluation's packages take a second to import, which no other command should pay.
    from models import card, dataset, evaluation  # noqa: PLC0415

    versions = Registry(registry)
    listed = versions.describe(version)
    classifier = versions.load(version, must_be_sealed=False)
    comments = dataset.read(data)
    with _progress() as bars:
        found = evaluation.evaluate(scorer.Scorer(version, classifier), comments, _steps(bars))
    if not listed.is_sealed:
        metrics = versions.metrics(version)
        written = card.render(version, listed.created_at, classifier.languages, metrics, found)
        versions.add_evaluation(version, found, written)
        click.echo(f"Seal it next: ombuds model seal {version}", err=True)
    if as_json:
        click.echo(json.dumps(found, indent=1))
        return
    _console().print(_measures_table(found["attributes"]))


@model.command(
    epilog="""\b
Examples:
  ombuds model seal 2026-11-22-ngrams
"""
)
@click.argument("version")
@_registry_option
@_plainly
def seal(version: str, registry: Path) -> None:
    """Seal VERSION by checksums: from here on it may score, and never changes.

    Refuses what was not evaluated.
    """
    Registry(registry).seal(version)


@model.command(
    epilog="""\b
Examples:
  ombuds model ship 2026-11-22-ngrams
"""
)
@click.argument("version")
@_registry_option
@_plainly
def ship(version: str, registry: Path) -> None:
    """Copy VERSION to those that a fresh install brings, sealed.

    Refuses what was not evaluated, and what takes more than 40 MB.
    """
    click.echo(Registry(registry).ship(version))


def _score_table(loaded: Scorer, text: str, scored: Scored, words: Mapping[str, Sequence[tuple[int, int]]]) -> Table:
    table = Table(
        Column("attribute", no_wrap=True), "score", "what weighed most", title=loaded.version, title_style="dim"
    )
    if not scored.values:
        table.add_row(_NOTHING, _NOTHING, Text(text))
    for name, value in sorted(scored.values.items(), key=lambda pair: -pair[1]):
        marked = Text(text, overflow="fold")
        if value >= _TO_MARK:
            for begin, end in words.get(name, ()):
                marked.stylize("bold reverse", begin, end)
        table.add_row(name, f"{value:.2f}", marked)
    if scored.missing:
        absent = [name for name in loaded.attributes if name not in scored.values]
        table.caption = f"{', '.join(absent)}: {scored.missing}"
    return table


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
            cells = [_NOTHING if number is None else f"{number:.3f}" for number in numbers]
            table.add_row(name, group, f"{found['n']:,}", f"{found['n_positive']:,}", *cells)
        table.add_section()
    return table


def _console() -> Console:
    """Give the screen; a file or a pipe is wide enough for any table."""
    return Console(width=None if sys.stdout.isatty() else _WIDE)


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True))


def _steps(bars: Progress) -> Callable[[str, int, int], None]:
    """Give what turns (step, done, total) into one bar a step."""
    tasks: dict[str, Any] = {}

    def tell(step: str, done: int, total: int) -> None:
        if step not in tasks:
            tasks[step] = bars.add_task(step, total=total)
        bars.update(tasks[step], completed=done, total=total)

    return tell
