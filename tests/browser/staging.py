"""A site in every state that its pages can show, all of it made up."""

from datetime import timedelta
from typing import Any

from flask import Flask

from pledges import clock, create_app, demo
from pledges.config import MailServer, Settings
from pledges.db import db
from pledges.letter import inviting, publishing, revising, withdrawing
from pledges.letter.models import Invitation, Letter, RevisionKind
from pledges.letter.queries import get_letter
from pledges.letter.reading import read_letter_file
from pledges.moderation import deciding
from pledges.organizer.models import Role
from pledges.security import keyring
from pledges.signature import confirming, signing
from pledges.signature import withdrawing as leaving
from pledges.signature.addresses import read_address
from pledges.signature.confirming import LINK_LASTS
from pledges.signature.links import CONFIRM_LINK, manage_token
from pledges.signature.models import Signature
from pledges.signature.states import Kind, State
from pledges.signature.unsubscribing import MailKind, unsubscribe_path
from pledges.signature.websites import read_website
from pledges.signature.words import Display, Words
from tests.browser.made_up import HOSTILE, LETTERS, LONG_NAME, REVISED, UNBROKEN, people
from tests.browser.mails import stage_mails
from tests.browser.pledging import stage_pledges
from tests.browser.sealing import stage_sealed
from tests.crowds import crowd, in_state
from tests.mailing import MailSink
from tests.people import Workshop

STAFF = "mod@example.org"
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
        self._let_sentences_wait()
        self._follow_one_signatory()
        self.paths |= stage_sealed(self.workshop, self.staff)
        self.paths |= stage_pledges(self.workshop)
        self._revise()
        self._withdraw()
        self._invite()
        self._bring_news()
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
        make.confirmed(closed, "curious@example.org", "Curious Quillfeather", updates=True)
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

    def _let_sentences_wait(self) -> None:
        make = self.workshop
        letter = make.letter("sentences", title="Names pass here, sentences wait", moderation="flag")
        for number, name in enumerate(people(3)):
            signed = make.confirmed(
                letter, f"s{number}@example.org", name, role="Electrician", statement="I looked away."
            )
        make.confirmed(letter, "s9@example.org", "buy.example.com", statement=LONG_NAME * 3)
        self.paths["manage_sentence"] = self._manage(signed)

    def _follow_one_signatory(self) -> None:
        make, letter = self.workshop, self.first
        words = {"role": "Sign painter", "affiliation": "Signs & Sons (made up)", "country": "CA"}
        pending = make.sign(
            letter, "pending@example.org", "Pending Person", updates=True, statement="Count me in.", **words
        )
        self.paths |= {"confirm": self._confirm(pending), "manage_pending": self._manage(pending)}
        self.paths["confirm_late"] = self._confirm(pending, late=True)
        gone = make.sign(letter, "gone@example.org", "Pending Person")
        self.paths |= {"manage_gone": self._manage(gone), "confirm_gone": self._confirm(gone)}
        with make.writing() as session:
            leaving.withdraw(session, gone.id, now=clock.now())
        for state in (State.AWAITING, State.APPROVED, State.REJECTED, State.WITHDRAWN):
            signature = in_state(make, letter, state, f"own-{state}@example.org", "Own Page Owner", **words)
            self.paths[f"manage_{state}"] = self._manage(signature)
            if state is State.AWAITING:
                self.paths["confirm_again"] = self._confirm(signature)

    def _revise(self) -> None:
        make, letter = self.workshop, self._file(REVISED.format(words="do **more** for our nights", tail=""))
        crowd(make, letter, people(8))
        own = in_state(make, letter, State.APPROVED, "earlier@example.org", "Earlier Signatory")
        self.paths["manage_earlier"] = self._manage(own)
        self.paths["confirm_earlier"] = self._confirm(make.sign(letter, "late@example.org", "Late Signatory"))
        tail = "\n\n" + "Zusammengeschrieben" * 12
        for kind, words, why in (
            (RevisionKind.CORRECTION, "do **more** for our long nights", "A word was missing"),
            (RevisionKind.CHANGE, "pay for our long nights, and for *each* hour of them" + tail, "We ask for more now"),
        ):
            file = read_letter_file(REVISED.format(words=words, tail=tail if kind is RevisionKind.CHANGE else ""))
            with make.writing() as session:
                revising.revise(session, "revised", file, kind, why, now=clock.now())
        in_state(make, letter, State.APPROVED, "early@example.org", "Newest Signatory")

    def _withdraw(self) -> None:
        make = self.workshop
        letter = make.letter("taken-back", title="A letter that was taken back", goal=10)
        crowd(make, letter, people(3))
        self.paths["confirm_withdrawn"] = self._confirm(make.sign(letter, "slow@example.org", "Slow Signatory"))
        with make.writing() as session:
            found = get_letter(session, "taken-back")
            withdrawing.withdraw(session, found, "The board has agreed to all of it", now=clock.now())

    def _invite(self) -> None:
        """First signatories of a draft, and organizations under a letter."""
        make = self.workshop
        draft = make.letter("not-yet", title="A letter that is not open yet", opened=False)
        with make.writing() as session:
            invitation, revoked = (
                inviting.invite(session, draft, note=note, now=clock.now()) for note in ("Ada", LONG_NAME)
            )
            inviting.revoke(session, revoked, now=clock.now())
        self.paths["first"] = f"/first/{self._token(invitation)}"
        self.paths["first_revoked"] = f"/first/{self._token(revoked)}"
        for number, name in enumerate((*people(2), LONG_NAME)):
            self._sign(draft, f"f{number}@example.org", name, invitation_id=invitation.id)
        society = {"kind": Kind.ORGANIZATION, "representative": "Ada Quillfeather"}
        for name, host in (("Society of Nights", "nights.example.org"), (LONG_NAME, f"{'w' * 60}.example.org")):
            signed = self._sign(self.first, f"office@{host}", name, website=read_website(host), **society)
            if name != LONG_NAME:
                with make.writing() as session:
                    confirming.confirm(session, get_letter(session, self.first.slug), signed, now=clock.now())
                    deciding.approve(session, self.first, [signed], account_id=self.staff.id, now=clock.now())

    def _bring_news(self) -> None:
        make = self.workshop
        letter = make.letter("good-news", title="A letter that has reached its goal", goal=3)
        crowd(make, letter, people(3))
        for wish in (True, False):
            own = make.confirmed(letter, f"news-{wish}@example.org", "Curious Quillfeather", updates=wish)
            done = "unsubscribe_news" if wish else "unsubscribed_from_news"
            self.paths[done] = unsubscribe_path(own.id, MailKind.NEWS, clock.now())

    def _sign(self, letter: Letter, email: str, name: str, *, invitation_id: int | None = None, **said: Any) -> int:
        submission = signing.Submission(address=read_address(email), words=Words(name=name), **said)
        with self.workshop.writing() as session:
            fresh = get_letter(session, letter.slug)
            text, by = fresh.text_in(None), invitation_id
            signature_id = signing.sign(session, fresh, text, submission, invitation_id=by, now=clock.now())
            assert signature_id is not None
            if invitation_id is not None:
                confirming.confirm(session, fresh, signature_id, now=clock.now())
        return signature_id

    def _token(self, invitation: Invitation) -> str:
        return inviting.first_token(invitation.id, since=invitation.created_at)

    def _keep_mails(self) -> None:
        """All that is owed until now goes to the mailbox of a laptop."""
        self.workshop.worker.work()
        self.paths |= stage_mails(self.workshop)

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
            unlucky.worker.close()
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
