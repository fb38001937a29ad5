"""Pictures of every page, on a phone and on a desk, light and dark: `make screenshots` puts them under screenshots/."""

import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.browser.chromium import DESK, PHONE, chromium, find_chromium
from tests.browser.gallery import PAGES, sign_in
from tests.browser.staging import Stage
from tests.conftest import KEYS
from tests.serving import ROOT, Server, environment, run_flask

PICTURES = ROOT / "screenshots"
SIZES = {"phone": PHONE, "desk": DESK}


def main(beginnings: tuple[str, ...]) -> int:
    """Takes pictures of the pages whose names begin like that."""
    program = find_chromium()
    if program is None:
        sys.stderr.write("Chromium is missing; TEST_CHROMIUM says where it is.\n")
        return 1
    shutil.rmtree(PICTURES, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        database_url = f"sqlite:///{folder}/site.db"
        settings = environment(database_url)
        run_flask("db", "upgrade", environment=settings).check_returncode()
        server = Server(Path(folder) / "log", settings, "--workers", "1", "--no-worker")
        paths = Stage(database_url, KEYS, server.url).paths
        with server, chromium(program) as browser:
            for size in SIZES:
                for scheme in ("light", "dark"):
                    _take_all(browser, server.url, paths, beginnings, size=size, scheme=scheme)
    sys.stdout.write(f"{len(list(PICTURES.iterdir()))} pictures in {PICTURES}\n")
    return 0


def _take_all(
    browser: Browser, url: str, paths: Mapping[str, str], beginnings: tuple[str, ...], *, size: str, scheme: str
) -> None:
    staff, public = (browser.new_context(**SIZES[size], color_scheme=scheme, reduced_motion="reduce") for _ in range(2))
    sign_in(staff.new_page(), url)
    for shown in PAGES:
        if shown.name.startswith(beginnings):
            page = (staff if shown.staff else public).new_page()
            shown.open(page, url, paths)
            _take(page, f"{shown.name}-{size}-{scheme}")
            page.close()
    staff.close()
    public.close()


def _take(page: Page, name: str) -> None:
    """The whole page in a window as high as itself; and as one meets it, where something stands at its foot."""
    if page.locator("[data-bar]:visible").count():
        page.screenshot(path=PICTURES / f"{name}-fold.png")
    width = page.evaluate("innerWidth")
    page.set_viewport_size({"width": width, "height": page.evaluate("document.documentElement.scrollHeight")})
    if page.locator("iframe, open-letter").count():
        page.wait_for_load_state("networkidle")
    page.screenshot(path=PICTURES / f"{name}.png")


if __name__ == "__main__":
    sys.exit(main(tuple(sys.argv[1:]) or ("",)))
