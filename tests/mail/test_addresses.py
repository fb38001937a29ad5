"""Mail reaches addresses in every script, or fails for good where the server can't take them."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from email.message import EmailMessage

import pytest

from pledges.config import MailServer
from pledges.mail.composing import POLICY
from pledges.mail.delivering import deliver_batch
from pledges.mail.models import OwedState
from pledges.mail.transports import Refused, SmtpTransport
from pledges.signature.addresses import AddressRefused, read_address
from tests.mailing import MailSink, a_mail, link
from tests.people import Visitor, Workshop


@pytest.fixture
def old_sink() -> Iterator[MailSink]:
    """A mail server that has not learned SMTPUTF8."""
    with MailSink(enable_SMTPUTF8=False) as running:
        yield running


def test_a_domain_in_any_script_is_reached_by_its_ascii_form(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    assert visitor.sign("ask-more", email="ada@bücher.example.org").status_code == 303
    (mail,) = workshop.deliver()
    assert workshop.sink.envelopes[0].rcpt_tos == ["ada@xn--bcher-kva.example.org"]
    assert not workshop.sink.envelopes[0].smtp_utf8
    visitor.get(link(mail, "confirm"))
    visitor.press("/confirm/")
    assert visitor.response.request.path == "/letters/ask-more/thanks"


def test_a_name_in_any_script_before_the_at_is_reached_by_smtputf8(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter(title="Pedid más")
    assert visitor.sign("ask-more", email="dörte@bücher.example.org", name="Dörte").status_code == 303
    (mail,) = workshop.deliver()
    assert workshop.sink.envelopes[0].rcpt_tos == ["dörte@xn--bcher-kva.example.org"]
    assert workshop.sink.envelopes[0].smtp_utf8
    assert mail["Subject"] == "Confirm your signature: Pedid más"
    assert link(mail, "confirm")


def test_an_address_that_the_server_cannot_take_has_failed_and_the_next_is_served(
    workshop: Workshop, old_sink: MailSink
) -> None:
    office = replace(workshop.worker.offices[0], transport=SmtpTransport(MailServer("127.0.0.1", old_sink.port)))
    letter = workshop.letter()
    workshop.sign(letter, "dörte@example.org")
    workshop.sign(letter, "ada@example.org")
    with workshop.app.app_context():
        deliver_batch(office)
    office.transport.close()
    assert [envelope.rcpt_tos for envelope in old_sink.envelopes] == [["ada@example.org"]]
    failed, sent = workshop.outbox()
    assert (failed.state, failed.error) == (OwedState.FAILED, "the server can't take this address")
    assert sent.state is OwedState.SENT


def test_a_refused_spelling_leaves_the_connection_usable(old_sink: MailSink) -> None:
    transport = SmtpTransport(MailServer("127.0.0.1", old_sink.port))
    with pytest.raises(Refused) as refusal:
        transport.send(a_mail("dörte@example.org"))
    assert refusal.value.for_good
    transport.send(a_mail())
    transport.close()
    assert (len(old_sink.messages), old_sink.connections) == (1, 1)


@pytest.mark.parametrize(
    "address", ["o'neil@example.org", "a+b@example.org", "a&b=c/d@example.org", "{x}|~`@example.org"]
)
def test_every_spelling_that_the_form_takes_is_reached(workshop: Workshop, visitor: Visitor, address: str) -> None:
    workshop.letter()
    assert visitor.sign("ask-more", email=address).status_code == 303
    workshop.deliver()
    assert [envelope.rcpt_tos for envelope in workshop.sink.envelopes] == [[address]]


def test_a_longest_address_is_reached(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    address = f"{'a' * 64}@{'.'.join(['b' * 60] * 3)}.org"
    assert visitor.sign("ask-more", email=address).status_code == 303
    workshop.deliver()
    assert workshop.sink.envelopes[0].rcpt_tos == [address]


def test_a_person_of_another_script_signs_confirms_and_counts_once_however_it_is_spelt(
    workshop: Workshop, visitor: Visitor
) -> None:
    letter = workshop.letter(email_domains="[почта.рф]")
    assert visitor.sign("ask-more", email="ада@почта.рф", name="Ада").status_code == 303
    assert visitor.sign("ask-more", email="АДА@xn--80a1acny.xn--p1ai", name="Ада").status_code == 303
    assert visitor.sign("ask-more", email="ада@example.org", name="Ада").status_code == 422
    first, second = workshop.deliver()
    recipients = [envelope.rcpt_tos for envelope in workshop.sink.envelopes]
    assert recipients == [["ада@xn--80a1acny.xn--p1ai"], ["АДА@xn--80a1acny.xn--p1ai"]]
    assert all(envelope.smtp_utf8 for envelope in workshop.sink.envelopes)
    assert visitor.post(link(first, "confirm")).status_code == 303
    assert visitor.post(link(second, "confirm")).status_code == 410
    assert workshop.figures(letter).confirmed == 1
    (thanks,) = workshop.deliver()
    assert visitor.get(link(thanks, "manage")).status_code == 200
    assert "ада@" in visitor.text


@pytest.mark.parametrize(
    "address",
    [
        "=?utf-8?q?attacker=40evil.example=3e=20?=foo@example.org",
        "=?utf-8?q?attacker=40evil.example=2c=20?=foo@example.org",
    ],
)
def test_an_encoded_word_leads_to_no_other_mailbox(address: str, sink: MailSink) -> None:
    with pytest.raises(AddressRefused):
        read_address(address)
    transport = SmtpTransport(MailServer("127.0.0.1", sink.port))
    with suppress(Refused):
        message = EmailMessage(policy=POLICY)
        message["From"], message["To"] = "letters@localhost", address
        transport.send(message)
    transport.close()
    assert all(envelope.rcpt_tos == [address] for envelope in sink.envelopes)
