"""Reading skops files that hold plain things only: arrays, numbers, strings, lists, tuples and dictionaries.

skops itself reads whatever scikit-learn can hold, and to know what that is it imports all of scikit-learn: two seconds
in each process that scores. What a classifier needs is plain. So skops writes the files, and this reads them, refusing
everything else by its name. It never makes an object: of one that is expected it gives the attributes.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

_SCHEMA = "schema.json"
_PROTOCOL = 2


class ForeignType(Exception):
    """The file holds a type that is neither plain nor expected."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"{name} is not read here")


class NotReadable(Exception):
    """The content is no skops file, a damaged one, or one of another protocol."""


def read(content: bytes, objects: Container[str] = ()) -> Any:
    """Give what a skops file holds.

    Args:
        content: The file.
        objects: Types whose objects are read as dictionaries of their attributes, by full name.

    Raises:
        ForeignType: It holds another type.
        NotReadable: It is damaged, or no skops file.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            schema = json.loads(archive.read(_SCHEMA))
            if schema["protocol"] != _PROTOCOL:
                raise NotReadable(f"its protocol is not {_PROTOCOL}")
            return _value(schema, archive, objects)
    except (zipfile.BadZipFile, LookupError, TypeError, ValueError, EOFError) as error:
        raise NotReadable("it is no skops file, or a damaged one") from error


def _value(node: Mapping[str, Any], archive: zipfile.ZipFile, objects: Container[str]) -> Any:
    """Give what a node of the schema stands for."""
    name = f"{node['__module__']}.{node['__class__']}"
    match node["__loader__"], name:
        case "JsonNode", "builtins.str":  # numbers and None too are written so
            return json.loads(node["content"])
        case "ListNode", "builtins.list":
            return [_value(one, archive, objects) for one in node["content"]]
        case "TupleNode", "builtins.tuple":
            return tuple(_value(one, archive, objects) for one in node["content"])
        case "DictNode", "builtins.dict":
            for kind in node["key_types"]["content"]:
                if (kind["__module__"], kind["__class__"]) != ("builtins", "str"):
                    raise ForeignType(f"a key that is no text: {kind['__module__']}.{kind['__class__']}")
            return {key: _value(one, archive, objects) for key, one in node["content"].items()}
        case "NdArrayNode", "numpy.ndarray" if node["type"] == "numpy":
            return np.load(io.BytesIO(archive.read(node["file"])), allow_pickle=False)
        case "ObjectNode", _ if name in objects:
            return _value(node["content"], archive, objects)
        case _:
            raise ForeignType(name)
