"""OpenAI's moderation route: the site's guidelines in its categories.

Its address lies among those of our own API, but its shapes are OpenAI's. See: docs/openai-moderation.md
"""

from __future__ import annotations

import secrets

from flask import Blueprint, Response, g, jsonify, request

from moderation.domain import KeyKind, Passage
from moderation.store.sites import SiteKey
from service.compat import openai_errors as errors
from service.compat import openai_requests, openai_results
from service.compat.vendor import Vendor
from service.parts import parts

PATH = "/v1/moderations"

_SCHEME = "bearer "

views = Blueprint("openai", __name__)


@views.post(PATH)
def moderate() -> Response:
    """Say what is in texts, and whether the site's guidelines let them be published unread. Nothing of them is kept."""
    key = _caller()
    asked = openai_requests.read(request.get_data())
    if len(asked.texts) > 1:
        _spend(key, len(asked.texts) - 1)
    made = parts()
    guidelines = made.known.guidelines(key.site_id)
    language = made.known.site(key.site_id).language
    pieces = [piece for text in asked.texts for piece in text if piece.strip()]
    judged = iter(made.answers.judged_all([Passage(piece, language) for piece in pieces], key.site_id))
    results = []
    for text in asked.texts:
        read = [piece for piece in text if piece.strip()]
        results.append(openai_results.result(read, [next(judged) for _ in read], guidelines))
    answer = jsonify({"id": f"modr-{secrets.token_hex(12)}", "model": asked.model, "results": results})
    answer.headers.extend(errors.request_id())
    return answer


def _caller() -> SiteKey:
    """Find the caller's key, and take the request from its quota.

    Raises:
        KeyMissing: there is none.
        KeyRefused: it opens nothing here.
        Unreachable: the database is away, and this process has not seen the key lately.
        QuotaExceeded: its quota is used up.
    """
    header = request.headers.get("Authorization", "")
    given = header[len(_SCHEME) :].strip() if header[: len(_SCHEME)].lower() == _SCHEME else ""
    if not given:
        raise errors.KeyMissing
    key = parts().known.open_with(given, KeyKind.OPENAI)
    _spend(key, 1)
    return key


def _spend(key: SiteKey, n_texts: int) -> None:
    """Take a request for each text from the key's quota.

    Raises:
        QuotaExceeded: it is used up.
    """
    g.quota = quota = parts().quotas.take(key.id, n_texts)
    if quota is not None and quota.is_exceeded:
        raise errors.QuotaExceeded(quota)


VENDOR = Vendor(views, PATH.__eq__, errors.answer)
