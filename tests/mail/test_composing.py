"""What a mail looks like: a plain text that says everything, whole links, and headers that nobody else writes."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
import time_machine
from bs4 import BeautifulSoup
from flask import Flask
from jinja2 import Environment, meta

from pledges import clock
from pledges.languages import render_mail
from pledges.mail import composing
from pledges.mail.composing import Content, Letterhead
from pledges.signature import withdrawing
from tests.mailing import link, plain
from tests.people import Workshop

TEMPLATES = Path(__file__).parents[2] / "templates"
NOW = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
WORDS = {
    "name": "Ada Example",
    "title": "Ask more of us",
    "addressee": "The board",
    "slug": "ask-more",
    "sha256": "0" * 64,
    "token": "t" * 120,
    "days": 7,
}


def written(app: Flask, sender: str = "letters@example.org", **words: str) -> EmailMessage:
    """A confirmation with these words."""
    content = Content("confirmation", "ada@example.org", "en", {**WORDS, **words})
    with app.app_context():
        return composing.write(content, Letterhead(sender, "https://letters.example.org"), render_mail, now=NOW)


def html(message: EmailMessage) -> BeautifulSoup:
    part = message.get_body(("html",))
    assert part is not None
    return BeautifulSoup(part.get_content(), "html.parser")


def sources(template: str) -> Iterator[str]:
    """Of a template, and of all that it takes in."""
    source = (TEMPLATES / template).read_text("utf-8")
    yield source
    for taken_in in meta.find_referenced_templates(Environment().parse(source)):
        assert taken_in is not None
        yield from sources(taken_in)


def raw_lines(workshop: Workshop) -> list[str]:
    """The newest mail as it came over the wire."""
    content = workshop.sink.envelopes[-1].original_content
    assert isinstance(content, bytes)
    return content.decode("ascii").split("\r\n")


@pytest.mark.parametrize("name", ["Ada Example", "María Núñez 玛丽"])
def test_the_plain_text_holds_the_whole_link_in_one_line_of_the_wire(workshop: Workshop, name: str) -> None:
    workshop.sign(workshop.letter(), name=name)
    (mail,) = workshop.deliver()
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert workshop.settings.base_url + link(mail, "confirm") in raw_lines(workshop)
    assert f"Hello {name}," in plain(mail)


def test_the_html_part_says_the_same_and_loads_nothing(workshop: Workshop) -> None:
    workshop.sign(workshop.letter())
    (mail,) = workshop.deliver()
    page = html(mail)
    whole = workshop.settings.base_url + link(mail, "confirm")
    assert whole in {a["href"] for a in page.find_all("a")}
    assert "Ada Example" in page.get_text()
    assert "Ask more of us" in page.get_text()
    assert not page.find_all(["img", "script", "link", "iframe", "style"])
    assert page.find("a", class_="button")["style"]


def test_every_mail_to_a_signatory_leads_to_the_own_page() -> None:
    bodies = [body for body in (TEMPLATES / "email").glob("*/body.*") if body.parent.name != "names_waiting"]
    assert len(bodies) > 30
    wholes = {body: "".join(sources(str(body.relative_to(TEMPLATES)))) for body in bodies}
    assert [str(body) for body, whole in wholes.items() if "{{ base_url }}/manage/{{ manage }}" not in whole] == []


@pytest.mark.parametrize("kind", ["confirmation", "thanks", "withdrawn", "already_signed", "names_waiting"])
def test_every_mail_names_the_privacy_page_and_its_headers_are_complete(workshop: Workshop, kind: str) -> None:
    letter = workshop.letter()
    workshop.account()
    with time_machine.travel(NOW, tick=False):
        signature = workshop.confirmed(letter)
        workshop.sign(letter)
        workshop.deliver()
        with workshop.writing() as session:
            withdrawing.withdraw(session, signature.id, now=clock.now())
        workshop.sign(letter, "bob@example.org")
        workshop.deliver()
    subjects = {
        "confirmation": "Confirm your signature: Ask more of us",
        "thanks": "You have signed: Ask more of us",
        "withdrawn": "Your signature is withdrawn: Ask more of us",
        "already_signed": "You have signed already: Ask more of us",
        "names_waiting": "1 name waiting for a moderator",
    }
    mail = next(m for m in workshop.sink.messages if m["Subject"] == subjects[kind])
    assert f"{workshop.settings.base_url}/privacy" in plain(mail)
    assert f"{workshop.settings.base_url}/privacy" in {a["href"] for a in html(mail).find_all("a")}
    assert parsedate_to_datetime(mail["Date"]) == NOW
    assert mail["From"] == "letters@localhost"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "en"
    assert mail["Message-ID"].endswith("@localhost>")
    ids = [m["Message-ID"] for m in workshop.sink.messages]
    assert len(set(ids)) == len(ids)


HOSTILE = [
    "Ask\r\nBcc: eve@example.org",
    "Ask\nBcc: eve@example.org\n\nfree words",
    "Ask\rBcc: eve@example.org",
    "Ask\u2028Bcc: eve@example.org",
    "Ask\x0b\x0c\x85Bcc: eve@example.org",
    "Ask\x00more",
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_title_or_name_can_write_a_header(app: Flask, hostile: str) -> None:
    mail = written(app, title=hostile, name=hostile, addressee=hostile)
    headers = mail.as_bytes().partition(b"\r\n\r\n")[0].splitlines()
    assert [line.partition(b":")[0].decode() for line in headers] == mail.keys()
    assert "Bcc" not in mail
    assert mail["Subject"].startswith("Confirm your signature: Ask")
    assert mail["Subject"].isprintable()
    assert mail["To"] == "ada@example.org"


def test_no_recipient_can_write_a_header(app: Flask) -> None:
    content = Content("confirmation", "ada@example.org\r\nBcc: eve@example.org", "en", WORDS)
    with app.app_context(), pytest.raises(ValueError, match="linefeed or carriage return"):
        composing.write(content, Letterhead("letters@example.org", "https://x.example"), render_mail, now=NOW)


def test_names_are_text_in_the_html_part_and_stand_as_typed_in_the_plain_one(app: Flask) -> None:
    name = "<img src=x> O'Neil & Söhne"
    mail = written(app, name=name, title="Us & <b>them</b>")
    assert f"Hello {name}," in plain(mail)
    assert "    Us & <b>them</b>" in plain(mail)
    assert not html(mail).find_all(["img", "b"])
    assert name in html(mail).get_text()
    assert mail["Subject"] == "Confirm your signature: Us & <b>them</b>"


@pytest.mark.parametrize("title", ["Pedid más", "要求更多", "Ask 💜 more", "ü" * 200, "💜" * 200])
def test_a_subject_in_any_script_arrives_as_it_was_written(workshop: Workshop, title: str) -> None:
    workshop.sign(workshop.letter(title=title))
    (mail,) = workshop.deliver()
    assert mail["Subject"] == f"Confirm your signature: {title}"
    assert f"    {title}" in plain(mail).splitlines()
    words = [word for line in raw_lines(workshop) for word in line.split() if word.startswith("=?")]
    assert words
    assert max(len(word) for word in words) <= 75


def test_a_sender_with_a_name_keeps_both(app: Flask) -> None:
    mail = written(app, sender="Offene Briefe für alle <letters@example.org>")
    assert mail["From"].addresses[0].display_name == "Offene Briefe für alle"
    assert mail["From"].addresses[0].addr_spec == "letters@example.org"
    assert mail["Message-ID"].endswith("@example.org>")


def test_a_link_of_any_length_stays_whole(app: Flask) -> None:
    for name in ("Ada", "Añá"):
        mail = written(app, name=name, token="t" * 900)
        assert f"https://letters.example.org/confirm/{'t' * 900}\n".encode() in mail.as_bytes().replace(b"\r\n", b"\n")


def test_a_line_too_long_for_the_wire_is_encoded(app: Flask) -> None:
    mail = written(app, name="a" * 2000)
    assert max(len(line) for line in mail.as_bytes().splitlines()) <= 998
    assert "a" * 2000 in plain(mail)
