"""What organizations say of themselves, and how they are counted, listed and shown apart."""

import pytest

from pledges.signature import queries
from pledges.signature.states import State
from pledges.tally import recounting
from pledges.tally.queries import Figures
from tests.crowds import dump, in_state, stolen
from tests.people import Visitor, Workshop
from tests.signature.society import SENT, approve_all, confirm, decide, sign, stored


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
    assert confirm(workshop, visitor, role="Chair", affiliation="Elsewhere") == 303
    (signature,) = stored(workshop, letter)
    assert (signature.state, signature.name, signature.role) == (State.AWAITING, "Example Society", None)
    assert (signature.website, signature.website_host) == ("https://www.example.org/about", "example.org")
    assert workshop.figures(letter) == Figures()
    decide(workshop, letter, signature, "approve")
    assert workshop.figures(letter) == Figures(organizations=1)
    with workshop.writing() as session:
        assert recounting.compare(session, queries.rows_by_bucket()) == []


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("display", "anonymous", "an organization always stands with its name."),
        ("display", "affiliation", "an organization always stands with its name."),
        ("together", "y", "Untick this: an organization stands with its name"),
        ("erase_address", "y", "Untick this: a moderator looks at where the address"),
        ("website", f"https://example.org/{'a' * 300}", "This address is too long. Use at most 300 characters"),
        ("website", "nowhere", "Enter the organization's website, such as https://example.org."),
    ],
)
def test_what_an_organization_can_not_have_is_said_at_its_field(
    workshop: Workshop, visitor: Visitor, field: str, value: str, said: str
) -> None:
    letter = workshop.letter(anonymous="true", together=5, email_domains="[example.org]")
    assert sign(visitor, **{field: value}) == 422
    (message,) = visitor.page.select(".field__error")
    assert message["id"] == f"{field}-error"
    assert said in message.get_text()
    assert visitor.page.select_one("details.more").has_attr("open")
    assert stored(workshop, letter) == []


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


def test_of_organizations_it_is_said_how_far_they_were_checked_with_people_or_without(
    workshop: Workshop, visitor: Visitor
) -> None:
    letter = workshop.letter()
    pages = [f"/letters/ask-more{rest}" for rest in ("", "/signatories", "/signatories?kind=organization")]
    said = "A moderator has looked at each organization listed"
    confirm(workshop, visitor)
    for page in pages:
        visitor.get(page)
        assert said not in visitor.text
    approve_all(workshop, letter)
    for page in pages:
        visitor.get(page)
        assert (visitor.text.count(said), visitor.text.count("Everyone listed has")) == (1, 0), page
    in_state(workshop, letter, State.APPROVED, "bea@example.com", "Bea Example")
    for page in pages[:2]:
        visitor.get(page)
        assert (visitor.text.count(said), visitor.text.count("Everyone listed has")) == (1, 1), page


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
    assert "Begin again at the first page." in visitor.text


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
