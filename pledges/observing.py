"""What an operator sees: requests in the log, health, metrics."""

import hmac
import logging
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress

from flask import Blueprint, Flask, Response, abort, current_app, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from pledges.config import Settings
from pledges.db import READY_SECONDS, db, is_there, wait_for
from pledges.http_guard import is_on_this_machine
from pledges.mail import claiming
from pledges.mail.models import OwedState
from pledges.remote import Remote, RemoteAway

blueprint = Blueprint("observing", __name__)
log = logging.getLogger("pledges.request")

REQUESTS = Counter("pledges_requests_total", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram(
    "pledges_request_seconds",
    "Time to answer",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})


def start(app: Flask, settings: Settings) -> None:
    """Opens the operator's windows."""
    app.config["PLEDGES_METRICS_TOKEN"] = settings.metrics_token
    app.extensions["pledges.redis"] = Remote(settings.redis_url) if settings.redis_url else None
    app.register_blueprint(blueprint)
    app.before_request(_begin)
    app.after_request(_measure)


def _begin() -> None:
    g.began = time.perf_counter()


def _measure(response: Response) -> Response:
    route = str(request.url_rule) if request.url_rule else "(none)"
    seconds = time.perf_counter() - g.get("began", time.perf_counter())
    REQUESTS.labels(request.method if request.method in METHODS else "other", route, response.status_code).inc()
    SECONDS.labels(route).observe(seconds)
    log.info(
        "request",
        extra={
            "method": request.method,
            "route": route,
            "status": response.status_code,
            "ms": round(seconds * 1000, 1),
        },
    )
    return response


@blueprint.get("/healthz")
def healthz() -> Response:
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
def readyz() -> Response:
    missing = [name for name, is_there in (("database", is_there()), ("redis", _has_redis())) if not is_there]
    if missing:
        return Response(f"not in reach: {', '.join(missing)}\n", status=503, mimetype="text/plain")
    return Response("ready\n", mimetype="text/plain")


@blueprint.get("/metrics")
def metrics() -> Response:
    if not (is_on_this_machine() or _has_metrics_token()):
        abort(404)
    registry = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call] # untyped there
    else:
        registry.register(REGISTRY)
    with suppress(SQLAlchemyError):  # without it: what this process has counted is asked for most in a bad hour
        wait_for(db.session.connection(), READY_SECONDS)
        registry.register(_Outbox(claiming.count_by_state(db.session())))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _Outbox(Collector):
    """What the outbox holds now; no process keeps it, so that no process can add its own to it."""

    def __init__(self, counts: Mapping[OwedState, int]) -> None:
        self._counts = counts

    def collect(self) -> Iterator[Metric]:
        gauge = GaugeMetricFamily(
            "pledges_outbox", "Mails that are due, and mails that failed for good", labels=["state"]
        )
        for state in (OwedState.DUE, OwedState.FAILED):
            gauge.add_metric([state.value], self._counts[state])
        yield gauge


def _has_metrics_token() -> bool:
    token, given = current_app.config["PLEDGES_METRICS_TOKEN"], request.authorization
    if token is None or given is None or given.type != "bearer":
        return False
    return hmac.compare_digest(token.encode(), (given.token or "").encode())


def _has_redis() -> bool:
    remote: Remote | None = current_app.extensions["pledges.redis"]
    try:
        if remote is not None:
            remote.ping()
    except RemoteAway:
        return False
    return True
