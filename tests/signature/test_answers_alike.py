"""Nothing tells a stranger whether an address has signed."""

import pytest
import time_machine
from werkzeug.test import TestResponse

from pledges.signature.states import State
from tests.crowds import dump, in_state
from tests.people import Visitor, Workshop


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
