"""`ombuds serve`, `worker` and `sweep`: programs that become other programs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.errors import NoVersion
from models.folders import SHIPPED
from moderation.dispatch import Bell
from moderation.settings import Settings
from service.cli.run import server

Ombuds = Callable[..., subprocess.CompletedProcess[str]]


def test_the_server_listens_where_the_settings_say_with_their_threads(settings: Settings) -> None:
    command = server(settings, "module:app")
    pairs = {command[at]: command[at + 1] for at in range(len(command) - 1) if command[at].startswith("--")}
    assert command[0] == "granian"
    assert (pairs["--host"], pairs["--port"]) == (settings.host, str(settings.port))
    assert (pairs["--workers"], pairs["--blocking-threads"]) == (str(settings.n_processes), str(settings.n_threads))
    assert pairs["--interface"] == "wsgi"
    assert command[-1] == "module:app"
    assert "--access-log" not in command


@pytest.mark.parametrize("words", [("serve",), ("worker", "score"), ("worker", "deliver"), ("sweep",)])
def test_nonsense_in_the_environment_is_one_line_before_anything_starts(ombuds: Ombuds, words: tuple[str, ...]) -> None:
    ran = ombuds(*words, OMBUDS_THREADS="many")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == "Error: OMBUDS_THREADS: 'many' is not a whole number\n"


@pytest.mark.parametrize("bell", ["score", "deliver"])
def test_a_worker_that_is_not_there_fails_its_check(ombuds: Ombuds, bell: str) -> None:
    ran = ombuds("worker", "check", bell)
    assert ran.returncode == 1
    assert ran.stderr == f"Error: no {bell} worker was alive within the last minute\n"


def test_a_worker_that_is_alive_passes_its_check(ombuds: Ombuds, dispatcher: Any) -> None:
    dispatcher.beat(Bell.SCORE)
    ran = ombuds("worker", "check", "score")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "alive\n")


def test_a_port_in_use_is_one_line_and_a_status(served: Any, ombuds: Ombuds) -> None:
    ran = ombuds("serve", OMBUDS_PORT=str(served.address[1]))
    assert (ran.returncode, ran.stdout) == (1, "")
    assert str(served.address[1]) in ran.stderr
    assert ran.stderr.count("\n") == 1


@pytest.mark.parametrize("program", [("service.cli", "serve"), ("worker", "score")])
def test_an_install_without_a_classifier_is_one_line_and_a_status(
    environment: dict[str, str], tmp_path: Path, program: tuple[str, str]
) -> None:
    models = tmp_path / "models"
    models.mkdir()
    for one in SHIPPED.parent.iterdir():
        if one != SHIPPED:
            (models / one.name).symlink_to(one)
    path = os.pathsep.join([str(tmp_path), str(SHIPPED.parents[1])])
    ran = subprocess.run(
        [sys.executable, "-P", "-m", *program],
        env={**os.environ, **environment, "PYTHONPATH": path},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == f"Error: {NoVersion()}\n"
