"""What pages ask of a phone: few bytes, nobody else, no cookie, nothing that jumps."""

from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser.chromium import DESK, PHONE
from tests.browser.conftest import OpenPage, Site
from tests.browser.gallery import PUBLIC

pytestmark = pytest.mark.browser

MOST_BYTES = 60_000
SHIFTS = """() => new Promise(done => new PerformanceObserver(
    list => done(list.getEntries().filter(entry => entry.entryType === "layout-shift").map(entry => entry.value))
).observe({type: "layout-shift", buffered: true}) || setTimeout(() => done([]), 400))"""


@pytest.mark.parametrize("path", ["ask-more-of-us?lang=es", "long-read"])
def test_all_of_it_is_under_60_kb_from_one_host(path: str, site: Site, open_page: OpenPage) -> None:
    page, watch = open_page(**PHONE)
    page.goto(f"{site.url}/letters/{path}", wait_until="networkidle")
    sizes = [asked.sizes() for asked in watch.requests]
    assert len(sizes) >= 3
    assert sum(size["responseHeadersSize"] + size["responseBodySize"] for size in sizes) < MOST_BYTES
    assert watch.hosts == {urlsplit(site.url).netloc}
    assert watch.complaints == []


@pytest.mark.parametrize("options", [PHONE, DESK], ids=["phone", "desk"])
def test_nothing_jumps_while_it_loads(options: dict[str, Any], site: Site, open_page: OpenPage) -> None:
    page, _ = open_page(**options)
    for path in ("ask-more-of-us", "long-read"):
        page.goto(f"{site.url}/letters/{path}")
        assert page.evaluate(SHIFTS) == []


def test_no_kind_of_page_leaves_a_cookie_asks_somebody_else_or_complains(site: Site, open_page: OpenPage) -> None:
    page, watch = open_page()
    kinds = [shown for shown in PUBLIC if "-" not in shown.name and shown.name != "login"]
    assert len(kinds) >= 8
    for shown in kinds:
        shown.open(page, site.url, site.paths)
        assert watch.complaints == [], shown.name
    assert page.context.cookies() == []
    assert page.context.storage_state()["origins"] == []
    assert watch.hosts == {urlsplit(site.url).netloc}
