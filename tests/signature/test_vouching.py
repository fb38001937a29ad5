"""What is shown says how far it was checked; few of one domain are not named; a confirmed address may go."""

import pytest
import time_machine
from sqlalchemy import update

from pledges import clock
from pledges.letter.models import Letter
from pledges.moderation import deciding
from pledges.signature import desk, queries, vouching
from pledges.tally.queries import Figures
from tests.crowds import stolen
from tests.mailing import link, plain
from tests.people import Visitor, Workshop
from tests.signature.test_changing import approve

FITS = [
    ("Example", "example.edu"),
    ("Example University", "mail.example.ac.uk"),
    ("The University of Example", "example.edu.au"),
    ("Massachusetts Institute of Technology", "mit.edu"),
    ("Universidad de Ejemplo", "ude.edu.mx"),
    ("NASA", "nasa.gov"),
    ("Université Épée", "xn--pe-9iab.edu"),
    ("example.org", "example.org"),
    ("www.Example.org", "example.org"),
    ("straße.de", "xn--strae-oqa.de"),
]
FITS_NOT = [
    ("", "example.edu"),
    ("Harvard University", "harvard.club"),
    ("Harvard University", "harvard.com"),
    ("Harvard University", "harvard.ac"),
    ("Harvard University", "harvard.edu.pl"),
    ("Harvard University", "harvard.edu.example.org"),
    ("Harvard University", "alumni.harvard.edu"),
    ("Harvard University (harvard.club)", "harvard.club"),
    ("Example", "example.org"),
    ("example.org", "mail.example.org"),
    ("American Red Cross", "american.edu"),
    ("American Medical Association", "ama.edu"),
    ("Another University", "example.edu"),
    ("School", "school.edu"),
    ("Exam", "example.edu"),
    ("A B", "ab.edu"),
    ("edu", "edu"),
    ("Straße", "xn--strae-oqa.de"),
    ("xn--a", "xn--a.org"),
    ("gmail.com", "gmail.com"),
    ("web.de", "web.de"),
    ("mailinator.com", "mailinator.com"),
]
LISTED = [
    ("Example", "example.org", True),
    ("Example Company GmbH", "example.de", True),
    ("Blue Sky Bakery", "blueskybakery.co.uk", True),
    ("Another House", "example.org", False),
    ("American Red Cross", "american.com", False),
    ("Gmail", "gmail.com", False),
    ("co", "co.uk", False),
]


@pytest.mark.parametrize(("affiliation", "domain"), FITS)
def test_an_affiliation_fits_the_domain_that_only_it_can_have(affiliation: str, domain: str) -> None:
    assert vouching.fits(affiliation, domain)


@pytest.mark.parametrize(("affiliation", "domain"), FITS_NOT)
def test_an_affiliation_does_not_fit_what_anybody_could_have_registered(affiliation: str, domain: str) -> None:
    assert not vouching.fits(affiliation, domain)


@pytest.mark.parametrize(("affiliation", "domain", "does_fit"), LISTED)
def test_a_letters_own_domains_speak_for_those_whose_name_they_bear(
    affiliation: str, domain: str, does_fit: bool
) -> None:
    assert vouching.fits(affiliation, domain, listed=[domain]) == does_fit
    assert not vouching.fits(affiliation, domain, listed=["another.example"])


def test_whoever_registers_an_institutions_name_elsewhere_is_not_taken_for_it(
    workshop: Workshop, visitor: Visitor
) -> None:
    workshop.letter(moderation="flag")
    signed(workshop, visitor, "eve@harvard.club", affiliation="Harvard University", name="Eve Forger")
    visitor.get("/letters/ask-more")
    assert "Eve Forger" in visitor.text
    assert "affiliation fits" not in visitor.text
    (listed,) = visitor.get("/api/v1/letters/ask-more/signatories").json["signatories"]
    assert listed["checks"] == {"address": True, "affiliation": False, "domain": None, "moderator": False}


@pytest.mark.parametrize("wish", [{"display": "anonymous"}, {"together": "y"}])
def test_the_domain_of_an_affiliation_that_is_sealed_is_kept_nowhere(
    workshop: Workshop, visitor: Visitor, wish: dict[str, str]
) -> None:
    workshop.letter(moderation="flag", anonymous="true", together=2)
    signed(workshop, visitor, "ada@tinycollege.edu", affiliation="Tiny College", **wish)
    for told in (b"tinycollege", b"Tiny"):
        assert told not in stolen(workshop)
    workshop.deliver()
    own = workshop.manage_link("ada@tinycollege.edu")
    visitor.post(f"{own}/change", {"display": "public", "affiliation": "Tiny College"})
    assert (b"tinycollege" in stolen(workshop)) is ("together" not in wish)


def test_a_name_that_shows_at_last_is_vouched_for_then(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter(moderation="flag", together=2)
    signed(workshop, visitor, "ada@tinycollege.edu", affiliation="Tiny College", together="y")
    signed(workshop, visitor, "bob@example.org", name="Bob Two")
    for seconds in (0, 60, 90000, 90010):
        with time_machine.travel(clock.now().timestamp() + seconds):
            workshop.worker.work()
    visitor.get("/letters/ask-more/signatories")
    assert "affiliation fits the mail address" in visitor.text


def test_a_letters_list_speaks_for_who_signs_it_and_again_after_a_change(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter(moderation="flag", email_domains="[example.com]")
    signed(workshop, visitor, "ada@example.com", affiliation="Example", erase_address="y")
    workshop.deliver()
    own = workshop.manage_link("ada@example.com")

    def says() -> list[bool]:
        rows = visitor.get("/api/v1/letters/ask-more/signatories").json["signatories"]
        return [row["checks"]["affiliation"] for row in rows]

    assert says() == [True]
    for affiliation, fits in (("Another House", False), ("Example Group", True)):
        visitor.post(f"{own}/change", {"display": "public", "affiliation": affiliation})
        approve(workshop)
        assert says() == [fits]


def signed(workshop: Workshop, visitor: Visitor, email: str, **fields: str) -> None:
    assert visitor.sign("ask-more", email=email, **{"name": "Ada Example", **fields}).status_code == 303
    workshop.deliver()
    assert visitor.post(workshop.confirm_link(email)).status_code == 303


def test_an_affiliation_that_fits_and_a_moderators_look_are_told_apart(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(moderation="flag")
    signed(workshop, visitor, "ada@quill.edu", affiliation="Quill College", name="Ada One")
    signed(workshop, visitor, "bob@gmail.com", affiliation="Quill College", name="Bob Two")
    signed(workshop, visitor, "eve@gmail.com", name="www.eve.com Three")
    with workshop.writing() as session:
        ids = [row.id for row in desk.list_waiting(session, letter, limit=9)[0]]
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
    with workshop.writing() as session:
        session.execute(update(Letter).values(together_reached_at=workshop.now()))
    assert visitor.sign("ask-more", email="ada@example.com", **fields).status_code == 422, "from an older page"
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
