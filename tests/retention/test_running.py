"""Retention runs in small batches, several at once, by command and by itself."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from pledges import clock, retention
from pledges.signature import withdrawing
from pledges.signature.models import Signature
from pledges.signature.queries import rows_by_bucket
from pledges.tally import recounting
from tests.crowds import crowd
from tests.people import Workshop
from tests.retention.erasing import ADDRESSES, UNCONFIRMED, close, erased, signature
from tests.test_commands import Shell


@pytest.fixture
def shell(workshop: Workshop) -> Shell:
    return Shell(workshop.app)


def test_many_are_erased_in_small_batches_each_in_its_own_transaction(
    workshop: Workshop, time: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("pledges.signature.forgetting", "pledges.mail.outbox", "pledges.allowance"):
        monkeypatch.setattr(f"{module}.BATCH", 10)
    letter, other = workshop.letter(), workshop.letter("other")
    crowd(workshop, letter, [f"Name {n}" for n in range(35)])
    kept = crowd(workshop, other, [f"Name {n}" for n in range(5)])
    for number in range(25):
        workshop.sign(other, f"ada-{number}@example.org")
    workshop.deliver()
    close(workshop, letter)
    time.shift(timedelta(days=366))
    stopped = iter([False] * 4 + [True] * 99)
    with workshop.app.app_context():
        begun = retention.run(now=clock.now(), is_stopping=lambda: next(stopped))
    assert begun[UNCONFIRMED] == 25
    rest = erased(workshop)
    assert (rest[ADDRESSES], rest["lapsed allowances"]) == (35, 25)
    assert signature(workshop, kept[0]).email == "crowd-0@example.net"
    assert erased(workshop) == {}


def test_several_runs_at_once_erase_each_thing_once(
    workshop: Workshop, time: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pledges.signature.forgetting.BATCH", 7)
    letter = workshop.letter()
    people = crowd(workshop, letter, [f"Name {n}" for n in range(40)])
    close(workshop, letter)
    time.shift(timedelta(days=366))
    gate = threading.Barrier(4)

    def run() -> int:
        gate.wait()
        return erased(workshop).get(ADDRESSES, 0)

    def withdraw() -> int:
        gate.wait()
        for person in people[::-1][:10]:
            with workshop.writing() as session:
                withdrawing.withdraw(session, person.id, now=clock.now())
        return 0

    with ThreadPoolExecutor(4) as pool:
        turns = [pool.submit(run) for _ in range(3)] + [pool.submit(withdraw)]
        total = sum(turn.result() for turn in turns)
    assert 30 <= total <= 40
    with workshop.writing() as session:
        assert not session.scalar(select(Signature.id).where(Signature.email.is_not(None)))
        assert recounting.compare(session, rows_by_bucket()) == []
    assert workshop.figures(letter).withdrawn == 10


def test_the_command_prints_what_it_erased_by_kind(
    workshop: Workshop, shell: Shell, time: time_machine.Traveller
) -> None:
    letter = workshop.letter()
    workshop.confirmed(letter)
    workshop.sign(letter, "bea@example.org")
    workshop.deliver()
    close(workshop, letter)
    time.shift(timedelta(days=366))
    assert shell.done("retention", "run").splitlines() == [
        "unconfirmed signatures: 1 erased",
        "network digests: 0 erased",
        "addresses of closed letters: 1 erased",
        "unread notes on pledges: 0 erased",
        "words of earlier reports: 0 erased",
        "notes of secret links: 0 erased",
        "addresses of last words: 0 erased",
        "records of mails: 3 erased",
        "kept mails: 0 erased",
        "lapsed allowances: 1 erased",
        "networks of staff: 0 erased",
    ]
    assert {line.partition(": ")[2] for line in shell.done("retention", "run").splitlines()} == {"0 erased"}
    shell.done("letter", "recount")


def test_the_worker_erases_by_itself(workshop: Workshop, time: time_machine.Traveller) -> None:
    letter = workshop.letter()
    there = workshop.confirmed(letter)
    pending = workshop.sign(letter, "bea@example.org")
    workshop.deliver()
    close(workshop, letter)
    time.shift(timedelta(days=366))
    workshop.worker.work()
    workshop.worker.close()
    assert (signature(workshop, there).email, workshop.state(pending)) == (None, None)
