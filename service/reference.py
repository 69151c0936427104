"""The API's description (OpenAPI 3.1) put right, and laid out for the reference page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from http import HTTPStatus
from typing import Any

from flask import Flask
from markupsafe import Markup, escape

from moderation.domain import Scope
from service.problems import MEDIA_TYPE

_METHODS = ("get", "post", "patch", "delete")
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
_ALWAYS = ("RateLimit-Policy", "RateLimit")
_OF_STATUS = {201: ("Location",), 401: ("WWW-Authenticate",), 429: ("Retry-After",), 503: ("Retry-After",)}
_OF_OPERATION = {
    ("/v1/comments", "post"): {200: ("Location", "Preference-Applied"), 202: ("Location", "Preference-Applied")}
}
_WITHOUT_LOCATION = re.compile(r"/(reports|appeals|decisions)$")


def described(generated: dict[str, Any], scopes: dict[tuple[str, str], Scope]) -> dict[str, Any]:
    """Put right what the generator cannot know.

    Problems have their own media type, batches are NDJSON, a header that is left out is not `null`, answers carry
    headers, and operations need scopes, which `scopes` names by path and method.
    """
    spec = deepcopy(generated)
    spec.setdefault("servers", [{"url": "/"}])
    spec["components"]["headers"] = _HEADERS
    for path, method, operation in _operations(spec):
        _put_words_right(operation)
        operation["security"] = [{"siteKey": [scopes[path, method].value]}]
        for parameter in operation.get("parameters", []):
            _put_parameter_right(parameter)
        for status, answer in operation["responses"].items():
            _put_answer_right(path, method, HTTPStatus(int(status)), answer)
    batch = spec["paths"]["/v1/comments:batch"]["post"]
    batch["requestBody"] = {"required": True, "content": _NDJSON}
    batch["responses"]["200"]["content"] = _NDJSON
    return spec


def scopes(app: Flask) -> dict[tuple[str, str], Scope]:
    """Collect the scopes that views need, by path and method as OpenAPI writes them."""
    return {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower()): view.needed_scope
        for rule in app.url_map.iter_rules()
        if hasattr(view := app.view_functions[rule.endpoint], "needed_scope")
        for method in rule.methods or ()
    }


def sections(spec: dict[str, Any]) -> list[dict[str, Any]]:
    """Lay the operations out by tag for the page: method, path, words, parameters, body, and answers with fields."""
    found: dict[str, dict[str, Any]] = {
        tag["name"]: {"name": tag["name"], "about": tag["description"], "operations": []} for tag in spec["tags"]
    }
    for path, method, operation in _operations(spec):
        found[operation["tags"][0]]["operations"].append(
            {
                "id": f"{method}{re.sub('[^a-z]+', '-', path.removeprefix('/v1'))}".strip("-"),
                "method": method.upper(),
                "path": path,
                "summary": operation["summary"],
                "description": operation.get("description", ""),
                "scopes": operation["security"][0]["siteKey"],
                "parameters": [
                    {
                        "name": parameter["name"],
                        "in": parameter["in"],
                        "type": _type(parameter["schema"]),
                        "needed": parameter.get("required", False),
                        "about": _about(parameter["schema"], parameter.get("description", "")),
                    }
                    for parameter in operation.get("parameters", [])
                ],
                "body": _body_of(spec, operation.get("requestBody", {})),
                "answers": [
                    {
                        "status": int(status),
                        "phrase": HTTPStatus(int(status)).phrase,
                        "about": answer.get("description", ""),
                        "body": _body_of(spec, answer),
                    }
                    for status, answer in sorted(operation["responses"].items())
                ],
            }
        )
    return list(found.values())


def problem_fields(spec: dict[str, Any]) -> list[dict[str, Any]]:
    """List the fields that every problem has."""
    return _fields(spec["components"]["schemas"]["Problem"])


def marked_up(text: str) -> Markup:
    """Turn the Markdown of our docstrings into HTML: paragraphs and `code`; everything else is escaped."""
    paragraphs = [inline(paragraph) for paragraph in re.split(r"\n\s*\n", text.strip()) if paragraph]
    return Markup("\n").join(Markup("<p>{}</p>").format(paragraph) for paragraph in paragraphs)


def inline(text: str) -> Markup:
    """Turn `code` into HTML inside one line of text; everything else is escaped."""
    parts = re.split(r"`([^`]+)`", text)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else escape(part) for place, part in enumerate(parts)
    )


def _operations(spec: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in spec["paths"].items():
        for method in _METHODS:
            if method in item:
                yield path, method, item[method]


def _put_words_right(operation: dict[str, Any]) -> None:
    """Make the first sentence the summary, and the rest the description, without the docstring's line breaks."""
    words = f"{operation.get('summary', '')}\n\n{operation.get('description', '')}".replace("<br/>", "\n")
    first, *others = [" ".join(paragraph.split()) for paragraph in re.split(r"\n\s*\n", words) if paragraph.strip()]
    summary, stop, rest = first.partition(". ")
    operation["summary"] = (summary + stop).strip()
    description = "\n\n".join(part for part in (rest, *others) if part)
    operation.pop("description", None)
    if description:
        operation["description"] = description


def _put_parameter_right(parameter: dict[str, Any]) -> None:
    """Take `null` away: what is not sent is absent."""
    schema = parameter["schema"]
    if schema.get("default", "") is None:
        del schema["default"]
    kinds = [kind for kind in schema.pop("anyOf", []) if kind.get("type") != "null"]
    schema.update(*kinds)
    schema.pop("title", None)
    schema.pop("description", None)


def _put_answer_right(path: str, method: str, status: HTTPStatus, answer: dict[str, Any]) -> None:
    answer["description"] = _MEANINGS[status]
    content = answer.get("content", {})
    if status >= _FIRST_PROBLEM and "application/json" in content:
        content[MEDIA_TYPE] = content.pop("application/json")
    if not content:
        answer.pop("content", None)
    named = _OF_OPERATION.get((path, method), {}).get(status, _OF_STATUS.get(status, ()))
    if status == HTTPStatus.CREATED and _WITHOUT_LOCATION.search(path):
        named = ()
    quota = () if status == HTTPStatus.UNAUTHORIZED else _ALWAYS
    answer["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in (*named, *quota)}


def _body_of(spec: dict[str, Any], part: dict[str, Any]) -> dict[str, Any] | None:
    """Describe a body by its media type and its schema, with its fields in words."""
    for media_type, content in part.get("content", {}).items():
        schema = content.get("schema", {})
        name = schema.get("$ref", "").rpartition("/")[2]
        if name:
            schema = spec["components"]["schemas"][name]
        return {
            "media_type": media_type,
            "name": name,
            "about": schema.get("description", ""),
            "fields": _fields(schema),
        }
    return None


def _fields(schema: dict[str, Any]) -> list[dict[str, Any]]:
    needed = set(schema.get("required", []))
    return [
        {
            "name": name,
            "type": _type(told),
            "needed": name in needed,
            "about": _about(told, told.get("description", "")),
        }
        for name, told in schema.get("properties", {}).items()
    ]


def _type(told: dict[str, Any]) -> str:
    if "$ref" in told:
        return str(told["$ref"].rpartition("/")[2])
    if "anyOf" in told:
        return " or ".join(_type(one) for one in told["anyOf"])
    if "enum" in told:
        return " | ".join(str(value) for value in told["enum"])
    if told.get("type") == "array":
        return f"list of {_type(told.get('items', {}))}"
    return str(told.get("format") or told.get("type") or "any")


def _about(told: dict[str, Any], words: str) -> str:
    """Say what a field is, and what its limits are."""
    limits = []
    for one in (told, *told.get("anyOf", [])):
        if "minimum" in one and "maximum" in one:
            limits.append(f"{one['minimum']:,.0f} to {one['maximum']:,.0f}.")
        if "pattern" in one:
            limits.append(f"`{one['pattern']}`.")
        if "maxLength" in one:
            limits.append(f"At most {one['maxLength']:,} characters.")
    default = told.get("default")
    if isinstance(default, int | str):
        limits.append(f"Default `{default}`.")
    return " ".join(part for part in (words, *limits) if part)
