"""What `ombuds up` asks of its own API: is it ready, and does it still know the development key?"""

from __future__ import annotations

import http.client
from http import HTTPStatus
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_ANSWER_SECONDS = 1.0
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - read here, not bound


def reachable(host: str) -> str:
    """Name the host to connect to when the API listens on `host`: a wildcard means loopback too."""
    return _ANYWHERE.get(host, host)


def address(host: str, port: int) -> str:
    """Write the API's address for people."""
    name = reachable(host)
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def is_ready(host: str, port: int) -> bool | None:
    """Ask `/readyz`; None while the answer is not 200, or none comes."""
    return _status(host, port, "/readyz", {}) == HTTPStatus.OK or None


def knows_key(host: str, port: int, key: str) -> bool:
    """Tell whether the API still accepts the key: a new database, or another server secret, knows it no more."""
    status = _status(host, port, "/v1/decisions?limit=1", {"Authorization": f"Bearer {key}"})
    return status != HTTPStatus.UNAUTHORIZED


def _status(host: str, port: int, path: str, headers: Mapping[str, str]) -> int | None:
    connection = http.client.HTTPConnection(reachable(host), port, timeout=_ANSWER_SECONDS)
    try:
        connection.request("GET", path, headers=dict(headers))
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
