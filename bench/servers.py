"""The servers under measure: each its own process group, on a port of its own, ended at the end."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import psutil

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@contextmanager
def running(command: list[str], environment: dict[str, str], port: int, ready: str) -> Iterator[psutil.Process]:
    """Runs a server until the end of the block; `ready` is the path that tells when it answers."""
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **environment}, start_new_session=True, stderr=subprocess.DEVNULL
    )
    try:
        _wait(port, ready, process)
        yield psutil.Process(process.pid)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def flask(*arguments: str) -> list[str]:
    """The command line of a `flask` command."""
    return [sys.executable, "-m", "flask", *arguments]


def _wait(port: int, path: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        try:
            with urlopen(f"http://127.0.0.1:{port}{path}", timeout=2):
                return
        except OSError:
            if process.poll() is not None:
                raise RuntimeError(f"the server ended with {process.returncode}") from None
            time.sleep(0.1)
    raise RuntimeError("the server does not answer")
