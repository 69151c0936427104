"""`ombuds migrate perspective-check`, on the shipped version."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service.cli.main import main

KEPT = """comment,toxicity
What a fine bridge that is.,0.05
You are a stupid fool and an idiot.,0.97
你好世界你好世界,0.5
"""


@pytest.fixture
def kept(tmp_path: Path) -> str:
    (tmp_path / "kept.csv").write_text(KEPT, encoding="utf-8")
    return str(tmp_path / "kept.csv")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["migrate", "perspective-check", *arguments])


def test_texts_are_replayed_and_compared_on_perspectives_scale(kept: str) -> None:
    answer = run(kept, "--text", "comment", "--score", "toxicity", "--json")
    assert answer.exit_code == 0, answer.output
    found = json.loads(answer.stdout)
    assert (found["n"], found["n_left_out"], found["has_scale"]) == (2, 1, True)
    assert found["rank_correlation"] == pytest.approx(1.0)
    at = {one["threshold"]: one for one in found["thresholds"]}
    assert (at[0.8]["before"], at[0.8]["after"]) == (0.5, 0.5)


def test_people_get_a_table(kept: str) -> None:
    answer = run(kept, "--text", "comment", "--score", "toxicity")
    assert answer.exit_code == 0, answer.output
    assert "or they have no words: 1." in answer.stdout
    assert "the same share here from" in answer.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--text", "body", "--score", "toxicity"), "its columns are comment, toxicity"),
        (("--text", "comment", "--score", "toxicity", "--attribute", "RUDENESS"), "RUDENESS"),
        (("--text", "comment", "--score", "toxicity", "--attribute", "OFF_TOPIC"), "OFF_TOPIC"),
    ],
)
def test_what_cannot_be_asked_is_one_clear_line(kept: str, arguments: tuple[str, ...], words: str) -> None:
    answer = run(kept, *arguments)
    assert answer.exit_code == 1
    assert words in answer.output
