"""Charts as SVG: what is drawn, and what is said of it."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from service.console import charts
from service.console.charts import Series


def drawn(markup: str) -> ET.Element:
    return ET.fromstring(markup)  # noqa: S314  our own


def test_columns_are_stacked_from_below_as_high_as_they_count() -> None:
    chart = drawn(
        charts.columns(
            "Comments", "Two days", ["1 Mar", "2 Mar"], [Series("auto", [60, 0]), Series("held", [40, 50])], str
        )
    )
    bars = {(bar.get("class"), bar.get("x")): bar for bar in chart.iter("rect")}
    assert set(bars) == {("chart-auto", "0.00%"), ("chart-held", "0.00%"), ("chart-held", "50.00%")}
    low, high = bars["chart-auto", "0.00%"], bars["chart-held", "0.00%"]
    assert float(high.get("y", 0)) < float(low.get("y", 0))
    assert float(low.get("height", 0)) == pytest.approx(60 / 106 * charts.HEIGHT - 1, abs=0.1)
    assert [text.text for text in chart.iter("text")] == ["50", "100", "1 Mar", "2 Mar"]


def test_a_chart_is_named_and_described_and_takes_no_words_for_markup() -> None:
    chart = drawn(charts.columns("<b>Comments</b>", "a & b", ["<i>"], [Series("auto", [1])], lambda n: f"<{n}>"))
    assert chart.get("role") == "img"
    assert (chart.findtext("title"), chart.findtext("desc")) == ("<b>Comments</b>", "a & b")
    assert not list(chart.iter("i"))


def test_nothing_is_drawn_with_styles_of_its_own() -> None:
    whole = (
        charts.columns("c", "", ["1"], [Series("auto", [1])], str)
        + charts.lines("l", "", ["1"], [Series("p50", [1])], str)
        + charts.spark([1, 2], 2)
        + charts.whisker(0.2, 0.5, 0.7)
    )
    assert "style" not in whole


def test_a_line_breaks_where_a_value_is_missing() -> None:
    chart = drawn(charts.lines("Minutes", "", list("abcd"), [Series("p50", [1, 2, None, 2])], str))
    first, second = (line.get("points", "").split() for line in chart.iter("polyline"))
    assert [point.split(",")[0] for point in first] == ["0.50", "1.50"]
    assert [point.split(",")[0] for point in second] == ["3.30", "3.70"]


@pytest.mark.parametrize(
    ("highest", "top", "ticks"),
    [
        (0, 1.0, ()),
        (1, 2 * 1.06, (1, 2)),
        (7, 10 * 1.06, (5, 10)),
        (90, 100 * 1.06, (50, 100)),
        (4_812, 4_812 * 1.06, (2_000, 4_000)),
    ],
)
def test_an_axis_has_two_round_values(highest: float, top: float, ticks: tuple[float, ...]) -> None:
    found_top, found_ticks = charts.scale(highest)
    assert found_top == pytest.approx(top)
    assert found_ticks == ticks


def test_names_under_a_chart_leave_each_other_room() -> None:
    days = [f"day {n}" for n in range(90)]
    chart = drawn(charts.columns("c", "", days, [Series("auto", [0] * 90)], str))
    assert [text.text for text in chart.iter("text")] == ["day 0", "day 23", "day 46", "day 69"]


def test_an_empty_chart_is_drawn_too() -> None:
    assert drawn(charts.columns("c", "", [], [], str)).findtext("title") == "c"
    assert drawn(charts.lines("c", "", [], [], str)).findtext("title") == "c"
    assert drawn(charts.spark([], 0)).tag == "svg"


def test_a_spark_shares_its_top_with_its_neighbours_and_is_not_read_aloud() -> None:
    spark = drawn(charts.spark([0, 5], 10))
    assert spark.get("aria-hidden") == "true"
    assert next(spark.iter("polyline")).get("points") == "0.0,30.0 100.0,16.0"


def test_a_whisker_is_cut_off_at_the_ends_of_the_ruler() -> None:
    assert re.findall(r'"([\d.]+)%"', charts.whisker(-0.3, 0.25, 1.0)) == ["100", "0.0", "100.0", "25.0"]
