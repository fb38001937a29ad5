"""How granian runs the application: `flask serve` becomes `python -m pledges.serving`.

The mail worker is a child of the server's first process, started again should it end, and ends with it.
"""

import gc
import importlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import click
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

THREADS = 4
"""For each process: enough that a slow answer holds nobody up, and few, as they take turns at one interpreter."""
HEADERS_MS = 10_000
GRACE_SECONDS = 20
RESTART_SECONDS = 2.0
LOGGING = {
    "formatters": {"lines": {"()": "pledges.logs.JsonLines"}},
    "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "lines", "stream": "ext://sys.stderr"}},
    "loggers": {"_granian": {"handlers": ["lines"], "propagate": False}},
}


@click.command()
@click.option("--host", required=True)
@click.option("--port", required=True, type=int)
@click.option("--workers", required=True, type=int)
@click.option("--mail/--no-mail", required=True)
@click.option("--module", default="wsgi", help="Where the application is.")
def main(host: str, port: int, workers: int, mail: bool, module: str) -> None:
    """Serves until SIGTERM or SIGINT."""
    server = Server(
        module,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEADERS_MS),
        log_level=LogLevels.error,  # its warnings would name the clients of requests that it could not read
        log_dictconfig=LOGGING,
        respawn_failed_workers=True,
        workers_kill_timeout=GRACE_SECONDS,
    )
    if mail:
        mail_worker = MailWorker()
        server.on_startup(mail_worker.start)
        server.on_shutdown(mail_worker.end)
    server.on_shutdown(_forget_metrics)
    os.register_at_fork(after_in_child=_end_on_signals)
    server.serve(target_loader=partial(_load, module, os.getpid()), wrap_loader=False)


class MailWorker:
    """The mail worker as a child of this process, started again should it end."""

    def __init__(self) -> None:
        self._ending = threading.Event()
        self._starting = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it, and watches over it.

        No web process is forked while the mail worker is started: it would inherit the pipe on which its start is
        awaited, and hold it open for good.
        """
        lock = self._starting
        os.register_at_fork(before=lock.acquire, after_in_parent=lock.release, after_in_child=lock.release)
        threading.Thread(target=self._keep, args=(os.getpid(),), daemon=True).start()

    def end(self) -> None:
        """Ends it, at the latest when its time to finish is over."""
        self._ending.set()
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(timeout=GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()

    def _keep(self, parent: int) -> None:
        command = [sys.executable, "-m", "pledges.working", "--while-child-of", str(parent)]
        while not self._ending.is_set():
            with self._starting:
                self._process = subprocess.Popen(command)  # noqa: S603 - our own command, nothing from outside
            self._process.wait()
            self._ending.wait(RESTART_SECONDS)


def _load(module: str, parent: int) -> Callable[..., Any]:
    """In each web process: the application, and a watch that ends the process should its server have been killed."""
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    application: Callable[..., Any] = importlib.import_module(module).application
    gc.collect()
    gc.freeze()  # what is loaded now stays: to look through it for garbage again and again held requests up
    return application


def _end_on_signals() -> None:
    """A web process that is told to end before it serves ends, and does not note it as its server does."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


def _forget_metrics() -> None:
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
