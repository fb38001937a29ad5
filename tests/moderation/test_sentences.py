"""A sentence under one's name is judged on its own: a name may stand without it, and none shows unread."""

import pytest

from pledges.signature import changing, statements
from pledges.signature.models import StatementState
from pledges.signature.states import State
from pledges.signature.words import Display
from pledges.tally.queries import Figures
from tests.moderation.desk import decide, flashed, history, revise
from tests.moderation.sentences import SENTENCE, is_shown, sentences, statement_state
from tests.people import Visitor, Workshop
from tests.signature import society


@pytest.mark.parametrize(
    ("decision", "state", "statement"),
    [
        ("approve", State.APPROVED, StatementState.APPROVED),
        ("approve_name", State.APPROVED, StatementState.REJECTED),
        ("reject", State.REJECTED, StatementState.WAITING),
    ],
)
def test_a_name_that_waits_is_decided_with_its_sentence(
    workshop: Workshop,
    moderator: Visitor,
    decision: str,
    state: State,
    statement: StatementState,
) -> None:
    signature = workshop.confirmed(workshop.letter(), statement=SENTENCE)
    assert statement_state(workshop, signature) is StatementState.WAITING
    moderator.get("/moderation/ask-more")
    assert {b["value"] for b in moderator.page.select("[data-decide] button")} == {"approve", "approve_name", "reject"}
    assert decide(moderator, "ask-more", [signature.id], decision, "made up").status_code == 303
    assert (workshop.state(signature), statement_state(workshop, signature)) == (state, statement)
    if state is State.APPROVED:
        assert is_shown(moderator) is (decision == "approve")
    assert sentences(moderator) == []


def test_names_without_sentences_are_not_offered_to_be_approved_without_them(
    workshop: Workshop, moderator: Visitor
) -> None:
    signature = workshop.confirmed(workshop.letter())
    moderator.get("/moderation/ask-more")
    assert "approve_name" not in {button["value"] for button in moderator.page.select("[data-decide] button")}
    decide(moderator, "ask-more", [signature.id], "approve_name")
    assert (workshop.state(signature), statement_state(workshop, signature)) == (State.APPROVED, None)
    assert history(workshop, signature)[-1].reason is None


def test_that_a_name_was_approved_alone_is_recorded(workshop: Workshop, moderator: Visitor) -> None:
    signature = workshop.confirmed(workshop.letter(), statement=SENTENCE)
    decide(moderator, "ask-more", [signature.id], "approve_name")
    assert history(workshop, signature)[-1].reason == "without the sentence"
    assert "1 name approved without the sentence." in flashed(moderator, "ask-more")


def test_a_sentence_holds_no_name_under_the_flag_policy_and_waits_alone(workshop: Workshop, moderator: Visitor) -> None:
    letter = workshop.letter(moderation="flag")
    signature = workshop.confirmed(letter, statement=SENTENCE)
    assert (signature.state, signature.flags) == (State.APPROVED, [])
    assert not is_shown(moderator)
    assert sentences(moderator) == [signature.id]
    assert "1 sentence waits" in moderator.text
    moderator.press(
        "/decide", "approve_statement", signature=[signature.id], seen=f"{signature.id}:{signature.edition}"
    )
    assert "1 sentence approved." in moderator.text
    assert is_shown(moderator)
    assert sentences(moderator) == []
    assert workshop.figures(letter) == Figures(approved=1)


def test_a_rejected_sentence_leaves_the_name_and_the_count(workshop: Workshop, moderator: Visitor) -> None:
    letter = workshop.letter(moderation="flag")
    signature = workshop.confirmed(letter, statement=SENTENCE)
    decide(moderator, "ask-more", [signature.id], "reject_statement", "insults somebody")
    assert "1 sentence rejected." in flashed(moderator, "ask-more")
    assert not is_shown(moderator)
    assert "Ada Example" in moderator.get("/letters/ask-more").get_data(as_text=True)
    assert workshop.figures(letter) == Figures(approved=1)
    event = history(workshop, signature)[-1]
    assert (event.old, event.new, event.reason) == (
        State.APPROVED,
        State.APPROVED,
        "sentence rejected: insults somebody",
    )


def test_a_judged_sentence_can_be_judged_anew(workshop: Workshop, moderator: Visitor) -> None:
    signature = workshop.confirmed(workshop.letter(), statement=SENTENCE)
    decide(moderator, "ask-more", [signature.id], "approve")
    revise(moderator, "ask-more", [signature.id], "remove_statement")
    assert not is_shown(moderator)
    revise(moderator, "ask-more", [signature.id], "take_back_statement")
    assert sentences(moderator) == [signature.id]
    decide(moderator, "ask-more", [signature.id], "approve_statement")
    assert is_shown(moderator)


def test_a_name_rejected_after_its_sentence_was_judged_can_still_be_rejected(
    workshop: Workshop, moderator: Visitor
) -> None:
    """Who has read the sentence has not decided on the name."""
    signature = workshop.confirmed(workshop.letter(moderation="flag"), statement=SENTENCE)
    decide(moderator, "ask-more", [signature.id], "approve_statement")
    decide(moderator, "ask-more", [signature.id], "reject", "made up")
    assert workshop.state(signature) is State.REJECTED


@pytest.mark.parametrize("display", [Display.AFFILIATION, Display.ANONYMOUS])
def test_a_sentence_that_is_never_shown_bothers_nobody(
    workshop: Workshop, moderator: Visitor, display: Display
) -> None:
    letter = workshop.letter(moderation="flag", anonymous="true")
    workshop.confirmed(letter, statement=SENTENCE, display=display, role="Nurse")
    assert sentences(moderator) == []
    with workshop.writing() as session:
        assert (statements.count_unread(session), statements.newest_unread(session)) == ({}, {})


@pytest.mark.parametrize("display", [Display.AFFILIATION, Display.ANONYMOUS])
@pytest.mark.parametrize("decision", ["approve", "approve_name"])
def test_a_sentence_that_is_never_shown_is_not_read_with_its_name_and_waits_until_it_would_be(
    workshop: Workshop, moderator: Visitor, display: Display, decision: str
) -> None:
    letter = workshop.letter(anonymous="true")
    signature = workshop.confirmed(letter, statement=SENTENCE, display=display, role="Nurse")
    moderator.get("/moderation/ask-more")
    assert "Ada Example" in moderator.text
    assert {Display.AFFILIATION: "name not shown", Display.ANONYMOUS: "not listed"}[display] in moderator.text
    assert SENTENCE not in moderator.text
    assert "has a sentence to read" not in moderator.text
    assert moderator.page.select_one("button[value=approve_name]") is None
    decide(moderator, "ask-more", [signature.id], decision)
    decide(moderator, "ask-more", [signature.id], "approve_statement")
    moderator.get("/moderation/ask-more/decided")
    assert SENTENCE not in moderator.text
    assert moderator.page.select_one("button[value=take_back_statement]") is None
    assert (workshop.state(signature), statement_state(workshop, signature)) == (State.APPROVED, StatementState.WAITING)
    assert sentences(moderator) == []
    with workshop.writing() as session:
        wish = changing.Wish(Display.PUBLIC, role="Nurse", affiliation=None, statement=SENTENCE)
        changing.change(session, signature.id, wish, now=workshop.now())
    assert sentences(moderator) == [signature.id]
    assert not is_shown(moderator)


def test_an_organizations_sentence_is_read_with_its_name(workshop: Workshop, moderator: Visitor) -> None:
    letter = workshop.letter(anonymous="true")
    assert society.sign(moderator, statement=SENTENCE, display="anonymous") == 422
    assert society.confirm(workshop, moderator, statement=SENTENCE) == 303
    moderator.get("/moderation/ask-more")
    assert SENTENCE in moderator.text
    (organization,) = society.stored(workshop, letter)
    decide(moderator, "ask-more", [organization.id], "approve")
    assert statement_state(workshop, organization) is StatementState.APPROVED


def test_sentences_of_another_letter_and_of_names_that_wait_are_left_alone(
    workshop: Workshop, moderator: Visitor
) -> None:
    workshop.letter(moderation="flag")
    other = workshop.confirmed(workshop.letter("other", moderation="flag"), statement=SENTENCE)
    waiting = workshop.confirmed(workshop.letter("third"), statement=SENTENCE)
    for slug in ("ask-more", "third"):
        decide(moderator, slug, [other.id, waiting.id, 99_999], "approve_statement")
    assert statement_state(workshop, other) is statement_state(workshop, waiting) is StatementState.WAITING


def test_the_own_page_says_what_became_of_the_sentence(workshop: Workshop, moderator: Visitor) -> None:
    signature = workshop.confirmed(workshop.letter(moderation="flag"), statement=SENTENCE)
    workshop.deliver()
    path = workshop.manage_link("ada@example.org")
    moderator.get(path)
    assert "waits for a moderator; until then it is not shown" in moderator.text
    decide(moderator, "ask-more", [signature.id], "approve_statement")
    moderator.get(path)
    assert "has read it and approved it" in moderator.text
    revise(moderator, "ask-more", [signature.id], "remove_statement")
    moderator.get(path)
    assert "decided not to show this sentence" in moderator.text
