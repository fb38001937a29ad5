"""Whoever takes the name back is asked a second time, with and without script, and then it is done at once."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from pledges import clock
from pledges.signature.links import manage_token
from pledges.signature.states import State
from tests.browser.chromium import DESK, PHONE
from tests.browser.conftest import ON_SQLITE, OpenPage
from tests.browser.hands import Finger, Hand, Keyboard, Mouse
from tests.people import Workshop
from tests.serving import Server

pytestmark = pytest.mark.browser


@ON_SQLITE
@pytest.mark.parametrize(
    ("kind", "options"),
    [(Finger, PHONE), (Keyboard, DESK), (Mouse, {"java_script_enabled": False})],
    ids=["phone", "keyboard", "no script"],
)
def test_a_name_is_taken_back_with_two_presses(
    workshop: Workshop, served: Server, open_page: OpenPage, kind: Callable[[Page], Hand], options: dict[str, Any]
) -> None:
    signature = workshop.confirmed(workshop.letter())
    with workshop.app.app_context():
        own = f"{served.url}/manage/{manage_token(signature, clock.now())}"
    page, watch = open_page(**options)
    page.goto(own)
    hand = kind(page)
    last = page.get_by_role("button", name="Yes, withdraw it for good")
    expect(last).to_be_hidden()
    hand.press(page.locator("summary", has_text="Withdraw my signature"))
    expect(last).to_be_visible()
    assert workshop.state(signature) is State.AWAITING
    hand.press(last)
    expect(page.get_by_role("heading", level=1)).to_have_text("Your signature is withdrawn")
    expect(page.get_by_text("All that was written with this signature is erased")).to_be_focused()
    assert workshop.state(signature) is State.WITHDRAWN
    assert page.context.cookies() == []
    assert watch.complaints == []
