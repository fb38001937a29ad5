"""The six digits of a mail confirm, for people whose mail is on another device; guessing them is hopeless."""

import re
import threading

import pytest
import time_machine

from pledges import clock
from pledges.letter import publishing
from pledges.signature.coding import TRIES, code_of
from pledges.signature.models import Signature
from pledges.signature.states import State
from pledges.tally.queries import Figures
from tests.mailing import plain
from tests.people import Visitor, Workshop
from tests.signature import society

CODE = "/letters/ask-more/code"


def digits(workshop: Workshop) -> str:
    """Those of the newest mail."""
    found = re.search(r"\b(\d{3} \d{3})\b", plain(workshop.sink.messages[-1]))
    assert found is not None
    return found[1]


def other_than(code: str) -> list[str]:
    return [f"{(int(code.replace(' ', '')) + n) % 1_000_000:06d}" for n in range(1, 30)]


def test_the_digits_confirm_as_the_link_does_and_a_repeat_answers_the_same(
    workshop: Workshop, visitor: Visitor
) -> None:
    letter = workshop.letter()
    visitor.sign("ask-more")
    workshop.deliver()
    for _ in range(2):
        answer = visitor.post(CODE, {"email": " ADA@example.org ", "code": digits(workshop)})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/letters/ask-more/thanks")
    assert workshop.figures(letter) == Figures(awaiting=1)


def test_five_tries_and_then_only_the_code_of_another_mail_is_good(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    visitor.sign("ask-more")
    workshop.deliver()
    code = digits(workshop)
    for wrong in other_than(code)[:TRIES]:
        assert visitor.post(CODE, {"email": "ada@example.org", "code": wrong}).status_code == 422
    assert visitor.post(CODE, {"email": "ada@example.org", "code": code}).status_code == 422
    assert workshop.figures(letter) == Figures()
    with time_machine.travel(clock.now().timestamp() + 61):
        visitor.post("/letters/ask-more/resend", {"email": "ada@example.org"})
        workshop.deliver()
        assert visitor.post(CODE, {"email": "ada@example.org", "code": code}).status_code == 422
        assert visitor.post(CODE, {"email": "ada@example.org", "code": digits(workshop)}).status_code == 303
    assert workshop.figures(letter) == Figures(awaiting=1)


def test_a_code_that_is_used_up_stays_so_when_somebody_signs_again(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    visitor.sign("ask-more")
    workshop.deliver()
    code = digits(workshop)
    for wrong in other_than(code)[:TRIES]:
        visitor.post(CODE, {"email": "ada@example.org", "code": wrong})
    visitor.sign("ask-more")
    assert visitor.post(CODE, {"email": "ada@example.org", "code": code}).status_code == 422
    assert workshop.figures(letter) == Figures()


def test_a_code_in_hand_is_good_until_a_newer_one_is_mailed(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    visitor.sign("ask-more")
    workshop.deliver()
    for _ in range(30):  # a stranger's, again and again
        visitor.sign("ask-more", name="Eve Forger")
    assert visitor.post(CODE, {"email": "ada@example.org", "code": digits(workshop)}).status_code == 303
    assert workshop.figures(letter) == Figures(awaiting=1)


def test_many_tries_at_once_are_five_at_most(workshop: Workshop) -> None:
    letter = workshop.letter()
    signature = workshop.sign(letter)
    workshop.deliver()
    with workshop.app.app_context():
        code = code_of(signature)
    answers: list[int] = []

    def guess(wrong: str) -> None:
        visitor = Visitor(workshop.app.test_client())
        answers.append(visitor.post(CODE, {"email": "ada@example.org", "code": wrong}).status_code)

    threads = [threading.Thread(target=guess, args=(wrong,)) for wrong in other_than(code)[:12]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [422] * 12
    late = Visitor(workshop.app.test_client())
    assert late.post(CODE, {"email": "ada@example.org", "code": code}).status_code == 422
    assert workshop.state(signature) is State.PENDING


def test_digits_are_good_for_a_day(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    visitor.sign("ask-more")
    workshop.deliver()
    with time_machine.travel(clock.now().timestamp() + 25 * 3600):
        assert visitor.post(CODE, {"email": "ada@example.org", "code": digits(workshop)}).status_code == 422


def test_of_several_submissions_the_newest_is_looked_at_before_its_digits_confirm_it(
    workshop: Workshop, visitor: Visitor
) -> None:
    letter = workshop.letter()
    visitor.sign("ask-more", name="Ada First", display="affiliation", role="Baker")
    workshop.deliver()
    first = digits(workshop)
    visitor.sign("ask-more", name="Ada who hates her boss")
    workshop.deliver()
    assert digits(workshop) != first
    assert visitor.post(CODE, {"email": "ada@example.org", "code": first}).status_code == 422
    answer = visitor.post(CODE, {"email": "ada@example.org", "code": digits(workshop)})
    assert answer.status_code == 303
    assert workshop.figures(letter) == Figures()
    visitor.get(answer.headers["Location"])
    assert "Ada who hates her boss" in visitor.text
    visitor.press("/confirm/")
    assert workshop.figures(letter) == Figures(awaiting=1)


@pytest.mark.parametrize("both", [{}, {"together": "y"}])
@pytest.mark.parametrize(
    "fields",
    [
        {"name": "Ada who hates her boss"},
        {"statement": "I do."},
        {"pledge": "speak-up"},
        {"display": "anonymous"},
        {"country": "ES"},
    ],
)
def test_other_words_wishes_or_pledges_are_looked_at_first(
    workshop: Workshop, visitor: Visitor, both: dict[str, str], fields: dict[str, str]
) -> None:
    pledges = "[{key: speak-up, kind: act, text: I will speak up.}]"
    letter = workshop.letter(anonymous="true", together=3, pledges=pledges)
    for sent in (both, {**both, **fields}):
        visitor.sign("ask-more", **sent)
        workshop.deliver()
    answer = visitor.post(CODE, {"email": "ada@example.org", "code": digits(workshop)})
    assert "/confirm/" in answer.headers["Location"]
    assert workshop.figures(letter) == Figures()


def test_who_pressed_twice_need_not_look(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    for _ in range(2):
        visitor.sign("ask-more")
    workshop.deliver()
    answer = visitor.post(CODE, {"email": "ada@example.org", "code": digits(workshop)})
    assert answer.headers["Location"] == "/letters/ask-more/thanks"
    assert workshop.figures(letter) == Figures(awaiting=1)


def test_of_two_organizations_each_is_confirmed_by_digits_once_it_alone_waits(
    workshop: Workshop, visitor: Visitor
) -> None:
    workshop.letter()
    codes = []
    for fields in ({}, {"name": "Other Society", "website": "other.example.org"}):
        assert society.sign(visitor, **fields) == 303
        workshop.deliver()
        codes.append({"email": society.SENT["email"], "code": digits(workshop)})
    assert visitor.post(CODE, codes[0]).status_code == 422
    visitor.get(visitor.post(CODE, codes[1]).headers["Location"])
    assert "Other Society" in visitor.text
    visitor.press("/confirm/")
    workshop.deliver()
    for _ in range(2):
        answer = visitor.post(CODE, codes[0])
        assert (answer.status_code, answer.headers["Location"]) == (303, "/letters/ask-more/thanks")
    with workshop.writing() as session:
        assert {(row.name, row.state) for row in session.query(Signature)} == {
            ("Example Society", State.AWAITING),
            ("Other Society", State.AWAITING),
        }


@pytest.mark.parametrize("known", [True, False])
def test_a_wrong_code_is_answered_alike_for_any_address(workshop: Workshop, visitor: Visitor, known: bool) -> None:
    letter = workshop.letter()
    if known:
        workshop.confirmed(letter)
    answer = visitor.post(CODE, {"email": "ada@example.org", "code": "000000"})
    assert answer.status_code == 422
    said = visitor.text
    assert "These are not the digits of our newest mail to this address." in said
    assert "After five tries only those of another mail help" in said
    for _ in range(6):
        visitor.post(CODE, {"email": "ada@example.org", "code": "000000"})
        assert visitor.text == said


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "12 34 5x", "0" * 3000])
def test_what_are_no_six_digits_is_refused_at_the_field(workshop: Workshop, visitor: Visitor, code: str) -> None:
    workshop.letter()
    assert visitor.post(CODE, {"email": "ada@example.org", "code": code}).status_code == 422
    assert visitor.page.select_one("#code-error") is not None


def test_digits_of_a_letter_that_closed_more_than_a_day_ago_say_so(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    visitor.sign("ask-more")
    workshop.deliver()
    with workshop.writing() as session:
        publishing.close(session, session.merge(letter), now=clock.now())
    with time_machine.travel(clock.now().timestamp() + 24 * 3600 + 5):
        with workshop.writing() as session:
            for row in session.query(Signature):
                row.resent_at = clock.now()
        answer = visitor.post(CODE, {"email": "ada@example.org", "code": digits(workshop)})
    assert answer.status_code == 410
    assert workshop.figures(letter) == Figures()
