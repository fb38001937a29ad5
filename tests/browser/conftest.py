"""A browser for all tests here, a staged site to look at, and pages that are closed after each test."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.chromium import DESK, Watch, chromium, find_chromium
from tests.browser.gallery import sign_in
from tests.browser.staging import Stage
from tests.conftest import KEYS, missing
from tests.mailing import MailSink
from tests.serving import Server, environment

PATIENCE_MS = 10_000

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what no database can change."""

OpenPage = Callable[..., tuple[Page, Watch]]


class Site:
    """The staged site as it is served."""

    def __init__(self, url: str, paths: dict[str, str]) -> None:
        self.url = url
        self.paths = paths
        self.staff_state: Any = None


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = find_chromium()
    if program is None:
        missing("Chromium (TEST_CHROMIUM)")
    assert program is not None
    with chromium(program) as running:
        yield running


@pytest.fixture(scope="session")
def site(browser: Browser, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site in every state, only to be looked at: whoever changes something makes a server of their own."""
    folder = tmp_path_factory.mktemp("site")
    database = folder / "site.db"
    shutil.copy(sqlite_template, database)
    database_url = f"sqlite:///{database}"
    server = Server(folder / "log", environment(database_url), "--workers", "1", "--no-worker")
    staged = Stage(database_url, KEYS, server.url)
    with server:
        site = Site(server.url, staged.paths)
        context = browser.new_context()
        sign_in(context.new_page(), site.url)
        site.staff_state = context.storage_state()
        context.close()
        yield site


@pytest.fixture
def served(browser: Browser, database_url: str, sink: MailSink, tmp_path: Path) -> Iterator[Server]:
    """A server of the test's own, that mails to the sink."""
    mail_url = f"smtp://127.0.0.1:{sink.port}"
    with Server(tmp_path / "log", environment(database_url, mail_url=mail_url), "--workers", "1") as server:
        yield server
        assert '"error"' not in server.log()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Opens an empty page in a context of its own, and tells what it does."""
    contexts = []

    def open_one(**options: Any) -> tuple[Page, Watch]:
        context = browser.new_context(**{**DESK, **options})
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        return context.new_page(), Watch(context)

    yield open_one
    for context in contexts:
        context.close()
