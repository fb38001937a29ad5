"""What every test may ask for: the app, a mail server, a visitor; databases and the log stand in modules beside it."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from pledges import create_app, door, security
from pledges.config import MailServer, Settings
from pledges.db import db
from pledges.letter.at_hand import LettersAtHand
from pledges.limits import limiter
from pledges.organizer import passwords
from pledges.pledge.at_hand import PledgesAtHand
from tests.lock_order import LockOrder
from tests.mailing import MailSink
from tests.people import Visitor, Workshop
from tests.rendering import Renderings

pytest_plugins = ["tests.databases", "tests.logged"]

MUST_HAVE_ALL = bool(os.environ.get("CI"))

VisitorFactory = Callable[..., Visitor]

KEYS = {"secret_key": "s" * 40, "sealing_keys": ("k" * 40,), "digest_key": "d" * 40}


def missing(what: str) -> None:
    """Skips by name on a laptop, and fails where CI is set: there nothing may be missing."""
    if MUST_HAVE_ALL:
        pytest.fail(f"{what} is missing, and CI is set")
    pytest.skip(f"{what} is missing")


@pytest.fixture(autouse=True)
def every_answer_looked_at_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept at the door is a second behind at most; tests that are not about that look at once."""
    monkeypatch.setattr("pledges.door.FRESH_SECONDS", 0.0)
    monkeypatch.setattr("pledges.door.PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr("pledges.letter.at_hand.KEPT_FOR", timedelta(0))


@pytest.fixture(scope="session")
def watched_renderings() -> Renderings:
    """Which pages this process has rendered while it wrote."""
    return Renderings()


@pytest.fixture(autouse=True)
def no_page_is_rendered_while_writing(watched_renderings: Renderings) -> Iterator[None]:
    """Whatever a test is about: no page in it held up those who write."""
    watched_renderings.held()
    yield
    assert watched_renderings.held() == []


@pytest.fixture(scope="session")
def watched_locks() -> LockOrder:
    """What watches the order of locks in this process."""
    return LockOrder()


@pytest.fixture(autouse=True)
def locks_are_taken_in_order(watched_locks: LockOrder) -> Iterator[None]:
    """Whatever a test is about: no request in it could end in a deadlock."""
    watched_locks.broken()
    yield
    assert watched_locks.broken() == []


@pytest.fixture(scope="session")
def sinks() -> Iterator[list[MailSink]]:
    """The mail server that runs in this process, if a test has left it running."""
    running: list[MailSink] = []
    yield running
    for sink in running:
        sink.stop()


@pytest.fixture
def sink(sinks: list[MailSink]) -> MailSink:
    """A mail server on loopback that has taken no mail yet."""
    if not (sinks and sinks[0].start_over()):
        sinks[:] = [MailSink()]
        sinks[0].start()
    return sinks[0]


@pytest.fixture
def settings(database_url: str, sink: MailSink) -> Settings:
    """Settings that send mail to the sink."""
    return Settings(**KEYS, database_url=database_url, mail_server=MailServer("127.0.0.1", sink.port))


@pytest.fixture(scope="session")
def kept_apps() -> dict[Settings, Flask]:
    """The applications of this process: to assemble one and to compile its statements takes longer than most tests."""
    return {}


@pytest.fixture
def app(settings: Settings, kept_apps: dict[Settings, Flask]) -> Iterator[Flask]:
    """The application on an empty database, remembering nothing."""
    if kept_apps and limiter.limiter.storage is not next(iter(kept_apps.values())).extensions["tests.counts"]:
        kept_apps.clear()  # another one was made since: its limits are in force
    if settings not in kept_apps:
        kept_apps[settings] = create_app(settings)
        kept_apps[settings].config["TESTING"] = True
        for each in kept_apps.values():
            each.extensions["tests.counts"] = limiter.limiter.storage
    app = kept_apps[settings]
    _forget(app, settings)
    yield app
    let_go(app)


@pytest.fixture
def new_app(settings: Settings) -> Iterator[Flask]:
    """An application for those who change it."""
    app = create_app(settings)
    app.config["TESTING"] = True
    yield app
    let_go(app)


def _forget(app: Flask, settings: Settings) -> None:
    security.use(security.Keyring.from_settings(settings))
    limiter.reset()
    app.extensions["pledges.letters"] = LettersAtHand()
    app.extensions["pledges.pledges"] = PledgesAtHand()
    assert isinstance(app.wsgi_app, door.Door)
    app.wsgi_app = app.wsgi_app.application
    door.start(app, settings)


@pytest.fixture
def make(settings: Settings) -> Iterator[VisitorFactory]:
    """Makes applications with other settings on the same database, each with a visitor of its own."""
    apps: list[Flask] = []

    def start(**changes: object) -> Visitor:
        apps.append(create_app(replace(settings, **changes)))
        return Visitor(apps[-1].test_client())

    yield start
    for app in apps:
        let_go(app)


def let_go(app: Flask) -> None:
    """Closes what an application holds of its database."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session", autouse=True)
def passwords_in_little_memory() -> None:
    """The same hashing for less: hundreds of tests sign somebody in."""
    passwords.MEMORY_KIB = 64


@pytest.fixture
def workshop(app: Flask, sink: MailSink) -> Iterator[Workshop]:
    """Makes letters, signatures and accounts through the real deeds, and delivers mail."""
    workshop = Workshop(app, sink)
    yield workshop
    workshop.worker.close()


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """Somebody with a browser."""
    return Visitor(app.test_client())
