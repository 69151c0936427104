"""Numbers for Prometheus: requests as they are answered, queues as the record has them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import structlog
from flask import Blueprint, Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from moderation import alarms
from moderation.store import counts, sites
from service.parts import parts

_METHODS = frozenset({"GET", "HEAD", "POST", "PATCH", "DELETE", "PUT", "OPTIONS"})

blueprint = Blueprint("metrics", __name__)
log = structlog.get_logger()

_SECONDS = Histogram(
    "ombuds_request_seconds",
    "Seconds from request to answer.",
    ["route", "method", "status"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
)


def begin() -> None:
    """Note when a request came."""
    g.began = time.perf_counter()


def count(answer: Response) -> Response:
    """Count an answer, by route, never by address."""
    began = getattr(g, "began", None)
    if began is not None:
        route = request.url_rule.rule if request.url_rule else "none"
        method = request.method if request.method in _METHODS else "other"  # else anyone could fill our memory
        _SECONDS.labels(route, method, str(answer.status_code)).observe(time.perf_counter() - began)
    return answer


@blueprint.get("/metrics")
def metrics() -> Response:
    """Write all numbers in Prometheus' text format."""
    registry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    recorded = CollectorRegistry()
    recorded.register(_Recorded())
    return Response(generate_latest(registry) + generate_latest(recorded), content_type=CONTENT_TYPE_LATEST)


class _Recorded:
    """What the record says, asked at the moment of the scrape."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            with parts().database.reading() as tx:
                found, moved = counts.waiting(tx), _drift(tx)
        except SQLAlchemyError as error:  # numbers are wanted most of all while the database is away
            log.warning("metrics.partial", error=type(error).__name__)
            return
        yield GaugeMetricFamily("ombuds_comments_pending", "Comments that wait to be scored.", found.n_pending)
        yield GaugeMetricFamily("ombuds_comments_held", "Comments that wait for people.", found.n_held)
        yield GaugeMetricFamily(
            "ombuds_deliveries_due", "Webhook messages that wait to be sent or sent again.", found.n_due
        )
        yield from moved


def _drift(tx: Connection) -> tuple[GaugeMetricFamily, ...]:
    """Tell how far what comes in has moved, by site, and the alarms that are on."""
    labels = ["site", "kind", "attribute"]
    moved = GaugeMetricFamily("ombuds_drift", "How far the last days are from a version's first.", labels=labels)
    on = GaugeMetricFamily("ombuds_alarms", "Alarms about drift that are on.", labels=["site"])
    for site in sites.everyone(tx):
        watched = alarms.watch(tx, site.id, datetime.now(UTC))
        on.add_metric([site.name], len(watched.alarms))
        for one in watched.findings:
            moved.add_metric([site.name, one.kind.value, one.subject], one.value)
    return moved, on
