"""The console's typeface, Public Sans (OFL), served from the package that brings it: no font file of our own."""

from __future__ import annotations

from http import HTTPStatus
from importlib.resources import files

from flask import Response, abort

from service.console.pages import public

views = public("fonts")

_FILES = {"upright": "PublicSans[wght].ttf", "italic": "PublicSans-Italic[wght].ttf"}


@views.get("/console/fonts/<name>.ttf")
def font(name: str) -> Response:
    """Send a cut of the typeface; browsers keep it for a month."""
    if name not in _FILES:
        abort(HTTPStatus.NOT_FOUND)
    content = files("fontpkg_public_sans").joinpath("files", _FILES[name]).read_bytes()
    return Response(content, mimetype="font/ttf", headers={"Cache-Control": "public, max-age=2592000, immutable"})
