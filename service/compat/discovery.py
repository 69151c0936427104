"""The description of Perspective's two methods that Google's clients build themselves from, in our own words."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

VERSION = "v1alpha1"


def root(public_url: str, asked_url: str, forwarded: str | None) -> str:
    """Tell under which address a client reaches us: the public one where it named that host, else what it asked.

    Args:
        public_url: The settings' address of this Ombuds.
        asked_url: What the request's own head says, as `http://host/`.
        forwarded: Its header `X-Forwarded-Proto`, in which a proxy says that it was reached by https.
    """
    if urlsplit(asked_url).netloc == urlsplit(public_url).netloc:
        return f"{public_url}/"
    if (forwarded or "").partition(",")[0].strip().lower() == "https":
        return asked_url.replace("http://", "https://", 1)
    return asked_url


def document(root_url: str) -> dict[str, Any]:
    """Describe the methods under a root address that ends with a slash."""
    return {
        "kind": "discovery#restDescription",
        "discoveryVersion": "v1",
        "id": f"commentanalyzer:{VERSION}",
        "name": "commentanalyzer",
        "canonicalName": "Comment Analyzer",
        "version": VERSION,
        "revision": "20261123",
        "title": "Comments, scored by Ombuds",
        "description": "Scores comments and hears what people make of them, for programs written for Perspective.",
        "documentationLink": f"{root_url}docs",
        "protocol": "rest",
        "rootUrl": root_url,
        "baseUrl": root_url,
        "servicePath": "",
        "basePath": "",
        "batchPath": "batch",
        "version_module": True,
        "parameters": _PARAMETERS,
        "resources": {
            "comments": {
                "methods": {
                    "analyze": _method("analyze", "AnalyzeCommentRequest", "AnalyzeCommentResponse", "Score a text."),
                    "suggestscore": _method(
                        "suggestscore",
                        "SuggestCommentScoreRequest",
                        "SuggestCommentScoreResponse",
                        "Tell what a text's scores should have been.",
                    ),
                }
            }
        },
        "schemas": {name: {"id": name, "type": "object", **schema} for name, schema in _SCHEMAS.items()},
    }


def _method(name: str, takes: str, gives: str, description: str) -> dict[str, Any]:
    path = f"{VERSION}/comments:{name}"
    return {
        "id": f"commentanalyzer.comments.{name}",
        "description": description,
        "httpMethod": "POST",
        "path": path,
        "flatPath": path,
        "parameters": {},
        "parameterOrder": [],
        "request": {"$ref": takes},
        "response": {"$ref": gives},
    }


def _query(description: str, kind: str = "string", **more: Any) -> dict[str, Any]:
    return {"type": kind, "description": description, "location": "query", **more}


def _text(description: str, **more: Any) -> dict[str, Any]:
    return {"type": "string", "description": description, **more}


def _claim(description: str) -> dict[str, Any]:
    return {"type": "boolean", "description": description}


def _number(description: str, kind: str = "number", width: str = "float") -> dict[str, Any]:
    return {"type": kind, "format": width, "description": description}


def _ref(name: str, description: str) -> dict[str, Any]:
    return {"$ref": name, "description": description}


def _list(items: dict[str, Any], description: str) -> dict[str, Any]:
    return {"type": "array", "items": items, "description": description}


def _map(name: str, description: str) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": {"$ref": name}, "description": description}


_PARAMETERS = {
    "key": _query("A site key for clients of Perspective; the header X-Goog-Api-Key is as good."),
    "alt": _query("Answers are JSON, whatever stands here.", default="json"),
    "fields": _query("Taken, and without effect: answers are whole."),
    "prettyPrint": _query("Taken, and without effect.", "boolean", default="true"),
    "quotaUser": _query("Taken, and without effect: a key has one quota."),
    "$.xgafv": _query("Taken, and without effect."),
}

_SCORE_TYPES = ["SCORE_TYPE_UNSPECIFIED", "PROBABILITY", "STD_DEV_SCORE", "PERCENTILE", "RAW"]
_TEXT_TYPES = ["TEXT_TYPE_UNSPECIFIED", "PLAIN_TEXT", "HTML"]
_TOKEN = _text("Anything; it comes back with the answer.")
_LANGUAGES = _list({"type": "string"}, "Languages of the text, as BCP 47 tags; without any, the text itself tells.")
_IGNORED = "Taken, and without effect."

_SCHEMAS: dict[str, dict[str, Any]] = {
    "TextEntry": {
        "description": "A text.",
        "properties": {
            "text": _text("The text itself, at most 20,480 bytes of UTF-8 where it is a comment."),
            "type": _text("What kind of text; only plain text is read.", enum=_TEXT_TYPES),
        },
    },
    "AttributeParameters": {
        "description": "How an attribute is to be scored.",
        "properties": {
            "scoreType": _text("Scores are probabilities.", enum=_SCORE_TYPES),
            "scoreThreshold": _number("Scores below this are left out."),
        },
    },
    "ArticleAndParentComment": {
        "description": "What the comment stands under.",
        "properties": {
            "article": _ref("TextEntry", "The article; its first line counts as its title."),
            "parentComment": _ref("TextEntry", "The comment that it answers; what is quoted of it is not blamed."),
        },
    },
    "Context": {
        "description": "What surrounds the comment: either of the two.",
        "properties": {
            "articleAndParentComment": _ref("ArticleAndParentComment", "Article and parent comment."),
            "entries": _list({"$ref": "TextEntry"}, "Any other texts. Coral writes its comment's id here."),
        },
    },
    "Score": {
        "description": "A score.",
        "properties": {
            "value": _number("From 0 to 1."),
            "type": _text("What the value is.", enum=_SCORE_TYPES),
        },
    },
    "SpanScore": {
        "description": "The score of a stretch of the text.",
        "properties": {
            "begin": _number("Where it begins, in UTF-16 code units.", "integer", "int32"),
            "end": _number("Where it ends, exclusive.", "integer", "int32"),
            "score": _ref("Score", "Its score."),
        },
    },
    "AttributeScores": {
        "description": "The scores of one attribute.",
        "properties": {
            "summaryScore": _ref("Score", "Of the whole text."),
            "spanScores": _list({"$ref": "SpanScore"}, "Of the whole text first, then of its sentences if asked for."),
        },
    },
    "AnalyzeCommentRequest": {
        "description": "A text to be scored.",
        "properties": {
            "comment": _ref("TextEntry", "The text."),
            "requestedAttributes": _map("AttributeParameters", "What to measure, by name."),
            "context": _ref("Context", "What surrounds it."),
            "languages": _LANGUAGES,
            "spanAnnotations": _claim("Whether each sentence is scored, too."),
            "doNotStore": _claim("Nothing is kept of a text that is scored, whatever stands here."),
            "dropUnsupportedAttributes": _claim("Leave out what is not measured in the text's language."),
            "clientToken": _TOKEN,
            "communityId": _text(_IGNORED),
            "sessionId": _text(_IGNORED),
        },
    },
    "AnalyzeCommentResponse": {
        "description": "A text's scores.",
        "properties": {
            "attributeScores": _map("AttributeScores", "By the names that were asked for."),
            "languages": _list({"type": "string"}, "The languages that it was scored in."),
            "detectedLanguages": _list({"type": "string"}, "The language that the text itself tells."),
            "clientToken": _TOKEN,
        },
    },
    "SuggestCommentScoreRequest": {
        "description": "A verdict on a text. It is kept, with the text, to learn from.",
        "properties": {
            "comment": _ref("TextEntry", "The text."),
            "attributeScores": _map("AttributeScores", "What its scores should have been."),
            "context": _ref("Context", "What surrounds it."),
            "languages": _LANGUAGES,
            "clientToken": _TOKEN,
            "communityId": _text("Where the verdict comes from."),
            "sessionId": _text(_IGNORED),
        },
    },
    "SuggestCommentScoreResponse": {
        "description": "The verdict is kept.",
        "properties": {
            "detectedLanguages": _list({"type": "string"}, "The language that the text itself tells."),
            "requestedLanguages": _list({"type": "string"}, "The languages that were given."),
            "clientToken": _TOKEN,
        },
    },
}
