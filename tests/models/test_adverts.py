"""Our own sentences on advertising: labelled for SPAM alone, the same each time, grouped by frame."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from models import adverts
from models.attributes import ATTRIBUTES
from models.dataset import read
from tests.models.test_dataset import ROWS, write

if TYPE_CHECKING:
    from pathlib import Path

_SPAM = ATTRIBUTES.index("SPAM")


def test_sentences_are_added_behind_the_data(tmp_path: Path) -> None:
    data = read(write(tmp_path, ROWS))
    more = adverts.add_to(data)
    own = slice(len(data), None)
    assert more.texts[: len(data)] == data.texts
    assert more.digest == data.digest
    assert {len(column) for column in (more.texts, more.groups, more.titles, more.parents, more.is_kept_back)} == {
        len(more)
    }
    assert set(more.sources[own]) == {adverts.SOURCE}
    assert np.isnan(np.delete(more.labels[own], _SPAM, axis=1)).all()
    assert more.labels[own, _SPAM].mean() == 0.5
    assert not set(more.groups[own]) & set(data.groups)
    assert more.texts == adverts.add_to(data).texts


def test_a_frame_is_one_group_of_one_answer(tmp_path: Path) -> None:
    more = adverts.add_to(read(write(tmp_path, ROWS)))
    own = more.sources == adverts.SOURCE
    for group in np.unique(more.groups[own]):
        assert len(set(more.labels[own & (more.groups == group), _SPAM])) == 1


def test_no_place_in_a_frame_is_left_open(tmp_path: Path) -> None:
    more = adverts.add_to(read(write(tmp_path, ROWS)))
    assert not [text for text in more.texts[len(ROWS["text"]) :] if re.search(r"\{\w+\}", text)]
