"""The page stands alone, runs nothing, and says in words what it draws."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from models import card, evaluation, page
from models.sections import Document, Grid, Prose, Section

if TYPE_CHECKING:
    from models.dataset import Dataset
    from models.scorer import Scorer
    from models.training import Trained

EMPTY = {"meta", "path", "use", "rect", "line"}


class Outline(HTMLParser):
    """Tags and attributes in their order, and whether each closes."""

    def __init__(self, written: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(written)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in EMPTY:
            assert self.open.pop() == tag


@pytest.fixture(scope="module")
def written(trained: Trained, scorer: Scorer, data: Dataset) -> str:
    found = evaluation.evaluate(scorer, data)
    when = datetime(2026, 11, 22, tzinfo=UTC)
    told = card.compose("2026-11-22-tiny", when, trained.classifier.languages, trained.metrics, found)
    return page.render(told, found["attributes"])


def test_it_is_well_formed_and_runs_nothing(written: str) -> None:
    outline = Outline(written)
    assert outline.open == []
    assert not {"script", "link", "img", "iframe", "object"} & {tag for tag, _ in outline.tags}
    assert not any(name.startswith("on") for _, attributes in outline.tags for name in attributes)


def test_it_asks_for_nothing_from_outside(written: str) -> None:
    for match in re.findall(r"(?:href|src)=\"([^\"]*)\"|url\(([^)]*)\)", written):
        assert "".join(match).startswith("#")
    assert "http://" not in written
    assert "https://" not in written
    assert "default-src 'none'" in written


def test_every_attribute_has_four_charts_with_words(written: str) -> None:
    charts = [attributes for tag, attributes in Outline(written).tags if tag == "svg"]
    assert len(charts) == 3 * 4
    assert all(one["role"] == "img" and len(one["aria-label"] or "") > 40 for one in charts)
    assert "SPAM: Reliability. Share that shows the attribute" in written


def test_no_two_parts_share_a_name_and_none_is_missing(written: str) -> None:
    names = re.findall(r' id="([^"]+)"', written)
    assert len(names) == len(set(names))
    assert set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', written)) == {
        pair for pair in re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', written) if (pair[0] or pair[1]) in names
    }


def test_charts_take_their_colours_from_the_page(written: str) -> None:
    drawn = "".join(re.findall(r"<svg.*?</svg>", written, re.DOTALL))
    assert not re.search(r"#0[1-5]0[1-5]0[1-5]", drawn)
    assert "var(--first)" in drawn
    assert "<style" not in drawn
    assert "prefers-color-scheme: dark" in written


def test_drawing_twice_gives_the_same(trained: Trained, scorer: Scorer, data: Dataset, written: str) -> None:
    found = evaluation.evaluate(scorer, data)
    when = datetime(2026, 11, 22, tzinfo=UTC)
    told = card.compose("2026-11-22-tiny", when, trained.classifier.languages, trained.metrics, found)
    assert page.render(told, found["attributes"]) == written


def test_names_are_escaped_and_numbers_stand_right() -> None:
    grid = Grid("A <table>", ("name", "n"), [("<b>", "1,000"), ("c", "–")])  # noqa: RUF001  (a dash in a table)
    html = page.render(Document("a & b", "about", [Section("<i>", [grid, Prose("x", strong="Mind <this>")])]), {})
    assert "<b>" not in html
    assert "a &amp; b" in html
    assert '<td class="number">1,000</td>' in html
    assert '<p class="alarm"><strong>Mind &lt;this&gt;</strong> x</p>' in html
