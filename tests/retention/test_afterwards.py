"""What can still be done with a signature whose words are erased, and that none is listed without its name."""

from datetime import timedelta

import time_machine

from pledges import clock
from pledges.moderation import deciding
from pledges.signature import queries
from pledges.signature.states import State
from pledges.signature.words import Display
from tests.crowds import in_state
from tests.people import Visitor, Workshop
from tests.retention.erasing import ADDRESSES, close, erased, public, signature


def test_who_waited_for_others_in_vain_is_never_listed_without_a_name(
    workshop: Workshop, time: time_machine.Traveller
) -> None:
    letter = workshop.letter()
    alone = in_state(workshop, letter, State.APPROVED)
    with workshop.writing() as session:
        row = queries.lock_signature(session, alone.id)
        row.together, row.listed = True, False
        row.write(row.words, row.display, sealed=True)
    close(workshop, letter)
    time.shift(timedelta(days=366))
    assert erased(workshop)[ADDRESSES] == 1
    left = signature(workshop, alone)
    assert (left.display, left.words.name, left.belongs_on_list) == (Display.ANONYMOUS, None, False)


def test_the_own_page_still_leads_to_withdrawing(
    workshop: Workshop, visitor: Visitor, time: time_machine.Traveller
) -> None:
    letter = workshop.letter(anonymous="true", keep_addresses="6")
    workshop.confirmed(letter, display="anonymous")
    workshop.deliver()
    path = workshop.manage_link("ada@example.org")
    close(workshop, letter)
    time.shift(timedelta(days=200))
    assert erased(workshop)[ADDRESSES] == 1
    assert visitor.get(path).status_code == 200
    assert "None" not in visitor.text
    visitor.post(f"{path}/withdraw")
    assert workshop.figures(letter).withdrawn == 1


def test_a_moderator_can_still_decide_on_a_name_without_its_words(
    workshop: Workshop, visitor: Visitor, time: time_machine.Traveller
) -> None:
    letter = workshop.letter()
    rejected = in_state(workshop, letter, State.REJECTED)
    workshop.account()
    close(workshop, letter)
    time.shift(timedelta(days=366))
    erased(workshop)
    visitor.sign_in("mod@example.org")
    assert visitor.get("/moderation/ask-more/decided").status_code == 200
    assert "(erased)" in visitor.text
    with workshop.writing() as session:
        deciding.take_back(session, letter, rejected.id, account_id=None, now=clock.now())
        deciding.approve(session, letter, [rejected.id], account_id=None, now=clock.now())
    assert (workshop.figures(letter).approved, "signatory__name" in "".join(public(visitor))) == (1, False)


def test_whose_name_is_erased_can_not_be_listed_without_it(
    workshop: Workshop, visitor: Visitor, time: time_machine.Traveller
) -> None:
    letter = workshop.letter(anonymous="true", keep_addresses="6")
    in_state(workshop, letter, State.APPROVED, display=Display.ANONYMOUS)
    workshop.deliver()
    path = workshop.manage_link("ada@example.org")
    close(workshop, letter)
    time.shift(timedelta(days=200))
    erased(workshop)
    visitor.get(path)
    assert "your address is erased" in visitor.text
    assert visitor.post(f"{path}/change", {"display": "public"}).status_code == 303
    visitor.get("/letters/ask-more/signatories")
    assert visitor.page.select(".signatory") == []
