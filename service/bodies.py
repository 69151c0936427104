"""Reading request bodies strictly: size, media type, encoding, JSON, depth, characters that cannot be stored."""

from __future__ import annotations

import json
import math
from typing import IO, Any, NoReturn

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge

from service import problems
from service.problems import Refused

MAX_BODY_BYTES = 1_048_576
MAX_BATCH_BYTES = 5_000_000
_MAX_DEPTH = 32


class StrictRequest(Request):
    """A request whose JSON body is read by our rules, however leniently a library asks for it."""

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:  # noqa: ARG002, FBT001, FBT002  Flask's signature
        """Read the body as a JSON object.

        Raises:
            Refused: with the problem, whichever it is.
        """
        if self.mimetype != "application/json" and not self.mimetype.endswith("+json"):
            raise Refused(
                problems.UNSUPPORTED_MEDIA_TYPE,
                "send the body as application/json",
                headers={"Accept": "application/json"},
            )
        if self.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
            raise Refused(problems.UNSUPPORTED_MEDIA_TYPE, "send the body as it is, without gzip or other encodings")
        return parse(self.get_data())

    def get_data(self, *args: Any, **named: Any) -> Any:
        """Read the whole body; a body without a length that goes on beyond the limit is refused, never cut.

        Raises:
            RequestEntityTooLarge: it is longer than the limit.
        """
        data = super().get_data(*args, **named)
        is_full = self.content_length is None and len(data) == self.max_content_length
        if is_full and self.environ["wsgi.input"].read(1):
            raise RequestEntityTooLarge
        return data


def drain(environ: dict[str, Any]) -> None:
    """Read what is left of a body, and forget it: who is refused while still sending would see no answer, but a cut.

    Only where the server tells the end of a body (`wsgi.input_terminated`): on a bare socket reading would never end.
    """
    if not environ.get("wsgi.input_terminated"):
        return
    body: IO[bytes] = environ["wsgi.input"]
    left = MAX_BATCH_BYTES
    while left > 0 and (piece := body.read(min(left, 65_536))):
        left -= len(piece)


def parse(body: bytes) -> dict[str, Any]:
    """Parse one JSON object and check everything in it that no schema can.

    Raises:
        Refused: it is not UTF-8, not JSON, no object, nested too deeply, or holds a character that cannot be stored.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(problems.BAD_ENCODING, f"byte {error.start} does not continue UTF-8; send UTF-8") from error
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except RecursionError as error:
        raise Refused(problems.TOO_DEEP, f"nest at most {_MAX_DEPTH} levels") from error
    except ValueError as error:
        raise Refused(problems.MALFORMED_JSON, f"not JSON: {error}") from error
    _check(value)
    if not isinstance(value, dict):
        raise Refused(problems.WRONG_TYPE, "the body must be a JSON object", pointer="")
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _check(value: Any) -> None:
    """Walk the whole value once, without recursion."""
    left: list[tuple[Any, str, int]] = [(value, "", 1)]
    while left:
        node, pointer, depth = left.pop()
        if isinstance(node, str):
            _check_text(node, pointer)
        elif isinstance(node, float) and not math.isfinite(node):
            raise Refused(problems.INVALID_VALUE, "this number is too large to be stored", pointer=pointer)
        elif isinstance(node, dict | list):
            if depth > _MAX_DEPTH:
                raise Refused(problems.TOO_DEEP, f"nest at most {_MAX_DEPTH} levels")
            members = node.items() if isinstance(node, dict) else enumerate(node)
            for name, member in members:
                if isinstance(name, str):
                    _check_text(name, pointer)
                left.append((member, pointer + problems.pointer([name]), depth + 1))


def _check_text(text: str, pointer: str) -> None:
    if "\0" in text:
        raise Refused(
            problems.NUL_CHARACTER, "the NUL character (U+0000) cannot be stored; leave it out", pointer=pointer
        )
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise Refused(
                problems.UNPAIRED_SURROGATE,
                "half of a surrogate pair cannot be stored; send whole characters",
                pointer=pointer,
            ) from error
