"""The signatory's own page: what is stored, and taking one's name back."""

import pytest
import time_machine

from pledges.moderation import deciding
from pledges.signature import desk, queries
from pledges.signature.links import manage_token
from pledges.signature.states import State
from pledges.signature.withdrawing import withdraw
from pledges.tally.queries import Figures
from tests.crowds import dump, in_state, stolen
from tests.mailing import link, plain
from tests.people import Visitor, Workshop

WORDS = {
    "name": "María Núñez",
    "role": "Editor & critic",
    "affiliation": "Casa <Azul>",
    "country": "ES",
    "statement": "I will speak up.",
}


def own_page(workshop: Workshop, visitor: Visitor, email: str = "ada@example.org", **fields: str) -> str:
    visitor.sign("ask-more", email=email, **fields)
    workshop.deliver()
    visitor.post(workshop.confirm_link(email))
    workshop.deliver()
    return workshop.manage_link(email)


@pytest.mark.parametrize("display", ["public", "affiliation", "anonymous"])
def test_the_own_page_shows_all_that_is_stored(workshop: Workshop, visitor: Visitor, display: str) -> None:
    workshop.letter(anonymous="true")
    path = own_page(workshop, visitor, **WORDS, display=display)
    assert visitor.get(path).status_code == 200
    for shown in ("María Núñez", "Editor & critic", "Casa <Azul>", "Spain", "I will speak up.", "ada@example.org"):
        assert shown in visitor.text
    assert visitor.page.select_one("azul") is None


def test_the_own_page_lasts_longer_than_a_year_and_not_for_ever(workshop: Workshop, visitor: Visitor) -> None:
    with time_machine.travel("2027-03-01T12:00:00Z", tick=False) as time:
        workshop.letter()
        path = own_page(workshop, visitor)
        time.shift(400 * 24 * 3600 - 1)
        assert visitor.get(path).status_code == 200
        time.shift(1)
        assert visitor.get(path).status_code == visitor.post(f"{path}/withdraw").status_code == 410


@pytest.mark.parametrize("display", ["public", "affiliation", "anonymous"])
@pytest.mark.parametrize("state", [State.AWAITING, State.APPROVED, State.QUARANTINED, State.REJECTED])
def test_withdrawing_erases_every_word(workshop: Workshop, visitor: Visitor, state: State, display: str) -> None:
    letter = workshop.letter(anonymous="true")
    signature = in_state(workshop, letter, state, "ada@example.org", display=display, **WORDS)
    with workshop.app.app_context():
        visitor.get(f"/manage/{manage_token(signature, workshop.now())}")
    visitor.press("/withdraw")
    assert visitor.response.status_code == 200
    assert "withdrawn" in visitor.text
    workshop.deliver()
    rows = repr(dump(workshop))
    for word in (*WORDS.values(), "Núñez", "Azul", "ada@example.org", "no such person"):
        assert word == "ES" or word not in rows, word
    with workshop.writing() as session:
        row = queries.find_signature(session, signature.id)
        assert (row.email, row.hidden, row.country, row.flags, row.updates) == (None, None, None, [], False)
        assert set(vars(row.words).values()) == {None}
        assert (row.email_digest is None) == (state in (State.AWAITING, State.APPROVED))
    assert workshop.figures(letter) == Figures(withdrawn=1)
    visitor.get("/letters/ask-more/signatories?q=maria")
    assert not visitor.page.select(".signatory")


def test_withdrawing_asks_a_second_time_before_the_button(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    visitor.get(own_page(workshop, visitor))
    folded = visitor.page.select_one("details:not([open]) form[action$='/withdraw']")
    assert folded is not None
    assert folded.get_text(strip=True) == "Yes, withdraw it for good"
    assert len(visitor.page.select("form[action$='/withdraw']")) == 1


def test_withdrawing_is_followed_by_one_last_word(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    path = own_page(workshop, visitor)
    for _ in range(3):
        response = visitor.post(f"{path}/withdraw")
        assert (response.status_code, response.headers["Location"]) == (303, f"{path}?said=withdrawn")
    (mail,) = workshop.deliver()
    assert mail["To"] == "ada@example.org"
    assert "withdrawn" in plain(mail)
    assert "/confirm/" not in mail.as_string()
    assert workshop.deliver() == []
    visitor.get(link(mail, "manage"))
    assert "What is still stored says that somebody signed and withdrew" in visitor.text
    left = visitor.get(str(visitor.page.select_one("a[download]")["href"])).get_json()
    assert (left["state"], left["address"]) == ("withdrawn", None)
    assert set(left["words"].values()) == {None}
    assert workshop.figures(letter) == Figures(withdrawn=1)
    assert "ada@example.org" not in stolen(workshop).decode("latin-1")


def test_the_last_word_forgets_its_recipient_once_it_is_sent(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    path = own_page(workshop, visitor)
    visitor.post(f"{path}/withdraw")
    assert [owed.recipient for owed in workshop.outbox() if owed.event == "withdrawn"] == ["ada@example.org"]
    workshop.deliver()
    assert {owed.recipient for owed in workshop.outbox()} == {None}


def test_the_thanks_of_someone_who_withdrew_at_once_are_not_sent(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    signature = workshop.confirmed(letter)
    with workshop.writing() as session:
        withdraw(session, signature.id, now=workshop.now())
    (mail,) = workshop.deliver()
    assert "withdrawn" in plain(mail)


def test_whoever_withdrew_may_sign_again(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    visitor.post(f"{own_page(workshop, visitor)}/withdraw")
    workshop.deliver()
    path = own_page(workshop, visitor, name="Ada Again")
    visitor.get(path)
    assert "Ada Again" in visitor.text
    assert workshop.figures(letter) == Figures(awaiting=1, withdrawn=1)


def test_a_rejected_signatory_who_withdraws_is_held_when_signing_again(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(moderation="flag")
    path = own_page(workshop, visitor)
    with workshop.writing() as session:
        ids = [row.id for row in queries.list_listed(session, letter, limit=1)[0]]
        deciding.reject(session, letter, ids, reason="made up", account_id=None, now=workshop.now())
    visitor.post(f"{path}/withdraw")
    assert workshop.figures(letter) == Figures(withdrawn=1)
    own_page(workshop, visitor, email="ADA@example.org")
    with workshop.writing() as session:
        (held,) = desk.list_waiting(session, letter, limit=9)[0]
    assert (held.state, held.flags) == (State.AWAITING, ["returned"])


def test_a_link_to_one_persons_page_opens_no_other(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    first = own_page(workshop, visitor)
    own_page(workshop, visitor, email="eve@example.org", name="Eve Other")
    visitor.get(first)
    assert "Eve Other" not in visitor.text
    visitor.post(f"{first}/withdraw")
    assert workshop.figures(letter) == Figures(awaiting=1, withdrawn=1)
