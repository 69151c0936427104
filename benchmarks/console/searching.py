"""`python -m benchmarks.console.searching`: how long a page of search results takes on a sown database, at the server.

Each search is asked several times, its second page too, by someone who sees everything and by someone who sees one
section of the smallest site. What is printed is the median and the worst, in milliseconds.
"""

from __future__ import annotations

import argparse
import statistics
import time
from datetime import UTC, datetime, timedelta

from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from moderation import search
from moderation.desk import Moderator, Role
from moderation.domain import Status
from moderation.search import Wish
from moderation.store.database import Database
from moderation.tables import comments, sites

N_TIMES = 9
PROMISED_MS = 150.0


def wishes(database: Database, now: datetime) -> dict[str, Wish]:
    """List searches of every kind: common and rare words, words that nobody used, and all that can limit them."""
    with database.reading() as tx:
        some = tx.execute(
            select(comments.c.author_ref, comments.c.author_name).where(comments.c.author_name.is_not(None)).limit(1)
        ).one()
        last = tx.execute(select(sites.c.name).order_by(sites.c.id.desc()).limit(1)).scalar_one()
    week = {"since": now - timedelta(days=200), "until": now - timedelta(days=193)}
    return {
        "a word in every other comment": Wish("the"),
        "a word in one of a hundred": Wish("idiot"),
        "a word that nobody used": Wish("unheardof"),
        "two words": Wish("casino bonus"),
        "a phrase of common words": Wish('"the and to"'),
        "a beginning": Wish("cas*"),
        "without common words": Wish("bridge -the -and -to"),
        "a common word, rejected": Wish("the", status=Status.REJECTED),
        "a common word, pending (none is)": Wish("the", status=Status.PENDING),
        "rejected": Wish(status=Status.REJECTED),
        "removed": Wish(status=Status.REMOVED),
        "an author by id": Wish(author=some.author_ref),
        "an author by name": Wish(author=some.author_name),
        "a word of the busiest author": Wish("the", author="reader-0"),
        "a rare word of the busiest author": Wish("casino bonus", author="reader-0"),
        "articles by title": Wish(article="river"),
        "a word under articles by title": Wish("idiot", article="river"),
        "a guideline": Wish(guideline="no-threats"),
        "a guideline and a word": Wish("idiot", guideline="no-threats"),
        "a guideline that is not there": Wish("the", guideline="no-such"),
        "a language and a word": Wish("bridge", language="pt"),
        "a section and a word": Wish("the", section="Science"),
        "a week": Wish(**week),  # type: ignore[arg-type]
        "a word in a week": Wish("idiot", **week),  # type: ignore[arg-type]
        "the smallest site, rejected": Wish("the", site=last, status=Status.REJECTED),
    }


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", required=True, help="as in DATABASE_URL, sown by benchmarks.console.seed")
    given = parser.parse_args()
    database = Database(given.database.replace("postgresql://", "postgresql+psycopg://", 1))
    with database.reading() as tx:
        smallest = tx.execute(select(sites.c.id).order_by(sites.c.id.desc()).limit(1)).scalar_one()
    people = {
        "everything": Moderator(1, "", "", Role.ADMIN),
        "one section": Moderator(2, "", "", Role.MODERATOR, frozenset([smallest]), frozenset(["Science"])),
    }
    table = Table("search", "sees", "first page", "worst", "second page", "worst", "found", "as far as")
    slowest = 0.0
    now = datetime.now(UTC)
    for name, wish in wishes(database, now).items():
        for sees, who in people.items():
            pages: tuple[list[float], list[float]] = ([], [])
            for _ in range(N_TIMES):
                found = _timed(database, who, wish, None, pages[0])
                if found.before is not None:
                    _timed(database, who, wish, found.before, pages[1])
            slowest = max(slowest, *pages[0], *pages[1])
            far = "" if found.searched_to is None else f"{(now - found.searched_to).days} days"
            table.add_row(name, sees, *_told(pages[0]), *_told(pages[1]), str(len(found.hits)), far)
    Console(width=140).print(table)
    print(f"slowest {slowest:.0f} ms; promised {PROMISED_MS:.0f} ms")
    database.close()


def _timed(database: Database, who: Moderator, wish: Wish, before: int | None, took: list[float]) -> search.Found:
    began = time.perf_counter()
    found = search.find(database, who, wish, before)
    took.append((time.perf_counter() - began) * 1_000)
    return found


def _told(took: list[float]) -> tuple[str, str]:
    return (f"{statistics.median(took):.1f}", f"{max(took):.1f}") if took else ("", "")


if __name__ == "__main__":
    main()
