"""Perspective's routes: scores in its words and on its scale, and its clients' verdicts kept as labels."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, g, jsonify, request
from werkzeug.datastructures import Headers
from werkzeug.exceptions import RequestEntityTooLarge

from moderation import coral_memory, labels
from moderation.coral_memory import Recognised
from moderation.domain import KeyKind, Passage, Scorer, Span
from moderation.store.sites import SiteKey
from service.bodies import MAX_BATCH_BYTES
from service.compat import discovery, loose_json, perspective_requests
from service.compat import perspective_errors as errors
from service.compat.answers import Scored
from service.compat.perspective_requests import Analysis
from service.compat.sentences import in_utf16, sentences
from service.compat.vendor import Vendor
from service.parts import parts

MOST_SENTENCES = 12
"""Stretches of a text that are scored on their own; a text of more sentences is cut into so many stretches."""

MOST_READ_TWICE = 500
"""Characters of the longest text whose sentences both tiers score; to read more again would take too long."""

_GZIP = 16 + zlib.MAX_WBITS
_EXPERIMENTAL = "_EXPERIMENTAL"
_PREFIX = "/v1alpha1"
_METHODS = frozenset({"/comments:analyze", "/comments:suggestscore"})

views = Blueprint("perspective", __name__)


@views.post("/comments:analyze")
@views.post(f"{_PREFIX}/comments:analyze")
def analyze() -> Response:
    """Score a text. Nothing of it is kept but counters, whether or not `doNotStore` asks for that."""
    key = _caller()
    asked = perspective_requests.analysis(_body())
    scorer = parts().scorer_of(key.site_id)
    measured = {name: _known(name, scorer) for name in asked.attributes}
    told = scorer.tell_languages([asked.text], parts().known.site(key.site_id).language)[0]
    detected = told or (asked.languages[0] if asked.languages else parts().known.site(key.site_id).language)
    spoken = asked.languages or (detected,)
    language = detected if _base(detected) in map(_base, spoken) else spoken[0]
    supported = {
        name: ours for name, ours in measured.items() if _is_supported(name, ours, spoken, asked, detected, scorer)
    }
    spans = [Span(0, len(asked.text)), *_sentences(asked)]
    scored = _scored(asked, spans, _base(language), key.site_id) if supported else []
    scores = {name: _scores(asked, name, ours, spans, scored) for name, ours in supported.items()}
    return _answer(
        {
            "attributeScores": {name: found for name, found in scores.items() if found},
            "languages": list(spoken),
            "detectedLanguages": [detected],
        },
        asked.client_token,
    )


@views.post("/comments:suggestscore")
@views.post(f"{_PREFIX}/comments:suggestscore")
def suggest_score() -> Response:
    """Keep a client's own verdict as a label of its site.

    Coral tells so what its moderators decided, under the attribute that it asks for: a rejection, whatever the reason.
    That is what this newsroom rejects, and so it is kept as that, too. Where its phase asked about the text before, the
    author is known; and our own verdict on an edit, which comes back so, weighs little.
    """
    key = _caller()
    told = perspective_requests.suggestion(_body())
    made = parts()
    scorer = made.scorer_of(key.site_id)
    said = {_named(name, scorer): value for name, value in told.said.items()}
    if told.is_from_coral:
        said |= {labels.LIKELY_TO_REJECT: max(said.values())}
    site_language = made.known.site(key.site_id).language
    detected = (
        scorer.tell_languages([told.text], site_language)[0] or (_base(next(iter(told.languages), ""))) or site_language
    )
    text = told.text.replace("\0", "\ufffd")  # no database of ours can keep it
    now = datetime.now(UTC)
    with made.database.writing() as tx:
        known = Recognised()
        if told.comment_id is not None and told.story_url is not None:
            value = max(said.values())
            known = coral_memory.recognise(tx, key.site_id, told.story_url, text, told.comment_id, value, now)
        heard = labels.Heard(
            text,
            detected,
            said,
            KeyKind.PERSPECTIVE.value,
            weight=labels.WEAK if known.is_echo else 1.0,
            external_id=told.comment_id,
            author_ref=known.author_ref,
        )
        labels.hear(tx, key.site_id, heard, now)
    return _answer({"requestedLanguages": list(told.languages), "detectedLanguages": [detected]}, told.client_token)


@views.get("/$discovery/rest")
@views.get("/discovery/v1/apis/commentanalyzer/v1alpha1/rest")
def describe() -> Response:
    """Describe the two methods to Google's clients, under the address by which the caller reached us.

    No key is needed; but one that is given must be good, for clients try theirs so.
    """
    if _given() is not None:
        _opened()
    version = request.args.get("version", discovery.VERSION)
    if version != discovery.VERSION:
        raise errors.NotAnswered("INVALID_REQUEST", f"Only version {discovery.VERSION} is described here.")
    return jsonify(
        discovery.document(
            discovery.root(parts().settings.url, request.host_url, request.headers.get("X-Forwarded-Proto"))
        )
    )


def owns(path: str) -> bool:
    """Tell whether an address is one of Perspective's."""
    return path in _METHODS or path == _PREFIX or path.startswith((f"{_PREFIX}/", "/$discovery", "/discovery/"))


@views.after_request
def _finish(answer: Response) -> Response:
    _open(answer.headers)
    return answer


def _refuse(error: Exception) -> Response:
    answer = errors.answer(error)
    _open(answer.headers)
    return answer


VENDOR = Vendor(views, owns, _refuse)


def _open(headers: Headers) -> None:
    """Let scripts of any page read the answer, as Perspective does: the key is in the request, no cookie is."""
    headers["Access-Control-Allow-Origin"] = "*"
    headers["Access-Control-Allow-Headers"] = "Content-Type, X-Goog-Api-Key, X-Goog-Api-Client"
    headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    headers["Cache-Control"] = "no-store"


def _given() -> str | None:
    return request.args.get("key") or request.headers.get("X-Goog-Api-Key")


def _opened() -> SiteKey:
    return parts().known.open_with(_given(), KeyKind.PERSPECTIVE, KeyKind.CORAL)  # Coral asks here for toxicity


def _caller() -> SiteKey:
    """Find the caller's key, and take the request from its quota."""
    key = _opened()
    g.quota = quota = parts().quotas.take(key.id)
    if quota is not None and quota.is_exceeded:
        raise errors.QuotaExceeded(quota, key.id)
    return key


def _body() -> Any:
    request.max_content_length = MAX_BATCH_BYTES
    body = request.get_data()
    try:
        if request.headers.get("Content-Encoding", "").strip().lower() == "gzip":
            body = _unpacked(body)
        return loose_json.read(body)
    except (ValueError, zlib.error) as error:
        raise errors.not_json() from error


def _unpacked(body: bytes) -> bytes:
    """Unpack what Google's client for Java packs, but no more than one may send."""
    unpacking = zlib.decompressobj(wbits=_GZIP)
    unpacked = unpacking.decompress(body, MAX_BATCH_BYTES + 1)
    if len(unpacked) > MAX_BATCH_BYTES:
        raise RequestEntityTooLarge
    return unpacked


def _known(name: str, scorer: Scorer) -> str:
    """Give our name of an attribute: NAME_EXPERIMENTAL is measured as NAME."""
    ours = name if name in scorer.languages else name.removesuffix(_EXPERIMENTAL)
    if ours not in scorer.languages:
        raise errors.unknown_attribute(name)
    return ours


def _named(name: str, scorer: Scorer) -> str:
    return name if name == labels.LIKELY_TO_REJECT else _known(name, scorer)


def _base(language: str) -> str:
    return language.replace("_", "-").partition("-")[0].lower()


def _is_supported(name: str, ours: str, spoken: Sequence[str], asked: Analysis, detected: str, scorer: Scorer) -> bool:
    """Tell whether an attribute is measured in all the languages that the text is in; refuse where it must be."""
    unsupported = [one for one in spoken if _base(one) not in scorer.languages[ours]]
    if unsupported and not asked.drops_unsupported:
        raise errors.language_not_supported(name, unsupported, asked.languages, [detected])
    return not unsupported


def _sentences(asked: Analysis) -> list[Span]:
    found = sentences(asked.text, MOST_SENTENCES) if asked.wants_sentences else []
    return found if len(found) > 1 else []


def _scored(asked: Analysis, spans: Sequence[Span], language: str, site_id: int) -> list[Scored]:
    passages = [Passage(asked.text[s.begin : s.end], language, asked.article, asked.parent) for s in spans]
    n_twice = 1 if len(asked.text) > MOST_READ_TWICE else len(passages)
    answers = parts().answers
    return [
        *answers.as_perspective(passages[:n_twice], site_id),
        *answers.as_perspective(passages[n_twice:], site_id, quickly=True),
    ]


def _scores(
    asked: Analysis, name: str, ours: str, spans: Sequence[Span], scored: Sequence[Scored]
) -> dict[str, Any] | None:
    """Write the scores of an attribute; None when the whole text's is below the threshold."""
    least = asked.attributes[name]
    whole = scored[0].values[ours]
    if least is not None and whole < least:
        return None
    placed = [(in_utf16(asked.text, span), one.values[ours]) for span, one in zip(spans, scored, strict=True)]
    return {
        "spanScores": [
            {"begin": begin, "end": end, "score": _score(value)}
            for (begin, end), value in placed
            if least is None or value >= least
        ],
        "summaryScore": _score(whole),
    }


def _score(value: float) -> dict[str, Any]:
    return {"value": value, "type": "PROBABILITY"}


def _answer(body: dict[str, Any], token: str | None) -> Response:
    answer = jsonify(body if token is None else {**body, "clientToken": token})
    answer.headers["Content-Type"] = errors.MEDIA_TYPE
    return answer
