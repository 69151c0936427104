"""Perspective's routes: scores in its shapes, errors in its words, verdicts kept as labels."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, select
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from moderation import labels, sites
from moderation.dispatch import Dispatcher
from moderation.domain import KeyKind, Scope
from moderation.store.database import Database
from moderation.store.sites import Site
from moderation.tables import labels as labels_table
from service.compat import perspective

ERROR = "type.googleapis.com/google.commentanalyzer.v1alpha1.Error"
IDIOT = "What an idiot."


class Perspective:
    """A client with a key, in its own application."""

    def __init__(self, app: Flask, key: str) -> None:
        self.app = app
        self.key = key

    def send(self, path: str, body: Any = None, method: str = "POST", **headers: str) -> TestResponse:
        """Send what is given, without a content type, as Google's own sample does."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.app.test_client().open(path, method=method, data=data, headers=named)

    def analyze(self, text: Any = IDIOT, asked: Any = ("TOXICITY",), **more: Any) -> TestResponse:
        wanted = asked if isinstance(asked, dict) else {name: {} for name in asked}
        body = {"comment": {"text": text}, "requestedAttributes": wanted, **more}
        return self.send(f"/v1alpha1/comments:analyze?key={self.key}", body)

    def suggest(self, value: Any = 1, text: str = "Vile.", name: str = "TOXICITY", **more: Any) -> TestResponse:
        scores = {name: {"summaryScore": {"value": value}}}
        body = {"comment": {"text": text}, "attributeScores": scores, **more}
        return self.send(f"/v1alpha1/comments:suggestscore?key={self.key}", body)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is promised over HTTP is the same on both databases; what is kept is tried on both where it is kept."""
    return sqlite_url


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.fixture
def key(database: Database, site: Site, secret: str, now: datetime) -> str:
    return sites.add_key(database, site.name, [Scope.SUBMIT], secret, now, KeyKind.PERSPECTIVE)


@pytest.fixture
def google(app: Flask, key: str) -> Perspective:
    """A client of Perspective."""
    return Perspective(app, key)


def scores(answer: TestResponse) -> dict[str, float]:
    """Read the whole text's scores."""
    assert answer.status_code == 200, answer.text
    return {name: one["summaryScore"]["value"] for name, one in answer.get_json()["attributeScores"].items()}


def refusal(answer: TestResponse) -> tuple[int, str, Any]:
    """Read an error's status, message and first type; each has details, and clients read the first unasked."""
    error = answer.get_json()["error"]
    assert (answer.status_code, answer.content_type) == (error["code"], "application/json; charset=UTF-8")
    first = error["details"][0]
    return answer.status_code, error["message"], first.get("errorType") or first.get("reason")


# Scores


def test_an_answer_has_the_whole_shape(google: Perspective) -> None:
    answer = google.analyze("😀 idiot", ["INSULT", "TOXICITY"], languages=["en"], clientToken="t-1", doNotStore=True)
    score = {"value": 0.99, "type": "PROBABILITY"}
    assert answer.get_json() == {
        "attributeScores": {
            "INSULT": {"spanScores": [{"begin": 0, "end": 8, "score": score}], "summaryScore": score},
            "TOXICITY": {
                "spanScores": [{"begin": 0, "end": 8, "score": {**score, "value": 0.02}}],
                "summaryScore": {**score, "value": 0.02},
            },
        },
        "languages": ["en"],
        "detectedLanguages": ["en"],
        "clientToken": "t-1",
    }
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/v1alpha1/comments:analyze", "/comments:analyze"])
@pytest.mark.parametrize(
    "kind", [None, "application/json;charset=utf-8", "text/plain", "application/x-www-form-urlencoded"]
)
def test_both_paths_take_json_of_any_content_type_and_the_key_in_the_header(
    google: Perspective, path: str, kind: str | None
) -> None:
    headers = {"X_Goog_Api_Key": google.key, **({} if kind is None else {"Content_Type": kind})}
    body = {"comment": {"text": IDIOT}, "requested_attributes": {"INSULT": None}, "span_annotations": False}
    assert scores(google.send(f"{path}?alt=json&prettyPrint=false&$.xgafv=2", body, **headers)) == {"INSULT": 0.99}


def test_the_vendor_s_own_first_example_works_as_it_is_printed(google: Perspective) -> None:
    body = b"""{comment: {text: "what kind of idiot name is foo?"},
       languages: ["en"],
       requestedAttributes: {TOXICITY:{}} }"""
    answer = google.send(
        f"/v1alpha1/comments:analyze?key={google.key}", body, Content_Type="application/x-www-form-urlencoded"
    )
    assert scores(answer) == {"TOXICITY": 0.02}


def test_a_packed_body_is_unpacked_and_one_that_swells_is_refused(google: Perspective) -> None:
    path = f"/comments:analyze?key={google.key}"
    body = json.dumps({"comment": {"text": IDIOT}, "requestedAttributes": {"INSULT": {}}}).encode()
    assert scores(google.send(path, gzip.compress(body), Content_Encoding="gzip")) == {"INSULT": 0.99}
    assert refusal(google.send(path, gzip.compress(b" " * 5_000_001), Content_Encoding="gzip"))[0] == 413
    assert refusal(google.send(path, body, Content_Encoding="gzip"))[0] == 400


def test_the_sentences_of_a_long_text_are_scored_quickly(google: Perspective, tiny_scorer: Any) -> None:
    google.analyze("You idiot! Bye.", ["INSULT"], spanAnnotations=True)
    assert not tiny_scorer.quick
    google.analyze(f"You idiot! {'So long' * 100}.", ["INSULT"], spanAnnotations=True)
    assert tiny_scorer.quick[0] == "You idiot!"
    assert len(tiny_scorer.quick) == 2


def test_each_sentence_is_scored_when_asked_for_after_the_whole(google: Perspective, tiny_scorer: Any) -> None:
    text = "😀 Hello there. You idiot!\nGoodbye"
    found = google.analyze(text, ["INSULT"], spanAnnotations=True).get_json()["attributeScores"]["INSULT"]
    in_utf16 = text.encode("utf-16-le")
    spans = [
        (in_utf16[2 * one["begin"] : 2 * one["end"]].decode("utf-16-le"), one["score"]["value"])
        for one in found["spanScores"]
    ]
    assert spans == [(text, 0.99), ("😀 Hello there.", 0.02), ("You idiot!", 0.99), ("Goodbye", 0.02)]
    assert found["summaryScore"]["value"] == 0.99
    assert len(tiny_scorer.calls) == 1
    alone = google.analyze("You idiot!", ["INSULT"], spanAnnotations=True).get_json()["attributeScores"]["INSULT"]
    assert [(one["begin"], one["end"]) for one in alone["spanScores"]] == [(0, 10)]


def test_what_is_below_its_threshold_is_left_out(google: Perspective) -> None:
    asked = {"INSULT": {"scoreThreshold": 0.5}, "TOXICITY": {"scoreThreshold": "0.5"}, "THREAT": {"scoreThreshold": 0}}
    assert scores(google.analyze(asked=asked)) == {"INSULT": 0.99, "THREAT": 0.02}
    spans = google.analyze("You idiot! Bye.", asked, spanAnnotations=True).get_json()["attributeScores"]
    assert [len(spans[name]["spanScores"]) for name in ("INSULT", "THREAT")] == [2, 3]


def test_experimental_is_another_name(google: Perspective) -> None:
    assert scores(google.analyze(asked=["INSULT_EXPERIMENTAL", "INSULT"])) == {
        "INSULT_EXPERIMENTAL": 0.99,
        "INSULT": 0.99,
    }


def test_scores_are_on_perspective_s_scale_where_the_champion_knows_it(google: Perspective, tiny_scorer: Any) -> None:
    tiny_scorer.has_mapping = True
    assert scores(google.analyze("So silly.", ["INSULT"])) == {"INSULT": pytest.approx(0.6**0.5)}


def test_the_parent_comment_and_the_article_s_first_line_are_the_context(google: Perspective, tiny_scorer: Any) -> None:
    both = {"article": {"text": "\n The bridge \nIt fell."}, "parentComment": {"text": "Who?"}}
    google.analyze(context={"articleAndParentComment": both})
    google.analyze(context={"entries": [{"text": "Who?"}]})
    assert tiny_scorer.contexts == [(None, None)]
    assert len(tiny_scorer.calls) == 2


def test_a_repeat_is_answered_from_memory_and_nothing_is_stored(
    google: Perspective, tiny_scorer: Any, database: Database
) -> None:
    first, second = google.analyze(), google.analyze(doNotStore=True)
    assert first.get_json() == second.get_json()
    assert len(tiny_scorer.calls) == 1
    with database.reading() as tx:
        assert tx.execute(select(labels_table)).all() == []


# Languages


@pytest.mark.parametrize(
    ("text", "given", "languages", "detected"),
    [
        pytest.param("So the idiot", ["de"], ["de"], ["en"], id="what is given counts, whatever is detected"),
        pytest.param("So the idiot", ["de-AT", "en_GB"], ["de-AT", "en_GB"], ["en"], id="tags of regions"),
        pytest.param("So der Idiot", None, ["de"], ["de"], id="without any the text tells"),
        pytest.param("?!", None, ["en"], ["en"], id="what tells nothing is in the site's language"),
        pytest.param("?!", ["fr"], ["fr"], ["fr"], id="or in the one given"),
    ],
)
def test_the_language_is_what_is_given_else_what_is_told_else_the_site_s(
    google: Perspective, text: str, given: list[str] | None, languages: list[str], detected: list[str]
) -> None:
    answer = google.analyze(text, **({} if given is None else {"languages": given})).get_json()
    assert (answer["languages"], answer["detectedLanguages"]) == (languages, detected)


@pytest.mark.parametrize(
    ("text", "given", "named", "told"),
    [
        ("Akkam om", None, "om", {"detectedLanguages": ["om"]}),
        (
            "So the",
            ["en", "fi", "om"],
            "fi, om",
            {"detectedLanguages": ["en"], "requestedLanguages": ["en", "fi", "om"]},
        ),
    ],
    ids=["told by the text", "given"],
)
def test_a_language_that_an_attribute_is_not_measured_in(
    google: Perspective, text: str, given: list[str] | None, named: str, told: dict[str, list[str]]
) -> None:
    more = {} if given is None else {"languages": given}
    answer = google.analyze(text, ["THREAT_EXPERIMENTAL", "INSULT"], **more)
    words = f"Attribute THREAT_EXPERIMENTAL does not support request languages: {named}"
    assert refusal(answer) == (400, words, "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE")
    assert answer.get_json()["error"]["details"] == [
        {
            "@type": ERROR,
            "errorType": "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE",
            "languageNotSupportedByAttributeError": {**told, "attribute": "THREAT_EXPERIMENTAL"},
        }
    ]
    assert scores(google.analyze(text, dropUnsupportedAttributes=True, **more)) == {}


# Errors


@pytest.mark.parametrize(
    ("body", "message", "kind"),
    [
        (b"", "Comment must be non-empty.", "COMMENT_EMPTY"),
        ({"comment": {"text": ""}}, "Comment must be non-empty.", "COMMENT_EMPTY"),
        (
            {"comment": {"text": "é" * 10_241}},
            "Comment text was too many bytes. Value (20482) exceeded limit (20480).",
            "COMMENT_TOO_LONG",
        ),
        ({"comment": {"text": "a" * 20_480}}, "Missing requested_attributes", "NO_REQUESTED_ATTRIBUTES"),
        (
            {"comment": {"text": "a"}, "requestedAttributes": {"FLIRTATION": {}, "NOPE": {}}},
            "Unknown requested attribute: FLIRTATION",
            "INVALID_REQUEST",
        ),
        (
            {"comment": {"text": "a"}, "requestedAttributes": {"TOXICITY": {"scoreType": "PERCENTILE"}}},
            "Requested score type PERCENTILE is not supported by attribute TOXICITY",
            "INVALID_REQUEST",
        ),
        (
            {"comment": {"text": "a", "type": "HTML"}},
            "Currently, only 'PLAIN_TEXT' comments are supported",
            "INVALID_REQUEST",
        ),
        ({"comment": {"text": "a", "type": "WORD"}}, "Unknown text type", "INVALID_REQUEST"),
        (
            {
                "comment": {"text": "a"},
                "requestedAttributes": {"TOXICITY": {}},
                "context": {"entries": [{"text": "b"}], "articleAndParentComment": {"article": {"text": "c"}}},
            },
            "Context can have either entries or article_and_parent_comment, but both fields were populated.",
            "INVALID_REQUEST",
        ),
        ({"comment": {"text": 5}}, "Invalid value at 'comment.text' (TYPE_STRING)", "INVALID_REQUEST"),
        (
            b"{",
            "Invalid JSON payload received. Unable to parse the body as a JSON object.",
            "INVALID_REQUEST",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isupper() else "",
)
def test_every_mistake_is_answered_in_perspective_s_words(
    google: Perspective, body: Any, message: str, kind: str
) -> None:
    answer = google.send(f"/v1alpha1/comments:analyze?key={google.key}", body)
    assert refusal(answer) == (400, message, kind)
    assert answer.get_json()["error"]["status"] == "INVALID_ARGUMENT"


def test_a_bad_key_and_no_key(google: Perspective, site_key: str) -> None:
    for given in ("guessed", site_key):
        answer = google.send(f"/v1alpha1/comments:analyze?key={given}", b"")
        assert refusal(answer) == (400, "API key not valid. Please pass a valid API key.", "API_KEY_INVALID")
    status, message, _ = refusal(google.send("/comments:suggestscore", b""))
    assert (status, message.startswith("Method doesn't allow unregistered callers")) == (403, True)


def test_what_is_not_there_and_what_is_too_large_have_perspective_s_shape_and_the_rest_has_ours(
    google: Perspective,
) -> None:
    assert refusal(google.send("/v1alpha1/nothing"))[0] == 404
    wrong = google.send(f"/comments:analyze?key={google.key}", method="GET")
    assert (refusal(wrong)[0], sorted(wrong.headers["Allow"].split(", "))) == (405, ["OPTIONS", "POST"])
    large = google.send(f"/comments:analyze?key={google.key}", b" " * 5_000_001)
    assert refusal(large)[:2] == (413, "Request payload size exceeds the limit: 5000000 bytes.")
    assert google.send("/v1/nothing").content_type == "application/problem+json"


def test_a_script_of_any_page_may_ask(google: Perspective) -> None:
    answer = google.send("/v1alpha1/comments:analyze", method="OPTIONS")
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (200, "*")
    assert "Content-Type" in answer.headers["Access-Control-Allow-Headers"]


def test_a_used_up_quota_is_told_as_google_tells_it(make_app: Callable[..., Flask], key: str) -> None:
    google = Perspective(make_app(rate_limit_per_minute=1), key)
    assert google.analyze().status_code == 200
    answer = google.analyze()
    status, message, reason = refusal(answer)
    assert (status, reason) == (429, "RATE_LIMIT_EXCEEDED")
    assert message.startswith(
        "Quota exceeded for quota metric 'Analysis requests (AnalyzeComment)' and limit 'Analysis requests "
        "(AnalyzeComment) per minute' of service 'commentanalyzer.googleapis.com' for consumer 'project_number:"
    )
    error = answer.get_json()["error"]
    assert error["status"] == "RESOURCE_EXHAUSTED"
    assert error["details"][0]["metadata"]["quota_limit_value"] == "1"
    assert 1 <= int(answer.headers["Retry-After"]) <= 60


def test_what_nobody_foresaw_is_google_s_500_and_logged_without_the_text(
    google: Perspective, logged: list[dict[str, Any]]
) -> None:
    answer = google.analyze("crash, idiot")
    assert refusal(answer)[:2] == (500, "Internal error encountered.")
    assert "request.failed" in [entry["event"] for entry in logged]
    assert "idiot" not in repr(logged)


# Verdicts


@pytest.fixture
def kept(database: Database) -> Callable[[], list[Any]]:
    """Read the labels that stand."""

    def read() -> list[Any]:
        with database.reading() as tx:
            standing = select(labels_table).where(labels_table.c.withdrawn_at.is_(None)).order_by(labels_table.c.id)
            return list(tx.execute(standing).all())

    return read


def test_a_verdict_is_kept_with_its_site_and_text(
    google: Perspective, kept: Callable[[], list[Any]], site: Site
) -> None:
    answer = google.suggest(0.75, "So the idiot\0.", languages=["de"], clientToken="t-1")
    assert answer.get_json() == {"requestedLanguages": ["de"], "detectedLanguages": ["en"], "clientToken": "t-1"}
    (label,) = kept()
    assert (label.site_id, label.source, label.attribute, label.value, label.weight) == (
        site.id,
        "perspective",
        "TOXICITY",
        0.75,
        1.0,
    )
    assert (label.text, label.language, label.external_id) == ("So the idiot\ufffd.", "en", None)


def test_coral_s_last_verdict_about_a_comment_stands_and_says_what_the_newsroom_rejects(
    google: Perspective, kept: Callable[[], list[Any]]
) -> None:
    for value in (0, 1):
        told = {"url": "https://news.example/bridge?commentID=k-1", "Coral_comment_id": "k-1"}
        answer = google.suggest(
            value,
            name="TOXICITY_EXPERIMENTAL",
            context={"entries": [{"text": json.dumps(told)}]},
            languages=["en"],
            communityId="Coral:https://coral.news.example",
            clientToken="comment:k-1",
        )
        assert answer.get_json()["clientToken"] == "comment:k-1"
    found = [(row.attribute, row.value, row.external_id, row.weight) for row in kept()]
    assert found == [("TOXICITY", 1.0, "k-1", labels.WEAK), ("LIKELY_TO_REJECT", 1.0, "k-1", labels.WEAK)]


@pytest.mark.parametrize(
    ("told", "value"),
    [
        ({"summaryScore": {"value": 1, "type": "PROBABILITY"}}, 1.0),
        ({"summaryScore": {"type": "PROBABILITY"}}, 0.0),
        (
            {"spanScores": [{"end": 2, "score": {"value": 0.25}}, {"begin": 2, "end": 3, "score": {"value": 0.75}}]},
            0.75,
        ),
        ({"summaryScore": {"value": "0.5"}, "spanScores": [{"begin": 0, "end": 1, "score": {"value": 1}}]}, 0.5),
    ],
    ids=["a score", "a zero that was left out", "of stretches the highest", "the whole before its stretches"],
)
def test_what_a_verdict_says(google: Perspective, kept: Callable[[], list[Any]], told: Any, value: float) -> None:
    body = {"comment": {"text": "a"}, "attributeScores": {"TOXICITY": told}}
    assert google.send(f"/comments:suggestscore?key={google.key}", body).status_code == 200
    assert [row.value for row in kept()] == [value]


@pytest.mark.parametrize(
    ("scores_", "message"),
    [
        ({}, "Invalid value at 'attributeScores' (at least one attribute with its score)"),
        ({"TOXICITY": {}}, "Invalid value at 'attributeScores.TOXICITY.summaryScore' (a score from 0 to 1)"),
        (
            {"TOXICITY": {"summaryScore": {"value": 1.5}}},
            "Invalid value at 'attributeScores.TOXICITY.summaryScore.value' (a score from 0 to 1)",
        ),
        (
            {"TOXICITY": {"spanScores": [{"begin": 0}]}},
            "Invalid value at 'attributeScores.TOXICITY.spanScores[0].end' (a stretch needs begin and end)",
        ),
        ({"FLIRTATION": {"summaryScore": {"value": 1}}}, "Unknown requested attribute: FLIRTATION"),
    ],
    ids=["none", "empty", "no probability", "no end", "unknown"],
)
def test_a_verdict_that_says_nothing_is_refused(
    google: Perspective, kept: Callable[[], list[Any]], scores_: Any, message: str
) -> None:
    body = {"comment": {"text": "a"}, "attributeScores": scores_}
    assert refusal(google.send(f"/comments:suggestscore?key={google.key}", body)) == (400, message, "INVALID_REQUEST")
    assert kept() == []


# Without the parts that answers need not


class Leaving(Database):
    """A database that goes away."""

    def __init__(self, database: Database) -> None:
        self.engine, self.is_sqlite, self._database, self.is_away = database.engine, database.is_sqlite, database, False

    def reading(self) -> AbstractContextManager[Connection]:
        return self._opened().reading()

    def writing(self) -> AbstractContextManager[Connection]:
        return self._opened().writing()

    def _opened(self) -> Database:
        if self.is_away:
            raise OperationalError("SELECT 1", {}, Exception("gone"))
        return self._database


def test_without_database_redis_and_worker_scores_are_answered_and_verdicts_are_not(
    make_app: Callable[..., Flask], database: Database, absent_redis: Dispatcher, key: str
) -> None:
    leaving = Leaving(database)
    google = Perspective(make_app(database=leaving, dispatcher=absent_redis, rate_limit_per_minute=100), key)
    google.analyze()
    leaving.is_away = True
    known = google.app.extensions["ombuds"].known
    known._clock = lambda: time.monotonic() + 14 * 60.0
    assert scores(google.analyze("Another idiot.", ["INSULT"])) == {"INSULT": 0.99}
    unavailable = (503, "The service is currently unavailable.", "UNAVAILABLE")
    for answer in (google.suggest(), Perspective(google.app, "never-seen").analyze()):
        assert refusal(answer) == unavailable
        assert answer.headers["Retry-After"] == "1"
    just_started = make_app(database=leaving, dispatcher=absent_redis)
    assert refusal(Perspective(just_started, key).analyze()) == unavailable


# Addresses


@pytest.mark.parametrize(
    ("path", "is_ours"),
    [
        ("/comments:analyze", True),
        ("/v1alpha1/comments:suggestscore", True),
        ("/v1alpha1", True),
        ("/v1alpha1/x", True),
        ("/$discovery/rest", True),
        ("/comments", False),
        ("/comments:batch", False),
        ("/v1/comments", False),
        ("/v1alpha12", False),
    ],
)
def test_which_addresses_are_perspective_s(path: str, is_ours: bool) -> None:  # noqa: FBT001  parametrized
    assert perspective.owns(path) is is_ours
