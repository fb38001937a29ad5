"""On the own page one sees what one has pledged, adds to it, changes it, takes it back, shows or hides it."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from pledges import clock
from pledges.letter import withdrawing
from pledges.letter.models import Letter
from pledges.letter.queries import get_letter
from pledges.pledge import counting, queries, reporting
from pledges.pledge.counting import Totals
from pledges.pledge.making import LAST_WORDS_A_DAY, PLEDGE_WITHDRAWN
from pledges.pledge.models import Commitment, Pledge
from pledges.pledge.reporting import Outcome
from pledges.pledge.states import State
from pledges.signature.models import Signature
from tests.mailing import link, plain
from tests.people import Visitor, Workshop

PLEDGES = """
  - {key: speak, kind: act, text: I will speak up., due: 2027-06-01}
  - {key: give, kind: amount, unit: EUR, text: I will give., lowest: 5, due: 2027-06-01, pay: "https://pay.example.org"}
  - {key: strike, kind: act, text: I will strike., threshold: 100, required: true}"""


@pytest.fixture
def letter(workshop: Workshop) -> Letter:
    return workshop.letter(pledges=PLEDGES)


@pytest.fixture
def own(workshop: Workshop, letter: Letter, visitor: Visitor) -> str:
    """The path of the own page of one who gives 20 euros."""
    sent = {"pledge": ["give", "strike"], "pledge-give-amount": "20"}
    assert visitor.sign("ask-more", **sent).status_code == 303  # type: ignore[arg-type] # several values of one field
    workshop.deliver()
    visitor.get(workshop.confirm_link("ada@example.org"))
    visitor.press("/confirm/")
    workshop.deliver()
    return workshop.manage_link("ada@example.org")


def states(workshop: Workshop) -> dict[str, tuple[State, int | None]]:
    with workshop.writing() as session:
        rows = session.execute(select(Pledge.key, Commitment).join(Commitment.pledge).order_by(Pledge.position))
        return {key: (commitment.state, commitment.amount) for key, commitment in rows}


def totals(workshop: Workshop, letter: Letter, key: str) -> Totals:
    with workshop.writing() as session:
        pledge = queries.get_pledge(session, letter, key)
        return counting.list_totals(session, [pledge])[pledge.id]


def test_one_sees_what_one_has_pledged_and_what_else_one_can(workshop: Workshop, own: str, visitor: Visitor) -> None:
    visitor.get(own)
    for said in (
        "Your pledges", "I will give.", "How much: €20", "Reference: ", "https://pay.example.org", "pledged it",
        "waits for others", "binds only once 100 have pledged it; 1 by now.", "Pledge something more",
        "I will speak up.",
    ):  # fmt: skip
        assert said in visitor.text
    (offered,) = visitor.page.find_all("input", {"type": "checkbox", "name": "pledge"})
    assert offered["value"] == "speak"


def test_a_pledge_is_added_later_and_binds_at_once(
    workshop: Workshop, letter: Letter, own: str, visitor: Visitor
) -> None:
    answer = visitor.post(f"{own}/pledges", {"pledge": "speak"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{own}?said=pledged#said")
    assert states(workshop)["speak"] == (State.MADE, None)
    assert totals(workshop, letter, "speak") == Totals(unreported=1)


def test_an_amount_is_changed_while_nothing_is_reported(
    workshop: Workshop, letter: Letter, own: str, visitor: Visitor
) -> None:
    visitor.post(f"{own}/pledges", {"pledge": "give", "pledge-give-amount": "35.50"})
    assert totals(workshop, letter, "give") == Totals(unreported=1, pledged=3550)
    with workshop.writing() as session:
        signature_id = session.scalars(select(Signature.id)).one()
        reporting.report(session, signature_id, {"give": Outcome(State.KEPT)}, now=clock.now())
    visitor.post(f"{own}/pledges", {"pledge": "give", "pledge-give-amount": "9"})
    assert totals(workshop, letter, "give") == Totals(kept=1, pledged=3550, delivered=3550)
    visitor.get(own)
    assert "Change the amount" not in visitor.text


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"pledge": "give", "pledge-give-amount": "1"}, "The least is €5."),
        ({"pledge": "give"}, "Say how much, in EUR"),
        ({"pledge": "none"}, "Choose among the pledges of this letter."),
        ({}, "Tick what you pledge, then press the button again."),
    ],
)
def test_what_can_not_be_pledged_comes_back_with_the_page(
    workshop: Workshop, own: str, visitor: Visitor, sent: dict[str, str], said: str
) -> None:
    before = states(workshop)
    assert visitor.post(f"{own}/pledges", sent).status_code == 422
    assert said in visitor.text
    assert visitor.text.count("thing is still to mend") == 1
    assert states(workshop) == before


def test_one_pledge_is_taken_back_alone_and_can_be_made_anew(
    workshop: Workshop, letter: Letter, own: str, visitor: Visitor
) -> None:
    visitor.get(own)
    visitor.press("/pledges/give/withdraw")
    assert states(workshop) == {"give": (State.WITHDRAWN, None), "strike": (State.WAITING, None)}
    assert totals(workshop, letter, "give") == Totals()
    assert visitor.post(f"{own}/pledges/give/withdraw").status_code == 303
    assert visitor.post(f"{own}/pledges/unknown/withdraw").status_code == 404
    visitor.post(f"{own}/pledges", {"pledge": "give", "pledge-give-amount": "50"})
    assert totals(workshop, letter, "give") == Totals(unreported=1, pledged=5000)


def test_who_takes_a_pledge_back_gets_a_last_word_about_it(workshop: Workshop, own: str, visitor: Visitor) -> None:
    for _ in range(2):
        visitor.post(f"{own}/pledges/give/withdraw")
    (mail,) = workshop.deliver()
    assert (mail["To"], mail["Subject"]) == ("ada@example.org", "You took a pledge back: Ask more of us")
    said = " ".join(plain(mail).split())
    assert "I will give." in said
    assert "I will strike." not in said
    assert "what you reported on it is erased" in said
    assert visitor.get(link(mail, "manage")).status_code == 200


def test_a_pledge_made_anew_or_a_signature_withdrawn_needs_no_word_about_the_pledge(
    workshop: Workshop, own: str, visitor: Visitor
) -> None:
    visitor.post(f"{own}/pledges/give/withdraw")
    visitor.post(f"{own}/pledges", {"pledge": "give", "pledge-give-amount": "50"})
    assert workshop.deliver() == []
    visitor.post(f"{own}/pledges/give/withdraw")
    visitor.post(f"{own}/withdraw")
    assert [mail["Subject"] for mail in workshop.deliver()] == ["Your signature is withdrawn: Ask more of us"]


def test_taking_back_over_and_over_is_told_a_few_times_a_day(workshop: Workshop, own: str, visitor: Visitor) -> None:
    for _ in range(LAST_WORDS_A_DAY + 2):
        visitor.post(f"{own}/pledges/give/withdraw")
        visitor.post(f"{own}/pledges", {"pledge": "give", "pledge-give-amount": "50"})
    told = [mail for mail in workshop.outbox() if mail.event == PLEDGE_WITHDRAWN]
    assert len(told) == LAST_WORDS_A_DAY
    with time_machine.travel(clock.now() + timedelta(days=1, minutes=1)):
        visitor.post(f"{own}/pledges/give/withdraw")
        assert len(workshop.deliver()) == 1


def test_pledges_are_shown_and_hidden(workshop: Workshop, own: str, visitor: Visitor) -> None:
    for wish, said in (({"show_pledges": "y"}, "Hide my name there"), ({}, "Show my name beside my pledges")):
        assert visitor.post(f"{own}/pledges/show", wish).status_code == 303
        with workshop.writing() as session:
            assert set(session.scalars(select(Commitment.shown))) == {bool(wish)}
        visitor.get(own)
        assert said in visitor.text


def test_who_is_asked_no_more_can_be_asked_again(workshop: Workshop, own: str, visitor: Visitor) -> None:
    visitor.get(own)
    assert "When they are due we ask you by mail" in visitor.text
    visitor.press("/pledges/ask")
    assert "No mail asks you what became of them" in visitor.text
    with time_machine.travel("2027-06-02T12:00:00Z"):
        assert workshop.deliver() == []
        visitor.get(own)
        visitor.press("/pledges/ask")
        assert "We ask you by mail what became of them." in visitor.text
    with time_machine.travel("2027-06-10T12:00:00Z"):
        (mail,) = workshop.deliver()
        assert mail["Subject"].startswith("What became of your pledge?")


def test_the_download_holds_the_pledges_and_all_that_was_reported(
    workshop: Workshop, own: str, visitor: Visitor
) -> None:
    with workshop.writing() as session:
        signature_id = session.scalars(select(Signature.id)).one()
        half = Outcome(State.PARTLY, 1050, "Half of it.", "https://example.org/receipt")
        reporting.report(session, signature_id, {"give": half}, now=clock.now())
    give, strike = visitor.get(f"{own}/download").get_json()["pledges"]
    assert (give["key"], give["amount"], give["delivered"], give["unit"]) == ("give", "20.00", "10.50", "EUR")
    assert (give["wording"], give["state"], strike["state"]) == ("I will give.", "partly", "waiting")
    (report,) = give["reports"]
    assert (report["outcome"], report["note"], report["evidence"]) == (
        "partly", "Half of it.", "https://example.org/receipt",
    )  # fmt: skip


def test_nothing_is_pledged_past_its_date(workshop: Workshop, own: str, visitor: Visitor) -> None:
    with time_machine.travel("2027-06-02T12:00:00Z"):
        visitor.get(own)
        assert "Change the amount" not in visitor.text
        assert visitor.post(f"{own}/pledges", {"pledge": "speak"}).status_code == 422
        assert "past its date" in visitor.text
    assert "speak" not in states(workshop)


def test_nothing_is_pledged_with_a_withdrawn_signature(workshop: Workshop, own: str, visitor: Visitor) -> None:
    visitor.get(own)
    visitor.press("/withdraw")
    visitor.post(f"{own}/withdraw")
    for path in ("pledges", "pledges/show", "pledges/ask", "pledges/give/withdraw"):
        assert visitor.post(f"{own}/{path}", {"pledge": "speak"}).status_code == 410, path
    visitor.get(own)
    assert "Your pledges" not in visitor.text
    assert {state for state, _ in states(workshop).values()} == {State.WITHDRAWN}


def test_nothing_more_is_pledged_under_a_withdrawn_letter(
    workshop: Workshop, letter: Letter, own: str, visitor: Visitor
) -> None:
    with workshop.writing() as session:
        withdrawing.withdraw(session, get_letter(session, letter.slug), "Agreed.", now=clock.now())
    visitor.get(own)
    assert "Pledge something more" not in visitor.text
    assert "Change the amount" not in visitor.text
    assert visitor.post(f"{own}/pledges", {"pledge": "speak"}).status_code == 409
    assert visitor.post(f"{own}/pledges/give/withdraw").status_code == 303


def test_looking_at_the_page_pledges_nothing(workshop: Workshop, own: str, visitor: Visitor) -> None:
    before = states(workshop)
    visitor.get(own)
    assert visitor.get(f"{own}/pledges?pledge=speak").status_code == 303
    for path in ("pledges/show", "pledges/ask", "pledges/give/withdraw"):
        assert visitor.get(f"{own}/{path}").status_code == 405
    assert visitor.post(f"{own[:-3]}/pledges", {"pledge": "speak"}).status_code == 404
    from_elsewhere = {"Sec-Fetch-Site": "cross-site"}
    assert visitor.post(f"{own}/pledges", {"pledge": "speak"}, headers=from_elsewhere).status_code == 403
    assert states(workshop) == before
