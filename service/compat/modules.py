"""Every vendor whose clients we answer, how it is added to the application, and who answers its errors."""

from __future__ import annotations

from flask import Flask, Response, request

from service.compat import akismet, coral, openai, perspective
from service.compat.vendor import Vendor

VENDORS: tuple[Vendor, ...] = (perspective.VENDOR, coral.VENDOR, akismet.VENDOR, openai.VENDOR)


def register(app: Flask) -> None:
    """Add the vendors' routes to an app."""
    for vendor in VENDORS:
        app.register_blueprint(vendor.views)


def answered(error: Exception) -> Response | None:
    """Answer an error in the shape of the vendor whose address was asked; None when it is an address of ours."""
    vendor = next((vendor for vendor in VENDORS if vendor.owns(request.path)), None)
    return None if vendor is None else vendor.answer(error)
