"""`ombuds label`: a newsroom's own labelled texts in, and what its people said out."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import click

from moderation import imported_labels, label_files, sites
from moderation.errors import InvalidLabelFile
from moderation.label_files import Form
from service.cli.opened import opened, say

_COLUMNS = (
    "text",
    "language",
    "id",
    "author",
    "attribute",
    "value",
    "weight",
    "source",
    "chosen_by",
    "probability",
    "origin",
    "licence",
    "said_at",
    "moderator_id",
    "spans",
)

_form = click.option(
    "--format", "form", type=click.Choice([one.value for one in Form]), help="By default the file's end tells."
)
_site = click.option("--site", "name", required=True, help="The site's name.")


@click.group()
def label() -> None:
    """What people said of texts: a newsroom's own in, all of it out."""


@label.command(
    "import",
    epilog="""\b
Examples:
  ombuds label import archive.csv --site example-news --source archive-2024 --licence internal
  ombuds label import archive.jsonl --site example-news --source archive-2024 --licence internal --replace
\b
A row is a text with a status (approved or rejected), or with attributes:
  text,language,status,TOXICITY
  What a nice piece.,en,approved,
  Get lost!,en,rejected,0.9
""",
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_site
@click.option("--source", required=True, metavar="NAME", help="What the collection is called.")
@click.option("--licence", required=True, metavar="TEXT", help="Under what terms its texts may be used.")
@_form
@click.option("--replace", is_flag=True, help="Withdraw the labels of this source that stand.")
def import_(file: Path, name: str, source: str, licence: str, form: str | None, *, replace: bool) -> None:
    """Make the labelled texts of FILE (CSV or JSON lines) labels of a site, that its next training learns from.

    Columns: text; language, id, author, weight; and a status, or attributes with values from 0 to 1, each in a column
    of its own or as attribute and value. An empty value is unknown, not zero. A file with a fault is refused whole.
    """
    layout = _layout(file, form)
    try:
        with _lines(file) as lines:
            n_texts = label_files.check(lines, layout)
    except InvalidLabelFile as error:
        raise InvalidLabelFile([f"{file}: {problem}" for problem in error.problems]) from error
    with opened() as record, _lines(file) as lines:
        site = sites.find(record.database, name)
        rows = label_files.read(lines, layout)
        n = imported_labels.bring_in(record.database, site.id, rows, source, licence, record.now, replace=replace)
    click.echo(n)
    say(f"{n:,} labels of {n_texts:,} texts stand for {name} now. Learn from them next: ombuds model retrain")


@label.command(
    epilog="""\b
Examples:
  ombuds label export --site example-news > labels.jsonl
  ombuds label export --site example-news --format csv > labels.csv
"""
)
@_site
@_form
def export(name: str, form: str | None) -> None:
    """Print every label of a site that stands: with how its text came before a person, and what it weighs."""
    with opened() as record:
        site = sites.find(record.database, name)
        rows = imported_labels.take_out(record.database, site.id)
        if form == Form.CSV.value:
            _write_csv(rows)
            return
        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=False))


def _write_csv(rows: Iterator[dict[str, Any]]) -> None:
    written = csv.DictWriter(sys.stdout, _COLUMNS, lineterminator="\n")
    written.writeheader()
    for row in rows:
        spans = row["spans"]
        written.writerow({**row, "spans": None if spans is None else json.dumps(spans)})


def _layout(file: Path, form: str | None) -> Form:
    if form is not None:
        return Form(form)
    ends = {".csv": Form.CSV, ".jsonl": Form.JSONL, ".ndjson": Form.JSONL}
    found = ends.get(file.suffix.lower())
    if found is None:
        message = f"{file} ends neither in .csv nor in .jsonl: say --format"
        raise click.UsageError(message)
    return found


@contextmanager
def _lines(file: Path) -> Iterator[TextIO]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        yield lines
