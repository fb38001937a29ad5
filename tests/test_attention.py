"""What those hear who do not see the page: its title, what a hint belongs to, what a button is about."""

from collections.abc import Iterator

import pytest

from pledges import clock
from pledges.letter import publishing
from pledges.letter.models import Letter
from pledges.letter.reading import read_letter_file
from pledges.pledge.mails import report_token
from tests.people import Visitor, Workshop
from tests.pledge.test_pledging import LETTER
from tests.signature.society import SENT, confirm

ADA = {"name": "Ada", "email": "ada@example.org", "pledge": ["speak", "give"], "pledge-give-amount": "500"}


@pytest.fixture
def letter(workshop: Workshop) -> Letter:
    with workshop.writing() as session:
        letter = publishing.create(session, read_letter_file(LETTER), now=clock.now())
        publishing.open_letter(session, letter, now=clock.now())
    return letter


@pytest.fixture
def own(workshop: Workshop, visitor: Visitor, letter: Letter) -> str:
    return own_page(workshop, visitor, "en")


def own_page(workshop: Workshop, visitor: Visitor, lang: str) -> str:
    visitor.post(f"/letters/ask-more/sign?lang={lang}", ADA)
    workshop.deliver()
    visitor.post(workshop.confirm_link("ada@example.org"))
    workshop.deliver()
    return workshop.manage_link("ada@example.org")


def sent_wrong(workshop: Workshop, own: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Where the form stands, where it is sent to, and a mistake."""
    letter = "/letters/ask-more"
    yield letter, f"{letter}/sign", {"name": ""}
    yield letter, f"{letter}/sign", {"name": "Bea", "email": "bea@example.org", "pledge": "give"}
    yield f"{letter}/check-email", f"{letter}/code", {"code": "x"}
    yield f"{letter}/own-page", f"{letter}/resend", {"email": "x"}
    yield own, f"{own}/change", {"display": "x"}
    yield own, f"{own}/pledges", {}
    with workshop.app.app_context():
        report = f"/report/{report_token(1, clock.now())}"
    yield report, report, {"give-outcome": "partly", "give-amount": "-5"}


def test_the_title_of_a_page_with_a_mistake_says_so_first(workshop: Workshop, visitor: Visitor, own: str) -> None:
    for page, path, fields in sent_wrong(workshop, own):
        visitor.get(page)
        title = visitor.page.title.get_text()
        assert not title.startswith("Mistake:")
        assert visitor.post(path, fields).status_code == 422, path
        assert visitor.page.title.get_text() == f"Mistake: {title}"
    visitor.post("/letters/ask-more/sign?lang=es", {"name": ""})
    assert visitor.page.title.get_text().startswith("Error: ")


def test_what_was_said_takes_the_focus(workshop: Workshop, visitor: Visitor, own: str) -> None:
    for path, fields in (("change", {"display": "public"}), ("stop-updates", {}), ("pledges/speak/withdraw", {})):
        visitor.post(f"{own}/{path}", fields, follow_redirects=True)
        (said,) = visitor.page.select("[autofocus]")
        assert (said["role"], said["tabindex"], said["id"]) == ("status", "-1", "said")
    answer = visitor.post(f"{own}/pledges", {"pledge": "speak"})
    assert answer.headers["Location"].endswith("?said=pledged#said")


def test_each_button_of_a_pledge_names_it(visitor: Visitor, own: str) -> None:
    visitor.get(own)
    buttons = [button.get_text() for button in visitor.page.select(".pledging__list button")]
    assert len({*buttons}) == len(buttons) == 3
    assert "Take this pledge back “I will speak up.”" in buttons
    assert "Change the amount “I will give.”" in buttons


@pytest.mark.usefixtures("letter")
def test_a_button_sets_a_pledge_in_the_marks_of_its_page(workshop: Workshop, visitor: Visitor) -> None:
    visitor.get(own_page(workshop, visitor, "es"))
    buttons = {button.get_text() for button in visitor.page.select(".pledging__list button")}
    taken_back = {"Retirar este compromiso «Hablaré.»", "Retirar este compromiso «Daré.»"}
    assert buttons == {"Cambiar la cantidad «Daré.»", *taken_back}


def test_which_addresses_may_sign_is_said_of_the_address(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter(email_domains="[example.org]")
    visitor.get("/letters/ask-more")
    described = visitor.page.select_one("#email")["aria-describedby"].split()
    said = " ".join(visitor.page.find(id=name).get_text() for name in described)
    assert "Only addresses of example.org can sign this letter." in said


def test_an_organizations_page_speaks_of_an_organization(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    assert confirm(workshop, visitor, statement="We will.") == 303
    workshop.deliver()
    visitor.get(workshop.manage_link(SENT["email"]))
    assert "role or affiliation" not in visitor.text
    assert "A new sentence waits for a moderator first." in visitor.text
    assert "name, website, country and sentence" in visitor.text
