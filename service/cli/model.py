"""`ombuds model`: score texts, list and show versions; the rest of the group stands in modules of its own."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import IO, TYPE_CHECKING

import click
from rich.console import Console
from rich.markdown import Markdown
from rich.table import Column, Table
from rich.text import Text

from models import scorer
from models.registry import Registry
from models.scorer import Mode
from service.cli.later import Later
from service.cli.measures import compare, explain, thresholds
from service.cli.passages import Passage, answers, batched, read_passages
from service.cli.perspective_scale import perspective
from service.cli.screen import NOTHING, console, plainly, registry_option
from service.cli.versions import evaluate, seal, ship, train

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from models.scorer import Scored, Scorer

_TO_MARK = 0.3
"""Below this a score needs no explanation on the screen."""


_OF_THE_RECORD = {
    "retrain": ("service.cli.retraining:retrain", "Have a worker learn from what moderators decided."),
    "promote": ("service.cli.champions:promote", "Let a version decide, for all sites or for one."),
    "rollback": ("service.cli.champions:rollback", "Put back what decided before."),
    "shadow": ("service.cli.champions:shadow", "Let a version score in shadow, without deciding."),
    "champions": ("service.cli.champions:champions", "List which version decides for whom."),
    "rescore": ("service.cli.champions:rescore", "Score anew what was decided before."),
    "gc": ("service.cli.retraining:gc", "Remove versions that nobody uses; name them."),
}
"""Commands that need the database, which the others should not pay for."""


@click.group(cls=Later, later=_OF_THE_RECORD)
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
@registry_option
@plainly
def score(
    file: IO[bytes] | None,
    texts: tuple[str, ...],
    language: str | None,
    mode: str | None,
    version_name: str | None,
    *,
    with_spans: bool,
    as_json: bool,
    versions: Registry,
) -> None:
    """Score the JSON lines of FILE or standard input, or each --text.

    A line is {"text", "article_title"?, "parent_text"?, "language"?}; in the same order comes
    {"scores": {ATTRIBUTE: probability or null}, "language"}. Null is unknown: the language is not supported, or
    OFF_TOPIC has no article. A --text is answered by a table. Needs no database, no Redis and no secret.
    """
    loaded = scorer.load(version_name, versions, scorer.mode(mode))
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
    languages = [one.language for one in passages]
    scored = loaded.score(texts, languages)
    words = loaded.explain(texts, [list(one.values) for one in scored], languages)
    screen = console()
    for text, one, stretches in zip(texts, scored, words, strict=True):
        screen.print(_score_table(loaded, text, one, stretches))


@model.command(
    "list",
    epilog="""\b
Examples:
  ombuds model list
  ombuds model list --json
""",
)
@click.option("--json", "as_json", is_flag=True, help="A JSON array.")
@registry_option
@plainly
def list_versions(*, as_json: bool, versions: Registry) -> None:
    """List the versions there are, the newest first."""
    listed = versions.versions()
    if as_json:
        records = [{**asdict(one), "created_at": one.created_at.isoformat()} for one in listed]
        click.echo(json.dumps(records, indent=1))
        return
    table = Table("version", "trained", "state", "attributes", "MB")
    for one in listed:
        state = "shipped" if one.is_shipped else "sealed" if one.is_sealed else "candidate"
        trained = f"{one.created_at:%Y-%m-%d %H:%M}"
        table.add_row(one.version, trained, state, ", ".join(one.attributes), f"{one.n_bytes / 1e6:.1f}")
    console().print(table)


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
@registry_option
@plainly
def show(version: str | None, *, as_json: bool, versions: Registry) -> None:
    """Show the card of VERSION, by default the newest shipped: data, licences, measures, limits."""
    name = version or versions.newest_shipped()
    if as_json:
        found = {"version": name, "evaluation": versions.evaluation(name), "training": versions.metrics(name)}
        click.echo(json.dumps(found, indent=1, ensure_ascii=False))
    elif sys.stdout.isatty():
        Console().print(Markdown(versions.card(name)))
    else:
        click.echo(versions.card(name), nl=False)


for _command in (train, perspective, evaluate, seal, ship, compare, explain, thresholds):
    model.add_command(_command)


def _score_table(loaded: Scorer, text: str, scored: Scored, words: Mapping[str, Sequence[tuple[int, int]]]) -> Table:
    table = Table(
        Column("attribute", no_wrap=True), "score", "what weighed most", title=loaded.version, title_style="dim"
    )
    if not scored.values:
        table.add_row(NOTHING, NOTHING, Text(text))
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
