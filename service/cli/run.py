"""The long-running parts, one a command: the API, the workers, the sweep."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

import click

from models import folders
from moderation import settings
from moderation.settings import Settings
from service.embedded import preflight

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""On one thread the same labels give the same numbers, and training leaves the other cores alone."""


@click.command(epilog="\b\nExample:\n  OMBUDS_HOST=0.0.0.0 OMBUDS_PORT=8000 ombuds serve\n")
def serve() -> None:
    """Serve the API over HTTP."""
    read = settings.read()
    preflight.free_port(read.host, read.port)  # the server itself would share a taken port, and nobody would notice
    folders.newest()  # without a version the server would start its processes again for ever
    if read.n_processes > 1:
        os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="ombuds-metrics-"))
    _become(*server(read, "service.wsgi:app"))


def server(read: Settings, application: str) -> tuple[str, ...]:
    """Write the HTTP server's command line for an application (`module:name`)."""
    return (
        *("granian", "--interface", "wsgi", "--host", read.host, "--port", str(read.port)),
        *("--workers", str(read.n_processes), "--blocking-threads", str(read.n_threads)),
        *("--backlog", "1024", "--no-ws", "--http", "1", "--log-level", "warning", "--respawn-failed-workers"),
        *("--workers-kill-timeout", "3", "--working-dir", str(Path(__file__).parents[2]), application),
    )


@click.group()
def worker() -> None:
    """Do the work that the API queues."""


@worker.command(epilog="\b\nExample:\n  ombuds worker score\n")
def score() -> None:
    """Score pending comments. Start as many as there are cores to spare."""
    _become("worker", "score")


@worker.command(epilog="\b\nExample:\n  ombuds worker deliver\n")
def deliver() -> None:
    """Deliver decisions to webhooks. One is enough for most newsrooms."""
    _become("worker", "deliver")


@worker.command(epilog="\b\nExample:\n  ombuds worker retrain\n")
def retrain() -> None:
    """Retrain the classifier when it is asked for. One is enough; it lets everything else go first."""
    os.environ |= dict.fromkeys(_THREADS, "1")
    _become("worker", "retrain")


@worker.command(epilog="\b\nExample:\n  ombuds worker check score\n")
@click.argument("bell", type=click.Choice(["score", "deliver", "retrain"]))
def check(bell: str) -> None:
    """Tell whether a worker for this work was alive within the last minute (for health checks)."""
    from moderation import dispatch  # noqa: PLC0415  the other commands here start faster without Redis' client
    from moderation.dispatch import Bell, Dispatcher  # noqa: PLC0415

    if not Dispatcher(dispatch.connect(settings.read().redis_url)).is_worked(Bell(bell)):
        raise click.ClickException(f"no {bell} worker was alive within the last minute")
    click.echo("alive", err=True)


@click.command(epilog="\b\nExample:\n  ombuds sweep\n")
def sweep() -> None:
    """Find every two seconds what Redis forgot. One is enough; more do no harm."""
    _become("worker", "sweep")


def _become(*module_and_arguments: str) -> NoReturn:
    """Become another program of this environment: no process in between that could outlive or hide it."""
    settings.read()  # nonsense in the environment is said here, in one line
    os.execv(sys.executable, [sys.executable, "-P", "-m", *module_and_arguments])  # noqa: S606  no shell is meant
