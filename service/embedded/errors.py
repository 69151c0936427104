"""Every way `ombuds up` says no, each a single line that tells what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation.errors import OmbudsError

if TYPE_CHECKING:
    from pathlib import Path


class CannotStart(OmbudsError):
    """The root: the run cannot begin, or did not become ready."""


class PortTaken(CannotStart):
    """Another program listens where the API should."""

    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self.port = port
        super().__init__(f"port {port} on {host} is in use; stop the other program, or choose a port with OMBUDS_PORT")


class CannotListen(CannotStart):
    """The address is not this machine's, or not for this user."""

    def __init__(self, host: str, port: int, detail: str) -> None:
        self.host = host
        self.port = port
        super().__init__(f"cannot listen on {host}, port {port}: {detail}; set OMBUDS_HOST and OMBUDS_PORT")


class FolderRefused(CannotStart):
    """The data folder cannot be made or written."""

    def __init__(self, folder: Path, detail: str) -> None:
        self.folder = folder
        super().__init__(f"cannot write to the data folder {folder}: {detail}; choose another with OMBUDS_DATA")


class AlreadyRunning(CannotStart):
    """Another `ombuds up` holds the data folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(f"another `ombuds up` runs on {folder}; stop it, or choose a folder with OMBUDS_DATA")


class ProgramMissing(CannotStart):
    """No Valkey for this system came with the installation, and none is on the path."""

    def __init__(self) -> None:
        super().__init__("found no valkey-server for this system; install Valkey, or set REDIS_URL to one that runs")


class ChildFailed(CannotStart):
    """A program that should have done its work, or kept running, ended instead."""

    def __init__(self, name: str, detail: str, log: Path) -> None:
        self.name = name
        self.detail = detail
        self.log = log
        super().__init__(f"{name} failed: {detail} (log: {log})")


class TooSlow(CannotStart):
    """Something did not happen in time."""

    def __init__(self, what: str, seconds: float, logs: Path) -> None:
        self.what = what
        self.seconds = seconds
        super().__init__(f"{what} within {seconds:g} s; the logs in {logs} may tell why")
