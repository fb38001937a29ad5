"""What the sign form refuses, where it says so, and that nothing is stored then."""

import pytest
import time_machine

from pledges import clock
from pledges.letter import publishing
from pledges.letter.queries import get_letter
from tests.crowds import dump
from tests.people import Visitor, Workshop

RIGHT = {"name": "Ada Example", "email": "ada@example.org"}

ORDINARY = [
    {},
    {"name": "A" * 120},
    {"name": " Ada Example\t\r\n"},
    {"name": "می\u200cخواهم رضا"},
    {"name": "X Æ A-12"},
    {"name": "J\u0301osé"},
    {"name": "王小明"},
    {"email": "josé@example.org"},
    {"email": "ada@münchen.de"},
    {"country": "es"},
    {"country": ""},
    {"kind": ""},
    {"kind": "organization", "website": "example.org", "representative": "Ada Example"},
    {"kind": "person", "website": "nowhere", "representative": ""},
    {"display": ""},
    {"display": "affiliation", "role": "Editor"},
    {"display": "affiliation", "affiliation": "Example Works"},
    {"statement": "é" * 400},
    {"statement": "Two lines\r\nof mine"},
    {"updates": "y"},
    {"unknown": "field"},
]

WRONG = {
    "name": [
        "",
        "   ",
        "\t\r\n",
        "Ada\x07Example",
        "Ada\nExample",
        "Ada\rExample",
        "Ada\tExample",
        "Ada Example\r\nBcc: eve@example.org",
        "Ada\x00Example",
        "\x1b[31mAda",
        "Ada \u202eelpmaxE",
        "Ada \u2066Example",
        "Ada\u200bExample",
        "\u200d\u200c",
        "\u3164",
        "Ada \u115f\uffa0",
        "Ada\ufeff",
        "Ada\u2028Example",
        "Ada \ue000",
        "Ada \ufffd",
        "... !!! ---",
        "1234567",
        "😀",
        "A" * 121,
        "A" * 30_000,
    ],
    "email": [
        "",
        "nobody",
        "a@b",
        "a@localhost",
        "a@[127.0.0.1]",
        "ada@example.test",
        "ada@example.org\r\nBcc: eve@example.org",
        "ada\x00@example.org",
        "a" * 30_000 + "@example.org",
    ],
    "affiliation": ["A" * 121, "Works\x00", "Works\nand more"],
    "role": ["A" * 121, "Editor\u202e", "Editor\tin chief"],
    "representative": ["Ada\nExample"],
    "statement": ["A" * 401, "Speak\x08 up"],
    "country": ["XX", "EU", "UK", "Spain", "E\u200bS", "\x00"],
    "display": ["secret", "anonymous", "PUBLIC", "public\x00", "affiliation"],
    "kind": ["robot", "imported"],
}


@pytest.mark.parametrize("field", WRONG)
def test_a_bad_field_is_refused_with_its_message_and_nothing_is_stored(
    workshop: Workshop, visitor: Visitor, field: str
) -> None:
    workshop.letter()
    before = dump(workshop)
    for value in WRONG[field]:
        assert (visitor.sign("ask-more", **{field: value}).status_code, value) == (422, value)
        (message,) = visitor.page.select(".field__error")
        assert message["id"] == f"{field}-error"
        assert message.get_text(strip=True)
        assert f"{field}-error" in visitor.page.select_one(f"#{field}")["aria-describedby"]
        assert visitor.page.select(".field--wrong #" + f"{field}-error") == [message]
        assert visitor.page.select_one(f'.summary a[href="#{field}"]')
        assert dump(workshop) == before, value


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("country", "XX", "Choose a country from the list, or leave it open."),
        ("display", "secret", "Choose what the public sees, from those that are offered."),
        ("display", "affiliation", "Say what you do, or where: else nothing would stand under the letter."),
        ("kind", "robot", "Choose whether you sign for yourself or for an organization."),
        ("email", "a" * 65 + "@example.org", "This address is too long. A mail address has at most 254 characters"),
        ("email", "ada@" + "a." * 130 + "org", "This address is too long. A mail address has at most 254 characters"),
        ("name", "A" * 121, "Use at most 120 characters."),
        ("statement", "A" * 401, "Use at most 400 characters."),
    ],
)
def test_each_refusal_has_words_of_its_own(
    workshop: Workshop, visitor: Visitor, field: str, value: str, said: str
) -> None:
    workshop.letter()
    assert visitor.sign("ask-more", **{field: value}).status_code == 422
    assert visitor.page.select_one(f"#{field}-error").get_text().startswith(said)


@pytest.mark.parametrize("missing", ["name", "email"])
def test_a_missing_field_is_refused(workshop: Workshop, visitor: Visitor, missing: str) -> None:
    workshop.letter()
    fields = {key: value for key, value in RIGHT.items() if key != missing}
    assert visitor.post("/letters/ask-more/sign", fields).status_code == 422
    assert visitor.page.select_one(f"#{missing}-error")


def test_every_mistake_is_named_at_once_and_what_was_typed_is_still_there(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    visitor.sign("ask-more", name="", email="a@b", role="Editor <b>", country="ES", statement='Say "no"')
    assert {p["id"] for p in visitor.page.select(".field__error")} == {"name-error", "email-error"}
    assert visitor.page.select_one("#email")["value"] == "a@b"
    assert visitor.page.select_one("#role")["value"] == "Editor <b>"
    assert visitor.page.select_one("#statement").get_text(strip=True) == 'Say "no"'
    assert visitor.page.select_one("#country option[selected]")["value"] == "ES"


@pytest.mark.parametrize(
    ("email", "status"),
    [("ada@example.org", 303), ("ada@example.com", 422), ("ada@mail.example.org", 422), ("ada@EXAMPLE.net", 303)],
)
def test_only_the_letters_own_domains_may_sign(workshop: Workshop, visitor: Visitor, email: str, status: int) -> None:
    workshop.letter(email_domains="[example.org, example.net]")
    assert visitor.sign("ask-more", email=email).status_code == status
    if status == 422:
        assert "example.org or example.net" in visitor.page.select_one("#email-error").get_text()
        assert not dump(workshop)["signature"]


def test_the_letters_own_domains_are_named_as_people_write_them(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter(email_domains="[münchen.de, example.org]")
    visitor.get("/letters/ask-more")
    assert "Only addresses of münchen.de or example.org can sign" in visitor.text
    assert visitor.sign("ask-more", email="ada@example.com").status_code == 422
    assert "münchen.de or example.org" in visitor.page.select_one("#email-error").get_text()
    assert "xn--" not in visitor.text
    assert visitor.sign("ask-more", email="ada@münchen.de").status_code == 303


@pytest.mark.parametrize(
    ("sent", "is_open"), [({}, False), ({"role": "Editor"}, True), ({"country": "XX"}, True), ({"updates": "y"}, True)]
)
def test_what_is_folded_away_unfolds_only_for_what_stands_in_it(
    workshop: Workshop, visitor: Visitor, sent: dict[str, str], is_open: bool
) -> None:
    workshop.letter()
    sent = {"kind": "person", "display": "public", "country": "", "statement": "", "name": "", **sent}
    assert visitor.sign("ask-more", **sent).status_code == 422
    assert visitor.page.select_one("details.more").has_attr("open") == is_open


@pytest.mark.parametrize(("offered", "status"), [("true", 303), ("false", 422)])
def test_anonymity_is_taken_where_the_letter_offers_it(
    workshop: Workshop, visitor: Visitor, offered: str, status: int
) -> None:
    workshop.letter(anonymous=offered)
    visitor.get("/letters/ask-more")
    assert bool(visitor.page.select_one('#display [value="anonymous"]')) == (status == 303)
    assert visitor.sign("ask-more", display="anonymous").status_code == status


def test_what_people_ordinarily_send_is_taken(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    for number, fields in enumerate(ORDINARY, start=1):
        response = visitor.sign("ask-more", **{"email": f"ada-{number}@example.org", **fields})
        assert (response.status_code, fields) == (303, fields)
        assert response.headers["Location"] == "/letters/ask-more/check-email"
        assert len(dump(workshop)["signature"]) == len(dump(workshop)["outbox"]) == number


def test_a_closed_letter_answers_conflict_whatever_is_sent(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    with workshop.writing() as session:
        publishing.close(session, get_letter(session, letter.slug), now=clock.now())
    before = dump(workshop)
    assert visitor.sign("ask-more").status_code == 409
    assert visitor.sign("ask-more", email="nobody").status_code == 409
    assert visitor.post("/letters/ask-more/sign").status_code == 409
    assert dump(workshop) == before
    visitor.get("/letters/ask-more")
    assert not visitor.page.select("form[action*='/sign']")


def test_a_letter_answers_conflict_from_its_own_closing_date_on(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter(closes="2027-03-08T18:00:00Z")
    with time_machine.travel("2027-03-08T17:59:59Z", tick=False) as time:
        assert visitor.sign("ask-more").status_code == 303
        time.shift(1)
        assert visitor.sign("ask-more", email="eve@example.org").status_code == 409
    assert len(dump(workshop)["signature"]) == 1


@pytest.mark.parametrize("slug", ["nothing", "draft", "Ask-More", "ask_more", "a" * 200])
def test_an_unknown_letter_or_a_draft_is_not_found(workshop: Workshop, visitor: Visitor, slug: str) -> None:
    workshop.letter()
    workshop.letter("draft", opened=False)
    before = dump(workshop)
    assert visitor.sign(slug).status_code == 404
    assert dump(workshop) == before
