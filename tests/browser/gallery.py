"""Every page, as those who use it come to see it. A new page is added here, and is looked at by tests and pictures."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

from tests.browser.staging import LONG_NAME, STAFF
from tests.people import PASSWORD

Act = Callable[[Page], None]


@dataclass(frozen=True)
class Shown:
    """A page by its address, where `{…}` are the stage's own, and what one does there first."""

    name: str
    path: str
    says: str
    """What its heading, or else its text, says: proof that it is this page and no other."""
    status: int = 200
    act: Act | None = None
    staff: bool = False

    def open(self, page: Page, base_url: str, paths: Mapping[str, str]) -> None:
        """Goes there and does it; the status is that of the page that is then shown."""
        page.on("response", lambda answer: answers.append(answer.status) if _is_page(answer) else None)
        answers: list[int] = []
        page.goto(base_url + self.path.format_map(paths))
        if self.act is not None:
            self.act(page)
        assert answers[-1] == self.status, f"{self.name}: {answers}"
        assert self.says in page.inner_text("body"), self.name


def _is_page(answer: Any) -> bool:
    return bool(answer.request.is_navigation_request() and answer.frame.parent_frame is None)


def sign_in(page: Page, base_url: str) -> None:
    """Signs in as staff, through the form."""
    page.goto(f"{base_url}/login")
    page.fill("#email", STAFF)
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url("**/moderation/")


def _send_wrong(page: Page) -> None:
    page.fill("#email", "a@b")
    page.fill("#name", LONG_NAME)
    page.locator("summary").click()
    page.fill("#statement", "It was my business, too.")
    page.click("[data-sign] .button")
    page.wait_for_selector("#errors")


def _say_more(page: Page) -> None:
    page.locator("summary").click()


def _send(page: Page) -> None:
    page.locator("main form .button").last.click()
    page.wait_for_selector("#errors")


def _choose_two(page: Page) -> None:
    for box in page.locator("input[name=signature]").all()[:2]:
        box.check()


FIRST = "/letters/ask-more-of-us"

PUBLIC = (
    Shown("front", "/", "Open letters"),
    Shown("letter", FIRST, "Ask more of us"),
    Shown("letter-more", FIRST, "What the public sees", act=_say_more),
    Shown("letter-wrong", FIRST, "Enter a whole mail address", 422, _send_wrong),
    Shown("letter-spanish", f"{FIRST}?lang=es", "Pídannos más"),
    Shown("letter-long", "/letters/long-read", "Only addresses of example.org, example.net"),
    Shown("letter-empty", "/letters/nobody-yet", "Yours can be the first."),
    Shown("letter-closed", "/letters/closed-one", "This letter is closed"),
    Shown("letter-right-to-left", "/letters/right-to-left", "لا ننظر بعيدًا بعد اليوم"),
    Shown("letter-right-to-left-wrong", "/letters/right-to-left", "Enter a whole mail address", 422, _send_wrong),
    Shown("letter-hostile", "/letters/hostile", "<img src=x onerror="),
    Shown("letter-unbroken", "/letters/unbroken", LONG_NAME),
    Shown("list", "/letters/long-read/signatories", "More names"),
    Shown("list-last", "/letters/long-read/signatories?q=ada&after=", "Ada Quillfeather"),
    Shown("list-empty", "/letters/nobody-yet/signatories", "No name stands here."),
    Shown("list-no-hit", f"{FIRST}/signatories?q=zzz", "No name on the list begins like that."),
    Shown("list-right-to-left", "/letters/right-to-left/signatories", "مريم الخطيب"),
    Shown("list-unbroken", "/letters/unbroken/signatories", LONG_NAME),
    Shown("privacy", "/privacy", "What we do with your data"),
    Shown("privacy-spanish", "/privacy?lang=es", "Qué hacemos"),
    Shown("share", f"{FIRST}/share", "As a frame, without script"),
    Shown("share-unbroken", "/letters/unbroken/share", "As a frame, without script"),
    Shown("check-email", f"{FIRST}/check-email", "Now check your mail"),
    Shown("confirm", "{confirm}", "Confirm your signature"),
    Shown("confirm-again", "{confirm_again}", "Your signature is confirmed"),
    Shown("confirm-late", "{confirm_late}", "This link has expired", 410),
    Shown("confirm-unbroken", "{confirm_unbroken}", LONG_NAME),
    Shown("confirm-unknown", "/confirm/broken-in-two", "This link is not complete", 404),
    Shown("thanks", f"{FIRST}/thanks", "Now ask somebody else"),
    Shown("thanks-unbroken", "/letters/unbroken/thanks", "Now ask somebody else"),
    Shown("manage-awaiting", "{manage_awaiting}", "waits for a moderator"),
    Shown("manage-approved", "{manage_approved}", "it is shown as you chose"),
    Shown("manage-rejected", "{manage_rejected}", "A moderator has decided not to show it"),
    Shown("manage-withdrawn", "{manage_withdrawn}", "Your signature is withdrawn"),
    Shown("no-such-letter", "/letters/no-such-letter", "There is no such letter", 404),
    Shown("mailbox", "/mailbox", "No mail server is set"),
    Shown("mailbox-one", "{mail}", "The HTML part"),
    Shown("login", "/login", "To sign a letter you need no account."),
    Shown("login-wrong", "/login", "Enter your mail address.", 422, _send),
    Shown("frame", "/embed/ask-more-of-us", "Read and sign"),
    Shown("frame-unbroken", "/embed/unbroken", "Read and sign"),
    Shown("frame-spanish-dark", "/embed/ask-more-of-us?lang=es&theme=dark", "Pídannos más"),
    Shown("frame-right-to-left", "/embed/right-to-left", "Read and sign"),
    Shown("frame-closed", "/embed/closed-one", "Read the letter"),
    Shown("frame-unknown", "/embed/no-such-letter", "This letter can't be shown.", 404),
)

STAFF_PAGES = (
    Shown("password", "/account/password", "Change your password", staff=True),
    Shown("password-wrong", "/account/password", "Enter a new password.", 422, _send, staff=True),
    Shown("moderation", "/moderation/", "Names wait under this one", staff=True),
    Shown("queue", "/moderation/ask-more-of-us", "Hidden Person", staff=True),
    Shown("queue-chosen", "/moderation/ask-more-of-us", "Approve the chosen (2)", act=_choose_two, staff=True),
    Shown("queue-wrong", "/moderation/ask-more-of-us", "Choose at least one name.", 422, _send, staff=True),
    Shown("queue-long", "/moderation/long-queue", "The next names", staff=True),
    Shown("queue-unbroken", "/moderation/unbroken", LONG_NAME, staff=True),
    Shown("queue-empty", "/moderation/nobody-yet", "No name waits here.", staff=True),
    Shown("decided", "/moderation/ask-more-of-us/decided", "Take the rejection back", staff=True),
    Shown("decided-empty", "/moderation/nobody-yet/decided", "Nothing is decided yet.", staff=True),
    Shown("decided-unbroken", "/moderation/unbroken/decided", LONG_NAME, staff=True),
    Shown("undelivered", "/staff/mail", "550 5.1.1", staff=True),
)

PAGES = PUBLIC + STAFF_PAGES
