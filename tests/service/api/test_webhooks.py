"""Webhook endpoints and their deliveries over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

URL = "https://news.example/hooks/ombuds"
EVENTS = ["comment.approved", "comment.held", "comment.rejected", "comment.removed"]


@pytest.fixture
def hook(api: Any) -> dict[str, Any]:
    """An endpoint of `site`, as it was shown when it was made."""
    shown: dict[str, Any] = api.post("/v1/webhooks", {"url": URL}).json
    return shown


@pytest.fixture
def delivery(api: Any, hook: dict[str, Any], posted: Callable[..., Any], judged: Callable[..., Any]) -> dict[str, Any]:
    """A delivery to `hook`."""
    posted()
    judged()
    (shown,) = api.get("/v1/deliveries").json["deliveries"]
    assert shown["webhook_id"] == hook["id"]
    return dict(shown)


def test_an_endpoint_is_made_with_all_events_and_its_secret(api: Any) -> None:
    answer = api.post("/v1/webhooks", {"url": URL})
    assert answer.status_code == 201
    made = answer.json
    assert answer.headers["Location"] == f"/v1/webhooks/{made['id']}"
    assert (made["url"], made["events"], made["enabled"], made["disabled_because"]) == (URL, EVENTS, True, None)
    assert made["secret"].startswith("whsec_")


def test_the_secret_is_shown_when_made_and_rotated_and_never_else(api: Any, hook: dict[str, Any]) -> None:
    path = f"/v1/webhooks/{hook['id']}"
    rotated = api.post(f"{path}:rotate")
    assert rotated.status_code == 200
    assert rotated.json["secret"] != hook["secret"]
    others = [api.get(path), api.get("/v1/webhooks"), api.patch(path, {"events": EVENTS[:1]})]
    assert not any("whsec_" in answer.get_data(as_text=True) for answer in others)


def test_an_endpoint_can_be_listed_shown_changed_and_removed(api: Any, hook: dict[str, Any]) -> None:
    path = f"/v1/webhooks/{hook['id']}"
    shown = {name: value for name, value in hook.items() if name != "secret"}
    assert api.get("/v1/webhooks").json == {"webhooks": [shown]}
    assert api.get(path).json == shown
    changed = api.patch(path, {"url": f"{URL}/2", "events": ["comment.held"], "enabled": False})
    expected = {**shown, "url": f"{URL}/2", "events": ["comment.held"], "enabled": False}
    assert changed.json == {**expected, "disabled_because": "by the site"}
    assert api.get(path).json == changed.json
    assert api.patch(path, {"enabled": True}).json == {**expected, "enabled": True, "disabled_because": None}
    assert api.delete(path).status_code == 204
    assert [api.get(path).status_code, api.delete(path).status_code] == [404, 404]
    assert api.get("/v1/webhooks").json == {"webhooks": []}


def test_a_change_of_nothing_changes_nothing(api: Any, hook: dict[str, Any]) -> None:
    answer = api.patch(f"/v1/webhooks/{hook['id']}", {})
    assert answer.status_code == 200
    assert answer.json["events"] == EVENTS


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("http://news.example/hook", id="plain http"),
        pytest.param("ftp://news.example/hook", id="another scheme"),
        pytest.param("https://", id="no host"),
        pytest.param("https://user:secret@news.example/", id="a password"),
        pytest.param("https://news.example/#top", id="a fragment"),
        pytest.param("https://news.example/a b", id="a space"),
        pytest.param("https://bücher.example/", id="a letter that is not ASCII"),
        pytest.param("https://news.example:99999/", id="a port that cannot be"),
        pytest.param("https://[::1/", id="half an IPv6 address"),
        pytest.param("https://news.example/" + "x" * 2_000, id="too long"),
        pytest.param("", id="nothing"),
    ],
)
def test_an_address_that_may_not_be_is_refused_when_made_and_when_changed(
    make_app: Callable[..., Flask], client: Any, site_key: str, hook: dict[str, Any], url: str
) -> None:
    api = client(make_app(webhook_allow=()), site_key)
    path = f"/v1/webhooks/{hook['id']}"
    for answer in (api.post("/v1/webhooks", {"url": url}), api.patch(path, {"url": url})):
        assert answer.status_code == 422
        assert answer.json["type"] == "urn:ombuds:problem:invalid-value"
        assert answer.json["errors"][0]["pointer"] == "/url"
    assert api.get(path).json["url"] == URL


def test_plain_http_is_for_allowed_networks(api: Any) -> None:
    assert api.post("/v1/webhooks", {"url": "http://127.0.0.1:9/hook"}).status_code == 201


@pytest.mark.parametrize("events", [[], ["comment.loved"], ["comment.held", 5], "comment.held", EVENTS + EVENTS[:2]])
def test_an_event_filter_that_may_not_be_is_refused(api: Any, events: Any) -> None:
    assert api.post("/v1/webhooks", {"url": URL, "events": events}).status_code == 422


def test_a_decision_makes_a_delivery_to_the_endpoints_that_want_its_event(
    api: Any, posted: Callable[..., Any], judged: Callable[..., Any]
) -> None:
    wanting = api.post("/v1/webhooks", {"url": URL, "events": ["comment.approved"]}).json["id"]
    api.post("/v1/webhooks", {"url": URL, "events": ["comment.held"]})
    posted()
    decision = judged()
    (delivery,) = api.get("/v1/deliveries").json["deliveries"]
    assert (delivery["webhook_id"], delivery["decision_id"]) == (wanting, decision.id)
    assert (delivery["event"], delivery["state"], delivery["attempts"]) == ("comment.approved", "DUE", [])


def test_deliveries_are_listed_newest_first_by_endpoint_and_state_page_by_page(
    api: Any, posted: Callable[..., Any], judged: Callable[..., Any]
) -> None:
    hooks = [api.post("/v1/webhooks", {"url": URL}).json["id"] for _ in range(2)]
    for number in range(3):
        posted(f"c-{number}")
        judged(f"c-{number}")
    every = api.get("/v1/deliveries").json["deliveries"]
    assert [one["sequence"] for one in every] == [3, 3, 2, 2, 1, 1]
    of_one = api.get(f"/v1/deliveries?webhook={hooks[0]}&state=DUE").json["deliveries"]
    assert [(one["webhook_id"], one["sequence"]) for one in of_one] == [(hooks[0], 3), (hooks[0], 2), (hooks[0], 1)]
    seen: list[dict[str, Any]] = []
    while page := api.get(
        "/v1/deliveries", query_string={"limit": 1, **({"before": seen[-1]["id"]} if seen else {})}
    ).json["deliveries"]:
        seen += page
    assert seen == every
    assert api.get("/v1/deliveries?state=FAILED").json == {"deliveries": []}


def test_a_delivery_can_be_replayed_under_its_own_id(api: Any, delivery: dict[str, Any]) -> None:
    answer = api.post(f"/v1/deliveries/{delivery['id']}:replay")
    assert answer.status_code == 202
    assert (answer.json["id"], answer.json["state"], answer.json["n_attempts"]) == (delivery["id"], "DUE", 0)


def test_a_delivery_to_an_endpoint_that_was_removed_cannot_be_replayed(
    api: Any, hook: dict[str, Any], delivery: dict[str, Any]
) -> None:
    api.delete(f"/v1/webhooks/{hook['id']}")
    answer = api.post(f"/v1/deliveries/{delivery['id']}:replay")
    assert (answer.status_code, answer.json["type"]) == (404, "urn:ombuds:problem:unknown-webhook")


def test_another_site_sees_and_touches_neither_endpoints_nor_deliveries(
    other: Any, hook: dict[str, Any], delivery: dict[str, Any], api: Any
) -> None:
    path = f"/v1/webhooks/{hook['id']}"
    assert other.get("/v1/webhooks").json == {"webhooks": []}
    assert other.get("/v1/deliveries").json == {"deliveries": []}
    assert other.get(f"/v1/deliveries?webhook={hook['id']}").json == {"deliveries": []}
    answers = [
        other.get(path),
        other.patch(path, {"enabled": False}),
        other.delete(path),
        other.post(f"{path}:rotate"),
        other.get(f"/v1/deliveries?before={delivery['id']}"),
        other.post(f"/v1/deliveries/{delivery['id']}:replay"),
    ]
    assert [answer.status_code for answer in answers] == [404] * 6
    assert api.get(path).json["enabled"] is True
