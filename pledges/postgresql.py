"""Manners towards PostgreSQL: what a statement may take, and how long an answer is waited for. Loaded only with it."""

import time
from collections.abc import Mapping
from typing import Any

import psycopg
from sqlalchemy import Engine, event
from sqlalchemy.exc import DisconnectionError

STATEMENT_SECONDS = 15
PATIENCE_SECONDS = 20.0
"""So long an answer is waited for. The server breaks a statement off before; but it, or a proxy on the way to it, may
stop without a word, and the network knows nothing of that.
"""
CONNECT_SECONDS = 5
REST_SECONDS = 2.0
ASK_SECONDS = 2.0

_MANNERS = {
    "statement_timeout": f"{STATEMENT_SECONDS}s",
    "idle_in_transaction_session_timeout": "60s",
    "timezone": "UTC",
    "max_parallel_workers_per_gather": 0,  # many ask at once: who asks takes one core
}
_NETWORK = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3, "tcp_user_timeout": 20_000}
"""In seconds, the last in milliseconds: a machine that is gone is noticed."""

ENGINE_OPTIONS: Mapping[str, Any] = {
    "connect_args": {
        "options": " ".join(f"-c {name}={value}" for name, value in _MANNERS.items()),
        "connect_timeout": CONNECT_SECONDS,
        "application_name": "pledges",
        **_NETWORK,
    },
    "pool_size": 10,
    "max_overflow": 10,
    "pool_timeout": 10,
}


class Connection(psycopg.Connection[Any]):
    """One that waits for an answer no longer than `patience`, in seconds, and is closed then; None waits for ever."""

    patience: float | None = PATIENCE_SECONDS

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        try:
            return super().wait(gen, interval, timeout if timeout is not None else self.patience)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == psycopg.pq.TransactionStatus.ACTIVE:
                self.pgconn.finish()  # what would come now would be the answer to another question
            raise


def teach(engine: Engine) -> None:
    """Connects with patience, and asks a pooled connection whether it still works, but only one that has rested: a
    question for each transaction would be a sixth of the work of signing.
    """

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, arguments: Any, options: Any) -> Any:
        return Connection.connect(*arguments, **options)

    @event.listens_for(engine, "checkin")
    def note(connection: Any, record: Any) -> None:
        record.info["rested_since"] = time.monotonic()
        if connection is not None:
            connection.patience = PATIENCE_SECONDS

    @event.listens_for(engine, "checkout")
    def ask(connection: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get("rested_since", time.monotonic()) < REST_SECONDS:
            return
        try:
            connection.patience = ASK_SECONDS
            connection.execute("SELECT 1")
            connection.rollback()
        except psycopg.Error as error:
            raise DisconnectionError from error
        connection.patience = PATIENCE_SECONDS
