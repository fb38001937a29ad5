"""Any number of workers share the outbox: none sends what another holds, and none takes mail to its grave."""

import threading
import time as real_time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import time_machine

from pledges import clock
from pledges import worker as loop
from pledges.mail import claiming
from pledges.mail.models import OwedMail, OwedState
from pledges.worker import Worker
from tests.people import Workshop


def wait_until(is_so: Callable[[], bool]) -> None:
    """Waits for another thread, 10 s at most."""
    for _ in range(500):
        if is_so():
            return
        threading.Event().wait(0.02)
    pytest.fail("it never came to that")


def claim(workshop: Workshop, worker: str) -> list[int]:
    """What a worker of that name gets."""
    with workshop.writing() as session:
        return [mail.id for mail in claiming.claim(session, worker, now=clock.now())]


@contextmanager
def running(worker: Worker) -> Iterator[None]:
    """Runs a worker in a thread, as the command does in a process."""
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield
    finally:
        worker.stop()
        thread.join(10)
        assert not thread.is_alive()


def test_several_workers_at_once_send_each_mail_exactly_once(workshop: Workshop) -> None:
    letter = workshop.letter()
    addresses = [f"ada{number}@example.org" for number in range(90)]
    for address in addresses:
        workshop.sign(letter, address)
    workers = [Worker(workshop.app, workshop.settings) for _ in range(4)]
    start = threading.Barrier(len(workers))

    def work(worker: Worker) -> None:
        start.wait()
        worker.work()
        worker.close()

    threads = [threading.Thread(target=work, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(mail["To"] for mail in workshop.sink.messages) == Counter(addresses)
    assert workshop.sink.connections > 1
    assert {(owed.state, owed.attempts) for owed in workshop.outbox()} == {(OwedState.SENT, 1)}


def test_claims_made_at_once_never_overlap(workshop: Workshop) -> None:
    letter = workshop.letter()
    for number in range(60):
        workshop.sign(letter, f"ada{number}@example.org")
    start, claimed = threading.Barrier(6), []

    def try_it(name: str) -> None:
        start.wait()
        claimed.extend(claim(workshop, name))

    threads = [threading.Thread(target=try_it, args=(f"worker {number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claimed) == len(set(claimed))
    held = Counter(owed.leased_by for owed in workshop.outbox() if owed.leased_by)
    assert held.total() == len(claimed)
    assert max(held.values()) <= claiming.BATCH


def test_what_is_due_first_is_claimed_first(workshop: Workshop) -> None:
    letter = workshop.letter()
    signatures = [workshop.sign(letter, f"ada{number}@example.org") for number in range(25)]
    assert len(claim(workshop, "one")) == claiming.BATCH
    held = [owed.about_id for owed in workshop.outbox() if owed.leased_by == "one"]
    assert held == [signature.id for signature in signatures[:20]]
    assert len(claim(workshop, "two")) == 5


def test_a_dead_workers_lease_lapses_after_15_seconds_and_another_takes_over(workshop: Workshop) -> None:
    workshop.sign(workshop.letter())
    with time_machine.travel(clock.now(), tick=False) as time:
        assert len(claim(workshop, "dead")) == 1
        time.shift(14.9)
        assert workshop.deliver() == []
        time.shift(0.1)
        (mail,) = workshop.deliver()
    assert mail["To"] == "ada@example.org"
    (owed,) = workshop.outbox()
    assert (owed.state, owed.attempts, owed.leased_by) == (OwedState.SENT, 1, None)


def test_a_renewed_lease_lasts_15_seconds_more_and_renews_no_one_elses(workshop: Workshop) -> None:
    letter = workshop.letter()
    workshop.sign(letter, "ada@example.org")
    with time_machine.travel(clock.now(), tick=False) as time:
        claim(workshop, "slow")
        workshop.sign(letter, "bob@example.org")
        claim(workshop, "dead")
        time.shift(10)
        with workshop.writing() as session:
            claiming.renew(session, "slow", now=clock.now())
        time.shift(14.9)
        assert [mail["To"] for mail in workshop.deliver()] == ["bob@example.org"]
        time.shift(0.1)
        assert [mail["To"] for mail in workshop.deliver()] == ["ada@example.org"]


def test_one_who_lost_its_lease_changes_nothing_any_more(workshop: Workshop) -> None:
    workshop.sign(workshop.letter())
    with time_machine.travel(clock.now(), tick=False) as time:
        (mail_id,) = claim(workshop, "slow")
        time.shift(15)
        claim(workshop, "quick")
        with workshop.writing() as session:
            claiming.renew(session, "slow", now=clock.now())
            claiming.settle(session, mail_id, "slow", OwedState.FAILED, now=clock.now())
            mail = session.get(OwedMail, mail_id)
            claiming.postpone(session, mail, "slow", now=clock.now(), error="late")
            claiming.release(session, "slow")
    (owed,) = workshop.outbox()
    assert (owed.state, owed.attempts, owed.leased_by, owed.error) == (OwedState.DUE, 0, "quick", None)


def test_the_heartbeat_keeps_a_claim_while_the_mail_server_takes_its_time(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "HEARTBEAT_SECONDS", 0.05)
    workshop.sign(workshop.letter())
    workshop.sink.stalled = True
    slow = Worker(workshop.app, workshop.settings)
    with time_machine.travel(clock.now(), tick=False) as time, running(slow):
        wait_until(lambda: workshop.sink.stalls == 1)
        for _ in range(3):
            time.shift(12)
            wait_until(lambda: workshop.outbox()[0].leased_until == clock.now() + claiming.LEASE)
            assert claim(workshop, "other") == []
        workshop.sink.stalled = False
        wait_until(lambda: workshop.outbox()[0].state is OwedState.SENT)
    assert len(workshop.sink.messages) == 1


def test_a_worker_told_to_stop_ends_after_the_mail_in_hand_and_gives_the_rest_back(workshop: Workshop) -> None:
    letter = workshop.letter()
    for number in range(3):
        workshop.sign(letter, f"ada{number}@example.org")
    workshop.sink.stalled = True
    worker = Worker(workshop.app, workshop.settings)
    with running(worker):
        wait_until(lambda: workshop.sink.stalls == 1)
        worker.stop()
        workshop.sink.stalled = False
    assert [mail["To"] for mail in workshop.sink.messages] == ["ada0@example.org"]
    assert [(owed.state, owed.leased_by) for owed in workshop.outbox()] == [
        (OwedState.SENT, None),
        (OwedState.DUE, None),
        (OwedState.DUE, None),
    ]


def test_a_mail_that_falls_due_while_a_worker_runs_leaves_within_seconds(workshop: Workshop) -> None:
    letter = workshop.letter()
    with running(Worker(workshop.app, workshop.settings)):
        began = real_time.monotonic()
        workshop.sign(letter)
        wait_until(lambda: len(workshop.sink.messages) == 1)
    assert real_time.monotonic() - began < 8
