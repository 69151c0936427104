"""What challengers say of comments in the record, beside what the champion said of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, case, delete, func, or_, select, update

from moderation.domain import Judgement, Passage, Verdict
from moderation.learning_tables import shadow_scores, shadows
from moderation.store.database import insert_into
from moderation.store.sight import limited
from moderation.tables import articles, comments, revisions

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from moderation.desk import Moderator


@dataclass(frozen=True, slots=True)
class Asked:
    """A comment that a challenger is to be asked about, and what the champion said of it."""

    shadow_id: int
    comment_id: int
    revision: int
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class Unasked:
    """A comment on its way to a challenger."""

    shadow_id: int
    comment_id: int
    revision: int
    site_id: int
    version: str
    passage: Passage
    champion_scores: Mapping[str, float]
    n_claims: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often champion and challenger said what: by the champion's verdict, then the challenger's."""

    counts: Mapping[tuple[Verdict, Verdict], int]

    @property
    def n(self) -> int:
        """How many comments both judged."""
        return sum(self.counts.values())

    @property
    def n_agreed(self) -> int:
        """Of how many they said the same."""
        return sum(count for (ours, theirs), count in self.counts.items() if ours is theirs)

    def champion(self, verdict: Verdict) -> int:
        """How often the champion said this."""
        return sum(count for (ours, _), count in self.counts.items() if ours is verdict)

    def challenger(self, verdict: Verdict) -> int:
        """How often the challenger would have said this."""
        return sum(count for (_, theirs), count in self.counts.items() if theirs is verdict)


@dataclass(frozen=True, slots=True)
class Difference:
    """A comment of which the two think differently; `difference` is the largest between scores of one attribute."""

    comment_id: int
    revision: int
    champion: str
    champion_scores: Mapping[str, float]
    champion_verdict: Verdict
    scores: Mapping[str, float]
    verdict: Verdict
    difference: float


def ask(tx: Connection, asked: Sequence[Asked], now: datetime) -> bool:
    """Write down what challengers are to be asked about; False where that is nothing."""
    if not asked:
        return False
    rows = [
        {
            "shadow_id": one.shadow_id,
            "comment_id": one.comment_id,
            "revision": one.revision,
            "champion": one.judgement.model_version,
            "champion_scores": dict(one.judgement.scores),
            "champion_verdict": one.judgement.verdict.value,
            "at": now,
        }
        for one in asked
    ]
    tx.execute(insert_into(tx)(shadow_scores).on_conflict_do_nothing(), rows)
    return True


def has_unasked(tx: Connection, now: datetime, versions: Collection[str] | None = None) -> bool:
    """Tell whether any challenger, or one of these, is to be asked about a comment that nobody is at."""
    query = select(shadow_scores.c.comment_id).where(_is_free(now, versions)).limit(1)
    return tx.execute(query).one_or_none() is not None


def claim(
    tx: Connection, token: str, versions: Collection[str], limit: int, now: datetime, until: datetime
) -> list[Unasked]:
    """Take the oldest comments that these challengers are to be asked about; nobody else takes them before `until`.

    What is not there any more (edited since, erased, or of a challenger that is out of shadow) is left out, and
    forgotten.
    """
    over = select(shadows.c.id).where(shadows.c.until.is_not(None))
    tx.execute(delete(shadow_scores).where(shadow_scores.c.verdict.is_(None), shadow_scores.c.shadow_id.in_(over)))
    key = (shadow_scores.c.shadow_id, shadow_scores.c.comment_id, shadow_scores.c.revision)
    free = select(*key).where(_is_free(now, versions)).order_by(shadow_scores.c.comment_id).limit(limit)
    chosen = tx.execute(free.with_for_update(skip_locked=True)).all()
    if not chosen:
        return []
    taken = update(shadow_scores).where(
        shadow_scores.c.shadow_id == bindparam("of_shadow"),
        shadow_scores.c.comment_id == bindparam("of_comment"),
        shadow_scores.c.revision == bindparam("of_revision"),
    )
    tx.execute(
        taken.values(claim_token=token, claimed_until=until, n_claims=shadow_scores.c.n_claims + 1),
        [{"of_shadow": one.shadow_id, "of_comment": one.comment_id, "of_revision": one.revision} for one in chosen],
    )
    found = [_unasked(row) for row in tx.execute(_texts().where(shadow_scores.c.claim_token == token))]
    there = {(one.shadow_id, one.comment_id, one.revision) for one in found}
    forget(tx, [tuple(one) for one in chosen if tuple(one) not in there])
    return found


def keep(tx: Connection, token: str, answers: Sequence[tuple[Unasked, Judgement]]) -> int:
    """Keep what challengers said of comments that are still claimed by this token; return of how many."""
    n_kept = 0
    for one, judgement in answers:
        mine = and_(
            shadow_scores.c.shadow_id == one.shadow_id,
            shadow_scores.c.comment_id == one.comment_id,
            shadow_scores.c.revision == one.revision,
            shadow_scores.c.claim_token == token,
        )
        said = {
            "scores": dict(judgement.scores),
            "verdict": judgement.verdict.value,
            "difference": difference(one.champion_scores, judgement.scores),
            "claim_token": None,
            "claimed_until": None,
        }
        kept = update(shadow_scores).where(mine).values(**said).returning(shadow_scores.c.comment_id)
        n_kept += len(tx.execute(kept).all())
    return n_kept


def difference(ours: Mapping[str, float], theirs: Mapping[str, float]) -> float:
    """Give the largest difference between two scores of the same attribute; 0 where they share none."""
    return max((abs(theirs[name] - value) for name, value in ours.items() if name in theirs), default=0.0)


def forget(tx: Connection, keys: Collection[tuple[int, int, int]]) -> None:
    """Forget that challengers are to be asked about comments: shadow, comment and revision of each."""
    for shadow_id, comment_id, revision in keys:
        tx.execute(
            delete(shadow_scores).where(
                shadow_scores.c.shadow_id == shadow_id,
                shadow_scores.c.comment_id == comment_id,
                shadow_scores.c.revision == revision,
            )
        )


def erase(tx: Connection, comment_id: int) -> None:
    """Forget what challengers said of a comment."""
    tx.execute(delete(shadow_scores).where(shadow_scores.c.comment_id == comment_id))


def forget_before(tx: Connection, moment: datetime) -> None:
    """Forget what challengers said, or were to be asked, before a time."""
    tx.execute(delete(shadow_scores).where(shadow_scores.c.at < moment))


def agreement(tx: Connection, who: Moderator, shadow_id: int) -> Agreement:
    """Count how champion and challenger judged the comments that someone sees."""
    query = (
        select(shadow_scores.c.champion_verdict, shadow_scores.c.verdict, func.count().label("n"))
        .join(comments, comments.c.id == shadow_scores.c.comment_id)
        .where(shadow_scores.c.shadow_id == shadow_id, shadow_scores.c.verdict.is_not(None))
        .group_by(shadow_scores.c.champion_verdict, shadow_scores.c.verdict)
    )
    rows = tx.execute(limited(who, query, comments, has_comments=True))
    return Agreement({(Verdict(row.champion_verdict), Verdict(row.verdict)): row.n for row in rows})


def n_judged(tx: Connection, shadow_id: int) -> int:
    """Count what a challenger has scored."""
    judged = and_(shadow_scores.c.shadow_id == shadow_id, shadow_scores.c.verdict.is_not(None))
    return int(tx.execute(select(func.count()).select_from(shadow_scores).where(judged)).scalar_one())


def widest(tx: Connection, who: Moderator, shadow_id: int, limit: int) -> list[Difference]:
    """List the comments that someone sees of which champion and challenger think most differently.

    Those that they judge differently come first, then the rest by the difference of their scores; each comment once,
    as it stands now.
    """
    is_same = case((shadow_scores.c.champion_verdict == shadow_scores.c.verdict, 1), else_=0)
    query = (
        select(shadow_scores)
        .join(
            comments,
            and_(comments.c.id == shadow_scores.c.comment_id, comments.c.revision == shadow_scores.c.revision),
        )
        .where(
            shadow_scores.c.shadow_id == shadow_id,
            shadow_scores.c.verdict.is_not(None),
            or_(shadow_scores.c.difference > 0, is_same == 0),
        )
        .order_by(is_same, shadow_scores.c.difference.desc(), shadow_scores.c.comment_id)
        .limit(limit)
    )
    return [
        Difference(
            row.comment_id,
            row.revision,
            row.champion,
            row.champion_scores,
            Verdict(row.champion_verdict),
            row.scores,
            Verdict(row.verdict),
            row.difference,
        )
        for row in tx.execute(limited(who, query, comments, has_comments=True))
    ]


def _is_free(now: datetime, versions: Collection[str] | None) -> ColumnElement[bool]:
    is_nobodys = or_(shadow_scores.c.claimed_until.is_(None), shadow_scores.c.claimed_until <= now)
    is_free = and_(shadow_scores.c.verdict.is_(None), is_nobodys)
    if versions is None:
        return is_free
    theirs = select(shadows.c.id).where(shadows.c.version.in_(versions))
    return and_(is_free, shadow_scores.c.shadow_id.in_(theirs))


def _texts() -> Select[Any]:
    """Read what is to be scored: of comments that are not erased, and not edited since."""
    standing = and_(comments.c.id == shadow_scores.c.comment_id, comments.c.revision == shadow_scores.c.revision)
    latest = and_(revisions.c.comment_id == comments.c.id, revisions.c.number == comments.c.revision)
    return (
        select(
            shadow_scores,
            comments.c.site_id,
            comments.c.language,
            comments.c.parent_text,
            revisions.c.text,
            articles.c.title,
            shadows.c.version,
        )
        .join(shadows, shadows.c.id == shadow_scores.c.shadow_id)
        .join(comments, standing)
        .join(revisions, latest)
        .join(articles, articles.c.id == comments.c.article_id)
        .where(revisions.c.text.is_not(None))
        .order_by(shadow_scores.c.comment_id)
    )


def _unasked(row: Any) -> Unasked:
    passage = Passage(row.text, row.language, row.title or None, row.parent_text)
    return Unasked(
        row.shadow_id,
        row.comment_id,
        row.revision,
        row.site_id,
        row.version,
        passage,
        row.champion_scores,
        row.n_claims,
    )
