"""Organizations: what they say, how they are listed apart, and that each signs once by its website."""

from collections import Counter

import pytest

from pledges.letter.models import Letter
from pledges.moderation import deciding
from pledges.signature import queries, withdrawing
from pledges.signature.models import Signature
from pledges.signature.organizations import OrganizationSigned
from pledges.signature.states import State
from pledges.tally import recounting
from pledges.tally.queries import Figures
from tests.crowds import dump, in_state, stolen
from tests.mailing import link, plain
from tests.people import Visitor, Workshop
from tests.signature.test_races import at_once, press

SENT = {
    "kind": "organization",
    "name": "Example Society",
    "email": "office@example.org",
    "website": "www.Example.org/about",
    "representative": "Ada Lovelace",
}


def sign(visitor: Visitor, **fields: str) -> int:
    return visitor.sign("ask-more", **{**SENT, **fields}).status_code


def confirm(workshop: Workshop, visitor: Visitor, **fields: str) -> int:
    """Signs as an organization and presses the button; answers the status of that."""
    assert sign(visitor, **fields) == 303
    workshop.deliver()
    return visitor.post(workshop.confirm_link(fields.get("email", SENT["email"]))).status_code


def stored(workshop: Workshop, letter: Letter) -> list[Signature]:
    with workshop.writing() as session:
        waiting, _ = queries.list_waiting(session, letter, limit=10)
        decided, _ = queries.list_decided(session, letter, limit=10)
    return [*waiting, *decided]


def decide(workshop: Workshop, letter: Letter, signature: Signature, decision: str) -> None:
    with workshop.writing() as session:
        how = {"account_id": None, "now": workshop.now()}
        if decision == "reject":
            deciding.reject(session, letter, [signature.id], reason="forged", **how)
        elif decision == "take_back":
            deciding.take_back(session, letter, signature.id, **how)
        else:
            deciding.approve(session, letter, [signature.id], **how)


def approve_all(workshop: Workshop, letter: Letter) -> None:
    for signature in stored(workshop, letter):
        if signature.state is State.AWAITING:
            decide(workshop, letter, signature, "approve")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("website", ""),
        ("website", "ftp://example.org"),
        ("website", "javascript:alert(1)"),
        ("representative", ""),
        ("representative", "..."),
        ("representative", "A" * 121),
    ],
)
def test_an_organization_says_its_website_and_who_signs_for_it(
    workshop: Workshop, visitor: Visitor, field: str, value: str
) -> None:
    workshop.letter()
    assert sign(visitor, **{field: value}) == 422
    assert visitor.page.select_one(f"#{field}")["aria-invalid"] == "true"
    assert visitor.page.select_one(f"#{field}-error")
    assert dump(workshop)["signature"] == []


def test_an_organization_waits_for_a_moderator_is_counted_apart_and_always_shown(
    workshop: Workshop, visitor: Visitor
) -> None:
    letter = workshop.letter(moderation="flag", anonymous="true")
    assert confirm(workshop, visitor, display="anonymous", role="Chair", affiliation="Elsewhere", together="y") == 303
    (signature,) = stored(workshop, letter)
    assert (signature.state, signature.name, signature.role) == (State.AWAITING, "Example Society", None)
    assert (signature.website, signature.website_host) == ("https://www.example.org/about", "example.org")
    assert workshop.figures(letter) == Figures()
    decide(workshop, letter, signature, "approve")
    assert workshop.figures(letter) == Figures(organizations=1)
    with workshop.writing() as session:
        assert recounting.compare(session, queries.rows_by_bucket()) == []


def test_organizations_are_listed_apart_with_a_link_and_without_who_signed_for_them(
    workshop: Workshop, visitor: Visitor
) -> None:
    letter = workshop.letter()
    in_state(workshop, letter, State.APPROVED, "bea@example.com", "Bea Example")
    confirm(workshop, visitor, country="ES")
    visitor.get("/letters/ask-more")
    assert "Example Society" not in visitor.text
    approve_all(workshop, letter)
    for path in (
        "/letters/ask-more",
        "/letters/ask-more/signatories",
        "/letters/ask-more/signatories?kind=organization",
    ):
        visitor.get(path)
        (shown,) = visitor.page.select(".organization")
        assert shown.get_text(" ", strip=True) == (
            "Example Society example.org · Spain signed with a mail address of this website"
        )
        assert shown.a["href"] == "https://www.example.org/about"
        assert set(shown.a["rel"]) == {"nofollow", "ugc", "noopener"}
        assert "Lovelace" not in visitor.text
        people = [found.get_text(strip=True) for found in visitor.page.select(".signatory")]
        assert people == ([] if "kind" in path else ["Bea Example"])


def test_the_interface_lists_organizations_when_asked(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    in_state(workshop, letter, State.APPROVED, "bea@example.com", "Bea Example")
    for number in range(3):
        host = f"one-{number}.example.org"
        assert confirm(workshop, visitor, name=f"Society {number}", email=f"office@{host}", website=host) == 303
    approve_all(workshop, letter)
    path = "/api/v1/letters/ask-more/signatories"
    assert [found["name"] for found in visitor.get(path).json["signatories"]] == ["Bea Example"]
    first = visitor.get(f"{path}?kind=organization&limit=2").json
    assert first["signatories"][0].keys() == {"name", "website", "country", "statement", "checks", "confirmed_on"}
    assert first["signatories"][0]["checks"] == {"address": True, "website": True, "moderator": True}
    assert [found["website"] for found in first["signatories"]] == [
        "https://one-2.example.org",
        "https://one-1.example.org",
    ]
    rest = visitor.get(f"{path}?kind=organization&after={first['next']}").json
    assert ([found["name"] for found in rest["signatories"]], rest["next"]) == (["Society 0"], None)
    assert visitor.get(f"{path}?kind=company").status_code == 400
    assert visitor.get("/letters/ask-more/signatories?kind=company").status_code == 400


def test_a_moderator_sees_website_representative_and_whose_mail_domain_it_is(
    workshop: Workshop, visitor: Visitor
) -> None:
    workshop.letter()
    confirm(workshop, visitor, email="office@mail.example.org")
    confirm(workshop, visitor, email="society@example.com", website="society.example.net", name="Other Society")
    workshop.account()
    visitor.sign_in("mod@example.org")
    visitor.get("/moderation/ask-more")
    ours, others = (row.get_text(" ", strip=True) for row in visitor.page.select(".queue__row"))
    for shown in ("Example Society", "https://www.example.org/about", "Ada Lovelace", "mail address is of its website"):
        assert shown in ours
    assert "mail address is not of its website" in others
    assert visitor.page.select_one(".queue__row a")["rel"][:2] == ["nofollow", "ugc"]


def test_who_signs_for_an_organization_is_in_no_stolen_database(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    confirm(workshop, visitor)
    assert b"Lovelace" not in stolen(workshop)


def test_a_second_one_of_that_website_is_told_so(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    assert confirm(workshop, visitor) == 303
    assert confirm(workshop, visitor, email="chair@example.org", website="http://EXAMPLE.org.") == 409
    assert "has signed already" in visitor.text
    assert len(stored(workshop, letter)) == 1
    workshop.letter("another")
    assert visitor.sign("another", **SENT).status_code == 303
    workshop.deliver()
    assert visitor.post(workshop.confirm_link(SENT["email"])).status_code == 303


@pytest.mark.parametrize("end", ["rejected", "withdrawn"])
def test_a_website_is_free_again_once_its_signature_is_rejected_or_withdrawn(
    workshop: Workshop, visitor: Visitor, end: str
) -> None:
    letter = workshop.letter()
    confirm(workshop, visitor, email="forger@example.com")
    assert confirm(workshop, visitor) == 409
    (forged,) = stored(workshop, letter)
    if end == "rejected":
        decide(workshop, letter, forged, "reject")
    else:
        with workshop.writing() as session:
            withdrawing.withdraw(session, forged.id, now=workshop.now())
            gone = queries.find_signature(session, forged.id)
            assert (gone.website, gone.website_host, gone.representative) == (None, None, None)
    assert visitor.post(workshop.confirm_link(SENT["email"])).status_code == 303
    if end == "rejected":
        with pytest.raises(OrganizationSigned):
            decide(workshop, letter, forged, "take_back")
        assert workshop.state(forged) is State.REJECTED


def test_taking_a_rejection_back_beside_another_one_is_a_plain_page(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    confirm(workshop, visitor, email="forger@example.com")
    (forged,) = stored(workshop, letter)
    decide(workshop, letter, forged, "reject")
    assert confirm(workshop, visitor) == 303
    workshop.account()
    visitor.sign_in("mod@example.org")
    visitor.get("/moderation/ask-more/decided")
    visitor.press("/revise", button="take_back")
    assert visitor.response.status_code == 409


def test_two_of_one_website_confirmed_at_once_are_one(workshop: Workshop) -> None:
    letter = workshop.letter()
    for turn in range(4):
        host = f"turn-{turn}.example.org"
        for number in range(4):
            visitor = Visitor(workshop.app.test_client())
            assert sign(visitor, email=f"a{number}@{host}", website=["", "www."][number % 2] + host) == 303
        links = [link(mail, "confirm") for mail in workshop.deliver()]
        assert Counter(at_once(workshop, [press(path) for path in links])) == {303: 1, 409: 3}
        workshop.deliver()
    assert len(stored(workshop, letter)) == 4


def test_one_mailbox_signs_for_one_organization(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    assert confirm(workshop, visitor) == 303
    assert sign(visitor, website="other.example.org") == 303
    (mail,) = workshop.deliver()[-1:]
    assert "/manage/" in plain(mail)
    assert visitor.sign("ask-more", name="Ada Lovelace", email=SENT["email"]).status_code == 303
    workshop.deliver()
    assert visitor.post(workshop.confirm_link(SENT["email"])).status_code == 303
    assert len(stored(workshop, letter)) == 2


def test_the_own_page_shows_what_an_organization_said(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    assert sign(visitor) == 303
    workshop.deliver()
    visitor.get(workshop.confirm_link(SENT["email"]))
    for shown in ("Example Society", "https://www.example.org/about", "Ada Lovelace", "not who signs for it"):
        assert shown in visitor.text


def test_an_organization_stays_shown_whatever_its_page_is_sent(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(anonymous="true")
    confirm(workshop, visitor)
    workshop.deliver()
    approve_all(workshop, letter)
    visitor.get(workshop.manage_link(SENT["email"]))
    assert not visitor.page.select("[name=display], [name=role], [name=affiliation]")
    visitor.press("/change", display="anonymous", role="Chair", affiliation="Elsewhere")
    (signature,) = stored(workshop, letter)
    assert (signature.state, signature.name, signature.role, signature.listed) == (
        State.APPROVED,
        "Example Society",
        None,
        True,
    )
