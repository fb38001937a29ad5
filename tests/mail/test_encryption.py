"""Mail goes encrypted where the settings say so: to a server whose certificate is verified, or not at all."""

import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import pytest
import trustme
from aiosmtpd.smtp import AuthResult, LoginPassword

from pledges import config
from pledges.mail.transports import Refused, ServerAway, SmtpTransport, transport_for
from tests.conftest import KEYS
from tests.mailing import MailSink, a_mail


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes this machine trust the authority, as an operator would."""
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))


class Opener(Protocol):
    def __call__(self, tls: str | None, *, name: str = "127.0.0.1", **smtp: object) -> MailSink: ...


@pytest.fixture
def open_sink(authority: trustme.CA) -> Iterator[Opener]:
    """Starts mail servers of either kind of encryption, with a certificate for `name`."""
    with ExitStack() as running:

        def start(tls: str | None, *, name: str = "127.0.0.1", **smtp: object) -> MailSink:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            authority.issue_cert(name).configure_cert(context)
            if tls == "starttls":
                smtp |= {"tls_context": context, "require_starttls": True}
            return running.enter_context(MailSink(tls=context if tls == "implicit" else None, **smtp))

        yield start


class Way(Protocol):
    def __call__(self, sink: MailSink, tls: str | None, *, user: str = "") -> SmtpTransport: ...


@pytest.fixture
def way_to() -> Iterator[Way]:
    """Makes the ways out that settings describe."""
    with ExitStack() as opened:

        def make(sink: MailSink, tls: str | None, *, user: str = "") -> SmtpTransport:
            suffix = f"?tls={tls}" if tls else ""
            environment = {
                "PLEDGES_SECRET_KEY": KEYS["secret_key"],
                "PLEDGES_SEALING_KEYS": KEYS["sealing_keys"][0],
                "PLEDGES_DIGEST_KEY": KEYS["digest_key"],
                "PLEDGES_MAIL_URL": f"smtp://{user}127.0.0.1:{sink.port}{suffix}",
            }
            transport = transport_for(config.read(environment))
            assert isinstance(transport, SmtpTransport)
            opened.callback(transport.close)
            return transport

        yield make


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_mail_arrives_encrypted_where_the_certificate_is_trusted(open_sink: Opener, way_to: Way, tls: str) -> None:
    sink = open_sink(tls)
    transport = way_to(sink, tls)
    transport.send(a_mail("ada@example.org"))
    transport.send(a_mail("bob@example.org"))
    assert [mail["To"] for mail in sink.messages] == ["ada@example.org", "bob@example.org"]
    assert sink.encrypted == [True, True]


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_certificate_that_nobody_vouches_for_is_a_server_away(open_sink: Opener, way_to: Way, tls: str) -> None:
    sink = open_sink(tls)
    with pytest.raises(ServerAway, match="SSLCertVerificationError"):
        way_to(sink, tls).send(a_mail())
    assert sink.messages == []


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_certificate_for_another_name_is_a_server_away(open_sink: Opener, way_to: Way, tls: str) -> None:
    sink = open_sink(tls, name="mail.example.org")
    with pytest.raises(ServerAway, match="SSLCertVerificationError"):
        way_to(sink, tls).send(a_mail())
    assert sink.messages == []


@pytest.mark.usefixtures("trusted")
def test_a_server_that_offers_no_starttls_gets_no_mail_in_the_clear(open_sink: Opener, way_to: Way) -> None:
    sink = open_sink(None)
    with pytest.raises(ServerAway, match="SMTPNotSupportedError"):
        way_to(sink, "starttls").send(a_mail())
    assert sink.messages == []


@pytest.mark.usefixtures("trusted")
def test_a_plain_server_behind_implicit_tls_gets_nothing(open_sink: Opener, way_to: Way) -> None:
    sink = open_sink(None)
    with pytest.raises(ServerAway):
        way_to(sink, "implicit").send(a_mail())
    assert sink.messages == []


def letting_in(user: bytes, password: bytes) -> dict[str, object]:
    """What makes a mail server ask for this sign-in."""

    def authenticate(_server: object, _session: object, _envelope: object, _way: str, given: object) -> AuthResult:
        is_right = isinstance(given, LoginPassword) and (given.login, given.password) == (user, password)
        return AuthResult(success=is_right, handled=False)

    return {"authenticator": authenticate, "auth_required": True}


@pytest.mark.usefixtures("trusted")
def test_a_sign_in_with_any_characters_lets_mail_through(open_sink: Opener, way_to: Way) -> None:
    sink = open_sink("starttls", **letting_in(b"post@example.org", b"p:ss/w@rd"))
    transport = way_to(sink, "starttls", user="post%40example.org:p%3Ass%2Fw%40rd@")
    transport.send(a_mail())
    assert len(sink.messages) == 1


@pytest.mark.usefixtures("trusted")
def test_a_refused_sign_in_is_a_server_away_and_tells_no_password(open_sink: Opener, way_to: Way) -> None:
    sink = open_sink("starttls", **letting_in(b"post", b"right"))
    with pytest.raises(ServerAway, match="SMTPAuthenticationError") as away:
        way_to(sink, "starttls", user="post:mistaken@").send(a_mail())
    assert "mistaken" not in str(away.value)
    assert sink.messages == []


@pytest.mark.usefixtures("trusted")
def test_a_missing_sign_in_refuses_mails_for_now_only(open_sink: Opener, way_to: Way) -> None:
    sink = open_sink("starttls", **letting_in(b"post", b"right"))
    with pytest.raises(Refused, match="530") as refusal:
        way_to(sink, "starttls").send(a_mail())
    assert not refusal.value.for_good
