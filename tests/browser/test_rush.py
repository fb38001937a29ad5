"""Signing in a rush, in Chromium: with script there is nothing to press, without it the signature is held."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from pledges.signature.models import Signature
from pledges.signature.states import State
from tests.browser.chromium import PHONE
from tests.browser.conftest import ON_SQLITE, OpenPage
from tests.browser.test_pages import AXE, EVERYTHING
from tests.mailing import MailSink, link
from tests.people import Workshop
from tests.serving import Server, wait_until

pytestmark = pytest.mark.browser

EMAIL = "maria@example.org"


def send_form(page: Page, url: str, email: str = EMAIL) -> None:
    page.goto(f"{url}/letters/ask-more")
    page.fill("#name", "María Núñez")
    page.fill("#email", email)
    page.get_by_role("button", name="Sign").click()


def confirmed(workshop: Workshop, sink: MailSink, page: Page, url: str) -> tuple[State, list[str]]:
    """What becomes of the signature when its button is pressed."""
    wait_until(lambda: sink.to(EMAIL), seconds=10, what="the mail")
    page.goto(url + link(sink.to(EMAIL)[0], "confirm"))
    page.get_by_role("button", name="Yes, I sign").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you: you have signed")
    with workshop.writing() as session:
        signature = session.query(Signature).where(Signature.confirmed_at.is_not(None)).one()
        return signature.state, signature.flags


@pytest.fixture
def rush(workshop: Workshop, served: Server, open_page: OpenPage) -> Server:
    """A server where a letter is signed faster than it wants."""
    workshop.letter(moderation="flag", challenge_above=1)
    page, _ = open_page(java_script_enabled=False)
    send_form(page, served.url, "first@example.org")
    expect(page).to_have_url(f"{served.url}/letters/ask-more/check-email")
    send_form(page, served.url, "second@example.org")  # should a minute begin now, the next is its second
    return served


def test_with_script_one_waits_a_moment_and_presses_nothing(
    workshop: Workshop, rush: Server, sink: MailSink, open_page: OpenPage
) -> None:
    page, watch = open_page(**PHONE)
    send_form(page, rush.url)
    page.wait_for_url("**/check-email")
    assert watch.posts == ["/letters/ask-more/sign"] * 2
    assert [said for said in watch.complaints if "422" not in said] == []
    assert confirmed(workshop, sink, page, rush.url) == (State.APPROVED, [])


@ON_SQLITE
def test_where_no_worker_may_run_the_page_does_the_sum(rush: Server, open_page: OpenPage) -> None:
    page, watch = open_page()
    page.add_init_script("window.Worker = class { constructor() { throw new Error('no worker') } }")
    send_form(page, rush.url)
    page.wait_for_url("**/check-email")
    assert watch.posts == ["/letters/ask-more/sign"] * 2


@ON_SQLITE
def test_while_the_sum_is_done_the_page_says_so_and_a_press_sends_nothing(rush: Server, open_page: OpenPage) -> None:
    page, watch = open_page()
    page.add_init_script("window.Worker = class { postMessage() {} }")
    send_form(page, rush.url)
    notice = page.locator("[data-challenge]")
    expect(notice).to_be_focused()
    expect(notice.get_by_role("status")).to_contain_text("there is nothing to press")
    expect(notice.locator("progress")).to_be_visible()
    page.evaluate(AXE_SCRIPT)
    assert page.evaluate(AXE, EVERYTHING) == []
    page.get_by_role("button", name="Sign").click()
    page.wait_for_timeout(300)
    assert watch.posts == ["/letters/ask-more/sign"]
    assert page.input_value("#name") == "María Núñez"


@ON_SQLITE
@pytest.mark.parametrize("script", [True, False], ids=["no Web Crypto", "no script"])
def test_without_script_one_presses_once_more_and_is_held(
    workshop: Workshop, rush: Server, sink: MailSink, open_page: OpenPage, script: bool
) -> None:
    page, watch = open_page(java_script_enabled=script)
    page.add_init_script("delete Crypto.prototype.subtle; window.Worker = undefined")
    send_form(page, rush.url)
    notice = page.locator("[data-challenge]")
    expect(notice).to_be_in_viewport()
    expect(notice).to_contain_text("Press “Sign” once more")
    page.get_by_role("button", name="Sign").click()
    page.wait_for_url("**/check-email")
    assert watch.posts == ["/letters/ask-more/sign"] * 2
    assert confirmed(workshop, sink, page, rush.url) == (State.AWAITING, ["unproven"])
