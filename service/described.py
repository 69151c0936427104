"""Models that describe themselves once, however often the router asks: at every route, and at every request."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import BaseModel


class Described(BaseModel):
    """A model whose JSON schema is generated once for each way of asking. Nobody may change what they get."""

    @classmethod
    @cache
    def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:  # type: ignore[override]  # the same, sooner
        """Generate the JSON schema, or recall it."""
        return super().model_json_schema(*args, **kwargs)
