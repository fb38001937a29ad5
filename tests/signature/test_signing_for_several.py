"""One mailbox signs once for a person, and once for each organization, which is its website's host."""

from collections import Counter

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from pledges.signature import organizations, withdrawing
from pledges.signature.models import Signature
from pledges.signature.states import State
from pledges.tally.queries import Figures
from tests.mailing import link, plain
from tests.people import Visitor, Workshop
from tests.signature.society import SENT, approve_all, confirm, decide, sign, stored
from tests.signature.test_races import at_once, press

pytestmark = pytest.mark.usefixtures("no_difference")

OTHER = {"website": "other.example.org", "name": "Other Society"}
THIRD = {"website": "third.example.org", "name": "Third Society"}


def by_host(workshop: Workshop) -> dict[str | None, Signature]:
    with workshop.writing() as session:
        return {row.website_host: row for row in session.query(Signature)}


def sign_each(workshop: Workshop, *each: dict[str, str]) -> list[str]:
    """The links that one mailbox gets who signs for each of these, and confirms none."""
    for fields in each:
        assert sign(Visitor(workshop.app.test_client()), **fields) == 303
    return [link(mail, "confirm") for mail in workshop.deliver()]


def test_one_mailbox_signs_for_several_organizations_and_for_a_person(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    for fields in ({}, OTHER, THIRD):
        assert confirm(workshop, visitor, **fields) == 303
    assert visitor.sign("ask-more", email=SENT["email"]).status_code == 303
    workshop.deliver()
    assert visitor.post(workshop.confirm_link(SENT["email"])).status_code == 303
    approve_all(workshop, letter)
    assert workshop.figures(letter) == Figures(approved=1, organizations=3)


def test_signing_again_for_one_of_them_leads_to_its_page_and_for_another_to_confirming(
    workshop: Workshop, visitor: Visitor
) -> None:
    workshop.letter()
    confirm(workshop, visitor)
    confirm(workshop, visitor, **OTHER)
    workshop.deliver()
    sign(visitor, **{**OTHER, "website": "https://WWW.Other.example.org/us", "email": "Office@Example.org"})
    (mail,) = workshop.deliver()
    assert "/confirm/" not in plain(mail)
    assert "For: Other Society" in plain(mail)
    for part in (plain(mail), mail.get_body(("html",)).get_content()):
        assert "one organization counts once. So nothing has changed." in " ".join(part.split())
        assert "one person" not in part
    visitor.get(link(mail, "manage"))
    assert "https://other.example.org" in visitor.text
    sign(visitor, **THIRD)
    (mail,) = workshop.deliver()
    assert "For: Third Society" in plain(mail)
    assert visitor.post(link(mail, "confirm")).status_code == 303


def test_confirming_one_erases_what_waits_for_it_alone(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    again = {**SENT, "name": "Example Society (again)"}
    first, second, other = sign_each(workshop, SENT, again, OTHER)
    assert visitor.post(second).status_code == 303
    assert visitor.post(first).status_code == 410
    assert "once for each organization" in visitor.text
    assert visitor.post(other).status_code == 303
    found = by_host(workshop)
    assert {host: row.name for host, row in found.items()} == {
        "example.org": "Example Society (again)",
        "other.example.org": "Other Society",
    }


def test_withdrawing_one_leaves_the_others(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    for fields in ({}, OTHER):
        confirm(workshop, visitor, **fields)
    approve_all(workshop, letter)
    one = by_host(workshop)["example.org"]
    with workshop.writing() as session:
        withdrawing.withdraw(session, one.id, now=workshop.now())
    last_word = plain(workshop.deliver()[-1])
    assert "The signature for an organization under this letter is withdrawn:" in last_word
    assert "What else you have signed under this letter stays." in last_word
    assert [row.name for row in stored(workshop, letter)] == ["Other Society"]
    assert workshop.figures(letter) == Figures(organizations=1)
    assert confirm(workshop, visitor) == 303
    assert by_host(workshop)["example.org"].flags == ["organization"]


def test_a_rejected_one_is_not_signed_for_anew_from_its_mailbox_and_another_is(
    workshop: Workshop, visitor: Visitor
) -> None:
    letter = workshop.letter()
    (late,) = sign_each(workshop, SENT)
    confirm(workshop, visitor)
    (rejected,) = stored(workshop, letter)
    decide(workshop, letter, rejected, "reject")
    workshop.deliver()
    assert visitor.post(late).status_code == 410
    sign(visitor)
    (mail,) = workshop.deliver()
    assert "/manage/" in plain(mail)
    assert "/confirm/" not in plain(mail)
    assert confirm(workshop, visitor, **OTHER) == 303
    assert workshop.state(by_host(workshop)["example.org"]) is State.REJECTED
    assert by_host(workshop)["other.example.org"].state is State.AWAITING


def test_a_mailbox_that_was_doubted_for_one_and_withdrew_is_marked_for_another(
    workshop: Workshop, visitor: Visitor
) -> None:
    letter = workshop.letter()
    confirm(workshop, visitor)
    (rejected,) = stored(workshop, letter)
    decide(workshop, letter, rejected, "reject")
    with workshop.writing() as session:
        withdrawing.withdraw(session, rejected.id, now=workshop.now())
    confirm(workshop, visitor, **OTHER)
    assert "returned" in by_host(workshop)["other.example.org"].flags


def test_one_that_another_mailbox_holds_is_taken_for_this_one_too(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    confirm(workshop, visitor, email="chair@example.org", **OTHER)
    assert confirm(workshop, visitor) == 303
    assert confirm(workshop, visitor, **OTHER) == 409
    assert "has signed already" in visitor.text


def test_the_same_one_confirmed_at_once_from_one_mailbox_counts_once(workshop: Workshop) -> None:
    letter = workshop.letter()
    for turn in range(4):
        host = f"turn-{turn}.example.org"
        each = [{"email": f"office@{host}", "website": ["", "www."][n % 2] + host} for n in range(4)]
        links = sign_each(workshop, *each)
        answers = Counter(at_once(workshop, [press(path) for path in links for _ in range(2)]))
        assert answers == {303: 2, 410: 6}
        workshop.deliver()
    assert len(stored(workshop, letter)) == 4


def test_different_ones_confirmed_at_once_from_one_mailbox_all_go_through(workshop: Workshop) -> None:
    letter = workshop.letter()
    for turn in range(2):
        email = f"office@turn-{turn}.example.org"
        each = [{"email": email, "website": f"{name}-{turn}.example.org"} for name in ("one", "two", "three")]
        links = sign_each(workshop, *each, {"email": email, "kind": "person"})
        assert at_once(workshop, [press(path) for path in links]) == [303] * 4
        workshop.deliver()
    approve_all(workshop, letter)
    assert workshop.figures(letter) == Figures(approved=2, organizations=6)


@pytest.mark.parametrize(
    ("email", "state", "is_website"), [(SENT["email"], "rejected", False), ("chair@example.org", "awaiting", True)]
)
def test_the_database_itself_refuses_a_second_one_of_a_mailbox_or_a_website(
    workshop: Workshop, email: str, state: str, is_website: bool
) -> None:
    workshop.letter()
    sign_each(workshop, SENT, {"email": email})
    with pytest.raises(IntegrityError) as refused, workshop.writing() as session:
        session.execute(text("UPDATE signature SET state = :state"), {"state": state})
    assert organizations.is_about_website(refused.value) is is_website
