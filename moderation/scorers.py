"""The scorers that a process holds: champions and challengers, as the record names them from second to second."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError

from moderation import champions
from moderation.errors import VersionUnusable
from moderation.store.champions import Standing

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from moderation.domain import Scorer
    from moderation.store.champions import Shadow
    from moderation.store.database import Database

EVERY_SECONDS = 1.0
"""How often a process looks at the record."""

_RETRY_SECONDS = 15.0
"""A version that could not be loaded is tried again so long after: a store that was away may be back."""

log = structlog.get_logger()

Load = Callable[[str], "Scorer"]
"""Loads a version, or raises VersionUnusable."""


@dataclass(frozen=True, slots=True)
class Champions:
    """Who decides in this process: one for all, others for sites; and what cannot be used, with the reason."""

    shared: Scorer
    sites: Mapping[int, Scorer] = field(default_factory=dict)
    unusable: Mapping[str, str] = field(default_factory=dict)

    def of(self, site_id: int | None) -> Scorer:
        """Give the champion that decides for a site."""
        return self.shared if site_id is None else self.sites.get(site_id, self.shared)


class Scorers:
    """Gives each site its champion, at once and whatever happens to the database: what was known last stays.

    A thread of its own looks at the record once a second. A version that is newly named is loaded there, while the
    former goes on; one that cannot be loaded leaves the former in place, is logged, and is told by `unusable`. What is
    not named any more is let go of.

    Args:
        database: The record; None where one scorer decides for ever, see `only`.
        load: Loads a version by its name.
        shipped: The version that decides where none was promoted.
        has_challengers: Whether this process scores with challengers too, and so loads them.
        clock: Seconds that only go forward.
    """

    def __init__(
        self,
        database: Database | None,
        load: Load,
        shipped: str,
        *,
        has_challengers: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._load = load
        self._shipped = shipped
        self._has_challengers = has_challengers
        self._clock = clock
        self._standing = Standing()
        self._champions: Champions | None = None
        self._challengers: Mapping[str, Scorer] = {}
        self._failed: dict[str, tuple[str, float]] = {}
        self._looking = threading.Lock()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    @classmethod
    def only(cls, scorer: Scorer) -> Scorers:
        """Make a source of one scorer, which decides for all sites for ever."""
        return cls(None, lambda _version: scorer, scorer.version)

    @property
    def shipped(self) -> str:
        """The version that decides where none was promoted."""
        return self._shipped

    @property
    def champions(self) -> Champions:
        """Who decides in this process now. Who asks first waits until it is known."""
        found = self._champions
        if found is None:
            self.look()
            found = self._champions
            assert found is not None  # noqa: S101  whoever looked has found one, or raised
        return found

    def of(self, site_id: int) -> Scorer:
        """Give the champion that decides for a site."""
        return self.champions.of(site_id)

    def shadow_of(self, site_id: int) -> Shadow | None:
        """Give the challenger that scores in a site's shadow, if any: its own, else that for all."""
        shadows = self._standing.shadows
        found = shadows.get(site_id) or shadows.get(None)
        return None if found is None or found.version == self.of(site_id).version else found

    @property
    def challengers(self) -> Collection[str]:
        """The versions that score in shadow in this process."""
        return self._challengers.keys()

    def challenger(self, version: str) -> Scorer | None:
        """Give a challenger; None where it is not loaded: not in shadow any more, or it cannot be used."""
        return self._challengers.get(version)

    def start(self) -> None:
        """Load the champions, then go on looking in a thread until `close`.

        Raises:
            VersionUnusable: The shipped version cannot be loaded, and decides.
        """
        self.look()
        if self._database is not None and self._thread is None:
            self._thread = threading.Thread(target=self._go_on, name="champions", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop looking."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def look(self) -> None:
        """Look at the record once, and load what it names anew. A record that does not answer changes nothing.

        Raises:
            VersionUnusable: Nothing decides yet, and the shipped version cannot be loaded.
        """
        with self._looking:
            standing = self._read()
            is_due = any(self._clock() >= again_at for _, again_at in self._failed.values())
            if self._champions is None or standing != self._standing or is_due:
                self._follow(standing)

    def _read(self) -> Standing:
        if self._database is None:
            return self._standing
        try:
            return champions.standing(self._database)
        except SQLAlchemyError as error:
            log.warning("champions.not_read", error=type(error).__name__)
            return self._standing

    def _go_on(self) -> None:
        while not self._over.wait(EVERY_SECONDS):
            try:
                self.look()
            except Exception as error:  # noqa: BLE001  whatever one version breaks, the next must still be seen
                log.error("champions.not_followed", error=type(error).__name__)  # noqa: TRY400  its message may hold an address

    def _follow(self, standing: Standing) -> None:
        """Put in place what the record names: first who decides, then who scores in shadow."""
        before = self._champions
        held = {} if before is None else {one.version: one for one in (before.shared, *before.sites.values())}
        held |= self._challengers
        named = {standing.shared or self._shipped, *standing.sites.values()}
        challenging = {one.version for one in standing.shadows.values()} if self._has_challengers else set()
        self._failed = {name: why for name, why in self._failed.items() if name in named | challenging}
        shared = self._any_of(held, standing.shared or self._shipped)
        if shared is None:
            shared = self._shared_otherwise(held, standing) if before is None else before.shared
        sites: dict[int, Scorer] = {}
        for site_id, version in standing.sites.items():
            own = self._any_of(held, version)
            if own is None:
                own = before.sites.get(site_id) if before else self._any_of(held, standing.former.get(site_id))
            if own is not None:
                sites[site_id] = own
        self._champions = Champions(shared, sites, self._unusable())
        self._standing = standing
        challengers = {name: self._any_of(held, name) for name in sorted(challenging)}
        self._challengers = {name: one for name, one in challengers.items() if one is not None}
        self._champions = Champions(shared, sites, self._unusable())
        log.info(
            "champions.followed",
            shared=shared.version,
            sites={site_id: one.version for site_id, one in sites.items()},
            challengers=sorted(self._challengers),
        )

    def _shared_otherwise(self, held: dict[str, Scorer], standing: Standing) -> Scorer:
        """Find who decides for all in a process that begins where the champion cannot be used."""
        found = self._any_of(held, standing.former.get(None), self._shipped)
        if found is None:
            raise VersionUnusable(self._shipped, self._failed[self._shipped][0])
        return found

    def _any_of(self, held: dict[str, Scorer], *versions: str | None) -> Scorer | None:
        """Give the first of these versions that can be used, loaded if it is not held yet."""
        for version in versions:
            if version is not None and version not in held:
                self._hold(held, version)
            if version in held:
                return held[version]
        return None

    def _hold(self, held: dict[str, Scorer], version: str) -> None:
        if version in self._failed and self._clock() < self._failed[version][1]:
            return
        try:
            held[version] = self._load(version)
        except VersionUnusable as error:
            self._failed[version] = (error.why, self._clock() + _RETRY_SECONDS)
            log.error("version.unusable", version=version, why=error.why)  # noqa: TRY400  the reason says it all
        else:
            self._failed.pop(version, None)

    def _unusable(self) -> dict[str, str]:
        return {name: why for name, (why, _) in self._failed.items()}
