"""Nothing tells a stranger whether an address has signed."""

import re

import pytest
import time_machine
from werkzeug.test import TestResponse

from pledges import clock
from pledges.letter import inviting
from pledges.letter.queries import get_letter
from pledges.signature import queries, ranking, signing
from pledges.signature.addresses import read_address
from pledges.signature.states import State
from pledges.signature.words import Words
from tests.crowds import dump, in_state, stolen
from tests.mailing import link, plain
from tests.people import Visitor, Workshop

ADA = "ada@example.org"


def whole(response: TestResponse) -> tuple[int, list[tuple[str, str]], bytes]:
    timeless = sorted(header for header in response.headers if header[0] not in ("Age", "Date"))
    return response.status_code, timeless, response.get_data()


@pytest.mark.parametrize("state", State)
def test_signing_answers_alike_whatever_is_known_of_the_address(
    workshop: Workshop, visitor: Visitor, state: State
) -> None:
    letter = workshop.letter()
    in_state(workshop, letter, state, "ada@example.org")
    known = whole(visitor.sign("ask-more", email="ada@example.org"))
    known_page = whole(visitor.get("/letters/ask-more/check-email"))
    unknown = whole(visitor.sign("ask-more", email="eve@example.org"))
    assert known == unknown
    assert known[0] == 303
    assert "Set-Cookie" not in dict(known[1])
    assert known_page == whole(visitor.get("/letters/ask-more/check-email"))


def test_the_letter_and_its_pages_look_the_same_to_everyone(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    paths = ["/", "/letters/ask-more", "/letters/ask-more/signatories", "/letters/ask-more/thanks", "/privacy"]
    before = [whole(visitor.get(path)) for path in paths]
    in_state(workshop, letter, State.PENDING)
    visitor.sign("ask-more", name="Eve", email="eve@example.org")
    assert [whole(visitor.get(path)) for path in paths] == before
    assert all("Set-Cookie" not in dict(headers) for _status, headers, _body in before)


def test_the_sixth_mail_of_a_day_is_not_sent_and_the_answer_does_not_say_so(
    workshop: Workshop, visitor: Visitor
) -> None:
    workshop.letter()
    answers = {repr(whole(visitor.sign("ask-more", email=f"ada.b+{n}@gmail.com"))) for n in range(7)}
    assert len(answers) == 1
    assert len(workshop.deliver()) == 5
    assert len(dump(workshop)["signature"]) == 5
    assert answers == {repr(whole(visitor.sign("ask-more", email="ada.b@gmail.com")))}


def test_what_is_sent_beyond_the_fifth_is_found_by_nothing_and_erased_when_its_mail_would_be_written(
    workshop: Workshop, visitor: Visitor
) -> None:
    letter = workshop.letter()
    with time_machine.travel("2027-03-01T12:00:00Z", tick=False) as time:
        for n in range(6):
            visitor.sign("ask-more", name=f"Ada {'ABCDEF'[n]}")
        last = link(workshop.deliver()[-1], "confirm")
        visitor.sign("ask-more", name="Eve Forger")
        for _ in ("while it waits for its mail", "and when it would have been mailed"):
            with workshop.writing() as session:
                found = queries.list_mailbox(session, letter, signing.mailbox_digest(letter.id, read_address(ADA)))
            assert [row.name for row in found] == [f"Ada {letter}" for letter in "ABCDE"]
            workshop.deliver()
        assert "Eve Forger" not in repr(dump(workshop))
        visitor.sign("ask-more", name="Eve Again")
        code = re.search(r"\b\d{3} \d{3}\b", plain(workshop.sink.messages[-1]))
        assert code is not None
        assert visitor.post("/letters/ask-more/code", {"email": ADA, "code": code[0]}).status_code == 303
        assert visitor.post(last).status_code == 303
        workshop.deliver()
        visitor.get(workshop.manage_link(ADA))
        assert "Ada E" in visitor.text
        time.shift(3601)
        workshop.deliver()
        time.shift(24 * 3600)
        assert workshop.deliver() == []
        assert b"Eve" not in stolen(workshop)


def test_an_organizer_sees_no_first_signatory_that_is_never_mailed(workshop: Workshop) -> None:
    letter = workshop.letter(opened=False)
    with workshop.writing() as session:
        fresh = get_letter(session, letter.slug)
        invitation = inviting.invite(session, fresh, now=clock.now())
        submission = signing.Submission(address=read_address(ADA), words=Words(name="Ada Example"))
        for _ in range(7):
            signing.sign(session, fresh, fresh.text_in(None), submission, invitation_id=invitation.id, now=clock.now())
    assert len(workshop.deliver()) == 5
    with workshop.writing() as session:
        assert len(ranking.list_invited(session, fresh)) == 5


def test_another_letter_has_mails_of_its_own_for_the_same_mailbox(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    workshop.letter("another")
    for _ in range(6):
        visitor.sign("ask-more")
    assert visitor.sign("another").status_code == 303
    assert len(workshop.deliver()) == 6


def test_the_mails_of_a_mailbox_are_allowed_again_after_a_day(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    with time_machine.travel("2027-03-01T12:00:00Z", tick=False) as time:
        for _ in range(6):
            visitor.sign("ask-more")
        assert len(workshop.deliver()) == 5
        time.shift(24 * 3600 - 1)
        visitor.sign("ask-more")
        assert workshop.deliver() == []
        time.shift(1)
        visitor.sign("ask-more")
        assert len(workshop.deliver()) == 1
