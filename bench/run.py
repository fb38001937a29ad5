"""`make bench`: measures everything in one run and prints one table; with `--keep`, writes bench/RESULTS.md."""

import argparse
import os
import platform
import re
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from bench import loads
from bench.load import Result, drive, get
from bench.mail import Sink
from bench.seed import LETTER, Seeds
from bench.servers import ROOT, flask, free_port, running
from pledges import config
from pledges.security import Keyring

ADMIN_URL = os.environ.get("TEST_DATABASE_URL", "postgresql://127.0.0.1:5432/test")
SECRETS = {"PLEDGES_SECRET_KEY": "s" * 40, "PLEDGES_SEALING_KEYS": "k" * 40, "PLEDGES_DIGEST_KEY": "d" * 40}
SMALL, LARGE = 1_000, 1_000_000
WEB_PROCESSES = 2
BATCH = 50


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    name: str
    rate: float
    p50: float
    p99: float
    note: str = ""

    @classmethod
    def of(cls, result: Result) -> "Row":
        odd = {status: n for status, n in result.statuses.items() if status >= 400}
        note = f"{odd}" if odd else ""
        return cls(result.name, result.rate, result.percentile(0.5), result.percentile(0.99), note)


class Bench:
    """One database of one size, and the servers on it."""

    def __init__(self, url: str, seconds: float) -> None:
        self.environment = {**SECRETS, "PLEDGES_DATABASE_URL": url, "PLEDGES_PROXIES": "1"}
        self.seconds = seconds
        self.keys = Keyring.from_settings(config.read(self.environment))
        self.seeds = Seeds(url, self.keys)
        self.url = url
        self.memory: dict[str, float] = {}

    def prepare(self, size: int) -> None:
        """Migrates, creates letter and moderator, fills in the signatures."""
        letter = ROOT / "instance" / "bench-letter.md"
        letter.parent.mkdir(exist_ok=True)
        letter.write_text(LETTER)
        environment = {**os.environ, **self.environment, "PLEDGES_PASSWORD": loads.PASSWORD}
        for command in (
            ("db", "upgrade"),
            ("letter", "create", str(letter)),
            ("account", "create", loads.MODERATOR, "--role", "moderator"),
        ):
            subprocess.run(flask(*command), cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
        letter.unlink()
        self.seeds.fill(size)

    def rows(self) -> Iterator[Row]:
        """Everything that is asked over HTTP."""
        port = free_port()
        command = flask("serve", "--port", str(port), "--workers", str(WEB_PROCESSES), "--no-worker")
        with running(
            command, {**self.environment, "PLEDGES_MAIL_URL": "smtp://127.0.0.1:1"}, port, "/readyz"
        ) as server:
            moderator = loads.Moderator(port)
            self.seeds.waiting(int(BATCH * 150 * self.seconds))
            streams = {
                "count": loads.same("/api/v1/letters/bench/count", port),
                "widget": loads.same("/embed/bench.json", port),
                "badge": loads.same("/embed/bench.svg", port),
                "letter page": loads.same("/letters/bench", port),
                "letter page, rendered anew": loads.unkept("/letters/bench", port),
                "list, first page, rendered anew": loads.unkept("/letters/bench/signatories", port),
                "list, deepest pages": loads.deepest(self.seeds, port),
                "search": loads.searches(port),
                "sign": loads.signs(port),
                "confirm": loads.confirms(self.seeds, self.keys, port, int(1500 * self.seconds)),
                "queue": moderator.queue(),
                f"approve {BATCH}": moderator.batches(self.seeds, BATCH),
            }
            for name, stream in streams.items():
                warm = drive(name, port, stream, seconds=min(1.0, self.seconds / 4))
                del warm
                yield Row.of(drive(name, port, stream, seconds=self.seconds))
            self.memory["web process"] = max(_megabytes(child) for child in server.children(recursive=True))

    def mail(self, count: int) -> Row:
        """One worker empties an outbox of so many confirmations."""
        now = "now()"
        ids = self.seeds.pending(count, salt=f"mail {time.time_ns()} ")
        engine = create_engine(self.url)
        with engine.begin() as connection:
            connection.execute(text("DELETE FROM outbox"))
            connection.execute(
                text(
                    "INSERT INTO outbox (event, about_id, state, created_at, due_at, attempts) "
                    f"SELECT 'confirmation', id, 'due', {now}, {now}, 0 FROM unnest(CAST(:ids AS bigint[])) AS id"
                ),
                {"ids": ids},
            )
        engine.dispose()
        with Sink() as sink, self._worker(sink) as worker:
            sink.wait_for(1, 30)
            took = _until_sent(self.seeds, count)
            self.memory["worker"] = _megabytes(worker)
        return Row("mail, one worker, to a local sink", count / took, float("nan"), float("nan"))

    def from_sign_to_sent(self, rate: int, seconds: int) -> Row:
        """Signs at a steady rate and measures until the mail is at the sink."""
        port = free_port()
        with Sink() as sink:
            environment = {**self.environment, "PLEDGES_MAIL_URL": f"smtp://127.0.0.1:{sink.port}"}
            with running(flask("serve", "--port", str(port), "--workers", "2"), environment, port, "/readyz"):
                time.sleep(3)
                signed = self._steadily(port, rate, seconds)
                sink.wait_for(len(signed), 20)
            took = sorted(sink.arrived[address] - at for address, at in signed.items() if address in sink.arrived)
        note = "" if len(took) == len(signed) else f"{len(signed) - len(took)} missing"
        middle, far = statistics.median(took) * 1000, took[int(len(took) * 0.99)] * 1000
        return Row(f"from sign to sent, at {rate} a second", float(rate), middle, far, note)

    def _steadily(self, port: int, rate: int, seconds: int) -> dict[str, float]:
        signed: dict[str, float] = {}
        for n, request in zip(range(rate * seconds), loads.signs(port), strict=False):
            began = time.time()
            drive("sign", port, iter([request]), seconds=5, clients=1)
            found = re.search(rb"email=([^&]+)", request)
            assert found is not None
            signed[found[1].decode().replace("%40", "@")] = began
            time.sleep(max(0.0, 1 / rate - (time.time() - began)))
            del n
        return signed

    @contextmanager
    def _worker(self, sink: Sink) -> Iterator[psutil.Process]:
        environment = {**os.environ, **self.environment, "PLEDGES_MAIL_URL": f"smtp://127.0.0.1:{sink.port}"}
        process = subprocess.Popen(flask("worker"), cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
        try:
            yield psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait(20)


def hello(seconds: float) -> Row:
    """Bare Flask under the same server, with as many processes."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "-c", "python:pledges.serving", "--bind", f"127.0.0.1:{port}"]
    with running([*command, "--workers", str(WEB_PROCESSES), "bench.hello:application"], {}, port, "/"):
        stream = iter(lambda: get("/", port), None)
        drive("warm", port, stream, seconds=1)
        return Row.of(drive("Flask «hello», same server", port, stream, seconds=seconds))


def pgbench(url: str, seconds: float) -> Row:
    """The database alone: pgbench inserting the same row, with as many clients."""
    found = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"), reverse=True)), None)
    if found is None:
        return Row("pgbench, the same row", float("nan"), float("nan"), float("nan"), "no pgbench here")
    script = ROOT / "instance" / "bench-insert.sql"
    script.write_text(
        "INSERT INTO signature (letter_id, text_id, state, kind, display, email, email_digest, name, role, country, "
        "updates, together, flags, created_at) VALUES (1, 1, 'pending', 'person', 'public', repeat('x', 160), "
        "sha256((random()::text)::bytea), 'Ada Bench', 'Editor', 'ES', false, false, '[]', now());\n"
    )
    parts = make_url(url)
    command = [str(found), "-n", "-f", str(script), "-c", "16", "-j", "2", "-T", str(int(seconds)), "-M", "prepared"]
    environment = {**os.environ, "PGHOST": parts.host or "127.0.0.1", "PGPORT": str(parts.port or 5432)}
    done = subprocess.run([*command, str(parts.database)], env=environment, capture_output=True, text=True, check=True)
    script.unlink()
    rate = float(re.search(r"tps = ([\d.]+)", done.stdout)[1])  # type: ignore[index] # pgbench always says it
    latency = float(re.search(r"latency average = ([\d.]+)", done.stdout)[1])  # type: ignore[index] # the same
    return Row("pgbench, the same row", rate, latency, float("nan"), "p50 is its mean")


@contextmanager
def database() -> Iterator[str]:
    """A database of this run's own."""
    name = f"pledges_bench_{uuid.uuid4().hex[:8]}"
    admin = create_engine(ADMIN_URL, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield make_url(ADMIN_URL).set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def measure(size: int, seconds: float, mails: int) -> tuple[list[Row], dict[str, float]]:
    """All rows with so many signatures present."""
    with database() as url:
        bench = Bench(url, seconds)
        bench.prepare(size)
        rows = [pgbench(url, seconds), *bench.rows(), bench.mail(mails), bench.from_sign_to_sent(50, int(seconds * 2))]
        return rows, bench.memory


def table(small: list[Row], large: list[Row], first: Row, again: Row) -> str:
    """The one table, in Markdown."""
    lines = [
        f"| what | {SMALL:,}: a second | p50 ms | p99 ms | of «hello» | {LARGE:,}: a second | p50 | p99 | slower by |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    base = max(first.rate, again.rate)
    lines.append(f"| {first.name} | {_number(base)} | {first.p50:.1f} | {first.p99:.1f} | 1 | | | | |")
    others = {row.name: row for row in large}
    for row in small:
        other = others.get(row.name)
        beside = (
            f"{_number(other.rate)} | {_ms(other.p50)} | {_ms(other.p99)} | {row.rate / other.rate:.2f}"
            if other
            else " | | |"
        )
        note = "; ".join(note for note in (row.note, other.note if other else "") if note)
        name = f"{row.name} ({note})" if note else row.name
        lines.append(
            f"| {name} | {_number(row.rate)} | {_ms(row.p50)} | {_ms(row.p99)} | {row.rate / base:.2f} | {beside} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Runs it all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="for each row")
    parser.add_argument("--small-only", action="store_true", help="leaves the million out")
    parser.add_argument("--keep", action="store_true", help="writes bench/RESULTS.md")
    options = parser.parse_args()
    first = hello(options.seconds)
    small, memory = measure(SMALL, options.seconds, mails=2000)
    large = measure(LARGE, options.seconds, mails=2000)[0] if not options.small_only else []
    again = hello(options.seconds)
    noise = abs(first.rate - again.rate) / max(first.rate, again.rate)
    told = "\n\n".join(
        (
            table(small, large, first, again),
            f"Memory: {', '.join(f'{name} {size:.0f} MB' for name, size in memory.items())}.",
            f"Noise: «hello» at the start and at the end differ by {noise:.0%}.",
            _machine(options.seconds),
        )
    )
    sys.stdout.write(told + "\n")
    if options.keep:
        (ROOT / "bench" / "RESULTS.md").write_text(f"# Results\n\nThe newest run of `make bench KEEP=1`.\n\n{told}\n")


def _machine(seconds: float) -> str:
    shared = f"{os.cpu_count()} cores shared by load, server and PostgreSQL"
    processes = f"{WEB_PROCESSES} web processes, 16 clients, {seconds:g} s a row"
    return f"Machine: {shared}; {platform.machine()}, Python {platform.python_version()}; {processes}."


def _until_sent(seeds: Seeds, count: int) -> float:
    began = time.perf_counter()
    while (
        int(str(seeds.ask("SELECT count(*) FROM outbox WHERE state = 'due'")[0][0]))
        and time.perf_counter() - began < 120
    ):
        time.sleep(0.1)
    del count
    return time.perf_counter() - began


def _megabytes(process: psutil.Process) -> float:
    return float(process.memory_info().rss) / 1e6


def _number(value: float) -> str:
    return "–" if value != value else f"{value:,.0f}"  # noqa: PLR0124 - NaN is what differs from itself


def _ms(value: float) -> str:
    return "–" if value != value else f"{value:,.1f}"  # noqa: PLR0124 - the same


if __name__ == "__main__":
    main()
