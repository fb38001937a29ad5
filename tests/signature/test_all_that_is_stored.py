"""What the download holds stands on the own page as well: in the list of all that is stored, or above it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pledges.pledge.reporting import Outcome
from pledges.pledge.states import State
from pledges.signature.models import Signature
from pledges.signature.withdrawing import withdraw
from tests.mailing import plain
from tests.people import Visitor, Workshop
from tests.pledge.commitments import PLEDGES, commitments, signed
from tests.pledge.deliveries import import_
from tests.pledge.promises import report
from tests.signature.invitations import first_link
from tests.signature.society import SENT

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
PAGE = ("signature/manage.html", "signature/_standing.html", "signature/_words.html", "signature/_stored.html")
LISTS = {
    "history": "change",
    "mails.records": "mail",
    "pledges": "pledge",
    "pledges.reports": "report",
    "pledges.deliveries": "payment",
    "pledges.mails": "mail",
}
"""By which name the page knows what a list holds."""

ABOVE = {
    "letter.slug": "signature.letter.slug",
    "text.markdown": "/history",
    "display": "signature.display",
    "address": "signature.email",
    "words.name": "words.name",
    "words.role": "words.role",
    "words.affiliation": "words.affiliation",
    "words.country": "words.country",
    "words.statement": "words.statement",
    "organization.website": "signature.website",
    "organization.representative": "signature.representative",
    "standing.listed": "signature.listed",
    "pledges.key": "pledge.wording",
    "pledges.unit": "pledge.amount",
}
"""What the list leaves out, and where the page says it: a pledge's wording says which it is, its amount of what."""


def paths(told: Any, path: str = "") -> Iterator[str]:
    """The path of everything that is told, that of lists without numbers."""
    if isinstance(told, dict):
        for key, value in told.items():
            yield from paths(value, f"{path}.{key}" if path else key)
    elif isinstance(told, list) and any(isinstance(each, dict) for each in told):
        for each in told:
            yield from paths(each, path)
    else:
        yield path


def is_named(path: str, page: str) -> bool:
    within = max((each for each in LISTS if path.startswith(f"{each}.")), key=len, default=None)
    name, key = ("stored", path) if within is None else (LISTS[within], path.removeprefix(f"{within}."))
    return re.search(rf"\b{name}(\.{re.escape(key)}\b|\['{key}'\])", page) is not None


@pytest.fixture
def own(workshop: Workshop) -> str:
    """The path of the own page of one who gives and has said so, and whose payment the organizer knows of."""
    letter = workshop.letter(pledges=PLEDGES)
    signature = signed(workshop, letter, "ada@example.org", give=10000, speak=None)
    workshop.deliver()
    (gift,) = (row for row in commitments(workshop) if row.amount)
    import_(workshop, f"reference,amount,date\n{gift.reference},1250.50,2026-06-01\n")
    report(workshop, signature, give=Outcome(State.PARTLY, 2500, "A quarter.", "https://example.org/receipt"))
    return workshop.manage_link("ada@example.org")


def test_all_that_the_download_holds_stands_on_the_own_page(visitor: Visitor, own: str) -> None:
    visitor.get(own)
    visitor.press("/pledges/speak/withdraw")
    told = {*paths(visitor.get(f"{own}/download").get_json())}
    of_lists = {each.rpartition(".")[0] for each in told} & {*LISTS}
    page = "".join((TEMPLATES / name).read_text("utf-8") for name in (*PAGE, "macros/mails.html"))
    assert of_lists == {*LISTS}
    assert {path for path in told - of_lists if not is_named(path, page)} == {*ABOVE}
    assert [words for words in ABOVE.values() if words not in page] == []


def test_amounts_are_written_as_the_page_writes_them_and_stay_exact_in_the_download(visitor: Visitor, own: str) -> None:
    visitor.get(own)
    stored = " ".join(visitor.page.select_one(".stored").get_text(" ").split())
    assert "partly kept, by you; €25: A quarter. https://example.org/receipt" in stored
    assert ": €1,250.50" in stored
    assert "How much: €100" in stored
    assert "Newest note and link: A quarter. https://example.org/receipt (no decision yet)" in stored
    (gift,) = (each for each in visitor.get(f"{own}/download").get_json()["pledges"] if each["amount"])
    assert [gift["amount"], gift["deliveries"][0]["amount"]] == ["100.00", "1250.50"]


def test_of_a_withdrawn_signature_no_wish_is_left_and_the_page_says_what_is(
    workshop: Workshop, visitor: Visitor, own: str
) -> None:
    visitor.get(own)
    visitor.press("/pledges/ask")
    visitor.post(f"{own}/withdraw", follow_redirects=True)
    assert "Its address is erased, too, but for our last mail, until it has left." in visitor.text
    (mail,) = workshop.deliver()
    assert "On your own page you can see what little is still stored:" in " ".join(plain(mail).split())
    visitor.get(own)
    assert "is erased, its address too, and it counts no more" in visitor.text
    assert "says which were made and taken back, with their references" in visitor.text
    labels = {label.get_text() for label in visitor.page.select(".stored dt")}
    assert {"Letter", "Text", "Form sent", "Confirmed"} <= labels
    assert not {label for label in labels if "News" in label or "ask about" in label or "moderator" in label}
    stored = visitor.page.select_one(".stored").get_text(" ")
    assert "Ask more of us" in stored
    told = visitor.get(f"{own}/download").get_json()
    assert {name for name, wish in told["wishes"].items() if wish} == {"pledges"}
    assert stored.count("Where it stands: taken back") == len(told["pledges"])


@pytest.mark.parametrize("wish", ["together", "erases_address"])
def test_withdrawing_forgets_how_one_wished_to_sign(workshop: Workshop, wish: str) -> None:
    signature = workshop.confirmed(workshop.letter(together=3))
    with workshop.writing() as session:
        row = session.get_one(Signature, signature.id)
        setattr(row, wish, True)
        row.together_told_at = row.together_mailed_at = row.closing_told_at = workshop.now()
    with workshop.writing() as session:
        withdraw(session, signature.id, now=workshop.now())
        row = session.get_one(Signature, signature.id)
        assert not getattr(row, wish)
        assert {row.together_told_at, row.together_mailed_at, row.closing_told_at} == {None}


def test_what_is_stored_of_an_organization_is_told_in_words(workshop: Workshop, visitor: Visitor) -> None:
    path = first_link(workshop, workshop.letter(opened=False))
    visitor.post(path, {**SENT, "email": "office@mail.example.net", "statement": "We will."})
    workshop.deliver()
    visitor.post(workshop.confirm_link("office@mail.example.net"))
    workshop.deliver()
    visitor.get(workshop.manage_link("office@mail.example.net"))
    assert "Signed for an organization" in visitor.text
    assert "Host of its website example.org" in visitor.text
    assert "What moderators are told of it organization, mail address is not of its website" in visitor.text
    assert "Your sentence no decision yet" in visitor.text
    assert "Came by a secret link number 1" in visitor.text
