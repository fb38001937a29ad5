"""What is shown says how far it was checked; few of one domain are not named; a confirmed address may go."""

import pytest
import time_machine

from pledges import clock
from pledges.moderation import deciding
from pledges.signature import queries, vouching
from pledges.tally.queries import Figures
from tests.crowds import stolen
from tests.mailing import link, plain
from tests.people import Visitor, Workshop

FITS = [
    ("Example", "example.org"),
    ("Example Inc.", "example.com"),
    ("The Example Company GmbH", "example.de"),
    ("Universidad de Ejemplo", "ude.es"),
    ("Massachusetts Institute of Technology", "mit.edu"),
    ("Blue Sky Bakery", "blueskybakery.co.uk"),
    ("BBC", "bbc.co.uk"),
]
FITS_NOT = [
    ("", "example.org"),
    ("Another House", "example.org"),
    ("Gmail", "gmail.com"),
    ("Web of Life", "web.de"),
    ("Yahoo", "yahoo.com"),
    ("A B", "ab.org"),
    ("Mailinator", "mailinator.com"),
    ("Exam", "example.org"),
    ("co", "co.uk"),
]


@pytest.mark.parametrize(("affiliation", "domain"), FITS)
def test_an_affiliation_fits_the_domain_that_bears_its_name(affiliation: str, domain: str) -> None:
    assert vouching.fits(affiliation, domain)


@pytest.mark.parametrize(("affiliation", "domain"), FITS_NOT)
def test_an_affiliation_does_not_fit_a_domain_that_says_nothing_of_it(affiliation: str, domain: str) -> None:
    assert not vouching.fits(affiliation, domain)


def signed(workshop: Workshop, visitor: Visitor, email: str, **fields: str) -> None:
    assert visitor.sign("ask-more", email=email, **{"name": "Ada Example", **fields}).status_code == 303
    workshop.deliver()
    assert visitor.post(workshop.confirm_link(email)).status_code == 303


def test_an_affiliation_that_fits_and_a_moderators_look_are_told_apart(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(moderation="flag")
    signed(workshop, visitor, "ada@quill.example", affiliation="Quill House", name="Ada One")
    signed(workshop, visitor, "bob@gmail.com", affiliation="Quill House", name="Bob Two")
    signed(workshop, visitor, "eve@gmail.com", name="www.eve.com Three")
    with workshop.writing() as session:
        ids = [row.id for row in queries.list_waiting(session, letter, limit=9)[0]]
        deciding.approve(session, letter, ids, account_id=None, now=clock.now())
    visitor.get("/letters/ask-more/signatories")
    rows = {row.select_one(".signatory__name").text: row.text for row in visitor.page.select(".signatory")}
    assert "affiliation fits the mail address" in rows["Ada One"]
    assert "checked by a moderator" not in rows["Ada One"]
    assert "affiliation fits" not in rows["Bob Two"]
    assert "checked by a moderator" in rows["www.eve.com Three"]
    listed = visitor.get("/api/v1/letters/ask-more/signatories").json["signatories"]
    checks = {row["name"]: row["checks"] for row in listed}
    assert checks["Ada One"] == {"address": True, "affiliation": True, "domain": None, "moderator": False}
    assert checks["www.eve.com Three"]["moderator"]


def test_a_domain_is_named_from_its_fifth_signatory_on(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter(moderation="flag", email_domains="[example.com, example.net]")
    fields = {"display": "affiliation", "role": "Software engineer"}
    for n in range(5):
        visitor.get("/letters/ask-more/signatories")
        assert "confirmed by" not in visitor.page.select_one(".names__list").text if n else True
        signed(workshop, visitor, f"ada{n}@example.com", **fields)
    signed(workshop, visitor, "one@example.net", **fields)
    visitor.get("/letters/ask-more/signatories")
    assert visitor.text.count("confirmed by example.com") == 5
    assert "confirmed by example.net" not in visitor.text


def test_an_address_is_erased_at_confirmation_and_nobody_signs_twice(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(moderation="flag", email_domains="[example.com]")
    fields = {"display": "affiliation", "role": "Software engineer", "erase_address": "y"}
    signed(workshop, visitor, "ada@example.com", **fields)
    with workshop.writing() as session:
        (row,) = queries.list_mailbox(session, letter, queries.list_listed(session, letter, limit=1)[0][0].email_digest)
        assert (row.email, row.email_digest is None) == (None, False)
    (thanks,) = workshop.deliver()
    assert "this is our last mail" in plain(thanks)
    assert workshop.outbox()[-1].recipient is None
    assert b"ada@example.com" not in stolen(workshop)
    visitor.sign("ask-more", email="ADA@example.com", name="Ada Again")
    (mail,) = workshop.deliver()
    assert "/confirm/" not in plain(mail)
    assert workshop.figures(letter) == Figures(approved=1)
    own = link(thanks, "manage")
    assert visitor.get(own).status_code == 200
    visitor.post(f"{own}/withdraw")
    assert workshop.figures(letter) == Figures(withdrawn=1)
    assert workshop.deliver() == []


def test_whose_address_goes_is_mailed_no_more(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter(moderation="flag", email_domains="[example.com]", together=2)
    fields = {"together": "y", "erase_address": "y"}
    assert visitor.sign("ask-more", email="ada@example.com", name="Ada Example", **fields).status_code == 422
    assert visitor.page.select_one("#erase_address-error") is not None
    signed(workshop, visitor, "ada@example.com", erase_address="y")
    workshop.deliver()
    with time_machine.travel(clock.now().timestamp() + 2 * 24 * 3600):
        workshop.worker.work()
        assert workshop.deliver() == []


def test_only_letters_of_some_domains_offer_to_erase_the_address(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    visitor.get("/letters/ask-more")
    assert visitor.page.select_one("input[name=erase_address]") is None
    workshop.letter("staff", email_domains="[example.com]")
    visitor.get("/letters/staff")
    assert visitor.page.select_one("input[name=erase_address]") is not None
