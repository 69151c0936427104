"""The supervisor: keeps a set of programs running, restarts what dies, and stops everything within five seconds."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, TypeVar

from service.embedded.children import Child, Program, Stage
from service.embedded.errors import ChildFailed, TooSlow
from service.embedded.keeper import Keeper

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path
    from types import FrameType, TracebackType

_T = TypeVar("_T")

FRONT_SECONDS = 1.5
"""How long stopping waits for the API before the workers are asked too; the API may still go on until KILL_SECONDS."""
KILL_SECONDS = 3.8
"""What has not stopped by then, counted from the signal, is killed."""
CARRIER_SECONDS = 4.4
"""The same for Valkey, which is asked only when nobody needs it any more."""

QUICK_SECONDS = 20.0
"""A child that lived shorter than this (loading takes seconds) died quickly: its next one waits twice as long."""
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 10.0

_N_LINES_SHOWN = 8
_N_DEATHS_SHOWN = 2
_TICK_SECONDS = 0.5


class Stopping(Exception):
    """SIGINT, SIGTERM or SIGHUP came; leave the `with` block of the supervisor, which stops everything."""


@dataclass(slots=True)
class _Post:
    """A program's place: the child that holds it now, and when the next one may."""

    child: Child
    n_deaths: int = 0
    n_quick_deaths: int = 0
    restart_at: float | None = None


class Supervisor:
    """A context in which programs run. Leaving it stops them all, API first, Valkey last. For the main thread only.

    Args:
        logs: The folder of the children's logs.
        say: Told, in a line or a few, when a child dies.
        held: File descriptors that stay open until the last child is gone, even if the supervisor is killed.
    """

    def __init__(self, logs: Path, say: Callable[[str], None], held: Iterable[int] = ()) -> None:
        self.logs = logs
        self._say = say
        self._held = tuple(held)
        self._posts: dict[str, _Post] = {}
        self._errands: list[Child] = []
        self._n_signals = 0
        self._signalled_at: float | None = None
        self._former: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        """Take over the signals, even those that the parent had ignored or blocked."""
        self._bell, self._rope = os.pipe()
        os.set_blocking(self._bell, False)
        os.set_blocking(self._rope, False)
        self._former_rope = signal.set_wakeup_fd(self._rope, warn_on_full_buffer=False)
        stopping = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # `nohup` means it
            stopping.append(signal.SIGHUP)
        for number in stopping:
            self._former[number] = signal.signal(number, self._note)
        # Were SIGCHLD ignored, as some parents leave it, the kernel would throw exit codes away.
        self._former[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, self._former)
        self._keeper = Keeper(self._held)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop every child and give the signals back."""
        self.stop()
        self._keeper.close()
        for number, former in self._former.items():
            signal.signal(number, former)
        signal.set_wakeup_fd(self._former_rope)
        os.close(self._bell)
        os.close(self._rope)

    def start(self, program: Program) -> None:
        """Start a program and keep it running from now on."""
        self._posts[program.name] = _Post(self._spawn(program))

    def child(self, name: str) -> Child:
        """Show the child that runs, or ran last, under this name."""
        return self._posts[name].child

    def n_deaths(self, name: str) -> int:
        """Tell how often the program has died."""
        return self._posts[name].n_deaths

    def begin(self, program: Program) -> Child:
        """Start an errand: a program that does one thing and ends, and is not restarted. See `finish`."""
        child = self._spawn(program)
        self._errands.append(child)
        return child

    def finish(self, errand: Child, seconds: float) -> str:
        """Wait for an errand and hand over its captured output (a pipe's fill at most).

        Raises:
            ChildFailed: it ended with an error; the message holds its own last line.
            TooSlow: it did not end within `seconds`, and was killed.
            Stopping: a signal came first.
        """
        code = self.wait(lambda: errand.exit_code, seconds, f"{errand.program.name} did not end")
        self._errands.remove(errand)
        self._bury(errand)
        answer = errand.answer()
        if code:
            raise ChildFailed(errand.program.name, (errand.last_lines(1) or [_way_to_die(code)])[0], errand.log)
        return answer

    def run(self, program: Program, seconds: float) -> str:
        """Run an errand from begin to end; as `finish`."""
        return self.finish(self.begin(program), seconds)

    def wait(self, look: Callable[[], _T | None], seconds: float, what: str, every: float = 0.03) -> _T:
        """Look again and again until there is something to see, minding children and signals meanwhile.

        Raises:
            TooSlow: nothing within `seconds`; `what` begins its message.
            Stopping: a signal came first.
        """
        until = time.monotonic() + seconds
        while True:
            self._mind()
            if (seen := look()) is not None:
                return seen
            if time.monotonic() > until:
                raise TooSlow(what, seconds, self.logs)
            self._sleep(every)

    def keep_running(self) -> None:
        """Mind the children until a signal comes.

        Raises:
            Stopping: it came. The only way out.
        """
        while True:
            self._mind()
            self._sleep(_TICK_SECONDS)

    def stop(self) -> None:
        """Stop every child: SIGTERM stage by stage, SIGKILL for the slow. A second signal kills at once."""
        begun = self._signalled_at or time.monotonic()
        children = [*self._errands, *(post.child for post in self._posts.values())]
        front, work, carrier = ([child for child in children if child.program.stage == stage] for stage in Stage)
        self._ask(front, begun + FRONT_SECONDS)
        self._ask(work, begun + KILL_SECONDS)
        self._wait_for_end(front, begun + KILL_SECONDS)
        for child in front + work:
            self._bury(child)
        self._ask(carrier, begun + CARRIER_SECONDS)
        for child in carrier:
            self._bury(child)
        for errand in self._errands:
            errand.answer()
        self._posts.clear()
        self._errands.clear()

    def _ask(self, children: list[Child], until: float) -> None:
        """Ask the children to stop and wait for them, at most `until`, and not at all after a second signal."""
        for child in children:
            child.ask_to_stop()
        self._wait_for_end(children, until)

    def _wait_for_end(self, children: list[Child], until: float) -> None:
        while any(child.exit_code is None for child in children):
            left = until - time.monotonic()
            if left <= 0 or self._n_signals > 1:
                return
            self._sleep(min(left, _TICK_SECONDS))

    def _spawn(self, program: Program) -> Child:
        child = Child(program, self.logs)
        self._keeper.watch(child.group)
        return child

    def _bury(self, child: Child) -> None:
        """End what is left of a child and its group, and reap it: no zombies, no orphans."""
        child.kill()
        child.process.wait()
        self._keeper.forget(child.group)

    def _mind(self) -> None:
        if self._n_signals:
            raise Stopping
        now = time.monotonic()
        for post in self._posts.values():
            if post.restart_at is None and post.child.exit_code is not None:
                self._mourn(post, now)
            if post.restart_at is not None and post.restart_at <= now:
                post.child = self._spawn(post.child.program)
                post.restart_at = None

    def _mourn(self, post: _Post, now: float) -> None:
        """Bury a child that died, say so, and set the time for its successor."""
        child = post.child
        self._bury(child)
        post.n_deaths += 1
        post.n_quick_deaths = post.n_quick_deaths + 1 if child.lived_seconds < QUICK_SECONDS else 0
        pause = min(FIRST_PAUSE_SECONDS * 2 ** max(post.n_quick_deaths - 1, 0), LONGEST_PAUSE_SECONDS)
        post.restart_at = now + pause
        lines = [
            f"{child.program.name} died ({_way_to_die(child.process.returncode)}), restarting it; log: {child.log}"
        ]
        if post.n_quick_deaths <= _N_DEATHS_SHOWN:
            lines += [f"  | {line}" for line in child.last_lines(_N_LINES_SHOWN)]
        self._say("\n".join(lines))

    def _sleep(self, seconds: float) -> None:
        """Sleep until a signal or a child's death wakes us, at most `seconds`."""
        ready, _, _ = select.select([self._bell], [], [], seconds)
        if ready:
            with contextlib.suppress(BlockingIOError):
                os.read(self._bell, 4_096)

    def _note(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - Python's signature
        self._n_signals += 1
        self._signalled_at = self._signalled_at or time.monotonic()


def _way_to_die(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
