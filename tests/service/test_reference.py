"""The reference page as HTML; `tests/browser` looks at it in a browser."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask

from service import description, reference


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is read and refused over HTTP is the same on every database."""
    return sqlite_url


class _Page(HTMLParser):
    """Collects what a test asks about."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            self.attributes.append(name)
            if name == "id":
                self.ids.append(value or "")
            if name in {"href", "src"}:
                self.links.append(value or "")


@pytest.fixture
def html(app: Flask) -> str:
    """The page."""
    return app.test_client().get("/docs").get_data(as_text=True)


@pytest.fixture
def page(html: str) -> _Page:
    """The page, read."""
    return _Page(html)


def test_the_page_needs_no_script_and_no_other_host(page: _Page) -> None:
    assert "script" not in page.tags
    assert "style" not in [*page.tags, *page.attributes]
    assert not any(attribute.startswith("on") for attribute in page.attributes)
    assert all(link.startswith(("#", "/")) for link in page.links)


def test_every_link_inside_leads_to_one_place_and_every_file_is_there(page: _Page, app: Flask) -> None:
    assert len(set(page.ids)) == len(page.ids)
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    assert {app.test_client().get(link, buffered=True).status_code for link in page.links if link.startswith("/")} == {
        200
    }


def test_every_operation_and_its_scope_is_on_the_page(html: str, app: Flask) -> None:
    plain = unescape(re.sub(r"<[^>]+>", "", html))
    spec = description.described(app.api_doc, description.guarded(app))  # type: ignore[attr-defined]
    for path, _, operation in description.operations(spec):
        assert path in plain
        assert operation["summary"].replace("`", "") in plain
    assert plain.count("Needs the scope") == len(list(description.operations(spec)))


def test_fields_inside_fields_are_written_with_their_path(html: str) -> None:
    for name in ("author.ref", "article.url", "parent.text", "decisions[].reasons[].spans[].begin"):
        assert f"<code>{name}</code>" in html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        pytest.param("Plain.", "<p>Plain.</p>", id="one paragraph"),
        pytest.param("One.\n\nTwo.", "<p>One.</p>\n<p>Two.</p>", id="two paragraphs"),
        pytest.param("Set `wait=5`, then `x`.", "<p>Set <code>wait=5</code>, then <code>x</code>.</p>", id="code"),
        pytest.param(
            "a < b & `<c>`", "<p>a &lt; b &amp; <code>&lt;c&gt;</code></p>", id="what HTML would take for its own"
        ),
        pytest.param("a ` b", "<p>a ` b</p>", id="one back-tick alone"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_docstrings_become_html(text: str, html: str) -> None:
    assert str(reference.marked_up(text)) == html


def test_long_paths_break_before_slashes_and_colons() -> None:
    assert str(reference.breakable("/a/{b}:c")) == "/a<wbr>/{b}<wbr>:c"


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ({"type": "string"}, "string"),
        ({"type": "string", "format": "date-time"}, "date-time"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "string or null"),
        ({"enum": ["A", "B"], "type": "string"}, "A | B"),
        ({"type": "array", "items": {"$ref": "#/components/schemas/X"}}, "list of object"),
        ({}, "any"),
    ],
)
def test_types_are_named_in_words(told: dict[str, Any], kind: str) -> None:
    assert reference._type({"components": {"schemas": {"X": {"type": "object"}}}}, told) == kind
