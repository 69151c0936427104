"""What `ombuds up` prints when it is ready: addresses, the key, and a line to paste."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

from service.embedded import api, keys

if TYPE_CHECKING:
    from service.embedded.environment import Environment

EXAMPLE = {
    "id": "my-first-comment",
    "text": "Thank you for this piece, the map made it clear to me.",
    "author": {"ref": "reader-1"},
    "article": {"url": "https://news.example/bridge", "title": "The bridge opens in May"},
}


def ready(surroundings: Environment, key: str, console: str, seconds: float) -> str:
    """Tell that everything runs, where it is, and how to post a comment."""
    settings = surroundings.settings
    address = api.address(settings.host, settings.port)
    rows = [
        ("Console", f"{console}   (signs in once)" if "/links/" in console else console),
        ("API", f"{address}/v1"),
        ("Reference", f"{address}/docs"),
        ("Key", f"{key}   (site dev, kept in {settings.data / keys.FOLDER / keys.SITE_KEY})"),
        ("Data", f"{settings.data}"),
        ("Logs", f"{settings.data / 'logs'}"),
    ]
    if surroundings.provides_secret and not surroundings.is_embedded:
        rows.append(("Secret", f"OMBUDS_SECRET is not set; using {settings.data / keys.FOLDER / keys.SERVER_SECRET}"))
    lines = [f"Ombuds is ready ({seconds:.1f} s).", "", *(f"  {name:<10} {value}" for name, value in rows)]
    lines += ["", "Post a comment and wait for its verdict:", "", f"  {curl(address, key)}", ""]
    return "\n".join(lines)


def curl(address: str, key: str) -> str:
    """Write one line for a shell that posts a comment."""
    parts = ["curl", "-sS", f"{address}/v1/comments"]
    for header in (f"Authorization: Bearer {key}", "Content-Type: application/json", "Prefer: wait=10"):
        parts += ["-H", header]
    parts += ["-d", json.dumps(EXAMPLE)]
    return shlex.join(parts)
