"""What a thief of the database reads: no address, no link, and nobody who signed in confidence."""

import pytest
from sqlalchemy import text

from pledges.db import db
from pledges.security import Keyring, KeysMissing, use
from pledges.signature import queries
from tests.crowds import stolen
from tests.mailing import MailSink, link, plain
from tests.people import Visitor, Workshop

PEOPLE = {
    "public": ("Ada Openly", "Editor Openly", "Openly House"),
    "affiliation": ("Bea Discreet", "Nurse Shown", "Shown Hospital"),
    "anonymous": ("Cleo Hidden", "Farmer Hidden", "Hidden Fields"),
}
READABLE = {*PEOPLE["public"], "Sentence of public", "Nurse Shown", "Shown Hospital"}
SECRET = {name for person in PEOPLE.values() for name in person} | {f"Sentence of {display}" for display in PEOPLE}
SECRET -= READABLE


def test_the_database_holds_no_address_no_link_and_no_name_that_is_not_shown(
    workshop: Workshop, visitor: Visitor, sink: MailSink
) -> None:
    workshop.letter(anonymous="true")
    workshop.account("moderator@example.org")
    for display, (name, role, affiliation) in PEOPLE.items():
        for step in ("pending", "confirmed"):
            email = f"{step}.{display}@example.org"
            fields = {"role": role, "affiliation": affiliation, "statement": f"Sentence of {display}"}
            visitor.sign("ask-more", name=name, email=email, display=display, **fields)
    workshop.deliver()
    for display in PEOPLE:
        visitor.post(workshop.confirm_link(f"confirmed.{display}@example.org"))
    workshop.deliver()

    loot = stolen(workshop)
    for readable in READABLE:
        assert readable.encode() in loot, readable
    for secret in SECRET:
        assert secret.encode() not in loot, secret
    for address in {recipient for envelope in sink.envelopes for recipient in envelope.rcpt_tos}:
        assert address.encode() not in loot
        assert address.partition("@")[0].encode() not in loot
    mails = [message for message in sink.messages if "/moderation/" not in plain(message)]
    assert len(mails) == 9
    for mail in mails:
        kind = "confirm" if "/confirm/" in plain(mail) else "manage"
        token = link(mail, kind).rpartition("/")[2]
        assert token.encode() not in loot
        assert token.partition(".")[2].encode() not in loot


@pytest.mark.parametrize("column", ["email", "hidden"])
def test_sealed_fields_open_only_under_the_sealing_keys(workshop: Workshop, column: str) -> None:
    letter = workshop.letter(anonymous="true")
    signature = workshop.sign(letter, display="anonymous")
    with workshop.writing() as session:
        raw = session.scalar(text(f"SELECT {column} FROM signature"))
        opened = getattr(queries.find_signature(session, signature.id), column)
    assert opened in ("ada@example.org", '{"name": "Ada Example"}')
    assert opened not in raw
    other = Keyring(sealing=["x" * 40], digest="d" * 40, signing=["s" * 40])
    with pytest.raises(KeysMissing):
        other.unseal(raw)


def test_a_signature_can_not_be_loaded_without_its_key(workshop: Workshop) -> None:
    signature = workshop.sign(workshop.letter())
    right = Keyring.from_settings(workshop.settings)
    use(Keyring(sealing=["x" * 40], digest="d" * 40, signing=["s" * 40]))
    try:
        with workshop.app.app_context(), pytest.raises(KeysMissing):
            queries.find_signature(db.session(), signature.id)
    finally:
        use(right)


def test_the_same_address_has_another_digest_under_another_letter(workshop: Workshop) -> None:
    first = workshop.sign(workshop.letter())
    second = workshop.sign(workshop.letter("another"))
    again = workshop.sign(workshop.letter("third"), "eve@example.org")
    assert len({first.email_digest, second.email_digest, again.email_digest}) == 3
    with workshop.writing() as session:
        sealed = session.scalars(text("SELECT email FROM signature")).all()
    assert len(set(sealed)) == 3
