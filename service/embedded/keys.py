"""Development secrets: made on the first run, kept in the data folder, readable by their owner alone."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FOLDER = "secrets"
SERVER_SECRET = "server-secret"  # noqa: S105 - a file's name
SITE_KEY = "dev-site-key"

_PRIVATE = 0o600


def server_secret(data: Path) -> str:
    """Read the development server secret, or make it: 64 hexadecimal digits."""
    return kept(data / FOLDER / SERVER_SECRET, lambda: secrets.token_hex(32))


def kept(path: Path, make: Callable[[], str]) -> str:
    """Read a secret, or make and keep it. A secret that is there is never made anew."""
    secret = read(path)
    if secret is None:
        keep(path, make())
        secret = read(path)
    if secret is None:
        raise FileNotFoundError(path)
    return secret


def read(path: Path) -> str | None:
    """Read a secret; None when there is none. A file that others could read is closed to them."""
    try:
        with path.open(encoding="utf-8") as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                os.fchmod(file.fileno(), _PRIVATE)
            return file.read().strip() or None
    except FileNotFoundError:
        return None


def keep(path: Path, secret: str, *, replaces: bool = False) -> None:
    """Write a secret whole or not at all, never readable by others for an instant.

    If one is there already, it stays, unless this one `replaces` it.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(f"{secret}\n")
            file.flush()
            os.fsync(file.fileno())
        if replaces:
            draft.replace(path)
        else:
            _link(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _link(draft: Path, path: Path) -> None:
    """Give the draft its name, unless the name is taken: unlike a rename, a link never overwrites."""
    try:
        os.link(draft, path)
    except FileExistsError:
        return
