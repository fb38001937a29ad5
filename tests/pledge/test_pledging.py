"""One pledges while signing, in one form; what was pledged is shown before confirming, in the mail, and afterwards."""

import re

import pytest
import time_machine
from sqlalchemy import select

from pledges.letter import inviting, publishing
from pledges.letter.models import Letter
from pledges.letter.reading import read_letter_file
from pledges.pledge.models import Commitment, Pledge
from pledges.pledge.states import State
from pledges.signature.models import Signature
from tests.mailing import MailSink, plain
from tests.people import Visitor, Workshop
from tests.signature.test_statements import READING_THE_LETTER, SIGNING, counted

LETTER = """---
slug: ask-more
title: Ask more of us
language: en
to: The board
anonymous: true
pledges:
  - {key: speak, kind: act, text: I will speak up., due: 2027-06-01}
  - {key: give, kind: amount, unit: EUR, text: I will give., lowest: 5, highest: 5000, pay: "https://pay.example.org/"}
  - {key: strike, kind: act, text: I will strike., threshold: 1000, due: 2028-01-01}
translations:
  - language: es
    title: Pídannos más
    body: Pedimos más.
    pledges: {speak: Hablaré., give: Daré., strike: Haré huelga.}
---
We ask more.
"""


@pytest.fixture
def letter(workshop: Workshop) -> Letter:
    return made(workshop, LETTER)


def made(workshop: Workshop, file: str) -> Letter:
    with workshop.writing() as session:
        letter = publishing.create(session, read_letter_file(file), now=workshop.now())
        publishing.open_letter(session, letter, now=workshop.now())
    return letter


def commitments(workshop: Workshop) -> dict[str, Commitment]:
    with workshop.writing() as session:
        rows = session.execute(select(Pledge.key, Commitment).join(Commitment.pledge).order_by(Commitment.id))
        return dict(tuple(row) for row in rows)


def sign(visitor: Visitor, *pledges: str, lang: str = "en", **fields: str) -> int:
    data = {"name": "Ada Example", "email": "ada@example.org", "pledge": list(pledges)}
    amounts = {name.replace("_amount", "-amount"): value for name, value in fields.items()}
    path = "/letters/ask-more/sign" + ("?lang=es" if lang == "es" else "")
    amounts = {f"pledge-{name}" if name.endswith("-amount") else name: value for name, value in amounts.items()}
    return visitor.post(path, {**data, **amounts}).status_code


def error(visitor: Visitor, field: str) -> str:
    found = visitor.page.find(id=f"{field}-error")
    return found.get_text() if found else ""


def test_the_form_shows_what_can_be_pledged_and_on_which_terms(letter: Letter, visitor: Visitor) -> None:
    visitor.get("/letters/ask-more")
    assert [i["value"] for i in visitor.page.find_all("input", {"name": "pledge"})] == ["speak", "give", "strike"]
    for said in (
        "What will you do?", "I will speak up.", "By June 1, 2027.", "How much, in EUR", "Such as 1,250.50.",
        "At least €5.", "At most €5,000.", "binds only once 1,000 have pledged it; 0 by now.",
    ):  # fmt: skip
        assert said in visitor.text
    visitor.get("/letters/ask-more?lang=es")
    assert "Hablaré." in visitor.text
    assert "5000\N{NO-BREAK SPACE}€" in visitor.page.get_text().replace(".", "")


def test_what_was_chosen_is_kept_until_it_is_confirmed_and_then_binds(
    workshop: Workshop, letter: Letter, visitor: Visitor, sink: MailSink
) -> None:
    assert sign(visitor, "speak", "give", "strike", lang="es", give_amount="1.250,50", show_pledges="y") == 303
    offered = commitments(workshop)
    assert {c.state for c in offered.values()} == {State.OFFERED}
    assert (offered["give"].amount, offered["give"].wording, offered["give"].language) == (125050, "Daré.", "es")
    assert all(c.shown for c in offered.values())
    workshop.deliver()
    visitor.get(workshop.confirm_link("ada@example.org"))
    assert "Daré." in visitor.text
    assert "1250,50" in visitor.text.replace(".", "")
    visitor.press("/confirm/")
    states = {key: c.state for key, c in commitments(workshop).items()}
    assert states == {"speak": State.MADE, "give": State.MADE, "strike": State.WAITING}
    workshop.deliver()
    thanks = plain(sink.to("ada@example.org")[-1])
    for said in ("Hablaré.", "Daré.", "Haré huelga.", "https://pay.example.org/", offered["give"].reference):
        assert said in thanks


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Say how much, in EUR, such as 1,250.50."),
        ("some", "That is no amount that we understand. Write it in EUR, such as 1,250.50."),
        ("NaN", "That is no amount"),
        ("1e5", "That is no amount"),
        ("12,50", "Decimals come after “.” here. If you mean 12.50, write it like that."),
        ("1.250,50", "Decimals come after “.” here. If you mean 1,250.50, write it like that."),
        ("-5", "An amount can’t be negative. Write it in EUR, such as"),
        ("0", "Nothing is no pledge. Write an amount in EUR, such as"),
        ("9" * 50, "That is too much to be meant. Write it in EUR, such as"),
        ("10.005", "That is finer than EUR is counted. Write it such as"),
        ("20 USD", "This pledge is in EUR. Write the amount such as"),
        ("4.99", "The least is €5. Write it such as 1,250.50."),
        ("5000.01", "The most is €5,000. Write it such as 1,250.50."),
    ],
)
def test_an_amount_that_is_none_is_refused_by_name(
    workshop: Workshop, letter: Letter, visitor: Visitor, typed: str, said: str
) -> None:
    assert sign(visitor, "speak", "give", give_amount=typed, statement="Keep me") == 422
    assert error(visitor, "pledge-give-amount").startswith(said)
    assert visitor.page.find("a", href="#pledge-give-amount") is not None
    assert visitor.page.find(id="pledge-give-amount")["value"] == typed
    assert [i["value"] for i in visitor.page.find_all("input", {"name": "pledge", "checked": True})] == [
        "speak",
        "give",
    ]
    assert visitor.page.find(id="statement").get_text().strip() == "Keep me"
    assert commitments(workshop) == {}


def test_what_is_wrong_elsewhere_loses_no_pledge(letter: Letter, visitor: Visitor) -> None:
    assert sign(visitor, "speak", name="", give_amount="12", show_pledges="y") == 422
    assert "One thing is still to mend" in visitor.text
    assert visitor.page.find(id="pledge-speak").has_attr("checked")
    assert visitor.page.find(id="show_pledges").has_attr("checked")
    assert visitor.page.find(id="pledge-give-amount")["value"] == "12"


def test_an_amount_without_a_tick_is_meant(workshop: Workshop, letter: Letter, visitor: Visitor) -> None:
    assert sign(visitor, give_amount="20") == 303
    assert commitments(workshop)["give"].amount == 2000


@pytest.mark.parametrize("key", ["unknown", "", "give ", "x" * 5000, "\U0001f600"])
def test_an_unknown_pledge_is_refused(workshop: Workshop, letter: Letter, visitor: Visitor, key: str) -> None:
    assert sign(visitor, key) == 422
    assert error(visitor, "pledges") == "Choose among the pledges of this letter."
    assert commitments(workshop) == {}


def test_a_pledge_twice_is_one(workshop: Workshop, letter: Letter, visitor: Visitor) -> None:
    assert sign(visitor, "speak", "speak") == 303
    assert list(commitments(workshop)) == ["speak"]


def test_a_required_pledge_must_be_made(workshop: Workshop, visitor: Visitor) -> None:
    made(workshop, LETTER.replace("text: I will speak up.,", "text: I will speak up., required: true,"))
    assert sign(visitor) == 422
    assert error(visitor, "pledge-speak").startswith("Whoever signs this letter makes this pledge.")
    assert sign(visitor, "speak") == 303
    with time_machine.travel("2027-07-01T12:00:00Z"):
        assert sign(visitor, email="late@example.org") == 303


def test_a_pledge_past_its_date_is_shown_but_not_offered(workshop: Workshop, letter: Letter, visitor: Visitor) -> None:
    with time_machine.travel("2027-06-02T00:00:01Z"):
        visitor.get("/letters/ask-more")
        assert "Its date was June 1, 2027: it takes nobody any more." in visitor.text
        assert visitor.page.find(id="pledge-speak").has_attr("disabled")
        assert sign(visitor, "speak") == 422
        assert error(visitor, "pledge-speak").startswith("This pledge is past its date")
        assert sign(visitor, "give", give_amount="20") == 303
    assert list(commitments(workshop)) == ["give"]


def test_a_kept_page_offers_no_pledge_past_its_date(letter: Letter, visitor: Visitor) -> None:
    with time_machine.travel("2027-06-01T23:59:50Z"):
        visitor.get("/letters/ask-more")
        assert not visitor.page.find(id="pledge-speak").has_attr("disabled")
    with time_machine.travel("2027-06-02T00:00:10Z"):
        visitor.get("/letters/ask-more")
        assert visitor.page.find(id="pledge-speak").has_attr("disabled")


def test_who_is_not_shown_shows_no_pledges_either(workshop: Workshop, letter: Letter, visitor: Visitor) -> None:
    assert sign(visitor, "speak", show_pledges="y", display="anonymous") == 303
    assert not commitments(workshop)["speak"].shown


def test_the_page_without_pledges_has_no_such_part(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    visitor.get("/letters/ask-more")
    assert not re.search("pledging|What will you do", str(visitor.page.find(id="sign")))
    assert visitor.sign("ask-more", pledge="any").status_code == 422


def test_pledging_costs_two_statements_and_reading_what_is_offered(
    workshop: Workshop, letter: Letter, visitor: Visitor
) -> None:
    with counted(workshop.app) as statements:
        assert sign(visitor, "speak", "give", "strike", give_amount="20") == 303
    assert len(statements) <= READING_THE_LETTER + 1 + SIGNING + 1, statements


def test_first_signatories_pledge_too(workshop: Workshop, visitor: Visitor) -> None:
    with workshop.writing() as session:
        draft = publishing.create(session, read_letter_file(LETTER), now=workshop.now())
        invitation = inviting.invite(session, draft, note=None, now=workshop.now())
        token = inviting.first_token(invitation.id, since=workshop.now())
    visitor.get(f"/first/{token}")
    assert "I will speak up." in visitor.text
    sent = {"name": "Ada Example", "email": "ada@example.org", "pledge": "give", "pledge-give-amount": "-3"}
    assert visitor.post(f"/first/{token}", sent).status_code == 422
    assert error(visitor, "pledge-give-amount").startswith("An amount can’t be negative.")
    assert visitor.post(f"/first/{token}", {**sent, "pledge-give-amount": "30"}).status_code == 303
    assert commitments(workshop)["give"].amount == 3000
    with workshop.writing() as session:
        assert session.scalars(select(Signature.commits)).all() == [True]


def test_a_page_names_the_unit_in_its_own_language(workshop: Workshop, visitor: Visitor) -> None:
    translations = (
        "[{language: es, title: Pidan más, body: Pedimos más., pledges: {mentor: Acompañaré., cook: Cocinaré.}}]"
    )
    pledges = """
  - {key: mentor, kind: amount, unit: hours, lowest: 1, text: I will mentor.}
  - {key: cook, kind: amount, unit: meals, text: I will cook.}"""
    workshop.letter(pledges=pledges, translations=translations)
    visitor.get("/letters/ask-more?lang=es")
    labels = [label.get_text() for label in visitor.page.select(".pledging__amount label")]
    assert labels == ["Cuánto, en horas", "Cuánto, en meals"]
    assert "Como mínimo, 1 hora." in visitor.text
    visitor.get("/letters/ask-more")
    assert "How much, in hours" in visitor.text
