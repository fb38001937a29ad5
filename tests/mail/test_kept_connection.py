"""One connection carries many mails, and a broken one is replaced without anyone noticing."""

import pytest
import time_machine

from pledges import clock
from pledges.config import MailServer
from pledges.mail import transports
from pledges.mail.models import OwedState
from pledges.mail.transports import Refused, ServerAway, SmtpTransport
from pledges.worker import HANDS
from tests.mailing import MailSink, a_mail
from tests.people import Workshop


@pytest.fixture
def transport(sink: MailSink) -> SmtpTransport:
    """A way to the sink."""
    transport = SmtpTransport(MailServer("127.0.0.1", sink.port))
    yield transport
    transport.close()


def test_each_hand_keeps_one_connection_for_many_mails(workshop: Workshop) -> None:
    letter = workshop.letter()
    for number in range(45):
        workshop.sign(letter, f"ada{number}@example.org")
    assert len(workshop.deliver()) == 45
    assert workshop.sink.connections <= HANDS


def test_a_connection_that_the_server_dropped_meanwhile_is_replaced(sink: MailSink, transport: SmtpTransport) -> None:
    transport.send(a_mail("ada@example.org"))
    sink.stop()
    sink.start()
    transport.send(a_mail("bob@example.org"))
    assert [mail["To"] for mail in sink.messages] == ["ada@example.org", "bob@example.org"]
    assert sink.connections == 2


def test_an_idle_connection_is_asked_before_it_is_used(
    sink: MailSink, transport: SmtpTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transports, "IDLE_SECONDS", 0)
    transport.send(a_mail())
    transport.send(a_mail())
    assert (len(sink.messages), sink.connections) == (2, 1)
    sink.stop()
    sink.start()
    transport.send(a_mail())
    assert (len(sink.messages), sink.connections) == (3, 2)


def test_a_connection_that_breaks_in_mid_mail_is_replaced_and_the_mail_sent_again(
    sink: MailSink, transport: SmtpTransport
) -> None:
    transport.send(a_mail("ada@example.org"))
    sink.answers.append("drop")
    transport.send(a_mail("bob@example.org"))
    assert [mail["To"] for mail in sink.messages] == ["ada@example.org", "bob@example.org"]


def test_a_fresh_connection_that_breaks_in_mid_mail_refuses_it_for_now(
    sink: MailSink, transport: SmtpTransport
) -> None:
    sink.answers.append("drop")
    with pytest.raises(Refused, match="the connection broke") as refusal:
        transport.send(a_mail())
    assert not refusal.value.for_good
    transport.send(a_mail())
    assert len(sink.messages) == 1


def test_a_mail_that_was_interrupted_arrives_within_25_seconds(workshop: Workshop) -> None:
    workshop.sign(workshop.letter())
    workshop.sink.answers.append("drop")
    with time_machine.travel(clock.now(), tick=False) as time:
        assert workshop.deliver() == []
        time.shift(25)
        assert len(workshop.deliver()) == 1
    assert workshop.outbox()[0].state is OwedState.SENT


def test_a_refused_mail_leaves_the_connection_usable(sink: MailSink, transport: SmtpTransport) -> None:
    sink.answers += ["550 no", "451 later"]
    for _ in range(2):
        with pytest.raises(Refused):
            transport.send(a_mail())
    transport.send(a_mail())
    assert (len(sink.messages), sink.connections) == (1, 1)


def test_a_server_that_says_421_and_leaves_is_connected_anew(sink: MailSink, transport: SmtpTransport) -> None:
    sink.answers.append("421 closing")
    with pytest.raises(Refused) as refusal:
        transport.send(a_mail())
    assert not refusal.value.for_good
    transport.send(a_mail())
    assert (len(sink.messages), sink.connections) == (1, 2)


def test_a_server_that_vanishes_in_mid_mail_of_a_kept_connection_is_away(
    sink: MailSink, transport: SmtpTransport
) -> None:
    transport.send(a_mail())
    sink.answers.append("vanish")
    with pytest.raises(ServerAway):
        transport.send(a_mail())


def test_a_server_that_never_answers_refuses_the_mail_for_now(
    sink: MailSink, transport: SmtpTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transports, "TIMEOUT_SECONDS", 0.3)
    sink.stalled = True
    with pytest.raises(Refused) as refusal:
        transport.send(a_mail())
    sink.stalled = False
    assert not refusal.value.for_good


def test_a_refusal_repeats_no_address_nor_what_stands_before_its_at() -> None:
    answer = "550 5.1.1 <Ada.L@example.org> and 'bob+x@example.org': user ADA.L unknown in adapt.land"
    refusal = Refused(answer, for_good=True, recipient="ada.l@example.org")
    assert str(refusal) == "550 5.1.1 <(address)> and '(address)': user (address) unknown in adapt.land"
    assert refusal.code == "550 5.1.1"


@pytest.mark.parametrize(
    ("answer", "code"), [("451 later", "451"), ("the connection broke: X", "the connection broke: X")]
)
def test_a_refusals_code_is_its_numbers_or_our_own_words(answer: str, code: str) -> None:
    assert Refused(answer, for_good=False).code == code
