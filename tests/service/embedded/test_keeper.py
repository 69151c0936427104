"""The keeper ends what a dead supervisor left, and nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from service.embedded.keeper import Keeper, keep

if TYPE_CHECKING:
    from collections.abc import Iterator

SLEEPER = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)"]


@pytest.fixture
def sleepers() -> Iterator[list[subprocess.Popen[bytes]]]:
    started = [subprocess.Popen(SLEEPER, start_new_session=True) for _ in range(2)]
    yield started
    for process in started:
        process.kill()
        process.wait()


def test_kills_what_is_watched_and_spares_what_is_forgotten(
    sleepers: list[subprocess.Popen[bytes]], is_alive: Any
) -> None:
    watched, forgotten = sleepers

    keep([b"+%d\n" % watched.pid, b"+%d\n" % forgotten.pid, b"-%d\n" % forgotten.pid], wait_seconds=0.1)

    assert watched.wait(5) == -signal.SIGKILL
    assert is_alive(forgotten.pid)


def test_a_group_that_is_gone_already_does_no_harm(sleepers: list[subprocess.Popen[bytes]]) -> None:
    gone, watched = sleepers
    gone.kill()
    gone.wait()

    keep([b"+%d\n" % gone.pid, b"+%d\n" % watched.pid], wait_seconds=0.1)

    assert watched.wait(5) == -signal.SIGKILL


@pytest.mark.kill
def test_a_killed_keeper_is_replaced_and_the_new_one_knows_everything(
    sleepers: list[subprocess.Popen[bytes]], eventually: Any
) -> None:
    keeper = Keeper()
    keeper.watch(sleepers[0].pid)
    os.kill(keeper._process.pid, signal.SIGKILL)
    eventually(lambda: keeper._process.poll() is not None)

    keeper.watch(sleepers[1].pid)
    keeper.close()

    assert [process.wait(5) for process in sleepers] == [-signal.SIGKILL] * 2


@pytest.mark.kill
@pytest.mark.skipif(sys.platform != "linux", reason="only here can we see when it has begun to ignore them")
def test_signals_that_mean_others_do_not_end_it(sleepers: list[subprocess.Popen[bytes]], eventually: Any) -> None:
    keeper = Keeper()
    status = Path(f"/proc/{keeper._process.pid}/status")
    meant_for_others = 1 << signal.SIGTERM - 1 | 1 << signal.SIGINT - 1
    eventually(
        lambda: int(status.read_text().split("SigIgn:")[1].split()[0], 16) & meant_for_others == meant_for_others
    )
    os.kill(keeper._process.pid, signal.SIGTERM)

    keeper.watch(sleepers[0].pid)
    keeper.close()

    assert sleepers[0].wait(5) == -signal.SIGKILL
