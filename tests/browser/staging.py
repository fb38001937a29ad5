"""A site in every state that its pages can show, all of it made up."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from flask import Flask

from pledges import clock, create_app, demo
from pledges.config import MailServer, Settings
from pledges.db import db
from pledges.letter import publishing
from pledges.letter.models import Letter
from pledges.letter.queries import get_letter
from pledges.letter.reading import read_letter_file
from pledges.mail.queries import list_kept
from pledges.moderation import deciding
from pledges.organizer.models import Role
from pledges.security import keyring
from pledges.signature.confirming import LINK_LASTS
from pledges.signature.mails import CONFIRM_LINK, manage_token
from pledges.signature.models import Display, Signature
from pledges.signature.states import Kind, State
from tests.crowds import crowd, in_state
from tests.mailing import MailSink
from tests.people import Workshop

LETTERS = Path(__file__).parent / "letters"
STAFF = "mod@example.org"
HOSTILE = """</script><script>alert(1)</script><img src=x onerror="alert(2)"> & 'quoted' "twice" {{ 7*7 }}"""
LONG_NAME = "Wolkenkratzerfensterputzermeister"[:30] * 4
UNBROKEN = f"""---
slug: unbroken
title: {"Zusammengeschrieben" * 10}
language: en
to: {"Empfängergemeinschaft" * 9}
hashtag: {"W" * 60}
goal: 1000000000
anonymous: true
---
{"Buchstabenkette" * 20}

## {"Zwischentitel" * 9}

- {"Aufzählungspunkt" * 9}

> {"Zitat" * 30}

`{"quelltext" * 20}` and <https://example.org/{"laengstername" * 12}>
"""
LATE = timedelta(days=30)


class Stage:
    """Fills an empty, migrated database; `paths` says where what is shown has come to stand."""

    def __init__(self, database_url: str, keys: dict[str, object], base_url: str) -> None:
        self._settings = {**keys, "database_url": database_url, "base_url": base_url}
        self.paths: dict[str, str] = {}
        app = create_app(Settings(**self._settings))
        self.workshop = Workshop(app)
        self._open_letters()
        self._fill_queue()
        self._follow_one_signatory()
        self._keep_mails()
        self._refuse_mails()
        dispose(app)

    def _open_letters(self) -> None:
        make = self.workshop
        self.staff = make.account(STAFF, Role.ADMIN)
        make.account(demo.MODERATOR)  # else the demo writes its password to a file
        with make.writing() as session:
            demo.make(session, now=clock.now())
            self.first = get_letter(session, "ask-more-of-us")
        make.letter("nobody-yet", title="Nobody has signed this one yet", goal=10)
        make.letter("hostile", title=f"'{HOSTILE.replace(chr(39), chr(39) * 2)}'", goal=3)
        closed = make.letter("closed-one", title="A letter that has closed", hashtag="Done")
        crowd(make, closed, ["Someone Who Was in Time"])
        with make.writing() as session:
            publishing.close(session, get_letter(session, "closed-one"), now=clock.now())
        crowd(make, self._file((LETTERS / "long-read.md").read_text("utf-8")), people(130))
        arabic = self._file((LETTERS / "right-to-left.md").read_text("utf-8"))
        in_state(make, arabic, State.APPROVED, "a@example.org", "مريم الخطيب", role="مهندسة", country="MA")
        in_state(make, arabic, State.APPROVED, "b@example.org", "Jordi Vallmoll", role="Electrician", country="ES")
        long = {"role": LONG_NAME, "affiliation": LONG_NAME, "statement": LONG_NAME * 3}
        unbroken = self._file(UNBROKEN)
        for state in (State.APPROVED, State.AWAITING):
            in_state(make, unbroken, state, f"{state}@{'a' * 60}.example.org", LONG_NAME, **long)
        shown = make.sign(unbroken, f"{'m' * 60}@example.org", LONG_NAME, country="BA", **long)
        self.paths["confirm_unbroken"] = self._confirm(shown)
        crowd(make, make.letter("long-queue", title="Names wait under this one"), people(105), State.AWAITING)

    def _fill_queue(self) -> None:
        make, letter = self.workshop, self.first
        said = "I looked away once, and then again. I will not a third time."
        make.confirmed(letter, "w1@example.org", "María José Núñez de la Torre", role="Electrician", statement=said)
        make.confirmed(letter, "w2@example.org", "www.cheap-watches.example Buy Now")
        make.confirmed(letter, "w3@example.org", "Guild of Made-up Carpenters", kind=Kind.ORGANIZATION, country="CA")
        make.confirmed(letter, "w4@mailinator.com", "مريم الخطيب", role="مهندسة", affiliation="Kite Works (made up)")
        make.confirmed(letter, "w5@example.org", "Hidden Person", display=Display.ANONYMOUS)
        in_state(make, letter, State.QUARANTINED, "w6@example.org", "One of Very Many Alike")
        in_state(make, letter, State.REJECTED, "d1@example.org", "Mickey Mouse")
        taken_off = in_state(make, letter, State.APPROVED, "d2@example.org", "Donna Taken-Off")
        with make.writing() as session:
            why, who = "Wrote to us that it was her brother.", self.staff.id
            deciding.remove(session, letter, taken_off.id, reason=why, account_id=who, now=clock.now())

    def _follow_one_signatory(self) -> None:
        make, letter = self.workshop, self.first
        words = {"role": "Sign painter", "affiliation": "Signs & Sons (made up)", "country": "CA"}
        pending = make.sign(letter, "pending@example.org", "Pending Person", statement="Count me in.", **words)
        self.paths["confirm"] = self._confirm(pending)
        self.paths["confirm_late"] = self._confirm(pending, late=True)
        for state in (State.AWAITING, State.APPROVED, State.REJECTED, State.WITHDRAWN):
            signature = in_state(make, letter, state, f"own-{state}@example.org", "Own Page Owner", **words)
            self.paths[f"manage_{state}"] = self._manage(signature)
            if state is State.AWAITING:
                self.paths["confirm_again"] = self._confirm(signature)

    def _keep_mails(self) -> None:
        """All that is owed until now goes to the mailbox of a laptop."""
        self.workshop.worker.work()
        with self.workshop.writing() as session:
            self.paths["mail"] = f"/mailbox/{list_kept(session)[-1].id}"

    def _refuse_mails(self) -> None:
        with MailSink() as sink:
            server = MailServer("127.0.0.1", sink.port)
            unlucky = Workshop(create_app(Settings(**self._settings, mail_server=server)), sink)
            sink.refused = {
                "nobody@example.org": "550 5.1.1 no such user here",
                "full@example.org": "452 4.2.2 the mailbox is full, and this server says so at great length",
            }
            for address in sink.refused:
                unlucky.sign(self.first, address, "Out of Reach")
            unlucky.worker.work()
            unlucky.worker.office.transport.close()
            dispose(unlucky.app)

    def _file(self, content: str) -> Letter:
        with self.workshop.writing() as session:
            letter = publishing.create(session, read_letter_file(content), now=clock.now())
            publishing.open_letter(session, letter, now=clock.now())
        return letter

    def _confirm(self, signature: Signature, *, late: bool = False) -> str:
        issued = clock.now() - (LATE if late else timedelta(0))
        subject = (signature.id, signature.letter_id)
        return "/confirm/" + keyring().issue(CONFIRM_LINK, *subject, now=issued, lasts=LINK_LASTS)

    def _manage(self, signature: Signature) -> str:
        return "/manage/" + manage_token(signature, clock.now())


def dispose(app: Flask) -> None:
    """Lets go of the database."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def people(number: int) -> Sequence[str]:
    """Made-up names, no two alike."""
    first = ("Ada", "Bruno", "Chidi", "Dolores", "Edda", "Fatima", "Gustav", "Hye-jin", "Ilse", "Jovan")
    last = ("Quillfeather", "Okonjo-Pike", "Sandoval Ruiz", "Lindqvist", "van der Aar", "Ó Súilleabháin", "Marsh")
    return [f"{first[n % 10]} {last[n % 7]} {n // 70 + 1}".removesuffix(" 1") for n in range(number)]
