"""Shares are shares, and the order of columns is fixed."""

from __future__ import annotations

from models.attributes import ATTRIBUTES, NEWS_SHARE


def test_every_attribute_is_rare_on_a_news_site() -> None:
    assert tuple(NEWS_SHARE) == ATTRIBUTES
    assert ATTRIBUTES[0] == "TOXICITY"
    assert all(0 < share <= 0.15 for share in NEWS_SHARE.values())
