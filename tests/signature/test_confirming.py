"""A link confirms exactly the submission that it was mailed for, once."""

import pytest
import time_machine

from pledges import clock
from pledges.letter import publishing
from pledges.letter.queries import get_letter
from pledges.moderation import deciding
from pledges.signature import desk
from pledges.signature.links import manage_token
from pledges.signature.states import Kind, State
from pledges.tally.queries import Figures
from tests.crowds import dump, in_state
from tests.letter.revisions import CHANGE, revise
from tests.mailing import link, plain
from tests.people import Visitor, Workshop

DAY = 24 * 3600


def mailed(workshop: Workshop, visitor: Visitor, **fields: str) -> str:
    visitor.sign("ask-more", **fields)
    workshop.deliver()
    return workshop.confirm_link(fields.get("email", "ada@example.org"))


def test_the_button_confirms_and_leads_to_the_thanks_page(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    path = mailed(workshop, visitor)
    response = visitor.post(path)
    assert (response.status_code, response.headers["Location"]) == (303, "/letters/ask-more/thanks")
    assert workshop.figures(letter) == Figures(awaiting=1)
    (thanks,) = workshop.deliver()
    assert "/manage/" in plain(thanks)
    assert "/confirm/" not in plain(thanks)


@pytest.mark.parametrize("display", ["public", "affiliation", "anonymous"])
def test_the_mail_says_what_was_chosen_and_pledged_and_nothing_that_was_written(
    workshop: Workshop, visitor: Visitor, display: str
) -> None:
    workshop.letter(anonymous="true", pledges="[{key: give, kind: amount, unit: EUR, text: I will give.}]")
    words = {"role": "Zookeeper", "affiliation": "Quillfeather House", "statement": "Buy my fine quills."}
    pledge = {"pledge": "give", "pledge-give-amount": "12.50"}
    visitor.sign("ask-more", display=display, **words, **pledge)
    (mail,) = workshop.deliver()
    html = mail.get_body(("html",))
    assert html is not None
    shown = {
        "public": "your name and what you wrote beside it",
        "affiliation": "your role and affiliation, not your name",
        "anonymous": "nothing: you are counted, not listed",
    }
    for text in (" ".join(plain(mail).split()), " ".join(html.get_content().split())):
        assert [each for each in shown.values() if each in text] == [shown[display]]
        assert "I will give. (€12.50)" in text
        assert not [word for word in ("Zookeeper", "Quillfeather", "quills") if word in text]
    visitor.get(link(mail, "manage"))
    assert "It is not confirmed yet" in visitor.text
    assert "It is confirmed" not in visitor.text
    visitor.press("/withdraw")
    assert visitor.get(link(mail, "confirm")).status_code == 410


def test_who_confirms_a_text_that_has_changed_is_told_what_is_left_to_do(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    path = mailed(workshop, visitor)
    revise(workshop, CHANGE)
    assert visitor.post(path).headers["Location"] == "/letters/ask-more/thanks/earlier"
    visitor.get("/letters/ask-more/thanks/earlier")
    assert "until you agree to the present text" in visitor.text
    assert workshop.figures(letter) == Figures(earlier=1)


def test_a_repeat_answers_the_same_and_changes_nothing(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    path = mailed(workshop, visitor)
    first = visitor.post(path)
    after = dump(workshop)
    for _ in range(3):
        again = visitor.post(path)
        assert (again.status_code, again.headers["Location"]) == (first.status_code, first.headers["Location"])
    assert dump(workshop) == after
    assert visitor.get(path).status_code == 200
    assert len(workshop.deliver()) == 1


def test_a_repeat_after_a_moderators_rejection_answers_the_same(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    path = mailed(workshop, visitor)
    visitor.post(path)
    with workshop.writing() as session:
        ids = [row.id for row in desk.list_waiting(session, letter, limit=1)[0]]
        deciding.reject(session, letter, ids, reason="made up", account_id=None, now=clock.now())
    assert visitor.post(path).headers["Location"] == "/letters/ask-more/thanks"
    assert workshop.figures(letter) == Figures(rejected=1)


def test_a_tampered_token_is_unknown(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    signature = workshop.sign(letter)
    workshop.deliver()
    path = workshop.confirm_link("ada@example.org")
    token = path.removeprefix("/confirm/")
    with workshop.app.app_context():
        for_another_purpose = manage_token(signature, clock.now())
    wrong = [token[:-1], token[1:], token + "x", token.swapcase(), token.replace(".", ""), "x", ".", "W10.x"]
    for tampered in [*wrong, for_another_purpose]:
        assert visitor.get(f"/confirm/{tampered}").status_code == 404, tampered
        assert visitor.post(f"/confirm/{tampered}").status_code == 404, tampered
        assert visitor.page.select_one("main a[href='/']"), "a way on"
    assert visitor.get(f"/manage/{token}").status_code == 404
    assert workshop.state(signature) is State.PENDING


def test_an_expired_link_is_gone_and_says_how_to_go_on(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    with time_machine.travel("2027-03-01T12:00:00Z", tick=False) as time:
        signature = workshop.sign(letter)
        workshop.deliver()
        path = workshop.confirm_link("ada@example.org")
        time.shift(7 * DAY - 1)
        assert visitor.get(path).status_code == 200
        time.shift(1)
        assert visitor.get(path).status_code == visitor.post(path).status_code == 410
        assert "a fresh link goes to the address" in visitor.text
    assert workshop.state(signature) is State.PENDING


def test_a_link_expires_a_week_after_its_mail_was_sent_not_after_signing(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    with time_machine.travel("2027-03-01T12:00:00Z", tick=False) as time:
        workshop.sign(letter)
        time.shift(3 * DAY)
        workshop.deliver()
        time.shift(7 * DAY - 1)
        assert visitor.post(workshop.confirm_link("ada@example.org")).status_code == 303


def test_the_link_of_a_withdrawn_signature_is_gone(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    path = mailed(workshop, visitor)
    visitor.post(path)
    workshop.deliver()
    visitor.post(f"{workshop.manage_link('ada@example.org')}/withdraw")
    assert visitor.get(path).status_code == visitor.post(path).status_code == 410
    assert workshop.figures(letter) == Figures(withdrawn=1)


def test_a_link_confirms_its_own_submission_and_erases_the_others(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    mine = mailed(workshop, visitor, name="Ada Example")
    forged = mailed(workshop, visitor, name="Eve Forger", email="Ada@example.org")
    other = mailed(workshop, visitor, name="Bob Other", email="bob@example.org")
    assert visitor.post(mine).status_code == 303
    assert visitor.get(forged).status_code == visitor.post(forged).status_code == 410
    (signed,) = (row for row in dump(workshop)["signature"] if "'awaiting'" in row)
    assert "Ada Example" in signed
    assert "Eve Forger" not in repr(dump(workshop))
    assert visitor.post(other).status_code == 303
    assert workshop.figures(letter) == Figures(awaiting=2)


def test_confirming_leaves_the_persons_other_letters_alone(workshop: Workshop, visitor: Visitor) -> None:
    other = workshop.sign(workshop.letter("another"))
    workshop.letter()
    workshop.deliver()
    visitor.post(mailed(workshop, visitor))
    assert workshop.state(other) is State.PENDING


def test_one_mailbox_may_sign_for_a_person_and_for_an_organization(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    organization = in_state(workshop, letter, State.APPROVED, kind=Kind.ORGANIZATION, name="Example Society")
    visitor.post(mailed(workshop, visitor))
    assert workshop.state(organization) is State.APPROVED
    assert workshop.figures(letter) == Figures(awaiting=1, organizations=1)


@pytest.mark.parametrize("closed_by", ["hand", "date"])
def test_a_closed_letter_takes_confirmations_for_a_day(workshop: Workshop, visitor: Visitor, closed_by: str) -> None:
    with time_machine.travel("2027-03-01T12:00:00Z", tick=False) as time:
        letter = workshop.letter(closes="2027-03-01T13:00:00Z")
        for name in ("ada", "eve"):
            workshop.sign(letter, f"{name}@example.org")
        workshop.deliver()
        time.shift(3600)
        if closed_by == "hand":
            with workshop.writing() as session:
                publishing.close(session, get_letter(session, "ask-more"), now=clock.now())
        time.shift(DAY - 1)
        assert visitor.post(workshop.confirm_link("ada@example.org")).status_code == 303
        time.shift(1)
        late = workshop.confirm_link("eve@example.org")
        assert visitor.get(late).status_code == visitor.post(late).status_code == 410
        assert visitor.post(workshop.confirm_link("ada@example.org")).status_code == 303
        assert workshop.figures(letter) == Figures(awaiting=1)


def test_what_is_pending_for_thirty_days_is_forgotten(workshop: Workshop) -> None:
    with time_machine.travel("2027-03-01T12:00:00Z", tick=False) as time:
        signature = workshop.sign(workshop.letter())
        kept = workshop.confirmed(workshop.letter("another"))
        time.shift(30 * DAY - 1)
        workshop.deliver()
        assert workshop.state(signature) is State.PENDING
        time.shift(3600)
        workshop.deliver()
        assert workshop.state(signature) is None
        assert workshop.state(kept) is State.AWAITING


def test_a_page_with_a_token_is_stored_nowhere_and_found_by_nobody(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    path = mailed(workshop, visitor)
    for response in (visitor.get(path), visitor.post(path), visitor.get("/confirm/x"), visitor.get("/manage/x")):
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Referrer-Policy"] == "strict-origin"
        assert "noindex" in response.headers["X-Robots-Tag"]
        assert "Set-Cookie" not in response.headers


def test_who_confirms_after_the_letter_has_closed_is_asked_to_pass_nothing_on(
    workshop: Workshop, visitor: Visitor
) -> None:
    letter = workshop.letter()
    path = mailed(workshop, visitor)
    with workshop.writing() as session:
        publishing.close(session, get_letter(session, letter.slug), now=clock.now())
    visitor.post(path)
    (thanks,) = workshop.deliver()
    visitor.get("/letters/ask-more/thanks")
    for text in (visitor.text, plain(thanks)):
        assert "should sign" not in text
