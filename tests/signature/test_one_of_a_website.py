"""Each organization signs once by its website, and its website is free again when its signature is gone."""

from collections import Counter

import pytest

from pledges.signature import queries, withdrawing
from pledges.signature.organizations import OrganizationSigned
from pledges.signature.states import State
from tests.mailing import link
from tests.people import Visitor, Workshop
from tests.signature.society import SENT, confirm, decide, sign, stored
from tests.signature.test_races import at_once, press


def test_a_second_one_of_that_website_is_told_so(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    assert confirm(workshop, visitor) == 303
    assert confirm(workshop, visitor, email="chair@example.org", website="http://EXAMPLE.org.") == 409
    assert "has signed already" in visitor.text
    assert len(stored(workshop, letter)) == 1
    workshop.letter("another")
    assert visitor.sign("another", **SENT).status_code == 303
    workshop.deliver()
    assert visitor.post(workshop.confirm_link(SENT["email"])).status_code == 303


@pytest.mark.parametrize("end", ["rejected", "withdrawn"])
def test_a_website_is_free_again_once_its_signature_is_rejected_or_withdrawn(
    workshop: Workshop, visitor: Visitor, end: str
) -> None:
    letter = workshop.letter()
    confirm(workshop, visitor, email="forger@example.com")
    assert confirm(workshop, visitor) == 409
    (forged,) = stored(workshop, letter)
    if end == "rejected":
        decide(workshop, letter, forged, "reject")
    else:
        with workshop.writing() as session:
            withdrawing.withdraw(session, forged.id, now=workshop.now())
            gone = queries.find_signature(session, forged.id)
            assert (gone.website, gone.website_host, gone.representative) == (None, None, None)
    assert visitor.post(workshop.confirm_link(SENT["email"])).status_code == 303
    if end == "rejected":
        with pytest.raises(OrganizationSigned):
            decide(workshop, letter, forged, "take_back")
        assert workshop.state(forged) is State.REJECTED


def test_taking_a_rejection_back_beside_another_one_is_a_plain_page(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    confirm(workshop, visitor, email="forger@example.com")
    (forged,) = stored(workshop, letter)
    decide(workshop, letter, forged, "reject")
    assert confirm(workshop, visitor) == 303
    workshop.account()
    visitor.sign_in("mod@example.org")
    visitor.get("/moderation/ask-more/decided")
    visitor.press("/revise", button="take_back")
    assert visitor.response.status_code == 409


def test_two_of_one_website_confirmed_at_once_are_one(workshop: Workshop) -> None:
    letter = workshop.letter()
    for turn in range(4):
        host = f"turn-{turn}.example.org"
        for number in range(4):
            visitor = Visitor(workshop.app.test_client())
            assert sign(visitor, email=f"a{number}@{host}", website=["", "www."][number % 2] + host) == 303
        links = [link(mail, "confirm") for mail in workshop.deliver()]
        assert Counter(at_once(workshop, [press(path) for path in links])) == {303: 1, 409: 3}
        workshop.deliver()
    assert len(stored(workshop, letter)) == 4
