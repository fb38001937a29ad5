"""On one's own page one changes what is shown, takes along what is stored, and stops the news."""

import pytest

from pledges.moderation import deciding
from pledges.signature import desk
from pledges.signature.models import Signature
from pledges.signature.states import State
from pledges.tally.queries import Figures
from tests.crowds import dump
from tests.people import Visitor, Workshop
from tests.signature.test_own_page import own_page

WORDS = {"name": "Ada Quillfeather", "role": "Zookeeper", "affiliation": "Zoo", "statement": "I was there."}


def change(visitor: Visitor, path: str, **fields: str) -> int:
    sent = {"display": "public", "role": "Zookeeper", "affiliation": "Zoo", "statement": "I was there.", **fields}
    return visitor.post(f"{path}/change", sent).status_code


def row(workshop: Workshop) -> Signature:
    with workshop.writing() as session:
        found = session.query(Signature).one()
        session.expunge(found)
        return found


def approve(workshop: Workshop, slug: str = "ask-more") -> None:
    from pledges.letter.queries import get_letter

    with workshop.writing() as session:
        letter = get_letter(session, slug)
        ids = [r.id for r in desk.list_waiting(session, letter, limit=9)[0]]
        deciding.approve(session, letter, ids, account_id=None, now=workshop.now())


def listed(visitor: Visitor) -> str:
    visitor.get("/letters/ask-more/signatories")
    names = visitor.page.select_one(".names__list")
    return names.text if names else ""


def test_showing_less_is_done_at_once_and_leaves_no_name_behind(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(anonymous="true")
    path = own_page(workshop, visitor, **WORDS)
    approve(workshop)
    assert "Quillfeather" in listed(visitor)
    assert change(visitor, path, display="affiliation") == 303
    assert "Quillfeather" not in listed(visitor)
    assert "Zookeeper" in listed(visitor)
    assert visitor.get("/letters/ask-more/signatories?q=quill").text.count("signatory__about") == 0
    assert change(visitor, path, display="anonymous") == 303
    assert listed(visitor) == ""
    assert "Quillfeather" not in str(dump(workshop))
    assert workshop.figures(letter) == Figures(approved=1)
    assert change(visitor, path, display="public") == 303
    assert "Ada Quillfeather" in listed(visitor)


@pytest.mark.parametrize("moderation", ["hold", "flag"])
@pytest.mark.parametrize("field", ["role", "affiliation"])
def test_another_role_or_affiliation_goes_back_to_moderation(
    workshop: Workshop, visitor: Visitor, moderation: str, field: str
) -> None:
    letter = workshop.letter(moderation=moderation)
    path = own_page(workshop, visitor, **WORDS)
    approve(workshop)
    assert "Zookeeper" in listed(visitor)
    assert change(visitor, path, **{field: "Empress"}) == 303
    assert (row(workshop).state, workshop.figures(letter)) == (State.AWAITING, Figures(awaiting=1))
    assert "Quillfeather" not in listed(visitor)
    assert "waits for a moderator" in visitor.get(path).text
    assert change(visitor, path, **{field: "Empress of all"}) == 303
    workshop.account()
    visitor.sign_in("mod@example.org")
    assert "changed on the own page" in visitor.get("/moderation/ask-more").text
    approve(workshop)
    assert "Empress of all" in listed(visitor)


def test_the_same_role_sent_again_waits_for_nobody(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(moderation="flag")
    path = own_page(workshop, visitor, **WORDS)
    assert change(visitor, path, display="affiliation") == 303
    assert workshop.figures(letter) == Figures(approved=1)
    assert "Zookeeper" in listed(visitor)


def test_a_sentence_that_was_refused_stays_so_though_the_name_is_approved_anew(
    workshop: Workshop, visitor: Visitor
) -> None:
    letter = workshop.letter()
    path = own_page(workshop, visitor, **WORDS)
    signature_id = row(workshop).id
    with workshop.writing() as session:
        deciding.approve_name(session, letter, [signature_id], account_id=None, now=workshop.now())
    assert change(visitor, path, role="Empress") == 303
    approve(workshop)
    assert "Empress" in listed(visitor)
    assert "I was there." not in listed(visitor)


def test_what_waits_is_erased_with_a_word_by_its_own_page(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    visitor.sign("ask-more")
    workshop.deliver()
    path = workshop.manage_link("ada@example.org")
    for _twice in range(2):
        assert visitor.post(f"{path}/withdraw", follow_redirects=True).status_code == 200
        assert "Nothing of this signature is stored any more" in visitor.text
    assert visitor.get(path).status_code == 410


def test_another_statement_waits_alone(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    path = own_page(workshop, visitor, **WORDS)
    approve(workshop)
    assert "I was there." in listed(visitor)
    assert change(visitor, path, statement="I was not.") == 303
    assert "Quillfeather" in listed(visitor)
    assert "I was" not in listed(visitor)


@pytest.mark.parametrize(
    "wrong",
    [
        {"display": "anonymous"},
        {"display": "x"},
        {"role": "a\u202eb"},
        {"role": "a\tb"},
        {"affiliation": "a\nb"},
        {"statement": "a" * 401},
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    workshop: Workshop, visitor: Visitor, wrong: dict[str, str]
) -> None:
    workshop.letter()
    path = own_page(workshop, visitor, **WORDS)
    before = dump(workshop)
    assert change(visitor, path, **wrong) == 422
    assert visitor.page.select_one(".field--wrong") is not None
    assert dump(workshop) == before


def test_what_is_withdrawn_or_rejected_does_not_come_back_by_changing(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    path = own_page(workshop, visitor, **WORDS)
    signature_id = row(workshop).id
    with workshop.writing() as session:
        deciding.reject(session, letter, [signature_id], reason="x", account_id=None, now=workshop.now())
    assert change(visitor, path, role="Another") == 303
    assert row(workshop).state is State.REJECTED
    visitor.post(f"{path}/withdraw")
    before = dump(workshop)
    assert change(visitor, path) == 303
    assert dump(workshop) == before


def test_the_download_holds_all_that_is_stored(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    path = own_page(workshop, visitor, **WORDS)
    answer = visitor.get(f"{path}/download")
    assert answer.headers["Content-Disposition"] == "attachment; filename=ask-more-signature.json"
    assert answer.headers["Cache-Control"] == "no-store"
    told = answer.json
    assert told["address"] == "ada@example.org"
    assert told["words"]["name"] == "Ada Quillfeather"
    assert [(step["from"], step["to"]) for step in told["history"]] == [("pending", "awaiting")]
    assert len(told["text"]["sha256"]) == 64


def test_news_can_be_stopped(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    path = own_page(workshop, visitor, **WORDS, updates="y")
    assert row(workshop).updates
    visitor.get(path)
    assert visitor.press(f"{path}/stop-updates").status_code == 200
    assert not row(workshop).updates
    assert visitor.page.select_one(f"form[action='{path}/stop-updates']") is None


def test_what_was_checked_in_other_words_is_not_checked(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter(moderation="flag")
    path = own_page(workshop, visitor, "ada@mailinator.com", **WORDS)
    approve(workshop)
    assert visitor.get("/api/v1/letters/ask-more/signatories").json["signatories"][0]["checks"]["moderator"]
    assert change(visitor, path, role="Surgeon General") == 303
    assert (row(workshop).state, row(workshop).checked) == (State.AWAITING, False)


def test_another_affiliation_is_vouched_for_by_nothing_once_the_address_is_gone(
    workshop: Workshop, visitor: Visitor
) -> None:
    letter = workshop.letter(moderation="flag", email_domains="[quill.example.org]")
    words = {**WORDS, "affiliation": "Example"}
    visitor.sign("ask-more", email="ada@quill.example.org", **words, erase_address="y")
    workshop.deliver()
    visitor.post(workshop.confirm_link("ada@quill.example.org"))
    workshop.deliver()
    path = workshop.manage_link("ada@quill.example.org")
    assert (row(workshop).email, row(workshop).affiliation_matched, letter.anonymous) == (None, True, False)
    assert change(visitor, path, affiliation="The White House") == 303
    assert not row(workshop).affiliation_matched
    assert change(visitor, path, affiliation="Example Inc.") == 303
    assert row(workshop).affiliation_matched


STOPPED = "you get no more news of it. Should its text change, or should it be withdrawn, we still tell you."


@pytest.mark.parametrize(
    ("path", "said"), [("change", "Saved: this is what is stored now."), ("stop-updates", f"Saved: {STOPPED}")]
)
def test_what_was_saved_is_said(workshop: Workshop, visitor: Visitor, path: str, said: str) -> None:
    workshop.letter()
    own = own_page(workshop, visitor, **WORDS)
    visitor.post(f"{own}/{path}", {"display": "public", "role": "Baker"}, follow_redirects=True)
    (notice,) = visitor.page.select("[role=status]")
    assert notice.get_text() == said
    assert "Set-Cookie" not in visitor.response.headers
    assert visitor.response.headers["Cache-Control"] == "no-store"


def test_that_it_is_withdrawn_is_said_to_who_has_just_done_it(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    own = own_page(workshop, visitor, **WORDS)
    visitor.get(f"{own}?said=withdrawn")
    assert not visitor.page.select("[role=status]")
    visitor.post(f"{own}/withdraw", follow_redirects=True)
    (notice,) = visitor.page.select("main [role=status][tabindex][autofocus]")
    assert notice.get_text().startswith("All that was written with this signature is erased")
    assert visitor.page.title.get_text().startswith("Your signature is withdrawn")
    assert notice.get_text() in visitor.get(own).get_data(as_text=True)
    assert not visitor.page.select("[role=status]")


def test_nothing_is_said_that_nobody_saved(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    own = own_page(workshop, visitor, **WORDS)
    for query in ("", "?said=", "?said=anything", "?said=pledged"):
        visitor.get(f"{own}{query}")
        assert not visitor.page.select("[role=status]"), query
    assert visitor.post(f"{own}/change?said=saved", {"display": "x"}).status_code == 422
    assert not visitor.page.select("[role=status]")
