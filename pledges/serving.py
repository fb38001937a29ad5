"""How gunicorn runs the application: this module is its configuration, read by `flask serve`.

The mail worker is a child of the server's first process, started again should it end, and ends with it.
"""

import os
import shutil
import subprocess
import sys
import threading
from typing import Any

from gunicorn.glogging import Logger
from prometheus_client import multiprocess

from pledges.observing import JsonLines

WITH_WORKER = "PLEDGES_SERVE_WITH_WORKER"
RESTART_SECONDS = 2.0


class ServerLog(Logger):  # type: ignore[misc] # untyped base
    """The server's own errors in JSON lines like all others; a request that broke it is told without its path."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(JsonLines())

    def exception(self, msg: str, *_args: Any, **_kwargs: Any) -> None:
        super().exception(msg.partition(" %")[0])


wsgi_app = "wsgi:application"
worker_class = "gthread"
threads = 8
worker_connections = 200
keepalive = 5
timeout = 60
graceful_timeout = 20
max_requests_jitter = 0
logger_class = ServerLog
accesslog = None
loglevel = "error"  # its warnings name the clients of requests that it could not read
proc_name = "pledges"
control_socket_disable = True
forwarded_allow_ips = ""  # proxies are trusted by PLEDGES_PROXIES alone

_ending = threading.Event()
_starting = threading.Lock()
"""No web process is forked while the mail worker is started: it would inherit the pipe on which its start is awaited,
and hold it open for good.
"""
_worker: subprocess.Popen[bytes] | None = None


def when_ready(_server: Any) -> None:
    """Starts the mail worker once the port is open."""
    if os.environ.get(WITH_WORKER) == "1":
        os.register_at_fork(
            before=_starting.acquire, after_in_parent=_starting.release, after_in_child=_starting.release
        )
        threading.Thread(target=_keep_worker, args=(os.getpid(),), daemon=True).start()


def on_exit(_server: Any) -> None:
    """Ends the mail worker with the server, at the latest when its time to finish is over."""
    _ending.set()
    if _worker is not None and _worker.poll() is None:
        _worker.terminate()
        try:
            _worker.wait(timeout=graceful_timeout)
        except subprocess.TimeoutExpired:
            _worker.kill()
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)


def child_exit(_server: Any, worker: Any) -> None:
    """Keeps the metrics of a process that ended."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call] # untyped there


def _keep_worker(parent: int) -> None:
    global _worker  # noqa: PLW0603 - gunicorn's hooks share nothing else
    while not _ending.is_set():
        command = [sys.executable, "-m", "flask", "worker", "--while-child-of", str(parent)]
        with _starting:
            _worker = subprocess.Popen(command)  # noqa: S603 - our own command, nothing from outside
        _worker.wait()
        _ending.wait(RESTART_SECONDS)
