"""Those who use the service, as tests need them: a visitor with a browser, and a workshop that makes things."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from email.message import EmailMessage
from typing import Any

from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from pledges import clock
from pledges.config import Settings
from pledges.db import transaction
from pledges.letter import publishing
from pledges.letter.models import Letter
from pledges.letter.queries import get_letter
from pledges.letter.reading import read_letter_file
from pledges.mail.models import OwedMail
from pledges.organizer import enrolling
from pledges.organizer.models import Account, Role
from pledges.signature import confirming, queries, signing
from pledges.signature.addresses import read_address
from pledges.signature.models import Signature
from pledges.signature.states import Kind, State
from pledges.signature.words import Display, Words
from pledges.tally.queries import Figures, get_figures
from pledges.worker import Worker
from tests.lock_order import LockOrder
from tests.mailing import MailSink, link, plain

PASSWORD = "correct horse battery"

LETTER = """---
slug: {slug}
title: {title}
language: en
to: The board
{head}
---
We ask **more** of you.
"""


class Visitor:
    """Reads pages, fills forms, presses buttons."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.response: TestResponse | None = None

    @property
    def page(self) -> BeautifulSoup:
        assert self.response is not None
        return BeautifulSoup(self.response.get_data(as_text=True), "html.parser")

    @property
    def text(self) -> str:
        return " ".join(self.page.get_text(" ").split())

    def get(self, path: str, **kwargs: Any) -> TestResponse:
        self.response = self.client.get(path, **kwargs)
        return self.response

    def post(self, path: str, data: Any = None, **kwargs: Any) -> TestResponse:
        self.response = self.client.post(path, data=data, **kwargs)
        return self.response

    def press(self, action: str, button: str | None = None, **fields: Any) -> TestResponse:
        """Sends the page's form whose action holds `action`, with its hidden fields, and follows the redirect."""
        form = next(f for f in self.page.find_all("form") if action in (f.get("action") or ""))
        data: dict[str, Any] = {
            str(i["name"]): i.get("value", "") for i in form.find_all("input", type="hidden") if isinstance(i, Tag)
        }
        if button is not None:
            data["decision"] = button
        self.response = self.client.post(form["action"], data={**data, **fields}, follow_redirects=True)
        return self.response

    def sign(self, slug: str, **fields: str) -> TestResponse:
        """Posts the sign form."""
        return self.post(f"/letters/{slug}/sign", {"name": "Ada Example", "email": "ada@example.org", **fields})

    def sign_in(self, email: str, password: str = PASSWORD) -> TestResponse:
        """Signs in as staff, through the form."""
        self.get("/login")
        token = self.page.find("input", {"name": "csrf_token"})
        assert isinstance(token, Tag)
        return self.post("/login", {"email": email, "password": password, "csrf_token": token["value"]})


class Workshop:
    """Makes what a test needs through the real deeds, each in a transaction of its own."""

    def __init__(self, app: Flask, sink: MailSink | None = None) -> None:
        self.app = app
        self.sink = sink
        self.worker = Worker(app, self.settings)

    @property
    def settings(self) -> Settings:
        found: Settings = self.app.extensions["pledges.settings"]
        return found

    def letter(
        self, slug: str = "ask-more", *, title: str = "Ask more of us", opened: bool = True, **head: Any
    ) -> Letter:
        """A letter whose head has these further lines."""
        lines = "\n".join(f"{key}: {value}" for key, value in head.items())
        file = read_letter_file(LETTER.format(slug=slug, title=title, head=lines))
        with self.writing() as session:
            letter = publishing.create(session, file, now=clock.now())
            if opened:
                publishing.open_letter(session, letter, now=clock.now())
        return letter

    def sign(
        self,
        letter: Letter,
        email: str = "ada@example.org",
        name: str = "Ada Example",
        *,
        display: Display = Display.PUBLIC,
        kind: Kind = Kind.PERSON,
        together: bool = False,
        updates: bool = False,
        **words: str,
    ) -> Signature:
        """A pending signature, with its mail owed, unless the mailbox has had its mails for today."""
        submission = signing.Submission(
            address=read_address(email),
            words=Words(name=name, **words),
            display=display,
            kind=kind,
            together=together,
            updates=updates,
        )
        with self.writing() as session:
            fresh = get_letter(session, letter.slug)
            signature_id = signing.sign(session, fresh, fresh.text_in(None), submission, now=clock.now())
            return queries.find_signature(session, signature_id)

    def confirmed(
        self, letter: Letter, email: str = "ada@example.org", name: str = "Ada Example", **how: Any
    ) -> Signature:
        """A signature that its signatory has confirmed."""
        signature = self.sign(letter, email, name, **how)
        with self.writing() as session:
            return confirming.confirm(session, get_letter(session, letter.slug), signature.id, now=clock.now())

    def account(
        self, email: str = "mod@example.org", role: Role = Role.MODERATOR, *, only: Letter | None = None
    ) -> Account:
        """A staff account with the tests' password."""
        with self.writing() as session:
            account = enrolling.enroll(session, email, role, PASSWORD, now=clock.now())
            enrolling.limit(session, account, [only.id] if only else [])
        return account

    def state(self, signature: Signature) -> State | None:
        """The stored state of a signature; None when its row is gone."""
        with self.writing() as session:
            found = queries.find_signature(session, signature.id)
            return found.state if found else None

    def figures(self, letter: Letter) -> Figures:
        with self.writing() as session:
            return get_figures(session, letter)

    def deliver(self) -> list[EmailMessage]:
        """Lets a worker do all that is due, and answers what arrived at the mail server by that."""
        assert self.sink is not None
        before = len(self.sink.messages)
        self.worker.work()
        return self.sink.messages[before:]

    def outbox(self) -> Sequence[OwedMail]:
        """All owed mails, oldest first."""
        with self.writing() as session:
            return session.scalars(select(OwedMail).order_by(OwedMail.id)).all()

    def confirm_link(self, email: str) -> str:
        """The path of the newest confirmation link that was mailed to an address."""
        assert self.sink is not None
        return link(self.sink.to(email)[-1], "confirm")

    def manage_link(self, email: str) -> str:
        """The path of the newest link to the own page that was mailed to an address."""
        assert self.sink is not None
        return link(next(m for m in reversed(self.sink.to(email)) if "/manage/" in plain(m)), "manage")

    def writing(self) -> AbstractContextManager[Session]:
        return _InApp(self.app)

    def now(self) -> datetime:
        return clock.now()


class _InApp(AbstractContextManager[Session]):
    """A transaction in an app context."""

    def __init__(self, app: Flask) -> None:
        self._context = app.app_context()
        self._transaction = transaction()

    def __enter__(self) -> Session:
        self._context.push()
        session = self._transaction.__enter__()
        LockOrder.look_away(session.connection())
        return session

    def __exit__(self, *exception: Any) -> bool | None:
        try:
            return self._transaction.__exit__(*exception)
        finally:
            self._context.pop(*exception[:0])
