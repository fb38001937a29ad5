"""What was decided can be taken back, and a name taken off."""

from pledges.organizer.models import Account
from pledges.signature.states import State
from pledges.tally.queries import Figures
from tests.crowds import crowd, dump, in_state
from tests.moderation.desk import decide, history, revise, waiting_ids
from tests.people import Visitor, Workshop


def test_a_rejection_taken_back_makes_the_name_wait_again(
    workshop: Workshop, moderator: Visitor, account: Account
) -> None:
    letter = workshop.letter()
    signature = in_state(workshop, letter, State.REJECTED)
    moderator.get("/moderation/ask-more/decided")
    moderator.press("/revise", button="take_back")
    assert "The name waits in the queue again." in moderator.text
    assert workshop.figures(letter) == Figures(awaiting=1)
    moderator.get("/moderation/ask-more")
    assert waiting_ids(moderator) == [signature.id]
    event = history(workshop, signature)[-1]
    assert (event.old, event.new, event.account_id) == (State.REJECTED, State.AWAITING, account.id)
    decide(moderator, "ask-more", [signature.id], "approve")
    assert workshop.state(signature) is State.APPROVED


def test_a_name_is_taken_off_whoever_approved_it(workshop: Workshop, moderator: Visitor, account: Account) -> None:
    letter = workshop.letter()
    signature = in_state(workshop, letter, State.APPROVED)
    moderator.get("/moderation/ask-more/decided")
    moderator.press("/revise", button="remove", reason="it was forged")
    assert "The name is taken off the list and the count." in moderator.text
    assert workshop.figures(letter) == Figures(rejected=1)
    event = history(workshop, signature)[-1]
    assert (event.account_id, event.reason) == (account.id, "it was forged")
    moderator.get("/letters/ask-more/signatories")
    assert "Ada Example" not in moderator.text


def test_taking_a_name_off_needs_a_reason(workshop: Workshop, moderator: Visitor) -> None:
    signature = in_state(workshop, workshop.letter(), State.APPROVED)
    before = dump(workshop)
    assert revise(moderator, "ask-more", [signature.id], "remove").status_code == 422
    assert "Say why in a word or two." in moderator.text
    assert dump(workshop) == before


def test_a_missing_reason_is_told_at_the_row_and_leads_there(workshop: Workshop, moderator: Visitor) -> None:
    letter = workshop.letter()
    ada, bea = crowd(workshop, letter, ["Ada Example", "Bea Example"])
    assert revise(moderator, "ask-more", [ada.id], "remove", " ").status_code == 422
    page = moderator.page
    assert [a["href"] for a in page.select("#errors a")] == [f"#reason-{ada.id}"]
    (field,) = page.select("[aria-invalid]")
    assert field["id"] == f"reason-{ada.id}"
    assert page.select_one(f"#{field['aria-describedby']}").get_text() == "Say why in a word or two."
    assert not page.select(f"#reason-{bea.id}-error")


def test_a_decision_far_down_comes_back_to_its_own_page(workshop: Workshop, moderator: Visitor) -> None:
    oldest = crowd(workshop, workshop.letter(), [f"Name {number}" for number in range(101)])[0]
    moderator.get("/moderation/ask-more/decided")
    following = moderator.page.select_one("a[rel=next]")["href"]
    moderator.get(f"/moderation/ask-more/decided{following}")
    moderator.press("/revise", button="remove", reason="")
    assert moderator.response.status_code == 422
    assert moderator.page.select_one("[aria-invalid]")["id"] == f"reason-{oldest.id}"
    moderator.press("/revise", button="remove", reason="made up")
    assert moderator.response.request.path == "/moderation/ask-more/decided"
    assert [box["value"] for box in moderator.page.select("input[name=signature]")] == [str(oldest.id)]


def test_a_queues_decision_is_none_for_what_was_decided(workshop: Workshop, moderator: Visitor) -> None:
    signature = in_state(workshop, workshop.letter(), State.AWAITING)
    for decision in ("approve", "reject", "nonsense", ""):
        assert revise(moderator, "ask-more", [signature.id], decision, "because").status_code == 422
    for decision in ("take_back", "remove"):
        assert revise(moderator, "ask-more", [signature.id], decision, "because").status_code == 303
    assert workshop.state(signature) is State.AWAITING


def test_garbage_is_refused_here_too(workshop: Workshop, moderator: Visitor) -> None:
    in_state(workshop, workshop.letter(), State.APPROVED)
    before = dump(workshop)
    for ids in ([], ["x"], ["0"], [str(2**62)]):
        assert revise(moderator, "ask-more", ids, "remove", "because").status_code == 422
    assert dump(workshop) == before


def test_names_of_another_letter_are_left_alone(workshop: Workshop, moderator: Visitor) -> None:
    workshop.letter()
    other = in_state(workshop, workshop.letter("another"), State.APPROVED)
    assert revise(moderator, "ask-more", [other.id], "remove", "because").status_code == 303
    assert workshop.state(other) is State.APPROVED


def test_what_was_decided_is_listed_newest_first_with_its_history(workshop: Workshop, moderator: Visitor) -> None:
    letter = workshop.letter()
    crowd(workshop, letter, [f"Name {n}" for n in range(101)])
    in_state(workshop, letter, State.REJECTED, name="Mickey Mouse")
    moderator.get("/moderation/ask-more/decided")
    rows = moderator.page.select(".queue__row")
    assert len(rows) == 100
    assert "Mickey Mouse" in rows[0].get_text()
    assert "waits for a moderator → rejected" in rows[0].get_text()
    assert "no such person" in rows[0].get_text()
    assert "Name 100" in rows[1].get_text()
    following = moderator.page.select_one("a[rel=next]")["href"]
    moderator.get(f"/moderation/ask-more/decided{following}")
    assert [row.select_one(".queue__name").get_text() for row in moderator.page.select(".queue__row")] == [
        "Name 1",
        "Name 0",
    ]
