"""The count on somebody else's page: there under a strict policy, quiet without a letter, never in the way."""

import gzip
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.article import article
from tests.browser.chromium import Watch
from tests.browser.conftest import ON_SQLITE, OpenPage, Site
from tests.browser.made_up import HOSTILE
from tests.people import Workshop
from tests.serving import Server

pytestmark = pytest.mark.browser

SCRIPT = '<script src="BASE/embed.js" async></script>'
WAKE = "document.dispatchEvent(new Event('visibilitychange'))"
STORED = """async () => [document.cookie, localStorage.length, sessionStorage.length,
    (await indexedDB.databases()).length, (await navigator.serviceWorker.getRegistrations()).length]"""


def element(page: Page, name: str) -> Locator:
    """What an element shows; Playwright looks into its shadow."""
    return page.locator(f"open-letter#{name} div")


def leaves_nothing_behind(page: Page, watch: Watch, *hosts: str) -> None:
    """No complaint, no cookie, nothing stored, nobody else asked."""
    assert watch.complaints == []
    assert page.context.cookies() == []
    assert page.context.storage_state()["origins"] == []
    assert page.evaluate(STORED) == ["", 0, 0, 0, 0]
    assert watch.hosts == {urlsplit(host).netloc for host in hosts}


def test_several_letters_stand_on_a_page_with_a_strict_policy(site: Site, open_page: OpenPage) -> None:
    page, watch = open_page()
    body = f"""{SCRIPT}
      <open-letter id="first" slug="ask-more-of-us"><a href="BASE">first</a></open-letter>
      <open-letter id="other" slug="long-read"></open-letter>
      <open-letter id="spanish" slug="ask-more-of-us" lang="es"></open-letter>
      <open-letter id="arabic" slug="right-to-left"></open-letter>
      <open-letter id="dark" slug="nobody-yet" theme="dark"></open-letter>
      <open-letter id="light" slug="nobody-yet" theme="light"></open-letter>
      <open-letter id="count" slug="long-read" show="count"></open-letter>
      <open-letter id="closed" slug="closed-one"></open-letter>"""
    with article(site.url, body) as url:
        page.goto(url)
        page.set_viewport_size({"width": 800, "height": 3000})
        expect(element(page, "first")).to_contain_text("18 people have signed and confirmed by mail")
        expect(element(page, "other")).to_contain_text("130 people have signed and are approved")
        expect(element(page, "other")).to_contain_text("Goal: 25,000")
        expect(element(page, "spanish")).to_contain_text("18 personas han firmado")
        expect(element(page, "arabic")).to_have_attribute("dir", "rtl")
        expect(element(page, "dark")).to_have_css("background-color", "rgb(31, 29, 26)")
        expect(element(page, "light")).to_have_css("background-color", "rgb(255, 255, 255)")
        expect(element(page, "count")).to_have_text("130 people have signed and are approved")
        expect(element(page, "closed").get_by_role("link")).to_have_text("Read the letter")
        link = element(page, "spanish").get_by_role("link")
        expect(link).to_have_attribute("href", f"{site.url}/letters/ask-more-of-us?lang=es")
        leaves_nothing_behind(page, watch, url, site.url)


def test_an_element_shows_one_pledge_and_changes_with_its_attribute(site: Site, open_page: OpenPage) -> None:
    page, _watch = open_page()
    with article(site.url, f'{SCRIPT}<open-letter id="one" slug="pledges-due" pledge="give"></open-letter>') as url:
        page.goto(url)
        expect(element(page, "one")).to_contain_text("24 have pledged €13,020,001.90")
        page.evaluate("document.querySelector('open-letter').setAttribute('pledge', 'speak')")
        expect(element(page, "one")).to_contain_text("21 have pledged this")
        page.evaluate("document.querySelector('open-letter').setAttribute('pledge', 'nothing')")
        expect(element(page, "one")).to_have_text("This pledge can't be shown.")


def test_an_unknown_letter_is_a_quiet_line(site: Site, open_page: OpenPage) -> None:
    page, watch = open_page()
    with article(site.url, f'{SCRIPT}<open-letter id="none" slug="no-such-letter"></open-letter>') as url:
        page.goto(url)
        expect(element(page, "none")).to_have_text("This letter can't be shown.")
    assert [said.partition(":")[0] for said in watch.complaints] == ["Failed to load resource"]
    assert {urlsplit(answer.url).path: answer.status for answer in watch.responses}["/embed/no-such-letter.json"] == 404


@pytest.mark.parametrize("slug", ['slug="Ask-More-Of-Us"', 'slug="ask_more"', 'slug="../../x"', ""])
def test_a_misspelled_slug_is_a_quiet_line_and_no_broken_page(site: Site, open_page: OpenPage, slug: str) -> None:
    page, watch = open_page()
    with article(site.url, f'{SCRIPT}<open-letter id="none" {slug}></open-letter>') as url:
        page.goto(url)
        expect(element(page, "none")).to_have_text("This letter can't be shown.")
    assert [said.partition(":")[0] for said in watch.complaints] == ["Failed to load resource"]


def test_without_any_answer_at_first_the_element_is_a_quiet_line(site: Site, open_page: OpenPage) -> None:
    page, _watch = open_page()
    page.route("**/*.json*", lambda route: route.abort())
    body = f"""{SCRIPT}<open-letter id="empty" slug="ask-more-of-us">
      </open-letter><open-letter id="filled" slug="ask-more-of-us"><a href="BASE">The letter</a></open-letter>
      <open-letter id="spanish" slug="ask-more-of-us" lang="es"></open-letter>"""
    with article(site.url, body) as url:
        page.goto(url)
        expect(element(page, "empty")).to_have_text("This letter can't be shown just now.")
        expect(element(page, "spanish")).to_have_text("Esta carta no se puede mostrar ahora.")
        expect(page.get_by_role("link", name="The letter")).to_be_visible()
        page.unroute("**/*.json*")
        page.evaluate(WAKE)
        expect(element(page, "empty")).to_contain_text("18 people")


@ON_SQLITE
def test_the_last_count_stays_while_the_server_is_away(workshop: Workshop, served: Server, open_page: OpenPage) -> None:
    letter = workshop.letter()
    workshop.confirmed(letter)
    page, _ = open_page()
    with article(served.url, f'{SCRIPT}<open-letter id="kept" slug="ask-more"></open-letter>') as url:
        page.goto(url)
        expect(element(page, "kept").locator(".count")).to_have_text("1 person has signed and confirmed by mail")
        before = element(page, "kept").inner_text()
        served.kill()
        page.evaluate(WAKE)
        since = element(page, "kept").locator(".quiet")
        expect(since).to_contain_text("As of ")
        assert element(page, "kept").inner_text().replace(since.inner_text(), "").split() == before.split()

        workshop.confirmed(letter, "bob@example.org", "Bob Example")
        with served:
            page.evaluate(WAKE)
            expect(element(page, "kept").locator(".count")).to_have_text("2 people have signed and confirmed by mail")
            expect(since).to_have_count(0)


def test_what_has_not_changed_is_not_sent_again(site: Site, open_page: OpenPage) -> None:
    page, _ = open_page()
    page.clock.install()
    asked: list[str | None] = []
    answered: list[int] = []
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.on("Network.requestWillBeSentExtraInfo", lambda event: asked.append(_condition(event["headers"])))
    network.on("Network.responseReceivedExtraInfo", lambda event: answered.append(event["statusCode"]))
    with article(site.url, f'{SCRIPT}<open-letter id="first" slug="ask-more-of-us"></open-letter>') as url:
        page.goto(url)
        expect(element(page, "first")).to_contain_text("18 people")
        asked.clear()
        answered.clear()
        with page.expect_response("**/ask-more-of-us.json*") as waited:
            page.clock.fast_forward(18_001)
        waited.value.finished()
        expect(element(page, "first")).to_contain_text("18 people")
    assert [bool(condition) for condition in asked] == [True]
    assert answered == [304]


def _condition(headers: dict[str, str]) -> str | None:
    return {name.lower(): value for name, value in headers.items()}.get("if-none-match")


def test_an_element_that_is_given_another_letter_shows_that_one(site: Site, open_page: OpenPage) -> None:
    page, _ = open_page()
    with article(site.url, f'{SCRIPT}<open-letter id="turned" slug="ask-more-of-us"></open-letter>') as url:
        page.goto(url)
        expect(element(page, "turned")).to_contain_text("Ask more of us")
        page.evaluate("""() => {
          const real = window.fetch, slow = new Promise(done => setTimeout(done, 200));
          window.fetch = (address, how) => address.includes("long-read")
            ? slow.then(() => real(address, how)) : real(address, how);
          const turned = document.getElementById("turned");
          turned.setAttribute("slug", "long-read");
          turned.setAttribute("slug", "nobody-yet");
        }""")
        expect(element(page, "turned")).to_contain_text("Nobody has signed this one yet")
        page.wait_for_timeout(400)
        expect(element(page, "turned")).to_contain_text("Nobody has signed this one yet")


def test_frame_badge_and_what_stands_inside_the_element_need_no_script(site: Site, open_page: OpenPage) -> None:
    page, watch = open_page(java_script_enabled=False)
    body = """<script src="BASE/embed.js" async></script>
      <open-letter slug="long-read"><a href="BASE/letters/long-read">The letter</a></open-letter>
      <iframe src="BASE/embed/ask-more-of-us?lang=es" width="480" height="260" title="Letter"></iframe>
      <a href="BASE/letters/ask-more-of-us"><img src="BASE/embed/ask-more-of-us.svg" alt="Number of signatures"></a>"""
    with article(site.url, body) as url:
        page.goto(url)
        expect(page.get_by_role("link", name="The letter")).to_be_visible()
        frame = page.frame_locator("iframe")
        expect(frame.locator(".count")).to_have_text("18 personas han firmado y confirmado por correo")
        expect(frame.get_by_role("link", name="Leer y firmar")).to_be_in_viewport(ratio=1)
        badge = page.get_by_role("img", name="Number of signatures")
        assert badge.evaluate("image => image.complete && image.naturalWidth") > 80
        assert watch.complaints == []
        assert page.context.cookies() == []
        assert watch.hosts == {urlsplit(url).netloc, urlsplit(site.url).netloc}


def test_markup_in_a_title_is_text_everywhere(site: Site, open_page: OpenPage) -> None:
    page, watch = open_page()
    body = f"""{SCRIPT}<open-letter id="hostile" slug="hostile"></open-letter>
      <iframe src="BASE/embed/hostile" width="480" height="260" title="Letter"></iframe>"""
    with article(site.url, body) as url:
        page.goto(url)
        expect(element(page, "hostile").locator(".title")).to_have_text(HOSTILE)
        expect(page.frame_locator("iframe").locator(".title")).to_have_text(HOSTILE)
        assert element(page, "hostile").locator("img, script").count() == 0
        for path in ("", "/share", "/thanks", "/signatories"):
            page.goto(f"{site.url}/letters/hostile{path}")
            assert HOSTILE in (page.locator("main").text_content() or ""), path
        page.goto(f"{site.url}/letters/hostile")
        assert page.title() == HOSTILE
        badge = ElementTree.fromstring(page.request.get(f"{site.url}/embed/hostile.svg").text())
        assert (badge.findtext("{http://www.w3.org/2000/svg}title") or "").startswith(HOSTILE)
        for path in ("/api/v1/letters/hostile", "/embed/hostile.json"):
            assert page.request.get(site.url + path).json()["title"] == HOSTILE
        assert watch.hosts == {urlsplit(url).netloc, urlsplit(site.url).netloc}
        assert [asked.url for asked in watch.requests if asked.url.endswith("/x")] == []
        assert watch.complaints == []


def test_each_box_of_code_is_copied_whole(site: Site, open_page: OpenPage) -> None:
    page, _ = open_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{site.url}/letters/ask-more-of-us/share")
    for field in ("share-url", "code-element", "code-badge"):
        page.locator(f"div:has(> #{field})").get_by_role("button", name="Copy").click()
        expect(page.locator(f"div:has(> #{field})").get_by_role("button")).to_have_text("Copied")
        assert page.evaluate("navigator.clipboard.readText()") == page.input_value(f"#{field}")


def test_each_button_that_copies_says_what(site: Site, open_page: OpenPage) -> None:
    page, _ = open_page()
    page.goto(f"{site.url}/letters/pledges-due/share")
    what = ["Address of the letter", "As an element", "As a frame, without script", "As a badge"]
    what += page.locator("h3[id^=code-pledge-]").all_inner_texts()
    assert len(what) == len({*what}) == page.locator("[data-copy]").count() > 4
    for each in what:
        expect(page.get_by_role("button", name=f"Copy {each}", exact=True)).to_have_count(1)


def test_the_script_is_small(site: Site, open_page: OpenPage) -> None:
    page, _ = open_page()
    answer = page.request.get(f"{site.url}/embed.js", headers={"Accept-Encoding": "gzip"})
    sent = int(answer.headers["content-length"])
    assert answer.headers["content-encoding"] == "gzip"
    assert len(gzip.compress(answer.body(), 9)) <= sent < 3 * 1024
