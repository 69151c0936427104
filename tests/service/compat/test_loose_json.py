"""JSON as Google's servers take it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.compat import loose_json


@pytest.mark.parametrize(
    ("body", "read"),
    [
        (b"", {}),
        (b" \n", {}),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (b"{a: {b_1: [true, null, -1.5e3]}}", {"a": {"b_1": [True, None, -1500.0]}}),
        (b"{'a': 'it\\'s \"so\"', \"b\": \"don't: {c: 1,}\",}", {"a": 'it\'s "so"', "b": "don't: {c: 1,}"}),
        (b"[1, 2, ]", [1, 2]),
        ('{"é": "😀"}'.encode(), {"é": "😀"}),
        (b'{"a\\ud83d": ["cut \\ud83d"]}', {"a\ufffd": ["cut \ufffd"]}),
    ],
    ids=[
        "nothing",
        "blank",
        "a mark first",
        "bare names",
        "single quotes",
        "a comma too many",
        "UTF-8",
        "half an emoji",
    ],
)
def test_what_is_meant_is_read(body: bytes, read: Any) -> None:
    assert loose_json.read(body) == read


@pytest.mark.parametrize(
    "body",
    [b"{", b"\xff", b'{"a": NaN}', b"{a: Infinity}", b"[" * 200_000, b"{'a", b"9" * 5_000, b'{"a": 1} 2'],
    ids=["cut", "no UTF-8", "NaN", "Infinity", "deep", "open quote", "long number", "two"],
)
def test_what_means_nothing_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        loose_json.read(body)


@settings(max_examples=200, deadline=2_000)
@given(st.text(alphabet="{}[]:,'\"\\ab1 \n", max_size=40))
def test_nothing_else_is_ever_raised(text: str) -> None:
    with suppress(ValueError):
        loose_json.read(text.encode())


@pytest.mark.parametrize("piece", ['\\"', "\\'", "a", ", ", "a :", "{", '"', "'"])
def test_nothing_takes_long(piece: str) -> None:
    for begin in ("", '"', "'", "{"):
        with suppress(ValueError):
            loose_json.read((begin + piece * 200_000).encode())
