"""The mailbox page of a machine without a mail server: for whoever sits at that machine, and for nobody else."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from pledges import clock, retention
from pledges.config import MailServer, Settings
from pledges.http_guard import FORWARDING
from pledges.mail import queries
from pledges.mail.models import KeptMail
from tests.conftest import VisitorFactory
from tests.mailing import LINK, MailSink
from tests.people import Visitor, Workshop

PAGES = ("/mailbox", "/mailbox/1", "/mailbox/1/html")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Settings without a mail server."""
    return replace(settings, mail_server=None)


@pytest.fixture
def kept(workshop: Workshop) -> Workshop:
    """A workshop whose one mail is kept."""
    workshop.sign(workshop.letter(title="Pedid más & mehr"), "dörte@example.org", name="Dörte <i>Ñ</i>")
    workshop.worker.work()
    return workshop


@pytest.mark.usefixtures("kept")
def test_a_kept_mail_can_be_read_and_its_link_followed(visitor: Visitor) -> None:
    visitor.get("/mailbox")
    assert "Confirm your signature: Pedid más & mehr" in visitor.text
    assert "dörte@example.org" in visitor.text
    visitor.get(visitor.page.select_one(".mails a")["href"])
    body = visitor.page.select_one("pre.mail-text")
    assert "Hello Dörte <i>Ñ</i>," in body.get_text()
    (link,) = {a["href"] for a in body.find_all("a") if "/confirm/" in a["href"]}
    assert link in LINK.findall(body.get_text())
    assert visitor.get("/" + link.split("/", 3)[3]).status_code == 200
    assert "Dörte <i>Ñ</i>" in visitor.text


@pytest.mark.usefixtures("kept")
def test_the_html_part_is_shown_in_a_sandbox_without_scripts(visitor: Visitor) -> None:
    assert visitor.get("/mailbox/1/html").status_code == 200
    policy = visitor.response.headers["Content-Security-Policy"]
    directives = {words.split()[0]: words.split()[1:] for words in policy.split(";")}
    assert directives["default-src"] == ["'none'"]
    assert "script-src" not in directives
    assert {"allow-scripts", "allow-same-origin", "allow-forms"}.isdisjoint(directives["sandbox"])
    assert "Dörte <i>Ñ</i>" in visitor.text


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("path", PAGES)
def test_no_page_of_the_mailbox_is_kept_by_a_cache(visitor: Visitor, path: str) -> None:
    assert visitor.get(path).headers["Cache-Control"] == "no-store"


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.1", "::1"])
def test_this_machine_may_see_the_mailbox(visitor: Visitor, path: str, address: str) -> None:
    assert visitor.get(path, environ_base={"REMOTE_ADDR": address}).status_code == 200


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("address", ["192.0.2.1", "10.0.0.1", "2001:db8::1", "fe80::1%eth0", "", "unix:"])
def test_another_machine_may_not(visitor: Visitor, path: str, address: str) -> None:
    assert visitor.get(path, environ_base={"REMOTE_ADDR": address}).status_code == 404


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("header", FORWARDING)
def test_a_forwarded_request_may_not(visitor: Visitor, path: str, header: str) -> None:
    assert visitor.get(path, headers={header: "127.0.0.1"}).status_code == 404


def test_every_usual_header_of_a_proxy_is_known() -> None:
    usual = {"forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via"}
    assert usual <= {header.lower() for header in FORWARDING}


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("path", PAGES)
def test_a_trusted_proxy_on_this_machine_opens_it_to_nobody(make: VisitorFactory, path: str) -> None:
    visitor = make(proxies=1)
    assert visitor.get(path, headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    "base_url", ["https://letters.example.org", "http://192.0.2.1:8000", "http://127.0.0.1.nip.io"]
)
def test_a_site_with_a_public_address_has_no_mailbox(make: VisitorFactory, base_url: str) -> None:
    visitor = make(base_url=base_url)
    assert {path: visitor.get(path).status_code for path in PAGES} == dict.fromkeys(PAGES, 404)


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("base_url", ["http://localhost:8000", "http://[::1]:8000"])
def test_a_site_of_this_machine_has_one_by_every_name(make: VisitorFactory, base_url: str) -> None:
    assert make(base_url=base_url).get("/mailbox").status_code == 200


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("path", PAGES)
def test_where_a_mail_server_is_set_there_is_no_mailbox(make: VisitorFactory, sink: MailSink, path: str) -> None:
    assert make(mail_server=MailServer("127.0.0.1", sink.port)).get(path).status_code == 404


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    "number", ["0", "2", "9223372036854775807", "9223372036854775808", "9" * 400, "-1", "x", "1.0"]
)
def test_a_mail_that_is_not_there_is_not_found(visitor: Visitor, number: str) -> None:
    assert visitor.get(f"/mailbox/{number}").status_code == 404
    assert visitor.get(f"/mailbox/{number}/html").status_code == 404


def test_kept_mails_are_sealed_in_the_database(kept: Workshop) -> None:
    with kept.writing() as session:
        (stored,) = session.execute(text("SELECT message FROM kept_mail")).scalars()
    assert stored.startswith("gAAAA")
    for word in ("example.org", "confirm", "Subject", "Hello"):
        assert word not in stored


def test_only_the_newest_two_hundred_are_kept(kept: Workshop, visitor: Visitor) -> None:
    with kept.writing() as session:
        mail = queries.get_kept(session, 1)
        session.add_all(KeptMail(id=n, kept_at=mail.kept_at, message=mail.message) for n in range(10, 215))
    with kept.app.app_context():
        retention.run(now=clock.now())
    with kept.writing() as session:
        numbers = set(session.execute(text("SELECT id FROM kept_mail")).scalars())
    assert numbers == set(range(15, 215))
    assert visitor.get("/mailbox").status_code == 200
    assert len(visitor.page.select(".mails li")) == 100


def test_an_empty_mailbox_says_so(visitor: Visitor) -> None:
    assert visitor.get("/mailbox").status_code == 200
    assert "No mail yet." in visitor.text


def test_a_name_of_another_site_that_leads_here_opens_no_mailbox(visitor: Visitor, workshop: Workshop) -> None:
    assert visitor.get("/mailbox", headers={"Host": "rebound.example.net"}).status_code == 404
