"""Dossiers: everything that a moderator should have before them to judge a comment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from moderation.domain import Actor, Status
from moderation.policies import current
from moderation.store import dossiers as store
from moderation.store import samples
from moderation.store.dossiers import Record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from moderation.desk import Moderator
    from moderation.guidelines import Guidelines
    from moderation.store.database import Database
    from moderation.store.dossiers import Complaint, Note, Ruling, Subject, Turn, Version


@dataclass(frozen=True, slots=True)
class Dossier:
    """One comment and what is known around it. `policy` is the newest decision of policy's on its latest revision.

    With `is_sampled` it was drawn for the blind sample, and nobody has answered yet.
    """

    subject: Subject
    guidelines: Guidelines
    policy: Ruling | None
    rulings: tuple[Ruling, ...]
    versions: tuple[Version, ...]
    record: Record
    notes: tuple[Note, ...]
    complaints: tuple[Complaint, ...]
    appeal: str | None
    thread: tuple[Turn, ...]
    is_sampled: bool = False


def of(database: Database, who: Moderator, ids: Sequence[int], *, with_threads: bool = False) -> list[Dossier]:
    """Put dossiers together, in the order asked for; those that someone may not see are left out.

    The conversation around a comment is looked up for each, so only who shows it asks for it.
    """
    with database.reading() as tx:
        found = store.subjects(tx, ids)
        seen = {one.id: one for one in found.values() if who.sees(one.site_id, one.article.section)}
        return _composed(tx, [seen[one] for one in ids if one in seen], with_threads=with_threads)


def untold(dossier: Dossier) -> Dossier:
    """Leave out whatever tells or hints at what policy decided, or how it scored: for who is to judge without it.

    That its readers answered, reported or that its author appealed would tell whether it was published, and the
    author's record counts this comment too.
    """
    subject = dossier.subject
    beside = (turn for turn in dossier.thread if turn.id != subject.id and not turn.is_reply)
    return replace(
        dossier,
        subject=replace(subject, status=Status.PENDING, scores=None, model_version=None),
        policy=None,
        rulings=(),
        record=Record(),
        complaints=(),
        appeal=None,
        thread=tuple(beside),
    )


def _composed(tx: Connection, subjects: Sequence[Subject], *, with_threads: bool) -> list[Dossier]:
    ids = [one.id for one in subjects]
    if not ids:
        return []
    authors = {(one.site_id, one.author_ref) for one in subjects}
    guidelines = {site_id: current(tx, site_id) for site_id in {one.site_id for one in subjects}}
    rulings, versions = store.rulings(tx, ids), store.versions(tx, ids)
    records, notes = store.records(tx, authors), store.notes_on(tx, authors)
    complaints, appeals = store.complaints(tx, ids), store.appeals_of(tx, ids)
    sampled = samples.open_of(tx, ids)
    return [
        Dossier(
            one,
            guidelines[one.site_id],
            _policy(one, rulings),
            tuple(rulings.get(one.id, ())),
            tuple(versions[one.id]),
            records.get((one.site_id, one.author_ref), Record()),
            tuple(notes.get((one.site_id, one.author_ref), ())),
            tuple(complaints.get(one.id, ())),
            appeals.get(one.id),
            tuple(store.thread(tx, one)) if with_threads else (),
            one.id in sampled,
        )
        for one in subjects
    ]


def _policy(subject: Subject, rulings: Mapping[int, Sequence[Ruling]]) -> Ruling | None:
    mine = (one for one in rulings.get(subject.id, ()) if one.by is Actor.POLICY and one.revision == subject.revision)
    return next(mine, None)
