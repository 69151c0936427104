"""The run itself: checks, starts the parts in order, tells where everything is, gives the tour, and keeps going."""

from __future__ import annotations

import json
import sys
import time
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

from moderation import settings
from service.embedded import api, environment, keys, preflight, stamp, valkey, words
from service.embedded.api import Readiness
from service.embedded.children import Output, Program, Stage
from service.embedded.errors import CannotStart, ChildFailed
from service.embedded.supervisor import Stopping, Supervisor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from service.embedded.environment import Environment

DEV_SITE = "dev"

# -P: the folder that the caller stands in may hold a `service` or `models` of its own.
PYTHON = (sys.executable, "-P", "-m")
OMBUDS = (*PYTHON, "service.cli")
"""How the command line is started, wherever the caller stands."""

_VALKEY_SECONDS = 20.0
_MIGRATION_SECONDS = 600.0
_ERRAND_SECONDS = 30.0
_READY_SECONDS = 60.0
_TOUR_SECONDS = 60.0
_N_DEATHS_TO_GIVE_UP = 3
_N_DEATHS_TO_DOUBT_DATA = 2


def run(
    given: Mapping[str, str],
    show: Callable[[str], None],
    say: Callable[[str], None],
    ombuds: tuple[str, ...] = OMBUDS,
) -> None:
    """Run everything until SIGINT or SIGTERM. `show` gets the results (stdout), `say` the talk (stderr).

    Raises:
        InvalidSetting: an environment variable makes no sense.
        CannotStart: something needed is not to be had. Nothing is left running.
    """
    begun_at = time.monotonic()
    data = settings.data_folder(given)
    preflight.prepare(data)
    try:
        with ExitStack() as stack:
            lock = stack.enter_context(preflight.locked(data))
            embeds_valkey = environment.embeds_valkey(given)
            socket_path = stack.enter_context(valkey.socket_in(data / "valkey")) if embeds_valkey else None
            composed = environment.compose(given, data, socket_path)
            port = preflight.free_port(composed.settings.host, composed.settings.port)
            surroundings = composed.on_port(port)
            supervisor = stack.enter_context(Supervisor(data / "logs", say, held=[lock]))
            launch = Launch(surroundings, supervisor, say, ombuds)
            key, console = launch.start(socket_path)
            show(words.ready(surroundings, key, console, time.monotonic() - begun_at))
            launch.tour()
            show("Serving. Ctrl-C stops.")
            supervisor.keep_running()
    except Stopping:
        say("Stopped.")


class Launch:
    """The steps of a start, in the environment that was composed for it."""

    def __init__(
        self, surroundings: Environment, supervisor: Supervisor, say: Callable[[str], None], ombuds: tuple[str, ...]
    ) -> None:
        self._surroundings = surroundings
        self._supervisor = supervisor
        self._say = say
        self._ombuds = ombuds
        self._data = surroundings.settings.data
        self._key_path = self._data / keys.FOLDER / keys.SITE_KEY

    def start(self, socket_path: Path | None) -> tuple[str, str]:
        """Start every part and wait until the service is ready; gives the development site's key and the console.

        The console's address signs in once, where all parts are embedded.

        Raises:
            CannotStart: a part failed, or did not become ready in time.
            Stopping: a signal came first.
        """
        if socket_path is not None:
            self._supervisor.start(valkey.program(self._data / "valkey", socket_path))
        if not self._surroundings.is_embedded:
            self._check_outside()
        if keys.read(self._key_path) is None:
            self._say("First run: making the database and the keys.")
        is_current = self._surroundings.embeds_database and stamp.is_current(self._data, environment.DATABASE)
        if not is_current:
            self._upgrade()
        if socket_path is not None:
            self._wait_for_valkey(socket_path)
        names = self._start_service()
        if not is_current and keys.read(self._key_path) is None:
            self._new_key()  # while the service loads
        console = self._console()
        self._wait_until_ready(names, is_upgraded=not is_current)
        # Nobody waits for the sweep, which finds what others forgot, or for training: they need not compete until now.
        self._supervisor.start(self._program("sweep", "sweep"))
        self._supervisor.start(self._program("retrain", "worker", "retrain"))
        key = keys.read(self._key_path)
        return (key if key is not None and self._is_known(key) else self._new_key()), console

    def tour(self) -> None:
        """Give the tour, if it is wanted and no part is the caller's own. That it fails is told, and no reason to stop.

        Raises:
            Stopping: a signal came.
        """
        if not (self._surroundings.is_embedded and self._surroundings.settings.wants_tour):
            return
        command = (*PYTHON, "service.embedded.tour")
        guide = Program("tour", command, self._surroundings.variables, Stage.FRONT, Output.TERMINAL)
        try:
            self._supervisor.run(guide, _TOUR_SECONDS)
        except CannotStart as error:
            self._say(f"The tour broke off, the service goes on: {error}")

    def _program(self, name: str, *arguments: str, stage: Stage = Stage.WORK, output: Output = Output.LOG) -> Program:
        return Program(name, (*self._ombuds, *arguments), self._surroundings.variables, stage, output)

    def _check_outside(self) -> None:
        check = Program("check", (*PYTHON, "service.embedded.outside"), self._surroundings.variables)
        try:
            self._supervisor.run(check, _ERRAND_SECONDS)
        except ChildFailed as error:
            raise CannotStart(error.detail) from error

    def _upgrade(self) -> None:
        self._supervisor.run(self._program("db-upgrade", "db", "upgrade"), _MIGRATION_SECONDS)
        if self._surroundings.embeds_database:
            stamp.put(self._data)

    def _start_service(self) -> list[str]:
        n_scorers = self._surroundings.settings.n_score_workers
        programs = [
            self._program("api", "serve", stage=Stage.FRONT),
            *(self._program(f"score-{number + 1}", "worker", "score") for number in range(n_scorers)),
            self._program("deliver", "worker", "deliver"),
        ]
        for program in programs:
            self._supervisor.start(program)
        return [program.name for program in programs]

    def _wait_for_valkey(self, socket_path: Path) -> None:
        folder = self._data / "valkey"
        doubted: list[Path] = []

        def look() -> bool | None:
            n_deaths = self._supervisor.n_deaths("valkey")
            if n_deaths == _N_DEATHS_TO_DOUBT_DATA and not doubted:
                doubted.append(valkey.set_aside(folder))
                self._say(f"Valkey cannot read its data; set it aside in {doubted[0]}. Nothing is lost.")
            self._give_up_on(["valkey"], _N_DEATHS_TO_GIVE_UP + _N_DEATHS_TO_DOUBT_DATA)
            return valkey.answers(socket_path)

        self._supervisor.wait(look, _VALKEY_SECONDS, "Valkey did not answer", every=0.01)

    def _wait_until_ready(self, names: list[str], *, is_upgraded: bool) -> None:
        host, port = self._surroundings.settings.host, self._surroundings.settings.port

        def look() -> bool | None:
            nonlocal is_upgraded
            self._give_up_on(names, _N_DEATHS_TO_GIVE_UP)
            found = api.readiness(host, port)
            if found is Readiness.DATABASE and not is_upgraded:  # it is not the database that was stamped
                is_upgraded = True
                self._upgrade()
            return found is Readiness.READY or None

        self._supervisor.wait(look, _READY_SECONDS, "the service did not become ready")

    def _give_up_on(self, names: list[str], n_deaths: int) -> None:
        for name in names:
            if self._supervisor.n_deaths(name) >= n_deaths:
                child = self._supervisor.child(name)
                last = (child.last_lines(1) or ["it said nothing"])[0]
                raise ChildFailed(name, f"it died {n_deaths} times: {last}", child.log)

    def _console(self) -> str:
        """Give the address of the console; on a database of our own, one that signs the development admin in once.

        A database that is not what its stamp says has nobody to sign in yet, and whoever was invited uses a password.
        """
        url = self._surroundings.settings.url
        if not self._surroundings.is_embedded:
            return url
        link = self._program("console-link", "moderator", "development", output=Output.CAPTURED)
        try:
            return self._supervisor.run(link, _ERRAND_SECONDS).strip()
        except CannotStart as error:
            self._say(f"No sign-in link, the service goes on: {error}")
            return url

    def _is_known(self, key: str) -> bool:
        return api.knows_key(self._surroundings.settings.host, self._surroundings.settings.port, key)

    def _new_key(self) -> str:
        """Make the development site, or one more key for it if it is there already, and keep the key."""
        add = partial(self._program, output=Output.CAPTURED)
        try:
            answer = self._supervisor.run(add("site-add", "site", "add", DEV_SITE, "--json"), _ERRAND_SECONDS)
        except ChildFailed:
            answer = self._supervisor.run(
                add("site-key-add", "site", "key", "add", DEV_SITE, "--json"), _ERRAND_SECONDS
            )
        key = str(json.loads(answer)["key"])
        keys.keep(self._key_path, key, replaces=True)
        return key
