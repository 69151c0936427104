"""`ombuds migrate`: what a newsroom asks before it moves over."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np
from rich.table import Table

from models import moving_over, scorer
from models.errors import UnknownAttribute
from service.cli.screen import NOTHING, bars, console, decimal, plainly, registry_option

if TYPE_CHECKING:
    from models.moving_over import Agreement, Kept
    from models.registry import Registry
    from models.scorer import Scorer

_AT_ONCE = 128


@click.group()
def migrate() -> None:
    """Move over from another service."""


@migrate.command(
    name="perspective-check",
    epilog="""\b
Examples:
  ombuds migrate perspective-check kept.csv --text comment_text --score toxicity
  ombuds migrate perspective-check kept.jsonl --text text --score INSULT --attribute INSULT --json
""",
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--text", required=True, metavar="COLUMN", help="The column of the texts.")
@click.option("--score", required=True, metavar="COLUMN", help="The column of Perspective's scores, from 0 to 1.")
@click.option("--attribute", default="TOXICITY", show_default=True, help="What Perspective was asked for.")
@click.option("--language", metavar="TAG", help="BCP 47 tag of the texts; without it each is told by its words.")
@click.option("--version", "version_name", metavar="VERSION", help="Which version scores; by default the shipped one.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@registry_option
@plainly
def perspective_check(
    file: Path,
    text: str,
    score: str,
    attribute: str,
    language: str | None,
    version_name: str | None,
    *,
    as_json: bool,
    versions: Registry,
) -> None:
    """Replay the texts of FILE, and lay our scores beside those that Perspective once gave them.

    FILE is CSV, JSON lines or Parquet. Prints how far the two agree, what share each threshold flags before and after,
    and the threshold here that flags the share that yours flagged there. Scores are on Perspective's scale, as on its
    route. Needs no database and no secret, and sends nothing anywhere.
    """
    loaded = scorer.load(version_name, versions)
    if attribute not in loaded.languages:  # not OFF_TOPIC, which needs the article
        raise UnknownAttribute(attribute, list(loaded.languages))
    kept = moving_over.read(file, text, score)
    ours = _scores(loaded, kept, attribute, language)
    known = np.isfinite(ours)
    if not known.any():
        raise click.ClickException(f"none of the {len(ours):,} texts has a score for {attribute}; try --language")
    found = moving_over.compare(kept.theirs[known], ours[known])
    told = {
        "version": loaded.version,
        "attribute": attribute,
        "n_without_score": kept.n_without_score,
        "n_left_out": int((~known).sum()),
        "has_scale": attribute in loaded.scaled,
    }
    if as_json:
        click.echo(json.dumps(told | asdict(found)))
        return
    _show(found, told)


def _scores(loaded: Scorer, kept: Kept, attribute: str, language: str | None) -> np.ndarray[Any, np.dtype[np.float64]]:
    ours: list[float] = []
    with bars() as shown:
        task = shown.add_task("scoring", total=len(kept.texts))
        for begin in range(0, len(kept.texts), _AT_ONCE):
            texts = kept.texts[begin : begin + _AT_ONCE]
            scored = loaded.score(texts, [language] * len(texts), as_declared=language is not None)
            ours += [loaded.as_perspective(one.values).get(attribute, float("nan")) for one in scored]
            shown.update(task, completed=len(ours))
    return np.array(ours)


def _show(found: Agreement, told: dict[str, Any]) -> None:
    screen, version, attribute = console(), told["version"], told["attribute"]
    screen.print(
        f"Texts: {found.n:,}. {attribute} by {version}: rank correlation {decimal(found.rank_correlation)}, "
        f"apart by {found.difference:.3f} on average."
    )
    if told["n_without_score"]:
        screen.print(f"Left out for want of a score in the file: {told['n_without_score']:,}.")
    if told["n_left_out"]:
        screen.print(f"Left out since their language is not supported, or they have no words: {told['n_left_out']:,}.")
    if not told["has_scale"]:
        screen.print(f"{version} does not know Perspective's scale for {attribute}: these are its own probabilities.")
    table = Table("threshold", "flagged there", "flagged here", "agreed", "the same share here from")
    for at in found.thresholds:
        same = NOTHING if at.same_share is None else f"{at.same_share:.4f} ({at.then:.1%})"
        table.add_row(f"{at.threshold:.1f}", f"{at.before:.1%}", f"{at.after:.1%}", f"{at.agreed:.1%}", same)
    screen.print(table)
