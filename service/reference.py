"""The API's description (OpenAPI 3.1) put right, and laid out for the reference page."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from service.problems import MEDIA_TYPE

_METHODS = ("get", "post", "patch", "delete")
_NDJSON = {"application/x-ndjson": {"schema": {"type": "string", "description": "One JSON object a line."}}}
_FIRST_PROBLEM = 400


def described(generated: dict[str, Any]) -> dict[str, Any]:
    """Put right what the generator cannot know: problems have their own media type, batches are NDJSON."""
    spec = deepcopy(generated)
    for _, _, operation in _operations(spec):
        operation["description"] = operation.get("description", "").replace("<br/>", "\n").strip()
        for status, answer in operation["responses"].items():
            content = answer.get("content", {})
            if int(status) >= _FIRST_PROBLEM and "application/json" in content:
                content[MEDIA_TYPE] = content.pop("application/json")
    batch = spec["paths"]["/v1/comments:batch"]["post"]
    batch["requestBody"] = {"required": True, "content": _NDJSON}
    batch["responses"]["200"]["content"] = _NDJSON
    return spec


def sections(spec: dict[str, Any]) -> list[dict[str, Any]]:
    """Lay the operations out by tag for the page: method, path, words, parameters, body and answers with their fields."""
    found: dict[str, dict[str, Any]] = {
        tag["name"]: {"name": tag["name"], "about": tag["description"], "operations": []} for tag in spec["tags"]
    }
    for path, method, operation in _operations(spec):
        found[operation["tags"][0]]["operations"].append(
            {
                "method": method.upper(),
                "path": path,
                "summary": operation.get("summary", ""),
                "description": operation.get("description", ""),
                "parameters": operation.get("parameters", []),
                "body": _schema_of(spec, operation.get("requestBody", {})),
                "answers": [
                    {"status": status, "description": answer.get("description", ""), "schema": _schema_of(spec, answer)}
                    for status, answer in sorted(operation["responses"].items())
                ],
            }
        )
    return list(found.values())


def _operations(spec: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in spec["paths"].items():
        for method in _METHODS:
            if method in item:
                yield path, method, item[method]


def _schema_of(spec: dict[str, Any], part: dict[str, Any]) -> dict[str, Any] | None:
    """Find the named schema of a body, with its fields in words."""
    for content in part.get("content", {}).values():
        name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
        if name:
            schema = spec["components"]["schemas"][name]
            needed = set(schema.get("required", []))
            fields = [
                {"name": field, "type": _type(told), "needed": field in needed, "about": told.get("description", "")}
                for field, told in schema.get("properties", {}).items()
            ]
            return {"name": name, "about": schema.get("description", ""), "fields": fields}
    return None


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
