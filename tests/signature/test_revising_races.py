"""A text is revised while people sign, confirm, agree, decide and withdraw: nobody is lost, or counted for words that
they did not see.
"""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update

from pledges import clock
from pledges.letter import revising
from pledges.letter.models import Letter
from pledges.letter.queries import get_letter
from pledges.moderation import deciding
from pledges.signature import queries, signing
from pledges.signature.addresses import read_address
from pledges.signature.models import Signature
from pledges.signature.queries import rows_by_bucket
from pledges.signature.signing import Submission
from pledges.signature.states import CONFIRMED, State
from pledges.signature.words import Words
from pledges.tally import recounting
from tests.crowds import crowd
from tests.letter.files import read
from tests.letter.revisions import CHANGE, CORRECTION, revise, translated
from tests.mailing import link
from tests.people import Visitor, Workshop
from tests.signature.turmoil import Deed, at_once, check, own, press, sign

pytestmark = pytest.mark.usefixtures("in_one_step_or_in_many", "one_row_of_the_counts", "letters_at_hand_for_a_second")


@pytest.fixture(autouse=True)
def _counts_are_exact(workshop: Workshop) -> Iterator[None]:
    yield
    with workshop.writing() as session:
        assert recounting.compare(session, rows_by_bucket()) == []


@pytest.mark.parametrize("kind", [CHANGE, CORRECTION])
def test_a_revision_while_many_sign_confirm_and_withdraw(workshop: Workshop, kind: object) -> None:
    letter = workshop.letter(moderation="flag")
    standing = crowd(workshop, letter, [f"Name {n}" for n in range(30)])
    for n in range(12):
        workshop.sign(letter, f"ada-{n}@example.org", f"Ada Example {chr(65 + n)}")
    links = [link(mail, "confirm") for mail in workshop.deliver()]
    deeds: list[Deed] = [press(workshop, path) for path in links]
    deeds += [sign(workshop, n) for n in range(6)]
    deeds += [own(workshop, signature, "withdraw") for signature in standing[:6]]
    deeds.insert(9, lambda: revise(workshop, kind))  # type: ignore[arg-type] # of two kinds
    answers = at_once(deeds)
    assert [answer for answer in answers if isinstance(answer, int)] == [303] * 24
    check(workshop)

    late = [link(mail, "confirm") for mail in workshop.deliver() if "/confirm/" in mail.as_string()]
    assert len(late) == 6
    assert at_once([press(workshop, path) for path in late]) == [303] * 6
    signatures = check(workshop)
    assert len([s for s in signatures if s.state in CONFIRMED]) == 24 + 12 + 6
    figures = workshop.figures(letter)
    assert (figures.confirmed + figures.earlier, figures.withdrawn) == (42, 6)
    assert (figures.earlier == 0) == (kind is CORRECTION)


def test_agreeing_while_the_text_changes_again(workshop: Workshop) -> None:
    letter = workshop.letter()
    standing = crowd(workshop, letter, [f"Name {n}" for n in range(20)])
    for turn in range(3):
        revise(workshop, CHANGE, f"Words {turn}")
        deeds = [own(workshop, signature, "agree") for signature in standing for _ in range(1 + turn % 2)]
        deeds.insert(7, lambda turn=turn: revise(workshop, CHANGE, f"Other words {turn}"))
        answers = at_once(deeds)
        assert {answer for answer in answers if isinstance(answer, int)} == {303}
        check(workshop)
        figures = workshop.figures(letter)
        assert figures.approved + figures.earlier == 20
    at_once([own(workshop, signature, "agree") for signature in standing])
    assert workshop.figures(letter).approved == 20
    check(workshop)


def decide(workshop: Workshop, letter: Letter, chosen: Sequence[int]) -> Deed:
    def deed() -> None:
        with workshop.writing() as session:
            deciding.approve(session, letter, chosen, account_id=None, now=clock.now())

    return deed


def test_moderators_decide_and_signatories_withdraw_while_the_text_changes(workshop: Workshop) -> None:
    letter = workshop.letter()
    standing = crowd(workshop, letter, [f"Name {n}" for n in range(60)], State.AWAITING)
    ids = [signature.id for signature in standing]
    deeds = [decide(workshop, letter, ids[n::4][::-1]) for n in range(4)]
    deeds += [own(workshop, signature, "withdraw") for signature in standing[::10]]
    deeds.insert(3, lambda: revise(workshop, CHANGE))
    at_once(deeds)
    check(workshop)
    figures = workshop.figures(letter)
    assert (figures.earlier, figures.withdrawn) == (54, 6)


def test_the_same_while_texts_in_two_languages_change(workshop: Workshop) -> None:
    letter = translated(workshop)
    standing = crowd(workshop, letter, [f"Name {n}" for n in range(60)], State.AWAITING)
    ids = [signature.id for signature in standing]
    with workshop.writing() as session:  # every other one in Spanish
        signed = {"text_id": letter.text_in("es").id}
        session.execute(update(Signature).where(Signature.id.in_(ids[::2])).values(signed))
    deeds = [decide(workshop, letter, ids[n::4]) for n in range(4)]
    deeds += [own(workshop, signature, "withdraw") for signature in standing[::6]]
    deeds.insert(3, lambda: revise(workshop, CHANGE, spanish="Les pedimos menos."))
    answers = at_once(deeds)
    assert [answer for answer in answers if isinstance(answer, int)] == [303] * 10
    check(workshop)
    figures = workshop.figures(letter)
    assert (figures.earlier, figures.withdrawn) == (50, 10)


def test_several_revise_at_once_one_after_the_other(workshop: Workshop) -> None:
    letter = workshop.letter()
    crowd(workshop, letter, [f"Name {n}" for n in range(20)])
    kinds = [CHANGE, CORRECTION, CORRECTION, CHANGE, CORRECTION]
    deeds: list[Deed] = [lambda n=n, kind=kind: revise(workshop, kind, f"Words {n}") for n, kind in enumerate(kinds)]
    deeds += [sign(workshop, n) for n in range(5)]
    answers = at_once(deeds)
    assert answers[5:] == [303] * 5
    links = [link(mail, "confirm") for mail in workshop.deliver() if "/confirm/" in mail.as_string()]
    assert at_once([press(workshop, path) for path in links]) == [303] * 5
    check(workshop)
    assert workshop.figures(letter).earlier >= 20


def test_who_is_about_to_sign_is_waited_for_and_asked_too(workshop: Workshop) -> None:
    letter = workshop.letter()
    signing_began, go_on = threading.Event(), threading.Event()

    def sign_slowly() -> int:
        with workshop.writing() as session:
            at_hand = get_letter(session, letter.slug)
            submission = Submission(read_address("ada@example.org"), Words(name="Ada Example"))
            signature_id = signing.sign(session, at_hand, at_hand.text_in(None), submission, now=clock.now())
            signing_began.set()
            go_on.wait(10)
        assert signature_id is not None
        return signature_id

    with ThreadPoolExecutor(2) as pool:
        signed = pool.submit(sign_slowly)
        assert signing_began.wait(10)
        revised = pool.submit(revise, workshop, CHANGE)
        with pytest.raises(TimeoutError):
            revised.result(0.5)
        go_on.set()
        revised.result(10)
        signature_id = signed.result(10)
    with workshop.writing() as session:
        signature = queries.find_signature(session, signature_id)
        assert signature is not None
        assert signature.earlier


def test_who_confirms_or_signs_during_a_change_waits_and_counts_for_the_earlier_text(workshop: Workshop) -> None:
    letter = workshop.letter()
    workshop.sign(letter)
    workshop.deliver()
    confirm = press(workshop, workshop.confirm_link("ada@example.org"))
    Visitor(workshop.app.test_client()).get("/letters/ask-more")
    with ThreadPoolExecutor(2) as pool:
        with workshop.writing() as session:
            revising.revise(session, letter.slug, read(body="Else"), CHANGE, "Why", now=clock.now())
            answers = [pool.submit(confirm), pool.submit(sign(workshop, 1))]
            with pytest.raises(TimeoutError):
                answers[0].result(0.5)
            assert not answers[1].done()
        assert [answer.result(10) for answer in answers] == [303, 303]
    check(workshop)
    workshop.deliver()
    assert press(workshop, workshop.confirm_link("late-1@example.org"))() == 303
    ada, late = check(workshop)
    assert ada.earlier
    assert late.state in CONFIRMED
    assert workshop.figures(letter).confirmed + workshop.figures(letter).earlier == 2


@pytest.mark.parametrize("kind", [CHANGE, CORRECTION])
def test_who_withdraws_while_the_signature_is_moved_has_withdrawn(workshop: Workshop, kind: object) -> None:
    letter = workshop.letter()
    (standing,) = crowd(workshop, letter, ["Ada Example"])
    withdraw = own(workshop, standing, "withdraw")
    with ThreadPoolExecutor(1) as pool:
        with workshop.writing() as session:
            revising.revise(session, letter.slug, read(body="Else"), kind, "Why", now=clock.now())  # type: ignore[arg-type] # of two kinds
            answer = pool.submit(withdraw)
            with pytest.raises(TimeoutError):
                answer.result(0.5)
        assert answer.result(10) == 303
    assert workshop.state(standing) is State.WITHDRAWN
