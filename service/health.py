"""Signs of life: `/healthz` for the process, `/readyz` for all that it needs."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, jsonify

from moderation.dispatch import Bell
from moderation.store import schema
from service.parts import parts

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """Tell that the process answers."""
    return jsonify({"status": "ok"})


@blueprint.get("/readyz")
def readyz() -> Response:
    """Tell whether database, Redis, workers and champion are there; 503 when any is not, naming which.

    A version that was promoted and cannot be loaded is named, too; the former goes on deciding, so nothing is refused.
    """
    checks: dict[str, Callable[[], object]] = {
        "database": lambda: schema.check(parts().database),
        "redis": parts().dispatcher.check,
        "score_worker": lambda: _insist(Bell.SCORE),
        "deliver_worker": lambda: _insist(Bell.DELIVER),
        "champion": lambda: parts().scorers.champions.shared.version,
    }
    found = {name: _outcome(check) for name, check in checks.items()}
    is_ready = all(outcome == "ok" for outcome in found.values())
    champions = parts().scorers.champions
    told = {
        "status": "ready" if is_ready else "not ready",
        "checks": found,
        "champion": champions.shared.version,
        "champions": {site_id: one.version for site_id, one in champions.sites.items()},
        "unusable_versions": champions.unusable,
    }
    answer = jsonify(told)
    answer.status_code = 200 if is_ready else 503
    return answer


class _NoWorkerError(Exception):
    """No worker was alive within the last minute."""


def _insist(bell: Bell) -> None:
    if not parts().dispatcher.is_worked(bell):
        raise _NoWorkerError("no worker was alive within the last minute")


def _outcome(check: Callable[[], object]) -> str:
    try:
        check()
    except Exception as error:  # noqa: BLE001  whatever is wrong, the answer says so
        return str(error) or type(error).__name__
    return "ok"
