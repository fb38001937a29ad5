"""The page about data says what the code does."""

from pledges import clock
from pledges.config import INSTANCE
from pledges.letter.reading import MONTHS_KEPT
from pledges.mail import outbox
from pledges.pledge import deliveries, making
from pledges.pledge.queries import lock_commitments
from pledges.pledge.reporting import Outcome
from pledges.pledge.states import State
from pledges.signature import forgetting
from pledges.signature.vouching import NAMED_FROM
from tests.conftest import VisitorFactory
from tests.crowds import dump
from tests.people import Visitor, Workshop
from tests.pledge.promises import PLEDGES, pledged, report

DOCUMENT = INSTANCE.parent / "docs" / "privacy.md"


def test_the_terms_on_the_page_are_those_of_the_code(visitor: Visitor) -> None:
    visitor.get("/privacy")
    assert f"never confirmed is erased after {forgetting.UNCONFIRMED_KEPT_FOR.days} days" in visitor.text
    assert f"is erased {MONTHS_KEPT} months after the letter has closed" in visitor.text
    assert "The fingerprint of the network is erased after a week." in visitor.text
    assert "is erased after two weeks" in visitor.text
    assert "carries it until it has left, for a day at most" in visitor.text
    assert "once five people stand behind it" in visitor.text
    assert (forgetting.NETWORKS_KEPT_FOR.days, outbox.KEPT_FOR.days, NAMED_FROM) == (7, 14, 5)
    assert outbox.RECIPIENTS_KEPT_FOR.days == 1


def test_the_page_names_whom_to_write_to(make: VisitorFactory) -> None:
    visitor = make(mail_from="Letters of ours <post@letters.example.org>")
    visitor.get("/privacy")
    assert visitor.page.select_one("main a[href^='mailto:']")["href"] == "mailto:post@letters.example.org"
    assert "Letters of ours" not in visitor.text


def test_the_document_has_the_same_terms() -> None:
    said = " ".join(DOCUMENT.read_text("utf-8").split())
    for term in (f"{MONTHS_KEPT} months", f"{outbox.KEPT_FOR.days} days", f"{forgetting.NETWORKS_KEPT_FOR.days} days"):
        assert term in said
    assert f"nobody confirmed is erased after {forgetting.UNCONFIRMED_KEPT_FOR.days} days" in said


def test_what_the_page_says_of_pledges_is_what_is_done(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(pledges=PLEDGES)
    signature = pledged(workshop, letter, "ada@example.org", give=2000)
    report(workshop, signature, give=Outcome(State.PARTLY, 500, "Half of it.", "https://example.org/receipt"))
    with workshop.writing() as session:
        (row,) = lock_commitments(session, [signature.id])
        paid = deliveries.read_lines(f"reference,amount,date\n{row.reference},5.00,{clock.now():%Y-%m-%d}\n")
        deliveries.import_deliveries(session, letter, paid, now=clock.now())
    assert dump(workshop)["delivery"]
    visitor.get("/privacy")
    for said in ("What you pledge, in the words", "What you report on it", "Payments towards it"):
        assert said in visitor.text
    assert "its amount, reports, notes, links and payments are erased at once" in visitor.text
    with workshop.writing() as session:
        making.withdraw(session, signature.id, "give", now=clock.now())
    stored = dump(workshop)
    assert not stored["report"]
    assert not stored["delivery"]
    (left,) = stored["commitment"]
    assert "2000" not in left
    assert "receipt" not in left


def test_the_letter_says_beforehand_for_how_long_it_keeps_addresses(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter(keep_addresses="3")
    visitor.get("/letters/ask-more")
    assert (
        "Your address is erased 3 months after the letter has closed." in visitor.page.select_one(".sign__consent").text
    )
