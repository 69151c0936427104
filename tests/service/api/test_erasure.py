"""`POST /v1/authors:erase`: a reader is forgotten, whatever way their comments came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.test import TestResponse


def test_a_reader_s_comments_are_withdrawn_and_the_site_may_ask_again(
    api: Any, posted: Callable[..., TestResponse]
) -> None:
    posted("c-1")
    posted("c-2", author={"ref": "reader/8 ö"})
    for _ in range(2):
        answer = api.post("/v1/authors:erase", {"author_ref": "reader-7"})
        assert (answer.status_code, answer.data) == (204, b"")
    assert api.get("/v1/comments/c-1").get_json()["status"] == "REMOVED"
    assert api.get("/v1/comments/c-2").get_json()["status"] == "PENDING"
    assert api.post("/v1/authors:erase", {"author_ref": "reader/8 ö"}).status_code == 204
    assert api.get("/v1/comments/c-2").get_json()["status"] == "REMOVED"


def test_one_site_forgets_nobody_of_another(api: Any, other: Any, posted: Callable[..., TestResponse]) -> None:
    posted("c-1")
    assert other.post("/v1/authors:erase", {"author_ref": "reader-7"}).status_code == 204
    assert api.get("/v1/comments/c-1").get_json()["status"] == "PENDING"


def test_without_a_name_nobody_is_forgotten(api: Any, key_with: Callable[..., str], client: Any) -> None:
    for body in ({}, {"author_ref": ""}, {"author_ref": None}):
        assert api.post("/v1/authors:erase", body).status_code == 422
    assert client(api.app, key_with("read")).post("/v1/authors:erase", {"author_ref": "reader-7"}).status_code == 403
