"""A mail server that is away costs no mail an attempt, and everything arrives after its return."""

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from pledges.config import MailServer
from pledges.mail.models import OwedState
from pledges.mail.transports import ServerAway, SmtpTransport
from tests.mailing import a_mail
from tests.people import Workshop


@pytest.fixture
def pass_seconds(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Moves the clock that pauses are measured by, which is not that of the calendar."""
    real, passed = time.monotonic, [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: real() + passed[0])
    return lambda seconds: passed.__setitem__(0, passed[0] + seconds)


@pytest.fixture
def pauses(workshop: Workshop) -> Iterator[list[float]]:
    """The pauses that the worker announces."""
    seen: list[float] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.getMessage() == "mail server away":
                seen.append(record.again_in)

    listener, log = Listener(), logging.getLogger("pledges.worker")
    log.addHandler(listener)
    yield seen
    log.removeHandler(listener)


def test_while_the_mail_server_is_away_nothing_counts_as_an_attempt(
    workshop: Workshop, pass_seconds: Callable[[float], None]
) -> None:
    letter = workshop.letter()
    for name in ("ada", "bob", "eve"):
        workshop.sign(letter, f"{name}@example.org")
    workshop.sink.stop()
    for _ in range(4):
        workshop.worker.work()
        pass_seconds(15)
    waiting = {(owed.state, owed.attempts, owed.error, owed.leased_by) for owed in workshop.outbox()}
    assert waiting == {(OwedState.DUE, 0, None, None)}
    workshop.sink.start()
    assert [mail["To"] for mail in workshop.deliver()] == ["ada@example.org", "bob@example.org", "eve@example.org"]


def test_the_worker_knocks_at_least_every_15_seconds_and_not_in_between(
    workshop: Workshop, pauses: list[float], pass_seconds: Callable[[float], None]
) -> None:
    workshop.sign(workshop.letter())
    workshop.sink.stop()
    for _ in range(6):
        workshop.worker.work()
        workshop.worker.work()
        pass_seconds(pauses[-1])
    assert pauses == [2.0, 4.0, 8.0, 15.0, 15.0, 15.0]
    workshop.sink.start()
    assert len(workshop.deliver()) == 1


def test_after_its_return_the_pauses_begin_anew(
    workshop: Workshop, pauses: list[float], pass_seconds: Callable[[float], None]
) -> None:
    letter = workshop.letter()
    workshop.sign(letter)
    workshop.sink.stop()
    for _ in range(3):
        workshop.worker.work()
        pass_seconds(pauses[-1])
    workshop.sink.start()
    assert len(workshop.deliver()) == 1
    workshop.sink.stop()
    workshop.sign(letter, "bob@example.org")
    workshop.worker.work()
    assert pauses == [2.0, 4.0, 8.0, 2.0]


def test_what_falls_due_by_time_is_done_while_the_mail_server_is_away(workshop: Workshop) -> None:
    letter = workshop.letter()
    workshop.confirmed(letter)
    workshop.account()
    workshop.sink.stop()
    workshop.worker.work()
    assert [owed.event for owed in workshop.outbox()] == ["confirmation", "thanks", "names_waiting"]


def test_a_server_that_goes_away_in_mid_batch_gets_the_rest_after_its_return(
    workshop: Workshop, pass_seconds: Callable[[float], None]
) -> None:
    letter = workshop.letter()
    for name in ("ada", "bob", "eve"):
        workshop.sign(letter, f"{name}@example.org")
    workshop.sink.answers += ["250 OK", "vanish"]
    workshop.worker.work()
    assert [(owed.state, owed.attempts, owed.leased_by) for owed in workshop.outbox()] == [
        (OwedState.SENT, 1, None),
        (OwedState.DUE, 0, None),
        (OwedState.DUE, 0, None),
    ]
    workshop.sink.stop()
    workshop.sink.start()
    pass_seconds(15)
    assert [mail["To"] for mail in workshop.deliver()] == ["bob@example.org", "eve@example.org"]


@pytest.fixture
def rude_server() -> Iterator[Callable[[bytes], int]]:
    """Starts servers that say one thing to everyone and hang up; answers their ports."""
    sockets: list[socket.socket] = []

    def start(greeting: bytes) -> int:
        listening = socket.create_server(("127.0.0.1", 0))
        sockets.append(listening)
        threading.Thread(target=hang_up_on_all, args=(listening, greeting), daemon=True).start()
        port: int = listening.getsockname()[1]
        return port

    yield start
    for listening in sockets:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()


def hang_up_on_all(listening: socket.socket, greeting: bytes) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        connection.sendall(greeting)
        connection.close()


@pytest.mark.parametrize("greeting", [b"", b"421 too busy\r\n", b"554 go away\r\n"])
def test_a_server_that_lets_nobody_in_is_away(greeting: bytes, rude_server: Callable[[bytes], int]) -> None:
    transport = SmtpTransport(MailServer("127.0.0.1", rude_server(greeting)))
    with pytest.raises(ServerAway):
        transport.send(a_mail())


def test_a_name_that_leads_nowhere_is_a_server_away() -> None:
    with pytest.raises(ServerAway, match=r"nowhere\.invalid:25"):
        SmtpTransport(MailServer("nowhere.invalid", 25)).send(a_mail())
