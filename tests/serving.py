"""Runs `flask serve` and other commands as real processes, and leaves none behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from types import TracebackType
from urllib.parse import urlencode

import psutil

from tests.conftest import KEYS

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 20
END_SECONDS = 15


def environment(database_url: str, **settings: object) -> dict[str, str]:
    """The settings of a process, and nothing else of this one's but where programs are."""
    return {
        "PATH": os.environ["PATH"],
        "PLEDGES_SECRET_KEY": KEYS["secret_key"],
        "PLEDGES_SEALING_KEYS": ",".join(KEYS["sealing_keys"]),
        "PLEDGES_DIGEST_KEY": KEYS["digest_key"],
        "PLEDGES_DATABASE_URL": database_url,
        **{f"PLEDGES_{name.upper()}": str(value) for name, value in settings.items()},
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(is_so: Callable[[], object], *, seconds: float, what: str) -> float:
    """Waits for something and answers after how many seconds it was so."""
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() - began < seconds, f"not within {seconds} s: {what}"
        time.sleep(0.05)
    return time.monotonic() - began


def run_flask(*arguments: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Runs a command of `flask` to its end."""
    command = [sys.executable, "-m", "flask", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)


class Server:
    """`flask serve` on a free port, in a process group of its own."""

    def __init__(self, log: Path, environment: dict[str, str], *options: str) -> None:
        self.port = free_port()
        own = {"PLEDGES_BASE_URL": self.url, "TMPDIR": str(log.parent)}
        self._environment = {**own, **environment}
        self._options = options
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Server":
        command = [sys.executable, "-m", "flask", "serve", "--port", str(self.port), *self._options]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=self._environment, stdout=log, stderr=log, start_new_session=True
            )
        try:
            wait_until(self._is_ready, seconds=START_SECONDS, what=f"ready\n{self.log()}")
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def process(self) -> psutil.Process:
        assert self._process is not None
        return psutil.Process(self._process.pid)

    def mail_worker(self) -> psutil.Process | None:
        """The child that delivers mail."""
        return next((p for p in self.process.children() if "pledges.working" in self._words(p)), None)

    def log(self) -> str:
        return self._log.read_text("utf-8")

    def get(self, path: str) -> HTTPResponse:
        return self._ask("GET", path)

    def post(self, path: str, **fields: str) -> HTTPResponse:
        return self._ask("POST", path, urlencode(fields))

    def sign(self, slug: str, email: str = "ada@example.org") -> None:
        answer = self.post(f"/letters/{slug}/sign", name="Ada Example", email=email)
        assert answer.status == 303, answer.read().decode()

    def say(self, words: bytes) -> bytes:
        """What is answered to something that may be no HTTP at all."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(words)
            return connection.recv(1000)

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ends it as an operator does, and answers its exit status."""
        assert self._process is not None
        self._process.send_signal(number)
        return self._process.wait(END_SECONDS)

    def kill(self) -> None:
        """Ends the whole group at once, without a chance to tidy up."""
        assert self._process is not None
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(END_SECONDS)
        wait_until(lambda: not self.group(), seconds=END_SECONDS, what="killed")

    def group(self) -> list[int]:
        """The processes that are left of it, by their ids."""
        assert self._process is not None
        found = []
        for process in psutil.process_iter():
            try:
                if os.getpgid(process.pid) == self._process.pid and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process.pid)
            except (ProcessLookupError, psutil.NoSuchProcess):
                continue
        return found

    def _ask(self, method: str, path: str, body: str | None = None) -> HTTPResponse:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        headers = {"Connection": "close"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, headers)
        return connection.getresponse()

    def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"ended at its start:\n{self.log()}"
        try:
            with self.get("/readyz") as answer:
                return answer.status == 200
        except (OSError, HTTPException):
            return False

    @staticmethod
    def _words(process: psutil.Process) -> list[str]:
        try:
            return process.cmdline()
        except psutil.NoSuchProcess:
            return []
