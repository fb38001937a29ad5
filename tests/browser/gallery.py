"""Every page, as those who use it come to see it. A new page is added here, and is looked at by tests and pictures."""

from collections.abc import Mapping
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.browser.acts import (
    STATUS,
    Act,
    check_wrong,
    choose_report,
    choose_two,
    import_lines,
    import_nothing,
    look_back,
    pledge_wrong,
    rank_wrong,
    remove_without_reason,
    report_wrong,
    say_more,
    send,
    send_from_elsewhere,
    send_wrong,
    take_out_of_the_mailbox,
    try_too_often,
    wish_for_both,
)
from tests.browser.made_up import LONG_NAME
from tests.browser.mails import SUBJECTS
from tests.browser.staging import STAFF
from tests.people import PASSWORD


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
        page.goto(base_url + self.path.format_map(paths))
        if self.act is not None:
            self.act(page)
        assert page.evaluate(STATUS) == self.status, self.name
        assert self.says in page.inner_text("body"), self.name


def sign_in(page: Page, base_url: str) -> None:
    """Signs in as staff, through the form."""
    page.goto(f"{base_url}/login")
    page.fill("#email", STAFF)
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url("**/moderation/")


FIRST = "/letters/ask-more-of-us"
DUE = "/organize/pledges-due/pledges"

PUBLIC = (
    Shown("front", "/", "Open letters"),
    Shown("letter", FIRST, "Ask more of us"),
    Shown("letter-more", FIRST, "What the public sees", act=say_more),
    Shown("letter-wrong", FIRST, "Enter a whole mail address", 422, send_wrong),
    Shown("letter-spanish", f"{FIRST}?lang=es", "Pídannos más"),
    Shown("letter-long", "/letters/long-read", "Only addresses of example.org or example.net"),
    Shown("letter-empty", "/letters/nobody-yet", "Yours can be the first."),
    Shown("letter-closed", "/letters/closed-one", "This letter is closed"),
    Shown("letter-revised", "/letters/revised", "signed an earlier text"),
    Shown("letter-withdrawn", "/letters/taken-back", "Its organizer withdrew this letter"),
    Shown("history", "/letters/revised/history", "The versions of this letter"),
    Shown("history-spanish", f"{FIRST}/history?lang=es", "Español"),
    Shown("version", "/letters/revised/history/1", "an earlier text"),
    Shown("letter-right-to-left", "/letters/right-to-left", "لا ننظر بعيدًا بعد اليوم"),
    Shown("letter-right-to-left-wrong", "/letters/right-to-left", "Enter a whole mail address", 422, send_wrong),
    Shown("letter-hostile", "/letters/hostile", "<img src=x onerror="),
    Shown("letter-unbroken", "/letters/unbroken", LONG_NAME),
    Shown("list", "/letters/long-read/signatories", "More names"),
    Shown("list-last", "/letters/long-read/signatories?q=ada&after=", "Ada Quillfeather"),
    Shown("list-empty", "/letters/nobody-yet/signatories", "Yours can be the first."),
    Shown("list-no-hit", f"{FIRST}/signatories?q=zzz", "No name on the list begins like that."),
    Shown("list-right-to-left", "/letters/right-to-left/signatories", "مريم الخطيب"),
    Shown("list-unbroken", "/letters/unbroken/signatories", LONG_NAME),
    Shown("letter-pledges", "/letters/pledges-before", "What will you do?"),
    Shown("letter-pledges-wrong", "/letters/pledges-before", "This pledge is in EUR.", 422, pledge_wrong),
    Shown("confirm-pledges", "{confirm_pledges}", "What you pledge"),
    Shown("manage-pledges", "{manage_pledges}", "Say what became of your pledges"),
    Shown("manage-pledges-stored", "{manage_pledges}", "Mails of the last two weeks", act=say_more),
    Shown("manage-pledges-early", "{manage_pledges_early}", "Change the amount"),
    Shown("report", "{report}", "What became of your pledges"),
    Shown("report-wrong", "{report}", "An amount can’t be negative.", 422, report_wrong),
    Shown("report-said", "{report_said}", "Thank you: this is what you said.", act=look_back),
    Shown("report-taken-back", "{report_taken_back}", "Nothing to say of these"),
    Shown("report-paid", "{report_paid}", "recorded by the organizer"),
    Shown("report-over", "{report_over}", "This pledge is withdrawn", 410),
    Shown("report-late", "{report_late}", "This link has expired", 410),
    Shown("report-unbroken", "{report_unbroken}", "Rechtsschutzversicherung"),
    Shown("report-right-to-left", "{report_right_to_left}", "سأتكلم"),
    Shown("unsubscribe", "{unsubscribe}", "Stop these mails"),
    Shown("unsubscribe-done", "{unsubscribed}", "We ask no more"),
    Shown("unsubscribe-news", "{unsubscribe_news}", "Stop these mails"),
    Shown("unsubscribe-news-done", "{unsubscribed_from_news}", "You get no more news"),
    Shown("tracker-before", "/letters/pledges-before/pledges", "Due on"),
    Shown("tracker-due", "/letters/pledges-due/pledges", "It has lapsed"),
    Shown("tracker-more", "/letters/pledges-due/pledges?pledge=speak", "All pledges of this letter"),
    Shown("tracker-empty", "/letters/pledges-empty/pledges", "Nobody has pledged this yet."),
    Shown("tracker-none", "/letters/nobody-yet/pledges", "This letter asks for no pledges."),
    Shown("tracker-withdrawn", "/letters/pledges-withdrawn/pledges", "Its organizer withdrew this letter"),
    Shown("tracker-right-to-left", "/letters/pledges-right-to-left/pledges", "سأتكلم"),
    Shown("tracker-signatory", "{pledged_by}", "Minutes of the works council"),
    Shown("tracker-signatory-paid", "{paid_by}", "Recorded by the organizer"),
    Shown("tracker-unknown", "/letters/pledges-due/pledges/999999", "Nothing is shown here", 404),
    Shown("frame-pledge", "/embed/pledges-due?pledge=give", "have pledged"),
    Shown("frame-pledge-unknown", "/embed/pledges-due?pledge=nothing", "This pledge can't be shown.", 404),
    Shown("share-pledges", "/letters/pledges-due/share", "One pledge of it"),
    Shown("privacy", "/privacy", "What we do with your data"),
    Shown("privacy-spanish", "/privacy?lang=es", "Qué hacemos"),
    Shown("share", f"{FIRST}/share", "As a frame, without script"),
    Shown("share-unbroken", "/letters/unbroken/share", "As a frame, without script"),
    Shown("check-email", f"{FIRST}/check-email", "Now check your mail"),
    Shown("check-email-again", f"{FIRST}/check-email/again", "another one is on its way"),
    Shown("check-email-wrong", f"{FIRST}/check-email", "Enter the six digits", 422, send),
    Shown("own-page", f"{FIRST}/own-page", "the link to confirm once more"),
    Shown("own-page-wrong", f"{FIRST}/own-page", "Enter your mail address", 422, send),
    Shown("letter-together-wrong", "/letters/together", "no mail can reach you", 422, wish_for_both),
    Shown("letter-together", "/letters/together", "Show my name only once enough have signed", act=say_more),
    Shown("confirm", "{confirm}", "Confirm your signature"),
    Shown("confirm-again", "{confirm_again}", "Your signature is confirmed"),
    Shown("confirm-late", "{confirm_late}", "This link has expired", 410),
    Shown("confirm-earlier", "{confirm_earlier}", "You confirm the version that you signed"),
    Shown("confirm-withdrawn", "{confirm_withdrawn}", "This letter was withdrawn", 410),
    Shown("confirm-unbroken", "{confirm_unbroken}", LONG_NAME),
    Shown("confirm-unknown", "/confirm/broken-in-two", "This link is not complete", 404),
    Shown("thanks", f"{FIRST}/thanks", "Now ask somebody else"),
    Shown("thanks-unbroken", "/letters/unbroken/thanks", "Now ask somebody else"),
    Shown("manage-awaiting", "{manage_awaiting}", "waits for a moderator"),
    Shown("manage-withdraw", "{manage_awaiting}", "Yes, withdraw it for good", act=say_more),
    Shown("manage-saved", "{manage_awaiting}?said=saved", "Saved: this is what is stored now."),
    Shown("manage-pledges-saved", "{manage_pledges}?said=pledged", "Saved: this is what you have pledged now."),
    Shown("manage-approved", "{manage_approved}", "it is shown as you chose"),
    Shown("manage-stored", "{manage_approved}", "Mails of the last two weeks", act=say_more),
    Shown("manage-sentence", "{manage_sentence}", "until then it is not shown"),
    Shown("manage-together", "{manage_together}", "What you wrote is sealed until 5 people have confirmed"),
    Shown("manage-unread", "{manage_unread}", "Enough had signed, and now 4 of 9 people are confirmed."),
    Shown("manage-refused", "{manage_refused}", "Our mail that enough have signed was refused"),
    Shown("manage-earlier", "{manage_earlier}", "Do you agree to the changed text?"),
    Shown("manage-rejected", "{manage_rejected}", "A moderator has decided not to show it"),
    Shown("manage-withdrawn", "{manage_withdrawn}", "Your signature is withdrawn"),
    Shown("manage-withdrawn-stored", "{manage_withdrawn}", "This is all that is stored", act=say_more),
    Shown("manage-pending", "{manage_pending}", "Have that link mailed again"),
    Shown("manage-erased", "{manage_gone}?said=withdrawn", "It is erased"),
    Shown("manage-gone", "{manage_gone}", "Nothing of this signature is left", 410),
    Shown("confirm-gone", "{confirm_gone}", "This link is no longer needed", 410),
    Shown("first", "{first}", "This letter is not open yet."),
    Shown("first-wrong", "{first}", "Enter a whole mail address", 422, send_wrong),
    Shown("first-check-email", "{first}/check-email", "Now check your mail"),
    Shown("first-own-page", "{first}/own-page", "The way to your signature"),
    Shown("first-thanks", "{first}/thanks", "The letter is not open yet"),
    Shown("first-revoked", "{first_revoked}", "This link has been taken back", 410),
    Shown("first-revoked-own-page", "{first_revoked}/own-page", "Enter the address that you signed with."),
    Shown("list-organizations", f"{FIRST}/signatories?kind=organization", "Society of Nights"),
    Shown("no-such-letter", "/letters/no-such-letter", "There is no such letter", 404),
    Shown("mailbox", "/mailbox", "No mail server is set"),
    Shown("mailbox-one", "{mail}", "The HTML part"),
    Shown("login", "/login", "To sign a letter you need no account."),
    Shown("not-allowed", f"{FIRST}/own-page", "This form was sent from another site", 403, send_from_elsewhere),
    Shown("login-too-often", "/login", "Too many tries", 429, try_too_often),
    Shown("login-wrong", "/login", "Enter your mail address.", 422, send),
    Shown("frame", "/embed/ask-more-of-us", "Read and sign"),
    Shown("frame-unbroken", "/embed/unbroken", "Read and sign"),
    Shown("frame-spanish-dark", "/embed/ask-more-of-us?lang=es&theme=dark", "Pídannos más"),
    Shown("frame-right-to-left", "/embed/right-to-left", "Read and sign"),
    Shown("frame-closed", "/embed/closed-one", "Read the letter"),
    Shown("frame-withdrawn", "/embed/taken-back", "Its organizer has withdrawn this letter."),
    Shown("frame-unknown", "/embed/no-such-letter", "This letter can't be shown.", 404),
)

STAFF_PAGES = (
    Shown("password", "/account/password", "Change your password", staff=True),
    Shown("password-wrong", "/account/password", "Enter a new password.", 422, send, staff=True),
    Shown("moderation", "/moderation/", "Names wait under this one", staff=True),
    Shown("queue", "/moderation/ask-more-of-us", "Hidden Person", staff=True),
    Shown("queue-chosen", "/moderation/ask-more-of-us", "Approve the chosen\u00a0(2)", act=choose_two, staff=True),
    Shown("queue-wrong", "/moderation/ask-more-of-us", "Choose at least one name.", 422, send, staff=True),
    Shown("queue-long", "/moderation/long-queue", "The next names", staff=True),
    Shown("queue-unbroken", "/moderation/unbroken", LONG_NAME, staff=True),
    Shown("queue-sentences", "/moderation/sentences", "3 sentences wait", staff=True),
    Shown(
        "queue-sentences-chosen",
        "/moderation/sentences",
        "Show the chosen sentences\u00a0(1)",
        act=choose_two,
        staff=True,
    ),
    Shown("queue-sealed", "/moderation/sealed", "until enough have signed", staff=True),
    Shown("queue-empty", "/moderation/nobody-yet", "No name waits here.", staff=True),
    Shown("queue-reports", "/moderation/pledges-due", "3 reports wait", staff=True),
    Shown("queue-reports-chosen", "/moderation/pledges-due", "Mark as checked", act=choose_report, staff=True),
    Shown("reports", "/moderation/pledges-due/reports", "Let the rejected wait again", staff=True),
    Shown("reports-wrong", "/moderation/pledges-due", "Say against what", 422, check_wrong, staff=True),
    Shown("reports-empty", "/moderation/pledges-empty/reports", "Nobody has reported yet.", staff=True),
    Shown("decided-sealed", "/moderation/sealed/decided", "until enough have signed", staff=True),
    Shown("decided", "/moderation/ask-more-of-us/decided", "Take the rejection back", staff=True),
    Shown(
        "decided-wrong",
        "/moderation/ask-more-of-us/decided",
        "Say why in a word or two.",
        422,
        remove_without_reason,
        staff=True,
    ),
    Shown("decided-empty", "/moderation/nobody-yet/decided", "Nothing is decided yet.", staff=True),
    Shown("decided-unbroken", "/moderation/unbroken/decided", LONG_NAME, staff=True),
    Shown("organize", "/organize/", "A letter that is not open yet", staff=True),
    Shown("organize-first", "/organize/not-yet/first", "Quillfeather", staff=True),
    Shown("organize-first-wrong", "/organize/not-yet/first", "A place is a whole number", 422, rank_wrong, staff=True),
    Shown("organize-pledges", DUE, "Import what was delivered", staff=True),
    Shown("organize-pledges-empty", "/organize/pledges-empty/pledges", "Import what was delivered", staff=True),
    Shown("organize-pledges-none", "/organize/nobody-yet/pledges", "This letter offers no pledges.", staff=True),
    Shown("organize-pledges-imported", DUE, "2 lines were not recorded:", act=import_lines, staff=True),
    Shown("organize-pledges-wrong", DUE, "Choose a CSV file", 422, import_nothing, staff=True),
    Shown("nudge", f"{DUE}/nudge?pledge=speak", "Ask them now", staff=True),
    Shown("nudge-asked", f"{DUE}/nudge?pledge=give", "They can be asked again seven days later.", staff=True),
    Shown("undelivered", "/staff/mail", "550 5.1.1", staff=True),
)

MAILS = tuple(
    Shown(f"mail-{kind}", f"{{mail_{kind}}}", "What we do with your data", 0, take_out_of_the_mailbox)
    for kind in SUBJECTS
)

PAGES = PUBLIC + STAFF_PAGES + MAILS
