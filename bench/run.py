"""`make bench`: measures everything in one run and prints one table; with `--keep`, writes bench/RESULTS.md."""

import argparse
import os
import platform
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from bench.rows import WEB_PROCESSES, Bench, Row, hello, pgbench
from bench.servers import ROOT

ADMIN_URL = os.environ.get("TEST_DATABASE_URL", "postgresql://127.0.0.1:5432/test")
SMALL, LARGE = 1_000, 1_000_000
CHECK_INS = 100_000


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
        rows = [
            pgbench(url, seconds, bench.seeds.sealed()),
            *bench.rows(),
            bench.mail(mails),
            bench.from_sign_to_sent(50, int(seconds * 2)),
        ]
        rows.append(bench.check_ins(min(size, CHECK_INS)))
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


def _number(value: float) -> str:
    return "–" if value != value else f"{value:,.0f}"  # noqa: PLR0124 - NaN is what differs from itself


def _ms(value: float) -> str:
    return "–" if value != value else f"{value:,.1f}"  # noqa: PLR0124 - the same


if __name__ == "__main__":
    main()
