"""The reference page: the API's description laid out for people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from markupsafe import Markup, escape

from service.description import operations

_Fields = list[dict[str, Any]]


def sections(spec: dict[str, Any]) -> list[dict[str, Any]]:
    """Lay the operations out by tag: method, path, words, parameters, body, and answers with fields."""
    found: dict[str, dict[str, Any]] = {
        tag["name"]: {"name": tag["name"], "about": tag["description"], "operations": []} for tag in spec["tags"]
    }
    for path, method, operation in operations(spec):
        found[operation["tags"][0]]["operations"].append(_operation(spec, path, method, operation))
    return list(found.values())


def problem_fields(spec: dict[str, Any]) -> _Fields:
    """List the fields that every problem has."""
    return _fields(spec, spec["components"]["schemas"]["Problem"])


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


def breakable(path: str) -> Markup:
    """Let a long path break before its slashes and colons, and nowhere else."""
    return Markup("<wbr>").join(escape(part) for part in re.split(r"(?<=.)(?=[/:])", path))


def _operation(spec: dict[str, Any], path: str, method: str, told: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": told["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": told["summary"],
        "description": told.get("description", ""),
        "scopes": told["security"][0]["siteKey"],
        "parameters": [
            {
                "name": parameter["name"],
                "in": parameter["in"],
                "type": _type(spec, parameter["schema"]),
                "needed": parameter.get("required", False),
                "about": _about(parameter["schema"], parameter.get("description", "")),
            }
            for parameter in told.get("parameters", [])
        ],
        "body": _body_of(spec, told.get("requestBody", {})),
        "answers": [
            {
                "status": int(status),
                "phrase": HTTPStatus(int(status)).phrase,
                "about": answer["description"],
                "body": _body_of(spec, answer),
            }
            for status, answer in sorted(told["responses"].items())
        ],
    }


def _body_of(spec: dict[str, Any], part: dict[str, Any]) -> dict[str, Any] | None:
    """Describe a body by its media type and its schema, with its fields in words."""
    for media_type, content in part.get("content", {}).items():
        schema = _resolved(spec, content["schema"])
        return {
            "media_type": media_type,
            "name": schema.get("title", ""),
            "about": schema.get("description", ""),
            "fields": _fields(spec, schema),
        }
    return None


def _fields(spec: dict[str, Any], schema: dict[str, Any], prefix: str = "") -> _Fields:
    """List fields; those of an object inside follow it as `author.ref`, of a list's members as `spans[].begin`."""
    needed = set(schema.get("required", []))
    listed: _Fields = []
    for name, told in schema.get("properties", {}).items():
        full = f"{prefix}{name}"
        inside = list(_inside(spec, told))
        words = told.get("description") or " ".join(inner.get("description", "") for inner, _ in inside)
        listed.append({"name": full, "type": _type(spec, told), "needed": name in needed, "about": _about(told, words)})
        for inner, mark in inside:
            listed += _fields(spec, inner, f"{full}{mark}.")
    return listed


def _inside(spec: dict[str, Any], told: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    for one in told.get("anyOf", [told]):
        if "properties" in (resolved := _resolved(spec, one)):
            yield resolved, ""
        elif "properties" in (member := _resolved(spec, one.get("items", {}))):
            yield member, "[]"


def _resolved(spec: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    name = told.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = spec["components"]["schemas"][name] if name else told
    return found


def _type(spec: dict[str, Any], told: dict[str, Any]) -> str:
    told = _resolved(spec, told)
    if "anyOf" in told:
        return " or ".join(_type(spec, one) for one in told["anyOf"])
    if "enum" in told:
        return " | ".join(str(value) for value in told["enum"])
    if told.get("type") == "array":
        return f"list of {_type(spec, told.get('items', {}))}"
    return str(told.get("format") or told.get("type") or "any")


def _about(told: dict[str, Any], words: str) -> str:
    """Say what a field is, and what its limits are."""
    limits = []
    for one in (told, *told.get("anyOf", [])):
        if "minimum" in one and "maximum" in one:
            limits.append(f"{one['minimum']:,.0f} to {one['maximum']:,.0f}.")
        if "pattern" in one:
            limits.append(f"Matches `{one['pattern']}`.")
        if "maxLength" in one and "bytes" not in words:
            limits.append(f"At most {one['maxLength']:,} characters.")
    default = told.get("default")
    if isinstance(default, int | str):
        limits.append(f"Default `{default}`.")
    return " ".join(part for part in (words, *limits) if part)
