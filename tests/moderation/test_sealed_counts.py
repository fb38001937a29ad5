"""Where only what moderators let through is counted, they let in what is sealed, too, and read it before it shows."""

import pytest
import time_machine
from sqlalchemy import event

from pledges import clock
from pledges.letter.models import Letter
from pledges.moderation import deciding
from pledges.signature import queries
from pledges.signature.models import Signature
from pledges.signature.states import State
from pledges.tally.queries import Figures
from tests.crowds import in_state
from tests.mailing import plain
from tests.moderation.desk import decide, flashed, history, revise, told, waiting_ids
from tests.people import Visitor, Workshop

WORDS = {"role": "Zookeeper", "affiliation": "Zoo of Pickering", "statement": "I saw it myself."}
SECRETS = ("Quillfeather", "Zookeeper", "Pickering", "saw it", "timid", "hiding.example")
HOLD = {"moderation": "hold", "count": "approved", "together": 3}


def sealed_under(workshop: Workshop, letter: Letter) -> Signature:
    return workshop.confirmed(letter, "timid@hiding.example", "Timid Quillfeather", together=True, **WORDS)


def row_of(workshop: Workshop, signature: Signature) -> Signature:
    with workshop.writing() as session:
        found = queries.find_signature(session, signature.id)
        assert found is not None
        return found


def others_come(workshop: Workshop, letter: Letter) -> None:
    for number in range(2):
        workshop.confirmed(letter, f"other-{number}@example.org", f"Other {number}")
    work(workshop)


def work(workshop: Workshop, days: int = 0) -> None:
    """Runs the worker as often as telling, mailing and showing need."""
    for sweep in workshop.worker.sweeps:
        sweep.next_at = None
    for seconds in (0, 3, 6, 26):
        with time_machine.travel(clock.now().timestamp() + days * 24 * 3600 + seconds):
            workshop.worker.work()


def count(visitor: Visitor) -> int:
    return int(visitor.get("/api/v1/letters/ask-more/count").get_json()["count"])


def told_on(moderator: Visitor, *pages: str) -> list[str]:
    said = " ".join(moderator.get(page).get_data(as_text=True) for page in pages)
    return [secret for secret in SECRETS if secret in said]


PAGES = ("/moderation/", "/moderation/ask-more", "/moderation/ask-more/decided")


def test_a_sealed_signature_is_let_into_the_count_without_being_read(workshop: Workshop, moderator: Visitor) -> None:
    letter = workshop.letter(**HOLD)
    sealed = sealed_under(workshop, letter)
    (mail,) = told(workshop)
    assert "1 name" in plain(mail)
    assert told_on(moderator, *PAGES) == []
    moderator.get("/moderation/ask-more")
    assert f"Sealed signature number {sealed.id} until enough have signed" in moderator.text
    assert waiting_ids(moderator) == [sealed.id]
    assert moderator.page.select_one("button[value=approve_name]") is None
    assert count(moderator) == 0
    moderator.get("/moderation/ask-more")
    moderator.press("/decide", button="approve", signature=sealed.id)
    assert "1 name approved." in moderator.text
    assert waiting_ids(moderator) == []
    assert (count(moderator), workshop.figures(letter)) == (1, Figures(approved=1))
    assert told_on(moderator, *PAGES, "/letters/ask-more", "/letters/ask-more/signatories") == []
    row = row_of(workshop, sealed)
    assert (row.unread, row.checked, row.listed, row.statement_state) == (True, False, False, "waiting")


def test_it_is_counted_all_the_while_and_read_before_it_shows(workshop: Workshop, moderator: Visitor) -> None:
    letter = workshop.letter(**HOLD)
    sealed = sealed_under(workshop, letter)
    decide(moderator, "ask-more", [sealed.id], "approve")
    others_come(workshop, letter)
    assert workshop.figures(letter) == Figures(approved=1, awaiting=2)
    moderator.get("/moderation/ask-more")
    assert "Timid Quillfeather" in moderator.text
    assert "counted already, while it was sealed" in moderator.text
    assert sealed.id in waiting_ids(moderator)
    assert "Quillfeather" not in moderator.get("/moderation/ask-more/decided").text
    visitor = Visitor(workshop.app.test_client())
    work(workshop, days=2)
    assert row_of(workshop, sealed).together is False
    assert "Quillfeather" not in visitor.get("/letters/ask-more/signatories").text
    moderator.get("/moderation/ask-more")
    moderator.press("/decide", button="approve", signature=sealed.id)
    row = row_of(workshop, sealed)
    assert (row.unread, row.checked, row.listed, row.statement_state) == (False, True, True, "approved")
    assert workshop.figures(letter) == Figures(approved=1, awaiting=2)
    visitor.get("/letters/ask-more/signatories")
    assert "Timid Quillfeather" in visitor.text
    assert "I saw it myself." in visitor.text
    steps = [(step.old, step.new) for step in history(workshop, sealed)]
    assert steps[1:] == [(State.AWAITING, State.APPROVED), (State.APPROVED, State.APPROVED)]
    assert [step.reason for step in history(workshop, sealed)] == [None, "unread, while it was sealed", None]
    moderator.get("/moderation/ask-more/decided")
    assert moderator.text.count("read with its words and approved, by moderator number") == 1
    assert "waits for a moderator → approved, by moderator number 1: unread, while it was sealed" in moderator.text


def test_what_is_read_at_last_can_be_rejected(workshop: Workshop, moderator: Visitor) -> None:
    letter = workshop.letter(**HOLD)
    sealed = sealed_under(workshop, letter)
    decide(moderator, "ask-more", [sealed.id], "approve")
    others_come(workshop, letter)
    decide(moderator, "ask-more", [sealed.id], "reject", "No such person")
    assert workshop.state(sealed) is State.REJECTED
    assert workshop.figures(letter) == Figures(awaiting=2, rejected=1)
    moderator.get("/moderation/ask-more/decided")
    assert "Timid Quillfeather" in moderator.text


def test_a_page_from_before_it_was_read_lets_nothing_show(workshop: Workshop, moderator: Visitor) -> None:
    letter = workshop.letter(**HOLD)
    sealed = sealed_under(workshop, letter)
    moderator.get("/moderation/ask-more")
    old = Visitor(moderator.client)
    old.response = moderator.response
    decide(moderator, "ask-more", [sealed.id], "approve")
    others_come(workshop, letter)
    old.press("/decide", button="approve", signature=sealed.id)
    assert "The words have changed since you read them; nothing was decided." in old.text
    assert row_of(workshop, sealed).unread


@pytest.mark.parametrize("count_of", ["confirmed", "approved"])
def test_a_suspicious_one_is_let_in_unread_wherever_it_is_sealed(
    workshop: Workshop, moderator: Visitor, count_of: str
) -> None:
    letter = workshop.letter(**{**HOLD, "count": count_of, "moderation": "flag"})
    sealed = in_state(workshop, letter, State.QUARANTINED, "timid@hiding.example", "Timid Quillfeather", together=True)
    moderator.get("/moderation/ask-more")
    assert waiting_ids(moderator) == [sealed.id]
    assert "suspicious" in moderator.text
    assert told_on(moderator, *PAGES) == []
    decide(moderator, "ask-more", [sealed.id], "approve")
    assert count(moderator) == 1
    assert row_of(workshop, sealed).unread


def test_one_that_is_kept_out_sealed_can_be_taken_back_sealed(workshop: Workshop, moderator: Visitor) -> None:
    letter = workshop.letter(**HOLD)
    sealed = sealed_under(workshop, letter)
    decide(moderator, "ask-more", [sealed.id], "reject", "Signs for a whole network")
    assert "1 name rejected." in flashed(moderator, "ask-more")
    moderator.get("/moderation/ask-more/decided")
    assert f"Sealed signature number {sealed.id} until enough have signed" in moderator.text
    assert told_on(moderator, *PAGES) == []
    decide(moderator, "ask-more", [sealed.id], "approve")
    assert f"nothing was done to: Sealed signature number {sealed.id}: rejected" in flashed(moderator, "ask-more")
    revise(moderator, "ask-more", [sealed.id], "take_back")
    assert workshop.state(sealed) is State.AWAITING


def test_what_was_let_in_sealed_can_be_taken_off_sealed(workshop: Workshop, moderator: Visitor) -> None:
    letter = workshop.letter(**{**HOLD, "count": "confirmed"})
    sealed = in_state(workshop, letter, State.QUARANTINED, "timid@hiding.example", "Timid Quillfeather", together=True)
    decide(moderator, "ask-more", [sealed.id], "approve")
    moderator.get("/moderation/ask-more/decided")
    assert f"Sealed signature number {sealed.id} until enough have signed" in moderator.text
    assert "counts already, and is read before it shows" in moderator.text
    assert told_on(moderator, *PAGES) == []
    revise(moderator, "ask-more", [sealed.id], "remove", "Pressed by mistake")
    assert workshop.state(sealed) is State.REJECTED


def test_many_are_let_in_by_as_many_statements_sealed_or_not(workshop: Workshop, moderator: Visitor) -> None:
    letter = workshop.letter(**HOLD)
    chosen = [
        workshop.confirmed(
            letter, f"a{number}@example.org", f"Ada {number}", together=number % 2 == 0, statement="I am."
        )
        for number in range(20)
    ]
    ran: list[str] = []
    with workshop.writing() as session:
        event.listen(session.get_bind(), "before_cursor_execute", lambda *told: ran.append(told[2]))
        deciding.approve(session, letter, [row.id for row in chosen], account_id=None, now=workshop.now())
    assert len([statement for statement in ran if statement.startswith("UPDATE signature ")]) == 1
    assert workshop.figures(letter) == Figures(approved=20)


def test_the_sentence_of_a_sealed_one_is_nobodys_to_judge(workshop: Workshop, moderator: Visitor) -> None:
    letter = workshop.letter(**{**HOLD, "moderation": "flag"})
    sealed = sealed_under(workshop, letter)
    assert sealed.state is State.APPROVED
    decide(moderator, "ask-more", [sealed.id], "approve_statement")
    assert row_of(workshop, sealed).statement_state == "waiting"
    assert "Quillfeather" not in flashed(moderator, "ask-more")


@pytest.mark.parametrize("is_told", [False, True])
def test_who_takes_another_role_while_unread_stays_in_the_count(
    workshop: Workshop, moderator: Visitor, is_told: bool
) -> None:
    letter = workshop.letter(**HOLD)
    sealed = sealed_under(workshop, letter)
    workshop.deliver()
    decide(moderator, "ask-more", [sealed.id], "approve")
    if is_told:
        others_come(workshop, letter)
    before = workshop.figures(letter)
    path, visitor = workshop.manage_link("timid@hiding.example"), Visitor(workshop.app.test_client())
    visitor.get(path)
    assert "It counts." in visitor.text
    assert visitor.post(f"{path}/change", {"display": "public", "role": "Empress"}).status_code == 303
    row = row_of(workshop, sealed)
    assert (row.unread, row.flags, workshop.figures(letter)) == (True, ["reworded"], before)
    moderator.get("/moderation/ask-more")
    assert ("Empress" in moderator.text) == is_told


def test_its_signatory_is_told_that_a_moderator_reads_it_first(workshop: Workshop, moderator: Visitor) -> None:
    letter = workshop.letter(**HOLD)
    sealed = sealed_under(workshop, letter)
    decide(moderator, "ask-more", [sealed.id], "approve")
    workshop.deliver()
    others_come(workshop, letter)
    workshop.deliver()
    mail = next(m for m in workshop.sink.to("timid@hiding.example") if "about to show" in m["Subject"])
    assert "A moderator looks at it before." in plain(mail)
    visitor = Visitor(workshop.app.test_client())
    visitor.get(workshop.manage_link("timid@hiding.example"))
    assert "once a moderator has looked at it" in visitor.text
    work(workshop, days=2)
    assert "It counts. A moderator looks at it before it is shown." in visitor.get(
        workshop.manage_link("timid@hiding.example")
    ).get_data(as_text=True)
