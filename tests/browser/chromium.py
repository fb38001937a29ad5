"""The browser, and what it did while a test looked on."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Request, Response, sync_playwright

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}


def find_chromium() -> str | None:
    """Where the browser is; TEST_CHROMIUM says it, or else the path."""
    named = os.environ.get("TEST_CHROMIUM")
    return named or next((found for name in PROGRAMS if (found := shutil.which(name))), None)


@contextmanager
def chromium(program: str) -> Iterator[Browser]:
    """A headless browser that calls nobody by itself."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*OPTIONS, "--no-first-run"])
        yield browser
        browser.close()


class Watch:
    """All that a context asked for and complained about."""

    def __init__(self, context: BrowserContext) -> None:
        self.requests: list[Request] = []
        self.responses: list[Response] = []
        self.complaints: list[str] = []
        self.context = context
        context.on("request", lambda asked: self.requests.append(asked))  # noqa: PLW0108 - no builtin may listen
        context.on("response", lambda answer: self.responses.append(answer))  # noqa: PLW0108 - the same
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("console", lambda said: self._hear(said.type, said.text))

    @property
    def hosts(self) -> set[str]:
        """Whom it asked, with their ports; what a page holds in itself asks nobody."""
        return {urlsplit(asked.url).netloc for asked in self.requests if not asked.url.startswith(("data:", "blob:"))}

    @property
    def posts(self) -> list[str]:
        """The paths of what it sent, oldest first."""
        return [urlsplit(asked.url).path for asked in self.requests if asked.method == "POST"]

    def _hear(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(text)
