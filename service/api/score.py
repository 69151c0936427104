"""Scoring a text at once, in this process; nothing of it is kept."""

from __future__ import annotations

from flask import Response, jsonify

from moderation import policies, webhooks
from moderation.domain import Passage, Scope
from moderation.judge import judge
from service.api.routes import answers, blueprint
from service.auth import caller, needs
from service.incoming import ScoreIn
from service.outgoing import ScoreOut
from service.parts import parts

api = blueprint("score", "What the classifier says of a text.")


@api.post("/score", responses=answers({200: ScoreOut}, body=True))
@needs(Scope.SUBMIT)
def score(body: ScoreIn) -> Response:
    """Score a text.

    Answers with scores, the verdict that the site's guidelines would give, and its reasons with the weighing words.
    """
    made, site_id = parts(), caller().site_id
    guidelines = policies.of_site(made.database, site_id)
    passage = Passage(body.text, body.language, body.article_title, body.parent_text)
    (judgement,) = judge([passage], made.scorer_of(site_id), guidelines)
    return jsonify(
        {
            "scores": dict(judgement.scores),
            "verdict": judgement.verdict.value,
            "reasons": [webhooks.reason_data(reason) for reason in judgement.reasons],
            "model_version": judgement.model_version,
            "policy_version": judgement.policy_version,
        }
    )
