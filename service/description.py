"""The API's description (OpenAPI 3.1), with everything put right that its generator cannot know."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Flask

from moderation.domain import Scope
from service.problems import MEDIA_TYPE

_METHODS = ("get", "post", "put", "patch", "delete")
_NDJSON = {"application/x-ndjson": {"schema": {"type": "string", "description": "One JSON object a line."}}}
_FIRST_PROBLEM = 400

_MEANINGS = {
    200: "The answer.",
    201: "Made.",
    202: "Taken in; what follows happens soon.",
    204: "Done; there is nothing to say.",
    400: "The request cannot be read.",
    401: "The site key is missing, unknown or revoked.",
    403: "The key lacks the scope.",
    404: "The site has no such thing.",
    409: "What the record holds forbids it.",
    413: "The body is too large.",
    415: "The media type is not read here.",
    422: "A field, parameter or header may not be so; `errors` points to it.",
    429: "The key's requests of this minute are used up.",
    500: "Something broke in Ombuds.",
    503: "A part of Ombuds does not answer; try again in a moment.",
}


def _header(about: str, **schema: Any) -> dict[str, Any]:
    return {"description": about, "schema": {"type": "string", **schema}}


_HEADERS = {
    "Location": _header("Where the thing now is."),
    "Preference-Applied": _header("The wait that was granted."),
    "RateLimit-Policy": _header("The key's quota, where there is one.", examples=['"default";q=6000;w=60']),
    "RateLimit": _header(
        "What is left of it, and the seconds until it starts anew.", examples=['"default";r=5999;t=60']
    ),
    "Retry-After": _header("Seconds to wait."),
    "WWW-Authenticate": _header("How to show a key."),
}
_QUOTA = ("RateLimit-Policy", "RateLimit")
_OF_STATUS: dict[int, tuple[str, ...]] = {401: ("WWW-Authenticate",), 429: ("Retry-After",), 503: ("Retry-After",)}
_OF_OPERATION: dict[str, dict[int, tuple[str, ...]]] = {
    "comments_accept": dict.fromkeys((200, 202), ("Location", "Preference-Applied")),
    "webhooks_add": {201: ("Location",)},
}

_ID = "$response.body#/id"
_LINKS: dict[str, dict[str, tuple[str, str]]] = {
    "comments_accept": dict.fromkeys(
        (
            "comments_show",
            "comments_withdraw",
            "comments_report",
            "comments_appeal",
            "comments_decide",
            "comments_say",
        ),
        ("comment_id", _ID),
    ),
    "webhooks_add": dict.fromkeys(
        ("webhooks_show", "webhooks_change", "webhooks_rotate", "webhooks_remove"), ("webhook_id", _ID)
    ),
    "decisions_read": {"decisions_read": ("after", "$response.body#/next")},
}
"""What of an answer names something in another operation: the operation's id, its parameter, and where it stands."""


@dataclass(frozen=True, slots=True)
class Guarded:
    """An operation behind a site key: what it is called, and the scope it needs."""

    id: str
    scope: Scope


def guarded(app: Flask) -> dict[tuple[str, str], Guarded]:
    """Collect the operations that need a scope, by path and method as OpenAPI writes them."""
    return {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower()): Guarded(
            rule.endpoint.replace(".", "_"), view.needed_scope
        )
        for rule in app.url_map.iter_rules()
        if hasattr(view := app.view_functions[rule.endpoint], "needed_scope")
        for method in rule.methods or ()
    }


def described(generated: dict[str, Any], known: dict[tuple[str, str], Guarded]) -> dict[str, Any]:
    """Put right what the generator cannot know.

    Problems have their own media type, batches are NDJSON, a header that is left out is not `null`, answers carry
    headers and links, and operations need scopes.
    """
    spec = deepcopy(generated)
    spec["servers"] = [{"url": "/"}]
    spec["components"]["headers"] = _HEADERS
    for path, method, operation in operations(spec):
        found = known[path, method]
        operation["operationId"] = found.id
        operation["security"] = [{"siteKey": [found.scope.value]}]
        _put_words_right(operation)
        for parameter in operation.get("parameters", []):
            _put_parameter_right(parameter)
        for status, answer in operation["responses"].items():
            _put_answer_right(found.id, HTTPStatus(int(status)), answer)
    batch = spec["paths"]["/v1/comments:batch"]["post"]
    batch["requestBody"] = {"required": True, "content": _NDJSON}
    batch["responses"]["200"]["content"] = _NDJSON
    return spec


def operations(spec: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Walk through all operations: path, method in lower case, and what is said of it."""
    for path, item in spec["paths"].items():
        for method in _METHODS:
            if method in item:
                yield path, method, item[method]


def _put_words_right(operation: dict[str, Any]) -> None:
    """Make the first sentence the summary, and the rest the description, without the docstring's line breaks."""
    words = f"{operation.get('summary', '')}\n\n{operation.pop('description', '')}".replace("<br/>", "\n")
    first, *others = [" ".join(paragraph.split()) for paragraph in re.split(r"\n\s*\n", words) if paragraph.strip()]
    summary, stop, rest = first.partition(". ")
    operation["summary"] = (summary + stop).strip()
    description = "\n\n".join(part for part in (rest, *others) if part)
    if description:
        operation["description"] = description


def _put_parameter_right(parameter: dict[str, Any]) -> None:
    """Take `null` away: what is not sent is absent."""
    schema = parameter["schema"]
    if schema.get("default", "") is None:
        del schema["default"]
    for kind in schema.pop("anyOf", []):
        if kind.get("type") != "null":
            schema.update(kind)
    schema.pop("title", None)
    schema.pop("description", None)


def _put_answer_right(operation_id: str, status: HTTPStatus, answer: dict[str, Any]) -> None:
    answer["description"] = _MEANINGS[status]
    content = answer.get("content", {})
    if status >= _FIRST_PROBLEM and "application/json" in content:
        content[MEDIA_TYPE] = content.pop("application/json")
    if not content:
        answer.pop("content", None)
    named = _OF_OPERATION.get(operation_id, {}).get(status, _OF_STATUS.get(status, ()))
    quota = () if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN} else _QUOTA
    answer["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in (*named, *quota)}
    links = _LINKS.get(operation_id, {}) if status < _FIRST_PROBLEM else {}
    if links:
        answer["links"] = {
            target: {"operationId": target, "parameters": {name: place}} for target, (name, place) in links.items()
        }
