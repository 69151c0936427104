"""Who asks: site keys as bearer tokens, their scopes, and their quotas, checked before anything is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from flask import current_app, g, request

from moderation.domain import Scope
from moderation.store.sites import SiteKey
from service import problems
from service.parts import parts
from service.problems import Refused

_View = TypeVar("_View", bound=Callable[..., object])
_SCHEME = "bearer "


def needs(scope: Scope) -> Callable[[_View], _View]:
    """Mark a view with the scope that its callers need."""

    def mark(view: _View) -> _View:
        view.needed_scope = scope  # type: ignore[attr-defined]
        return view

    return mark


def check() -> None:
    """Check the key of a request to the API and take the request from the key's quota.

    Raises:
        KeyRefused: there is no good key.
        ScopeMissing: the key may not do this.
        Refused: the quota is used up.
    """
    view = current_app.view_functions.get(request.endpoint or "")
    scope: Scope | None = getattr(view, "needed_scope", None)
    if scope is None:
        return
    made = parts()
    g.key = made.keyring.open_with(made.database, _given(), made.settings.secret, scope)
    spend(1)


def spend(cost: int) -> None:
    """Take requests from the caller's quota.

    Raises:
        Refused: it is used up.
    """
    quota = parts().quotas.take(caller().id, cost)
    if quota is None:
        return
    g.quota = quota
    if quota.is_exceeded:
        raise Refused(
            problems.TOO_MANY_REQUESTS,
            f"at most {quota.limit} requests a minute; go on in {quota.reset_seconds} s",
            headers={"Retry-After": str(quota.reset_seconds)},
            more={"violated-policies": ["default"]},
        )


def caller() -> SiteKey:
    """Tell the key that the present request came with."""
    return cast("SiteKey", g.key)


def _given() -> str | None:
    header = request.headers.get("Authorization", "")
    return header[len(_SCHEME) :].strip() if header[: len(_SCHEME)].lower() == _SCHEME else None
