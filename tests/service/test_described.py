"""A model's description is worked out once for each way of asking."""

from __future__ import annotations

from service.described import Described


class Ferry(Described):
    """Crosses the river."""

    name: str


class Tram(Described):
    """Does not."""

    line: int


def test_the_same_question_has_the_same_answer() -> None:
    assert Ferry.model_json_schema(mode="serialization") is Ferry.model_json_schema(mode="serialization")


def test_each_model_describes_itself() -> None:
    assert set(Ferry.model_json_schema()["properties"]) == {"name"}
    assert set(Tram.model_json_schema()["properties"]) == {"line"}
