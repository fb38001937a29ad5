"""What is measured: each row of the table, over HTTP, in the database alone, or by mail."""

import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import psutil
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from bench import loads
from bench.load import Result, drive, get
from bench.mail import Sink
from bench.seed import LETTER, Seeds
from bench.servers import ROOT, flask, free_port, running
from pledges import clock, config, create_app
from pledges.db import db, transaction
from pledges.pledge.asking import ask_due
from pledges.security import Keyring

SECRETS = {"PLEDGES_SECRET_KEY": "s" * 40, "PLEDGES_SEALING_KEYS": "k" * 40, "PLEDGES_DIGEST_KEY": "d" * 40}
WEB_PROCESSES = 2
BATCH = 50
TURNS = 4


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
                "tracker page, rendered anew": loads.unkept("/letters/bench/pledges", port),
                "API pledges, rendered anew": loads.unkept("/api/v1/letters/bench/pledges", port),
                "list, deepest pages": loads.deepest(self.seeds, port),
                "search": loads.searches(port),
                "sign": loads.signs(port),
                "confirm": loads.confirms(self.seeds, self.keys, port, int(1500 * self.seconds)),
                "queue": moderator.queue(),
                f"approve {BATCH}": moderator.batches(self.seeds, BATCH),
            }
            for name, stream in streams.items():
                drive(name, port, stream, seconds=min(1.0, self.seconds / 4))
                yield Row.of(drive(name, port, stream, seconds=self.seconds))
            yield self._unguarded(port)
            self.memory["web process"] = max(_megabytes(child) for child in server.children(recursive=True))

    def _unguarded(self, guarded: int) -> Row:
        """Signing without seals, digests and limits, in turns with signing as it is: what they cost, in one run."""
        port = free_port()
        command = [sys.executable, "-m", "pledges.serving", "--host", "127.0.0.1", "--port", str(port), "--no-mail"]
        command += ["--workers", str(WEB_PROCESSES), "--module", "bench.unguarded"]
        environment = {**self.environment, "PLEDGES_MAIL_URL": "smtp://127.0.0.1:1"}
        with running(command, environment, port, "/readyz"):
            streams = {port: loads.signs(port), guarded: loads.signs(guarded)}
            rates: dict[int, list[float]] = {port: [], guarded: []}
            for _turn in range(TURNS):
                for to, stream in streams.items():
                    result = drive("sign, without seals, digests and limits", to, stream, seconds=self.seconds / 2)
                    rates[to].append(result.rate)
                    if to == port:
                        last = result
        cost = 1 - sum(rates[guarded]) / sum(rates[port])
        row = Row.of(last)
        return replace(row, rate=sum(rates[port]) / TURNS, note=f"they cost {cost:.0%}, measured in turns")

    def check_ins(self, count: int) -> Row:
        """So many commitments fall due at once: how long it takes until the mails are owed, as the worker owes them."""
        self.seeds.fall_due(count)
        app = create_app(config.read({**self.environment, "PLEDGES_MAIL_URL": "smtp://127.0.0.1:1"}))
        took = []
        with app.app_context():
            more = True
            while more:
                began = time.perf_counter()
                with transaction() as session:
                    more = bool(ask_due(session, now=clock.now()))
                took.append((time.perf_counter() - began) * 1000)
            db.engine.dispose()
        owed = int(str(self.seeds.ask("SELECT count(*) FROM outbox WHERE event = 'check_in'")[0][0]))
        seconds, took = sum(took) / 1000, sorted(took)
        note = f"{owed:,} in {seconds:.1f} s; p50 and p99 are of one transaction"
        return Row("queue check-ins", owed / seconds, statistics.median(took), took[int(len(took) * 0.99)], note)

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
            took = _until_sent(self.seeds)
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
        for request in islice(loads.signs(port), rate * seconds):
            began = time.time()
            drive("sign", port, iter([request]), seconds=5, clients=1)
            found = re.search(rb"email=([^&]+)", request)
            assert found is not None
            signed[found[1].decode().replace("%40", "@")] = began
            time.sleep(max(0.0, 1 / rate - (time.time() - began)))
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
    command = [sys.executable, "-m", "pledges.serving", "--host", "127.0.0.1", "--port", str(port), "--no-mail"]
    with running([*command, "--workers", str(WEB_PROCESSES), "--module", "bench.hello"], {}, port, "/"):
        stream = iter(lambda: get("/", port), None)
        drive("warm", port, stream, seconds=1)
        return Row.of(drive("Flask «hello», same server", port, stream, seconds=seconds))


def pgbench(url: str, seconds: float, sealed: str) -> Row:
    """The database alone: pgbench inserting the same row, with as many clients."""
    found = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"), reverse=True)), None)
    if found is None:
        return Row("pgbench, the same row", float("nan"), float("nan"), float("nan"), "no pgbench here")
    script = ROOT / "instance" / "bench-insert.sql"
    script.write_text(
        "INSERT INTO signature (letter_id, text_id, state, kind, display, email, email_digest, name, role, country, "
        f"updates, together, flags, created_at) VALUES (1, 1, 'pending', 'person', 'public', '{sealed}', "
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


def _until_sent(seeds: Seeds) -> float:
    began = time.perf_counter()
    while (
        int(str(seeds.ask("SELECT count(*) FROM outbox WHERE state = 'due'")[0][0]))
        and time.perf_counter() - began < 120
    ):
        time.sleep(0.1)
    return time.perf_counter() - began


def _megabytes(process: psutil.Process) -> float:
    return float(process.memory_info().rss) / 1e6
