"""A pledge in Chromium, by touch on a phone: from the form through two check-ins to the tracker, the clock moved."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import time_machine
from playwright.sync_api import Locator, Page, expect

from tests.browser.chromium import PHONE
from tests.browser.conftest import OpenPage
from tests.browser.hands import Finger
from tests.mailing import MailSink, link, plain
from tests.people import PASSWORD, Workshop
from tests.pledge.promises import pledged
from tests.serving import Server, environment, run_flask, wait_until
from tests.timepiece import Timepiece

pytestmark = pytest.mark.browser

PLEDGES = """
  - {key: speak, kind: act, text: I will speak up., due: 2027-06-01}
  - {key: give, kind: amount, unit: USD, text: I will give to the fund for legal defense., due: 2027-06-01,
     target: 5000}"""
SIGNED, DUE, WEEK_AFTER = "2027-03-01T12:00:00+00:00", "2027-06-02T09:00:00+00:00", "2027-06-09T10:00:00+00:00"
MARIA = "maria@example.org"
EVIDENCE = "https://example.org/receipt"


class Site:
    """A site whose clock can be moved, the mails that it sends, and its tracker."""

    def __init__(self, server: Server, clock: Timepiece, sink: MailSink) -> None:
        self.server, self.clock, self._sink = server, clock, sink

    def mailed(self, number: int, kind: str) -> str:
        """Where the link of that kind leads in María's mail of that number."""
        wait_until(lambda: len(self._sink.to(MARIA)) >= number, seconds=20, what=f"mail {number}")
        assert len(self._sink.to(MARIA)) == number
        return self.server.url + link(self._sink.to(MARIA)[-1], kind)

    def last_mail(self) -> str:
        return plain(self._sink.to(MARIA)[-1])

    def tracker(self, page: Page, *, until: str) -> Callable[[str], Locator]:
        """Opens the tracker once it says so, and answers where each of its pledges stands."""

        def says() -> bool:
            page.goto(f"{self.server.url}/letters/ask-more/pledges")
            return until in " ".join(page.inner_text("main").split())

        wait_until(says, seconds=10, what=f"the tracker says: {until}")
        return lambda key: page.locator(f"#{key}")


@pytest.fixture
def site(workshop: Workshop, database_url: str, sink: MailSink, tmp_path: Path) -> Iterator[Site]:
    clock = Timepiece(tmp_path / "timepiece")
    clock.set_to(SIGNED)
    with time_machine.travel(SIGNED):
        letter = workshop.letter(moderation="flag", pledges=PLEDGES)
        pledged(workshop, letter, "silent@example.org", "Silent Example", speak=None, give=100_000)
    workshop.account()
    settings = {**environment(database_url, mail_url=f"smtp://127.0.0.1:{sink.port}"), **clock.environment}
    with Server(tmp_path / "log", settings, "--workers", "1") as server:
        yield Site(server, clock, sink)
        assert run_flask("letter", "recount", environment=settings).returncode == 0
        assert '"error"' not in server.log()


def test_from_the_form_through_two_check_ins_to_the_tracker(site: Site, open_page: OpenPage) -> None:
    page, watch = open_page(**PHONE)
    finger = Finger(page)
    pledge(site, page, finger)
    before_it_is_due(site, page)

    site.clock.set_to(DUE)
    page.goto(site.mailed(3, "report"))
    give = page.locator("#pledge-give")
    expect(give).to_contain_text("You pledged $500.")
    finger.press(give.get_by_label("Not yet"))
    send(page, finger)
    stands = site.tracker(page, until="Not yet 1 of 2 that fell due")
    assert outcomes(stands("give")) == ["0 of 2", "0 of 2", "1 of 2", "0 of 2", "1 of 2"]
    assert outcomes(stands("speak")) == ["0 of 2", "0 of 2", "0 of 2", "0 of 2", "2 of 2"]

    site.clock.set_to(WEEK_AFTER)
    page.goto(site.mailed(4, "report"))
    assert "You said last: not yet." in site.last_mail()
    expect(give.get_by_label("Not yet")).to_be_checked()
    finger.press(give.get_by_label("Partly"))
    finger.write(give.get_by_label("How much of it (USD)"), "200.50")
    finger.write(give.get_by_label("A note"), "Some is still to come.")
    finger.write(give.get_by_label("A link that shows it"), EVIDENCE)
    send(page, finger)
    stands = site.tracker(page, until="Partly kept 1 of 2 that fell due")
    assert outcomes(stands("give")) == ["0 of 2", "1 of 2", "0 of 2", "0 of 2", "1 of 2"]
    expect(stands("give").locator(".sums__one--pledged dd")).to_have_text("$1,500")
    expect(stands("give").locator(".sums__one--delivered dd")).to_have_text("$200.50")
    expect(stands("give").locator(".sums__one--target dd")).to_have_text("$5,000")
    expect(stands("give")).not_to_contain_text("Some is still to come.")
    assert page.context.cookies() == []
    assert watch.hosts == {site.server.url.removeprefix("http://")}
    assert watch.complaints == []

    let_be_seen(site, page, finger)
    stands = site.tracker(page, until="Some is still to come.")
    expect(stands("give").locator(".note__about")).to_contain_text("María Núñez · partly kept by their own word")
    evidence = stands("give").locator(".note__evidence")
    expect(evidence).to_have_attribute("href", EVIDENCE)
    assert {"nofollow", "ugc", "noopener"} <= set((evidence.get_attribute("rel") or "").split())
    expect(stands("give")).to_contain_text("Reports checked by a moderator: 0 of 1.")
    finger.press(stands("give").get_by_role("link", name="María Núñez"))
    expect(page.get_by_role("heading", level=1)).to_have_text("María Núñez")
    expect(page.locator("main")).to_contain_text("$200.50")


def pledge(site: Site, page: Page, finger: Finger) -> None:
    """Signs with both pledges, and confirms by the link in the mail."""
    page.goto(f"{site.server.url}/letters/ask-more")
    finger.write(page.get_by_label("Your name", exact=True), "María Núñez")
    finger.write(page.get_by_label("Your mail address"), MARIA)
    finger.press(page.get_by_label("I will speak up."))
    finger.press(page.get_by_label("I will give to the fund for legal defense."))
    finger.write(page.get_by_label("How much, in USD"), "500")
    finger.press(page.get_by_label("Show my name beside my pledges"))
    finger.press(page.get_by_role("button", name="Sign"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Now check your mail")
    page.goto(site.mailed(1, "confirm"))
    expect(page.locator(".pledging__list")).to_contain_text("How much: $500")
    finger.press(page.get_by_role("button", name="Yes, I sign"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you: you have signed")
    assert site.mailed(2, "manage")
    assert "I will speak up." in site.last_mail()


def before_it_is_due(site: Site, page: Page) -> None:
    stands = site.tracker(page, until="2 have pledged this")
    expect(stands("give").locator(".sums__one--pledged dd")).to_have_text("$1,500")
    expect(stands("give")).to_contain_text("Nothing is counted as kept or as broken before it is due.")
    expect(page.locator(".outcome")).to_have_count(0)


def send(page: Page, finger: Finger) -> None:
    finger.press(page.get_by_role("button", name="Send"))
    expect(page.get_by_role("status")).to_contain_text("Thank you: this is what you said.")


def let_be_seen(site: Site, page: Page, finger: Finger) -> None:
    """As a moderator does in the queue."""
    page.goto(f"{site.server.url}/login")
    finger.write(page.get_by_label("Mail address"), "mod@example.org")
    finger.write(page.get_by_label("Password"), PASSWORD)
    finger.press(page.locator("main").get_by_role("button", name="Sign in"))
    finger.press(page.get_by_role("link", name="Ask more of us"))
    finger.press(page.get_by_role("checkbox", name="María Núñez"))
    finger.press(page.get_by_role("button", name="Show the chosen reports"))
    expect(page.get_by_role("status")).to_have_text("1 report is shown.")


def outcomes(stands: Locator) -> list[str]:
    """Kept, partly, not yet, released, no report, each with its denominator."""
    return [text.partition(" that")[0] for text in stands.locator(".outcome dd").all_inner_texts()]
