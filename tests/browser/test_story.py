"""The whole story in Chromium: with a finger on a phone, with the keyboard alone, and without script."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from pledges.signature.models import Signature
from tests.browser.chromium import DESK, PHONE
from tests.browser.conftest import ON_SQLITE, OpenPage
from tests.browser.hands import Finger, Hand, Keyboard, Mouse
from tests.mailing import MailSink, link
from tests.people import PASSWORD, Workshop
from tests.serving import Server, wait_until

pytestmark = pytest.mark.browser


@pytest.fixture
def tell(workshop: Workshop, served: Server, sink: MailSink) -> Callable[[Page, Hand], None]:
    """Goes from the letter through mail and moderation to the list."""
    workshop.letter(goal=10, anonymous="true")
    workshop.account()

    def story(page: Page, hand: Hand) -> None:
        page.goto(f"{served.url}/letters/ask-more")
        expect(page.locator(".sign .count__number")).to_have_text("0")
        if page.locator("[data-bar]").is_visible():
            hand.press(page.locator("[data-bar] a"))
        hand.write(page.get_by_label("Your name", exact=True), "María Núñez")
        hand.write(page.get_by_label("Your mail address"), "maria@example.org")
        hand.press(page.locator("summary"))
        hand.write(page.get_by_label("What you do"), "Electrician")
        hand.press(page.get_by_role("button", name="Sign"))
        expect(page.get_by_role("heading", level=1)).to_have_text("Now check your mail")

        wait_until(lambda: sink.messages, seconds=10, what="the mail")
        page.goto(served.url + link(sink.to("maria@example.org")[0], "confirm"))
        expect(page.locator(".words")).to_contain_text("Electrician")
        hand.press(page.get_by_role("button", name="Yes, I sign"))
        expect(page.get_by_role("heading", level=1)).to_have_text("Thank you: you have signed")
        assert page.context.cookies() == []

        page.goto(f"{served.url}/login")
        hand.write(page.get_by_label("Mail address"), "mod@example.org")
        hand.write(page.get_by_label("Password"), PASSWORD)
        hand.press(page.locator("main").get_by_role("button", name="Sign in"))
        expect(page).to_have_url(f"{served.url}/moderation/")
        hand.press(page.get_by_role("link", name="Ask more of us"))
        expect(page).to_have_url(f"{served.url}/moderation/ask-more")
        hand.press(page.get_by_role("checkbox", name="María Núñez"))
        hand.press(page.get_by_role("button", name="Approve the chosen"))
        expect(page.get_by_role("status")).to_have_text("1 name approved.")
        hand.press(page.get_by_role("link", name="To the letter"))
        expect(page).to_have_url(f"{served.url}/letters/ask-more")
        wait_until(lambda: counted(page) == "1", seconds=5, what="the count")
        hand.press(page.get_by_role("link", name="All names, and search"))
        expect(page.locator(".signatory")).to_contain_text("María Núñez")

    return story


def counted(page: Page) -> str:
    page.reload()
    return page.locator(".sign .count__number").inner_text()


def test_with_a_finger_on_a_phone(tell: Callable[[Page, Hand], None], open_page: OpenPage) -> None:
    page, _ = open_page(**PHONE)
    tell(page, Finger(page))


@ON_SQLITE
@pytest.mark.parametrize(
    ("kind", "options"), [(Keyboard, DESK), (Mouse, {"java_script_enabled": False})], ids=["keyboard", "no script"]
)
def test_on_a_desk(
    kind: Callable[[Page], Hand],
    options: dict[str, Any],
    tell: Callable[[Page, Hand], None],
    open_page: OpenPage,
) -> None:
    page, _ = open_page(**options)
    tell(page, kind(page))


def press_twice(page: Page, way: str) -> None:
    box = page.locator("[data-sign] .button").bounding_box()
    assert box is not None
    for _ in range(2):
        if way == "Enter":
            page.keyboard.press("Enter")
        else:
            page.mouse.click(box["x"] + 20, box["y"] + 20)
        page.wait_for_timeout(100)


@ON_SQLITE
@pytest.mark.parametrize("way", ["button", "Enter"])
def test_signing_twice_in_a_hurry_sends_one_form(
    way: str, workshop: Workshop, served: Server, open_page: OpenPage
) -> None:
    workshop.letter()
    page, watch = open_page()
    page.goto(f"{served.url}/letters/ask-more")
    page.fill("#name", "Ada Example")
    page.fill("#email", "ada@example.org")
    slow = {"offline": False, "latency": 300, "downloadThroughput": -1, "uploadThroughput": -1}
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", slow)
    press_twice(page, way)
    page.wait_for_url("**/check-email")
    assert watch.posts == ["/letters/ask-more/sign"]
    with workshop.writing() as session:
        assert session.query(Signature).count() == 1
