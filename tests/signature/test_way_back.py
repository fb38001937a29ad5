"""A page on which something went wrong speaks the language that was signed in, and leads back to the letter."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from pledges import clock
from pledges.letter import publishing, withdrawing
from pledges.letter.queries import get_letter
from tests.mailing import link
from tests.people import Visitor, Workshop
from tests.signature.invitations import ADA, first_link
from tests.signature.society import SENT

ENGLISH = {"Accept-Language": "en"}
TRANSLATED = "\n  - language: es\n    title: Pídannos más\n    body: Les pedimos más."
IN_SPANISH = "/letters/ask-more?lang=es"
OWN_PAGE = "/letters/ask-more/own-page?lang=es"


@pytest.fixture(autouse=True)
def bilingual(workshop: Workshop) -> None:
    workshop.letter(translations=TRANSLATED)


@pytest.fixture
def time() -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2027-03-01T12:00:00Z", tick=False) as time:
        yield time


def end(workshop: Workshop, how: str) -> None:
    with workshop.writing() as session:
        letter = get_letter(session, "ask-more")
        if how == "closed":
            publishing.close(session, letter, now=clock.now())
        else:
            withdrawing.withdraw(session, letter, "Agreed.", now=clock.now())


def signed_in_spanish(workshop: Workshop, visitor: Visitor, **fields: str) -> str:
    """The path of the link to confirm."""
    sent = {"name": "Ada", "email": "ada@example.org", **fields}
    assert visitor.post("/letters/ask-more/sign?lang=es", sent).status_code == 303
    workshop.deliver()
    return workshop.confirm_link(sent["email"])


def asked(visitor: Visitor, method: str, path: str) -> int:
    return (visitor.get if method == "GET" else visitor.post)(path, headers=ENGLISH).status_code


def leads_on(visitor: Visitor) -> list[str]:
    """Where the page leads, in its order."""
    return [link["href"] for link in visitor.page.select("main a[href^='/']")]


def speaks_spanish(visitor: Visitor) -> bool:
    """Whether the page does, and all that it leads to, too."""
    links = [link["href"] for link in visitor.page.select("a[href^='/']")]
    return bool(visitor.page.html["lang"] == "es" and links and all(link.endswith("?lang=es") for link in links))


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_expired_link_speaks_as_it_was_signed(
    workshop: Workshop, visitor: Visitor, time: time_machine.Traveller, method: str
) -> None:
    path = signed_in_spanish(workshop, visitor)
    time.shift(timedelta(days=8))
    assert asked(visitor, method, path) == 410
    assert speaks_spanish(visitor)
    assert visitor.page.select_one("main .way a")["href"] == IN_SPANISH
    assert visitor.post(f"{path}/again", headers=ENGLISH).headers["Location"].endswith("/check-email/again?lang=es")


def test_an_expired_link_under_a_draft_speaks_as_it_was_signed(
    workshop: Workshop, visitor: Visitor, time: time_machine.Traveller
) -> None:
    letter = workshop.letter("not-yet", opened=False, translations=TRANSLATED)
    visitor.post(f"{first_link(workshop, letter)}?lang=es", ADA)
    workshop.deliver()
    path = workshop.confirm_link(ADA["email"])
    time.shift(timedelta(days=8))
    assert asked(visitor, "GET", path) == 410
    assert speaks_spanish(visitor)
    assert not visitor.page.select("a[href^='/letters/']")
    for method in ("POST", "GET"):
        assert asked(visitor, method, f"{path}/again") == (303 if method == "POST" else 200)
    assert speaks_spanish(visitor)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("how", ["closed", "withdrawn"])
def test_what_can_not_be_confirmed_any_more_speaks_as_it_was_signed_and_leads_to_the_letter(
    workshop: Workshop, visitor: Visitor, time: time_machine.Traveller, how: str, method: str
) -> None:
    path = signed_in_spanish(workshop, visitor)
    end(workshop, how)
    time.shift(timedelta(days=2))
    assert asked(visitor, method, path) == 410
    assert visitor.page.select_one("h1").get_text() in ("La carta se ha cerrado", "Esta carta se ha retirado")
    assert speaks_spanish(visitor)
    assert visitor.page.select_one("main a.button")["href"] == IN_SPANISH


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_link_of_a_withdrawn_signature_leads_to_the_letter(
    workshop: Workshop, visitor: Visitor, method: str
) -> None:
    path = signed_in_spanish(workshop, visitor)
    visitor.post(path)
    workshop.deliver()
    visitor.post(f"{workshop.manage_link('ada@example.org')}/withdraw")
    assert asked(visitor, method, path) == 410
    assert speaks_spanish(visitor)
    assert leads_on(visitor) == [OWN_PAGE, IN_SPANISH]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_that_another_one_made_needless_leads_to_the_own_page_and_the_letter(
    workshop: Workshop, visitor: Visitor, method: str
) -> None:
    first = signed_in_spanish(workshop, visitor)
    second = signed_in_spanish(workshop, visitor)
    assert visitor.post(second).status_code == 303
    asking = visitor.get if method == "GET" else visitor.post
    assert asking(first, headers={"Accept-Language": "es"}).status_code == 410
    assert speaks_spanish(visitor)
    assert leads_on(visitor) == [OWN_PAGE, IN_SPANISH]
    assert visitor.get(OWN_PAGE).status_code == 200
    assert asked(visitor, method, first) == 410
    assert leads_on(visitor) == ["/letters/ask-more/own-page", "/letters/ask-more"]


@pytest.mark.parametrize("rest", ["", "/download", "/change", "/stop-updates", "/told", "/agree", "/pledges"])
def test_the_page_of_a_submission_that_another_one_replaced_says_that_nothing_is_left(
    workshop: Workshop, visitor: Visitor, rest: str
) -> None:
    signed_in_spanish(workshop, visitor)
    (mail,) = workshop.sink.to("ada@example.org")
    assert visitor.post(signed_in_spanish(workshop, visitor)).status_code == 303
    ask = visitor.get if rest in ("", "/download") else visitor.post
    ask(f"{link(mail, 'manage')}{rest}", follow_redirects=True)
    assert visitor.response.status_code == 410
    assert visitor.page.select_one("h1").get_text() == "Nothing of this signature is left"
    assert leads_on(visitor) == ["/"]
    assert visitor.response.headers["Cache-Control"] == "no-store"


def test_an_organization_that_has_signed_is_told_so_as_it_signed(workshop: Workshop, visitor: Visitor) -> None:
    paths = [signed_in_spanish(workshop, visitor, **{**SENT, "email": f"{n}@example.org"}) for n in range(2)]
    assert visitor.post(paths[0]).status_code == 303
    assert asked(visitor, "POST", paths[1]) == 409
    assert visitor.page.select_one("main a[href='mailto:letters@localhost']")
    assert speaks_spanish(visitor)
    assert visitor.page.select_one("main a.button")["href"] == IN_SPANISH


@pytest.mark.parametrize("how", ["closed", "withdrawn"])
def test_whoever_comes_too_late_to_sign_is_led_to_the_letter(workshop: Workshop, visitor: Visitor, how: str) -> None:
    end(workshop, how)
    for query in ("", "?lang=es"):
        assert visitor.post(f"/letters/ask-more/sign{query}", ADA).status_code == 409
        assert visitor.page.select_one("main a.button")["href"] == f"/letters/ask-more{query}"
    assert speaks_spanish(visitor)


@pytest.mark.parametrize("rest", ["/signatories?after=x", "/pledges?pledge=none", "/pledges/99999", "/history/99"])
def test_what_a_letter_does_not_have_leads_to_the_letter(visitor: Visitor, rest: str) -> None:
    assert visitor.get(f"/letters/ask-more{rest}{'&' if '?' in rest else '?'}lang=es").status_code in (400, 404)
    assert visitor.page.select_one("main a.button")["href"] == IN_SPANISH
    assert speaks_spanish(visitor)


def test_a_form_from_another_site_leads_to_the_letter(visitor: Visitor) -> None:
    headers = {**ENGLISH, "Sec-Fetch-Site": "cross-site"}
    assert visitor.post("/letters/ask-more/sign?lang=es", ADA, headers=headers).status_code == 403
    assert visitor.page.select_one("main a.button")["href"] == IN_SPANISH


@pytest.mark.parametrize("path", ["/letters/none/sign", "/confirm/broken", "/manage/broken"])
def test_what_is_unknown_leads_to_the_open_letters(visitor: Visitor, path: str) -> None:
    assert visitor.post(f"{path}?lang=es", ADA, headers=ENGLISH).status_code in (404, 405)
    assert visitor.page.select_one("main a.button")["href"] == "/?lang=es"


def test_a_page_goes_on_in_its_language(visitor: Visitor) -> None:
    for path in (IN_SPANISH, "/?lang=es", "/privacy?lang=es", "/letters/ask-more/check-email?lang=es"):
        assert visitor.get(path, headers=ENGLISH).status_code == 200
        ways = [link["href"] for link in visitor.page.select(".masthead a, .foot a")]
        assert ways == ["/?lang=es", "/?lang=es", "/privacy?lang=es"]
    visitor.get("/letters/ask-more", headers={"Accept-Language": "es"})
    assert [link["href"] for link in visitor.page.select(".masthead a, .foot a")] == ["/", "/", "/privacy"]
