"""What happens when one person presses everything at once: counted once, thanked once, and never an error."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from pledges.letter import publishing
from pledges.letter import withdrawing as withdrawing_letters
from pledges.letter.queries import lock_letter
from pledges.signature import queries
from pledges.signature.links import manage_token
from pledges.signature.states import State
from pledges.tally.queries import Figures
from tests.crowds import dump
from tests.mailing import link
from tests.people import Visitor, Workshop

SPELLINGS = [
    "ada.example@gmail.com",
    "adaexample@gmail.com",
    "ADAEXAMPLE@gmail.com",
    "a.d.a.example+letters@googlemail.com",
    "AdaExample+x@GoogleMail.com",
]


def at_once(workshop: Workshop, deeds: Sequence[Callable[[Visitor], int]]) -> list[int]:
    """What these answer that are all begun in the same moment, each by a visitor of its own."""
    gate = threading.Barrier(len(deeds))

    def run(deed: Callable[[Visitor], int]) -> int:
        visitor = Visitor(workshop.app.test_client())
        gate.wait()
        return deed(visitor)

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def press(path: str) -> Callable[[Visitor], int]:
    return lambda visitor: visitor.post(path).status_code


@pytest.mark.usefixtures("no_difference")
def test_forty_signatures_of_one_mailbox_confirmed_at_once_count_once(workshop: Workshop) -> None:
    letter = workshop.letter()

    def sign(number: int) -> Callable[[Visitor], int]:
        fields = {"name": f"Ada Example {number}", "email": SPELLINGS[number % len(SPELLINGS)]}
        return lambda visitor: visitor.sign("ask-more", **fields).status_code

    assert at_once(workshop, [sign(number) for number in range(40)]) == [303] * 40

    mails = workshop.deliver()
    assert len(mails) == len(dump(workshop)["signature"]) == 5
    links = [link(mail, "confirm") for mail in mails]
    assert len(set(links)) == 5
    answers = Counter(at_once(workshop, [press(path) for path in links for _ in range(4)]))
    assert answers == {303: 4, 410: 16}

    assert workshop.figures(letter) == Figures(awaiting=1)
    (signed,) = dump(workshop)["signature"]
    assert "'awaiting'" in signed
    assert len(workshop.deliver()) == 1


@pytest.mark.usefixtures("no_difference")
@pytest.mark.parametrize(
    "spellings",
    [
        ["ada@proton.me", "a.d-a@protonmail.com", "ADA+x@pm.me", "a_da@protonmail.ch"],
        ["x@ada.fastmail.com", "ada@fastmail.com", "Ada+y@fastmail.com", "y@ADA.FastMail.com"],
        ["ада@почта.рф", "АДА@почта.рф", "ада@xn--80a1acny.xn--p1ai", "Ада@ПОЧТА.рф"],
        ["jose\u0301@example.org", "JOSÉ@example.org", "josé@EXAMPLE.org", "José@example.org"],
    ],
    ids=["provider", "subdomain", "script", "composed"],
)
def test_spellings_of_every_kind_confirmed_at_once_are_one_person(workshop: Workshop, spellings: list[str]) -> None:
    letter = workshop.letter()
    for email in spellings:
        assert Visitor(workshop.app.test_client()).sign("ask-more", email=email).status_code == 303
    links = [link(mail, "confirm") for mail in workshop.deliver()]
    assert Counter(at_once(workshop, [press(path) for path in links])) == {303: 1, 410: 3}
    assert workshop.figures(letter) == Figures(awaiting=1)


@pytest.mark.usefixtures("no_difference")
def test_one_link_pressed_many_times_at_once_confirms_once(workshop: Workshop) -> None:
    letter = workshop.letter()
    for turn in range(5):
        signature = workshop.sign(letter, f"ada-{turn}@example.org")
        (mail,) = workshop.deliver()
        assert at_once(workshop, [press(link(mail, "confirm"))] * 6) == [303] * 6
        with workshop.writing() as session:
            (event,) = queries.list_histories(session, [signature.id])[signature.id]
        assert (event.old, event.new) == (State.PENDING, State.AWAITING)
        (thanks,) = workshop.deliver()
        assert "/manage/" in thanks.as_string()
    assert workshop.figures(letter) == Figures(awaiting=5)


@pytest.mark.usefixtures("no_difference")
def test_withdrawing_while_confirming_ends_in_one_of_the_two(workshop: Workshop) -> None:
    letter = workshop.letter()
    ends: Counter[State | None] = Counter()
    for turn in range(8):
        signature = workshop.sign(letter, f"ada-{turn}@example.org")
        (mail,) = workshop.deliver()
        with workshop.app.app_context():
            withdraw = f"/manage/{manage_token(signature, workshop.now())}/withdraw"
        confirmed, withdrawn = at_once(workshop, [press(link(mail, "confirm")), press(withdraw)])
        assert (confirmed, withdrawn) in ((303, 303), (410, 303))
        state = workshop.state(signature)
        assert (confirmed, state) in ((303, State.WITHDRAWN), (303, State.AWAITING), (410, None))
        ends[state] += 1
        workshop.deliver()
    assert workshop.figures(letter) == Figures(awaiting=ends[State.AWAITING], withdrawn=ends[State.WITHDRAWN])


@pytest.mark.usefixtures("no_difference")
def test_withdrawing_many_times_at_once_takes_one_off_the_count(workshop: Workshop) -> None:
    letter = workshop.letter()
    workshop.confirmed(letter, "bea@example.org")
    for turn in range(4):
        workshop.confirmed(letter, f"ada-{turn}@example.org")
        workshop.deliver()
        path = f"{workshop.manage_link(f'ada-{turn}@example.org')}/withdraw"
        assert at_once(workshop, [press(path)] * 5) == [303] * 5
        assert len(workshop.deliver()) == 1
    assert workshop.figures(letter) == Figures(awaiting=1, withdrawn=4)


@pytest.mark.usefixtures("no_difference")
def test_withdrawing_while_another_submission_of_the_same_person_is_confirmed(workshop: Workshop) -> None:
    letter = workshop.letter()
    for turn in range(6):
        email = f"ada-{turn}@example.org"
        waiting = workshop.sign(letter, email, "Second Try")
        (mail,) = workshop.deliver()
        signed = workshop.sign(letter, email)
        workshop.deliver()
        with workshop.app.app_context():
            withdraw = f"/manage/{manage_token(signed, workshop.now())}/withdraw"
        confirm_first = workshop.confirm_link(email)
        second = link(mail, "confirm")
        answers = at_once(workshop, [press(confirm_first), press(second), press(withdraw)])
        assert max(answers) < 500
        states = [workshop.state(signature) for signature in (signed, waiting)]
        assert len([state for state in states if state in (State.AWAITING, State.APPROVED)]) <= 1
        workshop.deliver()


@pytest.mark.usefixtures("no_difference")
def test_strangers_who_sign_and_confirm_at_once_all_count(workshop: Workshop) -> None:
    letter = workshop.letter(moderation="flag")
    workshop.letter("another")

    def sign(number: int, slug: str) -> Callable[[Visitor], int]:
        fields = {"name": f"Name {chr(65 + number)}", "email": f"ada-{number}@example.org"}
        return lambda visitor: visitor.sign(slug, **fields).status_code

    signs = [sign(number, slug) for number in range(12) for slug in ("ask-more", "another")]
    assert set(at_once(workshop, signs)) == {303}
    links = [link(mail, "confirm") for mail in workshop.deliver()]
    assert len(links) == 24
    assert set(at_once(workshop, [press(path) for path in links])) == {303}
    assert workshop.figures(letter) == Figures(approved=12)
    assert len(workshop.deliver()) == 24


@pytest.mark.usefixtures("no_difference")
@pytest.mark.parametrize("end", ["close", "withdraw"])
def test_who_confirms_while_the_letter_ends_is_counted_or_told(workshop: Workshop, end: str) -> None:
    letter = workshop.letter(moderation="flag")
    for number in range(12):
        workshop.sign(letter, f"ada-{number}@example.org")
    links = [link(mail, "confirm") for mail in workshop.deliver()]

    def end_it(_visitor: Visitor) -> int:
        with workshop.writing() as session:
            ending = lock_letter(session, letter.slug)
            if end == "close":
                publishing.close(session, ending, now=workshop.now())
            else:
                withdrawing_letters.withdraw(session, ending, "We were wrong", now=workshop.now())
        return 0

    answers = Counter(at_once(workshop, [*map(press, links[:6]), end_it, *map(press, links[6:])]))
    assert answers[303] == workshop.figures(letter).approved
    assert answers[303] + answers[410] == 12
    assert end == "withdraw" or answers[303] == 12
    late = Visitor(workshop.app.test_client())
    assert {press(path)(late) for path in links} <= {303, 410}
    assert workshop.figures(letter).approved == answers[303]
