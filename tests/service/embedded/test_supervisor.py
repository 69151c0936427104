"""The supervisor, with real small programs under it and real signals upon it."""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from service.embedded.children import Output, Program, Stage
from service.embedded.errors import ChildFailed, TooSlow
from service.embedded.supervisor import Supervisor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SLEEPS = "time.sleep(60)"
SAYS_SOMETHING = "print('I am here', file=sys.stderr, flush=True); time.sleep(60)"
NOTES_THAT_IT_WAS_ASKED = (
    "signal.signal(signal.SIGTERM, lambda *_: open(f'{folder}/asked', 'w').close())\n"
    "open(f'{folder}/{name}.set', 'w').close()\n"
    "while True: time.sleep(1)"
)
IGNORES_SIGTERM = (
    "signal.signal(signal.SIGTERM, signal.SIG_IGN); print(file=open(f'{folder}/{name}.set', 'w')); time.sleep(60)"
)
COUNTS_HOW_OFTEN_IT_IS_ASKED = (
    "def note(*_):\n"
    "    with open(f'{folder}/asked', 'a') as file: file.write('.')\n"
    "signal.signal(signal.SIGTERM, note)\n"
    "open(f'{folder}/{name}.set', 'w').close()\n"
    "while True: time.sleep(1)"
)
HAS_A_CHILD = (
    "import subprocess; child = subprocess.Popen([sys.executable, '-I', '-S', '-c', 'import time; time.sleep(60)']); "
    "print(child.pid, file=open(f'{folder}/grandchild.pids', 'w')); time.sleep(60)"
)
NOTES_ITS_END = (
    "def end(*_):\n"
    "    with open(f'{folder}/ends', 'a') as file: print(name, file=file)\n"
    "    sys.exit(0)\n"
    "signal.signal(signal.SIGTERM, end); print(file=open(f'{folder}/{name}.set', 'w'))\n"
    "while True: time.sleep(1)"
)


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, said: list[str]) -> Iterator[Supervisor]:
    with Supervisor(tmp_path, said.append) as running:
        yield running


def errand(code: str, output: Output = Output.CAPTURED) -> Program:
    return Program("errand", (sys.executable, "-I", "-S", "-c", code), dict(os.environ), Stage.WORK, output)


@pytest.mark.kill
def test_restarts_a_child_that_dies_and_tells_its_last_lines(drive: Any, eventually: Any, is_alive: Any) -> None:
    driven = drive(f"supervisor.start(program('one', {SAYS_SOMETHING!r}))")
    eventually(lambda: len(driven.pids("one")) == 1 and "I am here" in (driven.folder / "one.log").read_text())

    os.kill(driven.pids("one")[0], signal.SIGKILL)

    eventually(lambda: len(driven.pids("one")) == 2)
    assert is_alive(driven.pids("one")[1])
    driven.stop(signal.SIGTERM)
    told = driven.process.stderr.read()
    assert "one died (killed by SIGKILL)" in told
    assert "| I am here" in told


def test_waits_longer_each_time_when_a_child_dies_quickly(supervisor: Supervisor, said: list[str]) -> None:
    supervisor.start(errand("raise SystemExit('cannot begin')", Output.LOG))
    begun = time.monotonic()

    supervisor.wait(lambda: supervisor.n_deaths("errand") >= 4 or None, 10, "it did not die")

    assert time.monotonic() - begun > 0.1 + 0.2 + 0.4
    assert "  | cannot begin" in said[0]
    assert "\n" not in said[3]


@pytest.mark.kill
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything_within_five_seconds(
    drive: Any, eventually: Any, is_alive: Any, number: signal.Signals
) -> None:
    if number == signal.SIGHUP and signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:
        pytest.skip("this run is under nohup, which is respected")
    driven = drive(f"for name in ('a', 'b', 'c'): supervisor.start(program(name, {SLEEPS!r}))")
    eventually(lambda: all(driven.pids(name) for name in "abc"))

    assert driven.stop(number) < 5

    assert driven.process.returncode == 0
    assert not any(is_alive(driven.pids(name)[0]) for name in "abc")


@pytest.mark.kill
def test_handlers_are_installed_even_where_the_parent_ignored_and_blocked_them(
    drive: Any, eventually: Any, is_alive: Any
) -> None:
    driven = drive(
        f"supervisor.start(program('one', {SLEEPS!r}))", ignoring=(signal.SIGINT, signal.SIGTERM, signal.SIGCHLD)
    )
    eventually(lambda: driven.pids("one"))

    assert driven.stop(signal.SIGINT) < 5

    assert not is_alive(driven.pids("one")[0])


@pytest.mark.kill
def test_nohup_is_respected(drive: Any, eventually: Any) -> None:
    driven = drive(f"supervisor.start(program('one', {SLEEPS!r}))", ignoring=(signal.SIGHUP,))
    eventually(lambda: driven.pids("one"))
    driven.process.send_signal(signal.SIGHUP)
    os.kill(driven.pids("one")[0], signal.SIGKILL)

    eventually(lambda: len(driven.pids("one")) == 2)


@pytest.mark.kill
def test_a_child_that_will_not_stop_is_killed_in_time(drive: Any, eventually: Any, is_alive: Any) -> None:
    lines = f"""
supervisor.start(program('front', {IGNORES_SIGTERM!r}, Stage.FRONT))
supervisor.start(program('work', {IGNORES_SIGTERM!r}))
supervisor.start(program('carrier', {IGNORES_SIGTERM!r}, Stage.CARRIER))
"""
    driven = drive(lines)
    eventually(lambda: len(list(driven.folder.glob("*.set"))) == 3)

    assert 3 < driven.stop(signal.SIGINT) < 5

    assert not any(is_alive(driven.pids(name)[0]) for name in ("front", "work", "carrier"))


@pytest.mark.kill
def test_a_second_signal_stops_at_once(drive: Any, eventually: Any, is_alive: Any) -> None:
    driven = drive(f"supervisor.start(program('one', {NOTES_THAT_IT_WAS_ASKED!r}))")
    eventually((driven.folder / "one.set").exists)
    driven.process.send_signal(signal.SIGINT)
    eventually((driven.folder / "asked").exists)

    assert driven.stop(signal.SIGINT) < 2

    assert not is_alive(driven.pids("one")[0])


@pytest.mark.kill
def test_nobody_is_asked_twice(drive: Any, eventually: Any) -> None:
    driven = drive(f"supervisor.start(program('slow', {COUNTS_HOW_OFTEN_IT_IS_ASKED!r}, Stage.FRONT))")
    eventually((driven.folder / "slow.set").exists)
    driven.stop(signal.SIGTERM)
    assert (driven.folder / "asked").read_text() == "."


@pytest.mark.kill
def test_what_takes_work_in_stops_first_and_what_carries_it_last(drive: Any, eventually: Any) -> None:
    lines = f"""
supervisor.start(program('carrier', {NOTES_ITS_END!r}, Stage.CARRIER))
supervisor.start(program('work', {NOTES_ITS_END!r}))
supervisor.start(program('front', {NOTES_ITS_END!r}, Stage.FRONT))
"""
    driven = drive(lines)
    eventually(lambda: len(list(driven.folder.glob("*.set"))) == 3)

    assert driven.stop(signal.SIGTERM) < 5

    assert (driven.folder / "ends").read_text().split() == ["front", "work", "carrier"]


@pytest.mark.kill
def test_children_and_their_children_die_with_a_supervisor_that_is_killed(
    drive: Any, eventually: Any, is_alive: Any
) -> None:
    lines = f"supervisor.start(program('one', {SLEEPS!r})); supervisor.start(program('two', {HAS_A_CHILD!r}))"
    driven = drive(lines)
    eventually(lambda: all(driven.pids(name) for name in ("one", "two", "grandchild")))

    driven.process.kill()

    everyone = [driven.pids(name)[0] for name in ("one", "two", "grandchild")]
    eventually(lambda: not any(is_alive(pid) for pid in everyone), 5)


@pytest.mark.kill
def test_a_child_that_dies_takes_its_own_children_along(drive: Any, eventually: Any, is_alive: Any) -> None:
    driven = drive(f"supervisor.start(program('one', {HAS_A_CHILD!r}))")
    eventually(lambda: driven.pids("grandchild"))
    orphan = driven.pids("grandchild")[0]

    os.kill(driven.pids("one")[0], signal.SIGKILL)

    eventually(lambda: not is_alive(orphan))


def test_an_errand_hands_over_what_it_printed(supervisor: Supervisor) -> None:
    assert supervisor.run(errand("print('done')"), 10) == "done\n"


def test_an_errand_that_fails_is_told_with_its_last_line(supervisor: Supervisor) -> None:
    with pytest.raises(ChildFailed, match="errand failed: the disk is full"):
        supervisor.run(errand("raise SystemExit('first\\nthe disk is full')"), 10)


def test_an_errand_that_says_nothing_is_told_by_its_exit_code(supervisor: Supervisor) -> None:
    with pytest.raises(ChildFailed, match="errand failed: exit code 3"):
        supervisor.run(errand("raise SystemExit(3)"), 10)


def test_an_errand_that_takes_too_long_is_refused_and_does_not_stay(
    supervisor: Supervisor, is_alive: Callable[[int], bool]
) -> None:
    child = supervisor.begin(errand("import time; time.sleep(60)"))
    with pytest.raises(TooSlow, match=r"errand did not end within 0\.1 s"):
        supervisor.finish(child, 0.1)
    supervisor.stop()
    assert not is_alive(child.group)


def test_a_long_log_is_set_aside_when_its_program_starts(supervisor: Supervisor, tmp_path: Path) -> None:
    (tmp_path / "errand.log").write_bytes(b"x" * 6_000_000)
    supervisor.run(errand("import sys; print('anew', file=sys.stderr)"), 10)
    assert (tmp_path / "errand.log").read_text() == "anew\n"
    assert (tmp_path / "errand.log.1").stat().st_size == 6_000_000
