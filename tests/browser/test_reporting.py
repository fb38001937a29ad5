"""A check-in by touch: from the link in a mail to what was said, with and without script."""

from typing import Any

import pytest
from playwright.sync_api import expect

from pledges import clock
from pledges.pledge.mails import report_token
from pledges.signature.unsubscribing import MailKind, unsubscribe_path
from tests.browser.chromium import PHONE
from tests.browser.conftest import ON_SQLITE, OpenPage
from tests.browser.hands import Finger
from tests.people import Workshop
from tests.pledge.commitments import PLEDGES, commitments, signed
from tests.serving import Server

pytestmark = [pytest.mark.browser, ON_SQLITE]

TOUCH = 44
"""So many pixels at least is what a finger must hit."""


@pytest.mark.parametrize("options", [{}, {"java_script_enabled": False}], ids=["script", "no script"])
def test_one_says_by_touch_what_became_of_it(
    workshop: Workshop, served: Server, open_page: OpenPage, options: dict[str, Any]
) -> None:
    letter = workshop.letter(pledges=PLEDGES)
    ada = signed(workshop, letter, "ada@example.org", speak=None, give=2000)
    page, watch = open_page(**PHONE, **options)
    finger = Finger(page)
    page.goto(f"{served.url}/report/{report_token(ada.id, clock.now())}")
    for choice in page.locator(".report__choice").all():
        assert (choice.bounding_box() or {})["height"] >= TOUCH
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth") if not options else True
    give = page.locator("#pledge-give")
    finger.press(give.get_by_label("Partly"))
    finger.write(give.get_by_label("How much of it (EUR)"), "-5")
    finger.write(give.get_by_label("A link that shows it"), "https://example.org/receipt")
    finger.press(page.get_by_role("button", name="Send"))
    expect(page.locator("#errors a")).to_have_attribute("href", "#give-amount")
    expect(give.get_by_label("Partly")).to_be_checked()
    expect(give.get_by_label("A link that shows it")).to_have_value("https://example.org/receipt")
    give.get_by_label("How much of it (EUR)").fill("12.50")
    finger.press(page.get_by_role("button", name="Send"))
    expect(page.get_by_role("status")).to_contain_text("Thank you")
    expect(give.get_by_label("Partly")).to_be_checked()
    finger.press(give.get_by_text("What was said before"))
    expect(give.locator(".report__history li")).to_contain_text("€12.50")
    assert [row.delivered for row in commitments(workshop)] == [None, 1250]
    assert watch.hosts == {served.url.removeprefix("http://")}
    assert page.context.cookies() == []


def test_a_button_stops_the_mails(workshop: Workshop, served: Server, open_page: OpenPage) -> None:
    ada = signed(workshop, workshop.letter(pledges=PLEDGES), "ada@example.org", speak=None)
    page, _ = open_page(**PHONE)
    page.goto(served.url + unsubscribe_path(ada.id, MailKind.CHECK_INS, clock.now()))
    Finger(page).press(page.get_by_role("button", name="Stop these mails"))
    expect(page.get_by_role("heading", level=1)).to_have_text("We ask no more")
