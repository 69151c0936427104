"""What `ombuds up` asks of its own API: is it ready, and does it still know the development key?"""

from __future__ import annotations

import http.client
import json
from enum import Enum
from http import HTTPStatus
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_ANSWER_SECONDS = 1.0
_OK = "ok"
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - read here, not bound


class Readiness(Enum):
    """What the service says of itself."""

    READY = "ready"
    NOT_YET = "not yet"
    DATABASE = "not before something is done about the database"


def reachable(host: str) -> str:
    """Name the host to connect to when the API listens on `host`: a wildcard means loopback too."""
    return _ANYWHERE.get(host, host)


def address(host: str, port: int) -> str:
    """Write the API's address for people."""
    name = reachable(host)
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def readiness(host: str, port: int) -> Readiness:
    """Ask `/readyz`."""
    status, content = _ask(host, port, "/readyz", {})
    if status == HTTPStatus.OK:
        return Readiness.READY
    try:
        checks = json.loads(content)["checks"]
        is_good = checks.get("database", _OK) == _OK
    except (ValueError, LookupError, TypeError, AttributeError):  # no answer, or another's
        return Readiness.NOT_YET
    return Readiness.NOT_YET if is_good else Readiness.DATABASE


def knows_key(host: str, port: int, key: str) -> bool:
    """Tell whether the API still accepts the key: a new database, or another server secret, knows it no more."""
    status, _ = _ask(host, port, "/v1/decisions?limit=1", {"Authorization": f"Bearer {key}"})
    return status != HTTPStatus.UNAUTHORIZED


def _ask(host: str, port: int, path: str, headers: Mapping[str, str]) -> tuple[int | None, bytes]:
    connection = http.client.HTTPConnection(reachable(host), port, timeout=_ANSWER_SECONDS)
    try:
        connection.request("GET", path, headers=dict(headers))
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException):
        return None, b""
    finally:
        connection.close()
