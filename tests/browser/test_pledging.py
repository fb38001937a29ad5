"""Pledging an amount while signing, by touch, as Spanish writes it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from pledges.letter import publishing
from pledges.letter.reading import read_letter_file
from pledges.pledge.models import Commitment
from pledges.pledge.states import State
from tests.browser.chromium import PHONE
from tests.browser.conftest import ON_SQLITE, OpenPage
from tests.browser.hands import Finger
from tests.mailing import MailSink, link
from tests.people import Workshop
from tests.pledge.test_pledging import LETTER
from tests.serving import Server, wait_until

pytestmark = pytest.mark.browser


@pytest.fixture
def spanish(workshop: Workshop) -> Callable[[], Commitment]:
    with workshop.writing() as session:
        letter = publishing.create(session, read_letter_file(LETTER), now=workshop.now())
        publishing.open_letter(session, letter, now=workshop.now())

    def committed() -> Commitment:
        with workshop.writing() as session:
            return session.scalars(select(Commitment)).one()

    return committed


@ON_SQLITE
def test_an_amount_is_pledged_by_touch_in_spanish(
    spanish: Callable[[], Commitment], served: Server, sink: MailSink, open_page: OpenPage
) -> None:
    page, _ = open_page(**PHONE)
    finger = Finger(page)
    page.goto(f"{served.url}/letters/ask-more?lang=es")
    finger.write(page.locator("#name"), "María Núñez")
    finger.write(page.locator("#email"), "maria@example.org")
    amount = page.locator("#pledge-give-amount")
    finger.press(page.locator("#pledge-give"))
    finger.write(amount, "1.250,505")
    finger.press(page.locator("[data-sign] .sign__button"))
    expect(page.locator("#pledge-give-amount-error")).to_be_visible()
    expect(amount).to_have_value("1.250,505")
    expect(page.locator("#pledge-give")).to_be_checked()
    assert no_sideways(page)
    finger.press(page.locator(".summary a"))
    expect(amount).to_be_focused()
    amount.fill("")
    finger.write(amount, "1.250,50")
    finger.press(page.locator("[data-sign] .sign__button"))
    page.wait_for_url("**/check-email?lang=es")
    wait_until(lambda: sink.messages, seconds=10, what="the mail")
    page.goto(served.url + link(sink.to("maria@example.org")[0], "confirm"))
    expect(page.locator(".pledging__list")).to_contain_text("Daré.")
    finger.press(page.locator("form[action^='/confirm/'] .button"))
    page.wait_for_url("**/thanks?lang=es")
    assert (spanish().state, spanish().amount) == (State.MADE, 125050)
    wait_until(lambda: len(sink.to("maria@example.org")) == 2, seconds=10, what="the thanks")
    page.goto(served.url + link(sink.to("maria@example.org")[1], "manage"))
    expect(page.locator("#pledges")).to_be_visible()
    assert no_sideways(page)


def no_sideways(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))
