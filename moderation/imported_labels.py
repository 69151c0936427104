"""Imported labels: a newsroom's own labelled texts become labels of its site, and all labels can be taken out."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from moderation.errors import InvalidLabelFile, OriginTaken
from moderation.labels import ChosenBy
from moderation.store import audit
from moderation.store import labels as store

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from moderation.label_files import Given
    from moderation.store.database import Database

SOURCE = "imported"
"""The source of a label from a file."""

LONGEST_ORIGIN, LONGEST_LICENCE = 200, 100

_AT_ONCE = 1_000


def bring_in(
    database: Database,
    site_id: int,
    given: Iterable[Given],
    origin: str,
    licence: str,
    now: datetime,
    *,
    replace: bool = False,
) -> int:
    """Make what a file says labels of a site; return how many. It is done in pieces, for others write meanwhile.

    Args:
        database: The record.
        site_id: Whose labels they are to be.
        given: What the file says, checked.
        origin: What the collection is called.
        licence: Under what terms its texts may be used.
        now: When they are said to be said.
        replace: Withdraw what stands of this origin first. An import that was cut off is made good by this.

    Raises:
        InvalidLabelFile: origin or licence are missing, or too long.
        OriginTaken: labels of this origin stand already, and shall not be replaced.
    """
    _check(origin, licence)
    with database.writing() as tx:
        if replace:
            store.withdraw_origin(tx, site_id, origin, now)
        elif n_standing := store.n_of_origin(tx, site_id, origin):
            raise OriginTaken(origin, n_standing)
        audit.log(tx, "command line", "labels.imported", f"site {site_id}", now, {"origin": origin, "licence": licence})
    rows = iter(given)
    n = 0
    while piece := list(islice(rows, _AT_ONCE)):
        labels = [row for one in piece for row in _rows(one, site_id, origin, licence, now)]
        with database.writing() as tx:
            store.add_labels(tx, labels)
        n += len(labels)
    return n


def take_out(database: Database, site_id: int) -> Iterator[dict[str, Any]]:
    """Read every label of a site that stands and that nobody can undo any more, as an import would read it."""
    with database.reading() as tx:
        for row in store.standing_of(tx, site_id):
            yield {**row, "said_at": row["said_at"].isoformat()}


def _check(origin: str, licence: str) -> None:
    problems = [
        f"{name} is missing or longer than {most} characters"
        for name, value, most in (("source", origin, LONGEST_ORIGIN), ("licence", licence, LONGEST_LICENCE))
        if not value.strip() or len(value) > most
    ]
    if problems:
        raise InvalidLabelFile(problems)


def _rows(given: Given, site_id: int, origin: str, licence: str, now: datetime) -> Iterator[dict[str, Any]]:
    for attribute, value in given.said.items():
        yield {
            "site_id": site_id,
            "text": given.text,
            "language": given.language,
            "attribute": attribute,
            "value": value,
            "source": SOURCE,
            "created_at": now,
            "weight": given.weight,
            "chosen_by": ChosenBy.IMPORTED.value,
            "external_id": given.id,
            "author_ref": given.author,
            "origin": origin,
            "licence": licence,
        }
