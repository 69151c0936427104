"""How every route of the API is declared: key, scope, and the answers that it documents."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models import Tag
from pydantic import BaseModel

from service import auth
from service.problems import Problem

SECURITY: list[dict[str, list[Any]]] = [{"siteKey": []}]

Answers = dict[str | int | HTTPStatus, type[BaseModel] | dict[Any, Any] | None]

_ALWAYS = (401, 403, 422, 429, 500, 503)
_WITH_BODY = (400, 413, 415)


def blueprint(name: str, about: str) -> APIBlueprint:
    """Make a blueprint of the API whose views are behind site keys."""
    made = APIBlueprint(
        name, __name__, url_prefix="/v1", abp_tags=[Tag(name=name, description=about)], abp_security=SECURITY
    )
    made.before_request(auth.check)
    return made


def answers(
    good: Mapping[str | int | HTTPStatus, type[BaseModel] | dict[Any, Any] | None], *problems: int, body: bool = False
) -> Answers:
    """List a view's answers: the good ones, and every problem it may meet."""
    statuses = {*_ALWAYS, *problems, *(_WITH_BODY if body else ())}
    documented: Answers = dict.fromkeys(sorted(statuses), Problem)
    documented.update(good)
    return documented
