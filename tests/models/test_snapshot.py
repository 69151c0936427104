"""Snapshots: how a file of labels is read, and how it is split by time."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models import snapshot
from models.errors import UnreadableData

MONDAY = datetime(2026, 9, 7, tzinfo=UTC)


def record(n: int, **changes: Any) -> dict[str, Any]:
    return {
        "site_id": 1,
        "comment_id": n,
        "text": f"Text {n}",
        "language": "en",
        "title": "The bridge",
        "parent_text": None,
        "said_at": (MONDAY + timedelta(hours=n)).isoformat(),
        "said": {"TOXICITY": 1.0},
        "weights": {"TOXICITY": 1.0},
        "chosen_by": None,
        "probability": None,
        "origin": None,
        **changes,
    }


def test_a_file_is_read_with_what_was_said_of_the_attributes_asked_for(tmp_path: Path) -> None:
    records = [
        record(0),
        record(1, said={"INSULT": 0.25}, weights={"INSULT": 0.5}, probability=0.1),
        record(2, said={"OFF_TOPIC": 1.0}),
        record(3, said={"TOXICITY": 1.0, "INSULT": 7.0}, probability=0.001),
    ]
    file = tmp_path / "snapshot.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in records))
    read, digest = snapshot.read(file, ("TOXICITY", "INSULT"))
    assert digest == hashlib.sha256(file.read_bytes()).hexdigest()
    assert read.comment_ids == [0, 1, 3]
    assert read.contexts[0] == ("The bridge", None)
    np.testing.assert_array_equal(read.labels, [[1, np.nan], [np.nan, 0.25], [1, 1]])
    np.testing.assert_array_equal(read.weights, [[1, 0], [0, 0.5], [1, 1]])
    np.testing.assert_allclose(read.fair_weights, [[1, 0], [0, 5], [50, 50]])  # rarer than one in fifty is not believed
    assert read.n_labels == 4


@pytest.mark.parametrize("content", ["no json\n", "[]\n", '{"said": {"TOXICITY": 1}}\n'])
def test_what_is_no_snapshot_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "snapshot.jsonl"
    file.write_text(content)
    with pytest.raises(UnreadableData, match="no snapshot of labels"):
        snapshot.read(file, ("TOXICITY",))
    with pytest.raises(UnreadableData):
        snapshot.read(tmp_path / "absent", ("TOXICITY",))


def split(*records: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    earlier, later = snapshot.split(snapshot.of_records(list(records), ("TOXICITY",)))
    return earlier.comment_ids, later.comment_ids


def test_the_latest_quarter_measures() -> None:
    earlier, later = split(*(record(n) for n in range(40)))
    assert (earlier, later) == (list(range(30)), list(range(30, 40)))


def test_the_cut_is_where_a_week_begins_if_one_does_near_there() -> None:
    days = [record(n, said_at=(MONDAY + timedelta(days=n, hours=5)).isoformat()) for n in range(28)]
    earlier, later = split(*days)  # the quarter would begin on the 22nd day, and so does the fourth week
    assert later == list(range(21, 28))
    assert split(*days[:26])[1] == list(range(21, 26))
    assert split(*days[:17])[1] == list(range(14, 17))
    assert split(*(record(n, said_at=one["said_at"]) for n, one in enumerate(days[:5])))[1] == [3, 4]
    assert len(earlier) == 21


def test_what_was_imported_only_teaches_and_so_does_a_text_that_is_on_both_sides() -> None:
    imported = [record(n, origin="old.csv") for n in range(100, 110)]
    copies = [record(38, text="TEXT 2!")]
    earlier, later = split(*(record(n) for n in range(38)), *copies, record(39), *imported)
    assert set(range(100, 110)) <= set(earlier)
    assert later == [*range(30, 38), 39]
    assert split(*imported) == (list(range(100, 110)), [])
