"""What is wrong with an address that is refused is told by how it is written alone, wherever one types it."""

import pytest

from tests.people import Visitor, Workshop

WHOLE = "Enter a whole mail address, such as name@example.org."
SEVERAL = "Enter one address: these are several."
HIDDEN = "Type this address by hand: it holds a character that can't be seen"
NUMBER = "Enter an address with a name behind the @"
SAID = [
    ("nobody", WHOLE),
    ("a@b", WHOLE),
    ("ada@@example.org", WHOLE),
    ("ada@example.org,", WHOLE),
    ("Ada <ada@example.org>", WHOLE),
    ("@example.test", WHOLE),
    ("ada@example.org, bob@example.org", SEVERAL),
    ("ada@example.org bob@example.org", SEVERAL),
    ("ada@example.org;bob@example.org", SEVERAL),
    ("a" * 60 + "@example.org, " + "b" * 60 + "@example.org", SEVERAL),
    ("ada\u200b@example.org", HIDDEN),
    ("\ufeffada@example.org", HIDDEN),
    ("ada@ex\u00adample.org", HIDDEN),
    ("ada\u200c@example.org", HIDDEN),
    ("ada@[192.0.2.1]", NUMBER),
    ("ada@[IPv6:2001:db8::1]", NUMBER),
    ("ada@192.0.2.1", NUMBER),
    ("ada@localhost", "No mail reaches addresses that end in .localhost."),
    ("ada@example.test", "No mail reaches addresses that end in .test."),
    ("ada@Example.ORG.Invalid", "No mail reaches addresses that end in .invalid."),
    ("a" * 65 + "@example.org", "This address is too long."),
    ("a" * 30_000 + "@example.test", "This address is too long."),
]


@pytest.mark.parametrize(("typed", "said"), SAID)
def test_each_way_to_mistype_an_address_has_words_of_its_own(
    workshop: Workshop, visitor: Visitor, typed: str, said: str
) -> None:
    workshop.letter()
    for path, fields in (("sign", {"name": "Ada"}), ("resend", {}), ("code", {"code": "123456"})):
        assert visitor.post(f"/letters/ask-more/{path}", {**fields, "email": typed}).status_code == 422
        assert visitor.page.select_one("#email-error").get_text().startswith(said), path


def test_a_refusal_is_the_same_for_an_address_that_has_signed(workshop: Workshop, visitor: Visitor) -> None:
    workshop.confirmed(workshop.letter(), "ada@example.org")
    told = []
    for who in ("ada", "bea"):
        visitor.post("/letters/ask-more/resend", {"email": f"{who}@example.org, x@example.org"})
        told.append(visitor.text)
    assert told[0] == told[1]
