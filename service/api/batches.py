"""Many comments in one request, as NDJSON: each line succeeds or fails by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from flask import Response, request
from pydantic import ValidationError

from moderation import intake
from moderation.dispatch import Bell
from moderation.domain import Scope, Submission
from moderation.errors import CommentRemoved
from service import auth, bodies, problems
from service.api.comments import shown, submission
from service.api.routes import answers, blueprint
from service.auth import caller, needs
from service.incoming import CommentIn
from service.parts import parts
from service.problems import Refused

MOST_LINES = 1_000
MEDIA_TYPES = ("application/x-ndjson", "application/jsonl")

api = blueprint("batches", "Many comments in one request.")


@api.post("/comments:batch", responses=answers({200: None}, body=True))
@needs(Scope.SUBMIT)
def accept() -> Response:
    """Take up to 1,000 comments in, one JSON object a line (NDJSON, at most 5 MB).

    Each line succeeds or fails by itself. The answer has a line for each, in order, with the number of the line in the
    request: `{"line", "status", "comment"}` or `{"line", "status", "problem"}`. Empty lines are skipped.
    """
    request.max_content_length = bodies.MAX_BATCH_BYTES
    if request.mimetype not in MEDIA_TYPES:
        raise Refused(
            problems.UNSUPPORTED_MEDIA_TYPE, f"send the lines as {MEDIA_TYPES[0]}", headers={"Accept": MEDIA_TYPES[0]}
        )
    numbered = enumerate(request.get_data(cache=False).split(b"\n"), start=1)
    lines = [(number, line) for number, line in numbered if line.strip()]
    if not 1 <= len(lines) <= MOST_LINES:
        raise Refused(problems.INVALID_VALUE, f"{len(lines)} lines; send 1 to {MOST_LINES}")
    auth.spend(len(lines) - 1)
    return Response(_ndjson(_accepted(lines)), 200, {"Content-Type": MEDIA_TYPES[0]})


def _accepted(lines: list[tuple[int, bytes]]) -> list[dict[str, Any]]:
    """Take in the lines that can be read, and say of each what became of it."""
    results: list[dict[str, Any]] = [{"line": number} for number, _ in lines]
    readable: list[tuple[int, Submission]] = []
    for place, (_, line) in enumerate(lines):
        read = _read(line)
        if isinstance(read, Submission):
            readable.append((place, read))
        else:
            results[place] |= {"status": read["status"], "problem": read}
    made = parts()
    states = intake.accept_many(made.database, caller().site_id, [read for _, read in readable], datetime.now(UTC))
    for (place, _), state in zip(readable, states, strict=True):
        if isinstance(state, CommentRemoved):
            described = problems.of_error(state) or {}
            results[place] |= {"status": described["status"], "problem": described}
        else:
            results[place] |= {"status": 202 if state.is_pending else 200, "comment": shown(state)}
    if readable:
        made.dispatcher.ring(Bell.SCORE)
    return results


def _read(line: bytes) -> Submission | dict[str, Any]:
    if len(line) > bodies.MAX_BODY_BYTES:
        return problems.document(problems.BODY_TOO_LARGE, f"a line may have {bodies.MAX_BODY_BYTES} bytes")
    try:
        return submission(CommentIn.model_validate(bodies.parse(line)))
    except Refused as refused:
        return problems.document(refused.kind, refused.detail, **refused.more)
    except ValidationError as invalid:
        return problems.of_invalid(invalid)


def _ndjson(results: list[dict[str, Any]]) -> Iterator[str]:
    for result in results:
        yield json.dumps(result, ensure_ascii=False) + "\n"
