"""The web application: the API, its reference, health and metrics, put together."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

import structlog
from flask import Flask, Response, g, jsonify, render_template, request
from flask_openapi3.models import Info
from flask_openapi3.openapi import OpenAPI
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import BaseConverter, IntegerConverter

from moderation.dispatch import Dispatcher
from moderation.scorers import Scorers
from moderation.settings import Settings
from moderation.store.database import Database
from service import description, health, metrics, problems, reference
from service.api import batches, comments, decisions, erasure, score, webhooks
from service.bodies import MAX_BODY_BYTES, StrictRequest, drain
from service.compat import modules as compat
from service.console import modules as console
from service.parts import Parts, attach
from service.quotas import Quotas
from service.waiting import Waiting

_SECURE = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}

log = structlog.get_logger()


class _Name(BaseConverter):
    """Part of an address that names something, up to the colon of what is done with it."""

    regex = "[^/:]+"


class _Number(IntegerConverter):
    """The number of a row, as large as databases hold."""

    regex = r"\d{1,18}"


class _App(OpenAPI):
    request_class = StrictRequest


def create(settings: Settings, database: Database, dispatcher: Dispatcher, scorers: Scorers) -> Flask:
    """Put the application together from its parts."""
    here = Path(__file__).parent
    app = _App(
        __name__,
        info=Info(title="Ombuds", version="1", description="Comments in, verdicts out."),
        security_schemes={"siteKey": {"type": "http", "scheme": "bearer"}},
        validation_error_status=422,
        validation_error_model=problems.Problem,
        validation_error_callback=problems.invalid,
        doc_ui=False,
        template_folder=str(here / "templates"),
        static_folder=str(here / "static"),
    )
    app.url_map.converters |= {"name": _Name, "int": _Number}
    app.url_map.merge_slashes = False  # an address with two slashes is another address, not a redirect
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.json.sort_keys = False  # type: ignore[attr-defined]  # Flask's default provider has it
    app.jinja_env.filters |= {
        "marked_up": reference.marked_up,
        "inline": reference.inline,
        "breakable": reference.breakable,
    }
    equip(app, settings, database, dispatcher, scorers)
    if settings.n_proxies:  # else anyone could write another address than his own into a header
        n = settings.n_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]
    problems.register(app, compat.answered)
    app.before_request(metrics.begin)
    for module in (comments, batches, erasure, decisions, score, webhooks):
        app.register_api(module.api)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(metrics.blueprint)
    compat.register(app)
    console.register(app)
    _add_description(app)
    app.after_request(_finish)
    app.after_request(metrics.count)
    return app


def equip(app: Flask, settings: Settings, database: Database, dispatcher: Dispatcher, scorers: Scorers) -> None:
    """Give an application the parts that it answers with, instead of those that it had."""
    quotas = Quotas(dispatcher.redis, settings.rate_limit_per_minute)
    attach(app, Parts(settings, database, dispatcher, scorers, quotas, Waiting(max(1, settings.n_threads // 2))))


def _add_description(app: OpenAPI) -> None:
    """Let the API describe itself, to programs and to people. The first who asks waits for it, not the start."""

    @cache
    def described() -> dict[str, Any]:
        return description.described(app.api_doc, description.guarded(app))

    app.add_url_rule("/openapi.json", "openapi", lambda: jsonify(described()))
    app.add_url_rule(
        "/docs",
        "docs",
        lambda: render_template(
            "reference.html", sections=reference.sections(described()), problem=reference.problem_fields(described())
        ),
    )


def _finish(answer: Response) -> Response:
    """Add what every answer carries."""
    drain(request.environ)
    for name, value in _SECURE.items():
        answer.headers.setdefault(name, value)
    quota = g.get("quota")
    if quota is not None:
        answer.headers.extend(quota.headers())
    if answer.status_code == HTTPStatus.NO_CONTENT:
        answer.headers.pop("Content-Type", None)
    if request.path.startswith("/v1"):
        answer.headers.setdefault("Cache-Control", "no-store")
    return answer
