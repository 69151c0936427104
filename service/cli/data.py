"""`ombuds data`: bring in labelled comments, and describe a file of them."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.table import Column, Table

from models.columns import Form
from service.cli.screen import NOTHING, bars, console, plainly, steps

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from models.importing import Imported


@click.group()
def data() -> None:
    """Bring labelled comments into the form that training reads, and describe it."""


@data.command(
    "import",
    epilog="""\b
Examples:
  ombuds data import train.csv --to wiki.parquet --source jigsaw-wiki --licence CC0
  ombuds data import all_data.csv --to civil.parquet --source civil-comments --licence CC0 --language en
  ombuds data import ours.csv --to ours.parquet --source ours --licence internal \\
      --text comment --label removed=TOXICITY --label spam=SPAM
""",
)
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--to", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The Parquet file to write.")
@click.option("--source", required=True, metavar="NAME", help="What the collection is called.")
@click.option("--licence", required=True, metavar="TEXT", help="Under what terms the comments may be used.")
@click.option(
    "--language",
    metavar="TAG",
    help="BCP 47 tag of rows that do not say; without it each is judged by its words.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice([form.value for form in Form]),
    default=Form.AUTO.value,
    show_default=True,
    help="How the files are laid out; auto tells by name and columns.",
)
@click.option("--text", metavar="COLUMN", help="The column of the comments, if it is not the form's own, or 'text'.")
@click.option(
    "--label",
    "labels",
    multiple=True,
    metavar="COLUMN=ATTRIBUTE",
    help="A column of labels from 0 to 1; may be repeated. By default those named like attributes.",
)
@click.option("--json", "as_json", is_flag=True, help="What became of the rows, as JSON.")
@plainly
def import_(  # noqa: PLR0913  (one parameter an option)
    files: tuple[Path, ...],
    to: Path,
    source: str,
    licence: str,
    language: str | None,
    form: str,
    text: str | None,
    labels: tuple[str, ...],
    *,
    as_json: bool,
) -> None:
    """Read labelled comments from FILES (CSV, JSON lines, Parquet) and write one Parquet file.

    Knows the columns of Jigsaw's six labels and of Civil Comments. An empty label is unknown, not zero. A row that
    cannot be used is refused, not dropped: it is written with the reason to the output's name with .refused.jsonl
    behind.
    """
    from models import importing  # noqa: PLC0415  polars takes half a second to import

    if labels and form in {Form.JIGSAW, Form.CIVIL_COMMENTS}:
        message = f"--label does not go with --format {form}, which says what its columns are"
        raise click.UsageError(message)
    named = dict(_label(one) for one in labels)
    with bars() as shown:
        found = importing.bring(
            files,
            to,
            importing.Origin(source, licence, language),
            form=Form(form),
            text=text,
            labels=named,
            progress=steps(shown),
        )
    if found.refused_path is not None:
        n_refused = sum(found.refused.values())
        click.echo(f"{n_refused:,} rows were refused: {found.refused_path} says which and why", err=True)
    if as_json:
        click.echo(json.dumps(asdict(found), indent=1, ensure_ascii=False, default=str))
        return
    console().print(_imported_table(found))
    click.echo(f"Look at it next: ombuds data describe {to}", err=True)


def _label(option: str) -> tuple[str, str]:
    column, equals, attribute = option.rpartition("=")
    if not (column and equals and attribute):
        message = f"--label {option!r}: say COLUMN=ATTRIBUTE, such as removed=TOXICITY"
        raise click.UsageError(message)
    return column, attribute.strip().upper()


def _imported_table(found: Imported) -> Table:
    table = Table(Column("rows of " + str(found.path), no_wrap=True), "rows", "positive")
    table.add_row("written", f"{found.n_rows:,}", "")
    for name, (n, n_positive) in found.labelled.items():
        table.add_row(f"  labelled {name}", f"{n:,}", f"{n_positive:,}")
    for reason, n in found.refused.items():
        table.add_row(f"refused: {reason}", f"{n:,}", "")
    return table


@data.command(
    epilog="""\b
Examples:
  ombuds data describe train.parquet
  ombuds data describe train.parquet --json
"""
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="A JSON object.")
@plainly
def describe(file: Path, *, as_json: bool) -> None:
    """Describe FILE: rows and labels by source and language, lengths, duplicates."""
    from models import summary  # noqa: PLC0415  polars takes half a second to import

    with bars() as shown:
        shown.add_task("reading", total=None)
        found = summary.describe(file)
    if as_json:
        click.echo(json.dumps(found, indent=1, ensure_ascii=False))
        return
    screen = console()
    for way in ("sources", "languages"):
        screen.print(_parts_table(way, found))
    for line in _sentences(found):
        click.echo(line)


def _parts_table(way: str, found: Mapping[str, Any]) -> Table:
    """Give a table of how many rows are labelled by attribute, and what share of them shows it."""
    attributes = list(found["attributes"])
    table = Table(
        Column(way.removesuffix("s"), no_wrap=True),
        "rows",
        "licence" if way == "sources" else "",
        *attributes,
        caption="labelled rows, and the share of them that show the attribute",
    )
    whole = {"n": found["n_rows"], "attributes": found["attributes"], "licences": ()}
    for name, part in (("all", whole), *found[way].items()):
        licences = ", ".join(part["licences"]) if way == "sources" else ""
        table.add_row(name, f"{part['n']:,}", licences, *_shares(part["attributes"], attributes))
    return table


def _shares(labelled: Mapping[str, Any], attributes: Sequence[str]) -> list[str]:
    return [
        f"{labelled[name]['n']:,} {labelled[name]['share']:.1%}" if name in labelled else NOTHING for name in attributes
    ]


def _sentences(found: Mapping[str, Any]) -> list[str]:
    lengths, copies = found["characters"], found["duplicates"]
    said = [
        (
            f"Lengths in characters: mean {lengths['mean']:,}, half up to {lengths['p50']:,}, "
            f"95 % up to {lengths['p95']:,}, longest {lengths['longest']:,}."
        ),
        (
            f"Duplicates: {copies['n']:,} rows repeat an earlier one, "
            f"{copies['n_contradicting']:,} of them with another label."
        ),
    ]
    if found["n_without_text"] or found["n_unlabelled"]:
        said.append(f"Without text: {found['n_without_text']:,}. Without a label: {found['n_unlabelled']:,}.")
    if found["not_learned"]:
        said.append(f"Kept, but learned by no version yet: {', '.join(found['not_learned'])}.")
    return said
