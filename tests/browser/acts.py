"""What people do on a page before it is looked at."""

from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser.made_up import LONG_NAME

Act = Callable[[Page], None]
STATUS = "performance.getEntriesByType('navigation')[0].responseStatus"


def send_wrong(page: Page) -> None:
    page.fill("#email", "a@b")
    page.fill("#name", LONG_NAME)
    page.locator("summary").click()
    page.fill("#statement", "It was my business, too.")
    page.click("[data-sign] .button")
    page.wait_for_selector("#errors")


def say_more(page: Page) -> None:
    for summary in page.locator("summary").all():
        summary.click()


def wish_for_both(page: Page) -> None:
    page.fill("#name", "Ada Quillfeather")
    page.fill("#email", "ada@example.org")
    say_more(page)
    page.check("#updates")
    page.check("#erase_address")
    page.click("[data-sign] .button")
    page.wait_for_selector("#errors")


def send(page: Page) -> None:
    page.locator("main form .button").last.click()
    page.wait_for_selector("#errors")


def send_from_elsewhere(page: Page) -> None:
    target = page.url.replace("own-page", "resend")
    page.goto("about:blank")
    page.set_content(f'<form method="post" action="{target}"><button>Send</button></form>')
    page.click("button")
    page.wait_for_selector("main")


def take_out_of_the_mailbox(page: Page) -> None:
    """The mailbox shows a mail where no script runs, not even the tests'; a page that nobody answered has status 0."""
    mail = page.content()
    page.goto("about:blank")
    page.set_content(mail)


def try_too_often(page: Page) -> None:
    while page.evaluate(STATUS) != 429:
        page.fill("#email", "stranger@example.org")
        page.fill("#password", "not that one")
        page.click("main button")
        page.wait_for_load_state()


def choose_two(page: Page) -> None:
    for box in page.locator("input[name=signature]").all()[:2]:
        box.check()


def pledge_wrong(page: Page) -> None:
    page.fill("#pledge-give-amount", "500 USD")
    page.click("[data-sign] .button")
    page.wait_for_selector("#errors")


def report_wrong(page: Page) -> None:
    page.locator("#pledge-give").get_by_label("Partly").check()
    page.fill("[name=give-amount]", "-5")
    page.fill("[name=give-evidence]", "javascript:alert(1)")
    page.fill("[name=speak-note]", "Said without an answer.")
    send(page)


def look_back(page: Page) -> None:
    for history in page.locator(".report__history summary").all():
        history.click()


def import_lines(page: Page) -> None:
    """Lines of which none can be recorded: whoever looks at a page changes nothing."""
    paid = f"reference,amount,date\nNOBODY2345,10,2027-05-01\n{LONG_NAME},20\n"
    page.set_input_files("#file", {"name": "paid.csv", "mimeType": "text/csv", "buffer": paid.encode()})
    page.click("main form .button")
    page.wait_for_selector(".faults")


def import_nothing(page: Page) -> None:
    page.set_input_files("#file", {"name": "paid.csv", "mimeType": "text/csv", "buffer": b""})
    page.click("main form .button")
    page.wait_for_selector("[role=alert]")


def rank_wrong(page: Page) -> None:
    page.locator(".rank").first.fill("0")
    page.get_by_role("button", name="Save the places").click()
    page.wait_for_selector("#errors")


def choose_report(page: Page) -> None:
    page.locator("input[name=commitment]").first.check()


def check_wrong(page: Page) -> None:
    page.locator("input[name=commitment]").first.check()
    page.get_by_role("button", name="Mark as checked").click()
    page.wait_for_selector("#errors")


def remove_without_reason(page: Page) -> None:
    page.get_by_role("button", name="Take this name off").first.click()
    page.wait_for_selector("#errors")
