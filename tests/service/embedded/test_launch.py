"""The run's steps and refusals, with real Valkey and signals, and a stand-in for the service itself."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[3]

DRIVER = """
import os, sys
from moderation.errors import OmbudsError
from service.embedded import launch

try:
    launch.run(
        os.environ,
        lambda text: print(text, flush=True),
        lambda text: print(text, file=sys.stderr, flush=True),
        (sys.executable, "-I", sys.argv[1]),
    )
except OmbudsError as error:
    print(f"Error: {error}", file=sys.stderr)
    sys.exit(1)
"""

STAND_IN = """
import json, os, sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

site = Path(os.environ["OMBUDS_DATA"], "site")
database = Path(os.environ["OMBUDS_DATA"], "ombuds.sqlite3")
failing = os.environ.get("FAILING", "none")
arguments = sys.argv[1:]
command = " ".join(arguments[:3] if arguments[:2] == ["site", "key"] else arguments[:2])
if command.startswith(failing):
    sys.exit(f"something\\nError: {command} cannot work")
if command == "site add":
    if site.exists():
        sys.exit("Error: the site is there already")
    site.write_text("key-1")
if command == "site key add":
    site.write_text("key-2")
if command.startswith("site"):
    print(json.dumps({"site": "dev", "key": site.read_text()}))
elif command == "serve":
    class Request(BaseHTTPRequestHandler):
        def do_GET(self):
            knows = site.exists() and self.headers["Authorization"] == f"Bearer {site.read_text()}"
            is_migrated = not database.exists() or database.read_text() == "migrated"
            if self.path == "/readyz" and not is_migrated:
                self.send_response(503)
                self.end_headers()
                self.wfile.write(json.dumps({"checks": {"database": "it is at no revision"}}).encode())
                return
            self.send_response(200 if self.path == "/readyz" or knows else 401)
            self.end_headers()
    ThreadingHTTPServer((os.environ["OMBUDS_HOST"], int(os.environ["OMBUDS_PORT"])), Request).serve_forever()
elif command == "moderator development":
    print(f"http://127.0.0.1:{os.environ['OMBUDS_PORT']}/links/once")
elif command == "db upgrade":
    with Path(os.environ["OMBUDS_DATA"], "upgrades").open("a") as upgrades:
        upgrades.write("once\\n")
    if "DATABASE_URL" in os.environ:
        database.write_text("migrated")
else:
    time.sleep(60)
"""


class Run:
    """A run that was begun."""

    def __init__(self, data: Path, process: subprocess.Popen[str]) -> None:
        self.data = data
        self.process = process

    def wait_until_serving(self) -> str:
        """Read what is shown until the run serves."""
        shown = ""
        for line in self.process.stdout or []:
            shown += line
            if line.startswith("Serving"):
                return shown
        raise AssertionError(shown + (self.process.stderr.read() if self.process.stderr else ""))

    def stop(self) -> tuple[int, str]:
        """Interrupt it; gives the exit code and what it said."""
        self.process.send_signal(signal.SIGINT)
        return self.ended()

    def ended(self) -> tuple[int, str]:
        """Wait for the end; gives the exit code and what it said."""
        _, said = self.process.communicate(timeout=30)
        return self.process.returncode, said


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Callable[..., Run]]:
    stand_in = tmp_path / "stand_in.py"
    stand_in.write_text(STAND_IN)
    ours = ("OMBUDS_", "DATABASE_URL", "REDIS_URL")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    begun: list[Run] = []

    def start(data: Path = tmp_path / "var", **variables: str) -> Run:
        settings = {"PYTHONPATH": str(ROOT), "OMBUDS_PORT": "0", "OMBUDS_HOST": "127.0.0.1", "OMBUDS_TOUR": "0"}
        process = subprocess.Popen(
            [sys.executable, "-c", DRIVER, str(stand_in)],
            cwd=tmp_path,
            env=clean | settings | {"OMBUDS_DATA": str(data)} | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        begun.append(Run(data, process))
        return begun[-1]

    yield start
    for run in begun:
        run.process.kill()
        run.process.communicate()


def left_running(data: Path) -> list[psutil.Process]:
    """Find processes that have this data folder in their environment or arguments."""
    found = []
    for process in psutil.process_iter():
        try:
            mentions = process.environ().get("OMBUDS_DATA") == str(data) or str(data) in " ".join(process.cmdline())
        except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            continue
        if mentions and process.status() != psutil.STATUS_ZOMBIE:
            found.append(process)
    return found


def refusal(run: Run) -> str:
    """Insist that the run ended by itself, badly, with nothing left; gives its last line."""
    code, said = run.ended()
    assert code == 1
    assert left_running(run.data) == []
    return said.splitlines()[-1]


@pytest.mark.kill
def test_shows_where_everything_is_and_stops_cleanly(begin: Callable[..., Run]) -> None:
    run = begin()
    shown = run.wait_until_serving()
    assert re.search(r"Console +http://127\.0\.0\.1:\d+/links/once   \(signs in once\)\n", shown)
    assert re.search(r"API +http://127\.0\.0\.1:\d+/v1\n", shown)
    assert re.search(r"Reference +http://127\.0\.0\.1:\d+/docs\n", shown)
    assert re.search(r"Key +key-1 ", shown)
    assert f"{run.data}\n" in shown
    assert "curl -sS" in shown

    code, said = run.stop()

    assert code == 0
    assert said.splitlines()[-1] == "Stopped."
    assert left_running(run.data) == []


@pytest.mark.kill
def test_a_second_run_shows_the_same_key(begin: Callable[..., Run]) -> None:
    for _ in range(2):
        run = begin()
        assert " key-1 " in run.wait_until_serving()
        run.stop()
    assert (run.data / "secrets" / "dev-site-key").stat().st_mode & 0o777 == 0o600


@pytest.mark.kill
def test_a_key_that_a_new_database_does_not_know_is_replaced(begin: Callable[..., Run]) -> None:
    run = begin()
    run.wait_until_serving()
    run.stop()
    (run.data / "secrets" / "dev-site-key").write_text("key-of-long-ago")
    assert " key-2 " in begin().wait_until_serving()


@pytest.mark.kill
def test_a_lost_key_is_replaced_by_another_for_the_same_site(begin: Callable[..., Run]) -> None:
    run = begin()
    run.wait_until_serving()
    run.stop()
    (run.data / "secrets" / "dev-site-key").unlink()
    assert " key-2 " in begin().wait_until_serving()


@pytest.mark.kill
def test_a_migrated_database_is_migrated_again_only_if_the_service_asks_for_it(
    begin: Callable[..., Run], tmp_path: Path
) -> None:
    data = tmp_path / "var"

    def n_upgrades_after_a_run() -> int:
        run = begin(data)
        run.wait_until_serving()
        run.stop()
        return len((data / "upgrades").read_text().splitlines())

    assert [n_upgrades_after_a_run(), n_upgrades_after_a_run()] == [1, 1]
    (data / "ombuds.sqlite3").write_text("a database of long ago, put in its place")
    assert n_upgrades_after_a_run() == 2


@pytest.mark.kill
def test_valkey_data_that_cannot_be_read_is_set_aside(begin: Callable[..., Run]) -> None:
    run = begin()
    run.wait_until_serving()
    run.stop()
    (manifest,) = (run.data / "valkey" / "appendonlydir").glob("*.manifest")
    manifest.write_text("nonsense\n")
    again = begin()
    again.wait_until_serving()
    code, said = again.stop()
    assert code == 0
    assert "Valkey cannot read its data" in said
    assert (run.data / "valkey-unreadable-1" / "appendonlydir").exists()


@pytest.mark.kill
def test_a_killed_run_leaves_nothing_and_the_next_begins_at_once(begin: Callable[..., Run], eventually: Any) -> None:
    run = begin()
    run.wait_until_serving()
    run.process.kill()
    begin().wait_until_serving()
    run.process.wait()
    eventually(lambda: len([one for one in left_running(run.data) if "serve" in one.cmdline()]) == 1)


@pytest.mark.kill
def test_a_second_run_on_the_same_folder_is_refused(begin: Callable[..., Run]) -> None:
    begin().wait_until_serving()
    code, said = begin().ended()
    assert code == 1
    assert "another `ombuds up` runs on" in said
    assert len(said.splitlines()) == 1


def test_a_port_in_use_is_refused_in_one_line(begin: Callable[..., Run]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run = begin(OMBUDS_PORT=str(port))
        line = refusal(run)
    assert f"port {port} on 127.0.0.1 is in use" in line
    assert "OMBUDS_PORT" in line


def test_a_folder_that_cannot_be_written_is_refused_in_one_line(begin: Callable[..., Run], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "OMBUDS_DATA" in refusal(begin(data=tmp_path / "file" / "var"))


@pytest.mark.parametrize(
    "variables",
    [{"REDIS_URL": "redis://127.0.0.1:1/0"}, {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}],
    ids=["redis", "database"],
)
def test_a_part_that_does_not_answer_is_refused_in_one_line(
    begin: Callable[..., Run], variables: dict[str, str]
) -> None:
    assert "cannot be reached" in refusal(begin(**variables))


def test_a_setting_that_makes_no_sense_is_refused_in_one_line(begin: Callable[..., Run]) -> None:
    assert refusal(begin(OMBUDS_PORT="eighty")).startswith("Error: OMBUDS_PORT")


def test_a_migration_that_fails_is_told_in_its_own_words(begin: Callable[..., Run]) -> None:
    line = refusal(begin(FAILING="db upgrade"))
    assert "db upgrade cannot work" in line


def test_an_api_that_keeps_dying_ends_the_start(begin: Callable[..., Run]) -> None:
    assert "died 3 times: Error: serve cannot work" in refusal(begin(FAILING="serve"))


@pytest.mark.kill
@pytest.mark.parametrize(("command", "name"), [("worker score", "score-1"), ("sweep", "sweep")])
def test_a_part_that_keeps_dying_later_is_told_and_restarted(
    begin: Callable[..., Run], command: str, name: str
) -> None:
    run = begin(FAILING=command)
    run.wait_until_serving()
    deaths = (line for line in run.process.stderr or [] if line.startswith(f"{name} died (exit code 1)"))
    assert [next(deaths) for _ in range(2)]
    assert run.stop()[0] == 0


def test_no_valkey_data_is_needed_to_begin_again(begin: Callable[..., Run]) -> None:
    run = begin()
    run.wait_until_serving()
    run.stop()
    shutil.rmtree(run.data / "valkey")
    begin().wait_until_serving()


@pytest.mark.kill
def test_without_a_sign_in_link_the_service_goes_on(begin: Callable[..., Run]) -> None:
    run = begin(FAILING="moderator")
    assert re.search(r"Console +http://127\.0\.0\.1:\d+\n", run.wait_until_serving())
    code, said = run.stop()
    assert code == 0
    assert "No sign-in link, the service goes on: " in said
