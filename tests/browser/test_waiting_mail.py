"""Between the form and the button: programs that look into mail sign for nobody, people are led to their mailbox."""

from urllib.parse import urldefrag, urlsplit

import pytest
from playwright.sync_api import Page, expect

from pledges.signature.states import State
from tests.browser.chromium import PHONE
from tests.browser.conftest import ON_SQLITE, OpenPage, Site
from tests.mailing import MailSink, link
from tests.people import Workshop
from tests.serving import Server, wait_until

pytestmark = pytest.mark.browser

LETTER = "/letters/ask-more-of-us"
WEBMAIL = {"mail.google.com", "outlook.live.com", "mail.yahoo.com", "www.icloud.com", "mail.proton.me"}
LOOKS_FOR_MS = 1500


def links_of(page: Page) -> set[str]:
    """Where its links lead, without what they name on a page."""
    found = page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
    return {urldefrag(href).url for href in found}


@ON_SQLITE
def test_a_scanner_that_runs_scripts_and_follows_every_link_signs_for_nobody(
    workshop: Workshop, served: Server, sink: MailSink, open_page: OpenPage
) -> None:
    signature = workshop.sign(workshop.letter())
    wait_until(lambda: sink.messages, seconds=10, what="the mail")
    page, watch = open_page()
    confirm = served.url + link(sink.messages[0], "confirm")
    page.goto(confirm)
    page.wait_for_timeout(LOOKS_FOR_MS)
    expect(page.get_by_role("button", name="Yes, I sign")).to_be_visible()
    ways = {way for way in links_of(page) if way.startswith(served.url)}
    assert {served.url + "/", served.url + "/letters/ask-more/history"} <= ways
    for way in sorted(ways):
        page.goto(way)
        page.wait_for_timeout(LOOKS_FOR_MS / 3)
    page.goto(confirm)
    assert watch.posts == []
    assert {asked.method for asked in watch.requests} == {"GET"}
    assert workshop.state(signature) is State.PENDING


def test_whoever_waits_for_the_mail_is_led_to_the_mailbox_and_nobody_is_asked_before(
    site: Site, open_page: OpenPage
) -> None:
    page, watch = open_page(**PHONE)
    page.goto(f"{site.url}{LETTER}/check-email")
    ways = {urlsplit(way).netloc: way for way in links_of(page) if not way.startswith(site.url)}
    assert {*ways} == WEBMAIL
    assert {urlsplit(way).scheme for way in ways.values()} == {"https"}
    for name in ("Gmail", "Outlook", "Yahoo", "iCloud", "Proton"):
        way = page.get_by_role("link", name=name, exact=True)
        expect(way).to_be_visible()
        expect(way).to_have_attribute("rel", "noopener noreferrer")
    assert watch.hosts == {urlsplit(site.url).netloc}


def test_whoever_mistyped_the_address_is_led_back_to_the_form(site: Site, open_page: OpenPage) -> None:
    page, _ = open_page(**PHONE)
    page.goto(f"{site.url}{LETTER}/check-email?lang=es")
    page.get_by_role("link", name="Firmar de nuevo").tap()
    page.wait_for_url(f"**{LETTER}?lang=es#sign")
    expect(page.get_by_role("heading", name="Firme esta carta")).to_be_in_viewport()
    expect(page.locator("#email")).to_be_editable()


@ON_SQLITE
def test_what_was_saved_is_what_one_hears_first(
    workshop: Workshop, served: Server, sink: MailSink, open_page: OpenPage
) -> None:
    workshop.confirmed(workshop.letter(pledges="[{key: a, kind: act, text: I will}]"))
    wait_until(lambda: any("manage" in mail.as_string() for mail in sink.messages), seconds=10, what="the mail")
    page, _ = open_page(java_script_enabled=False)
    page.goto(served.url + workshop.manage_link("ada@example.org"))
    for button in ("Save", "Pledge it", "Take this pledge back “I will”"):
        if button == "Pledge it":
            page.get_by_label("I will", exact=True).check()
        page.get_by_role("button", name=button, exact=True).click()
        expect(page.get_by_role("status")).to_be_focused()
        expect(page.get_by_role("status")).to_be_in_viewport()
        expect(page.get_by_role("status")).to_contain_text("Saved: ")


def test_the_line_beside_the_button_follows_the_choice(site: Site, open_page: OpenPage) -> None:
    page, _ = open_page()
    page.goto(f"{site.url}/letters/together")
    line = page.locator("#shown [data-public]")
    expect(line).to_have_text("Your name will be public.")
    page.locator("summary").click()
    page.locator("#together").check()
    expect(line).to_have_text("Your name will be public. Only once enough have signed, though.")
    page.get_by_label("My role and affiliation, not my name").check()
    expect(line).to_contain_text("Your role and affiliation will be public, not your name.")
    page.get_by_role("radio", name="for an organization").check()
    expect(line).to_contain_text("The name and the website of the organization will be public")
    page.get_by_role("radio", name="for myself").check()
    page.locator("#together").uncheck()
    expect(line).to_have_text("Your role and affiliation will be public, not your name.")
